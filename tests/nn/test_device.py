from __future__ import annotations

import subprocess
import sys

import pytest

from core import device
from core.device import Device
from core.errors import ReverieError


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two GPUs and nothing wished for."""
    monkeypatch.delenv(device.ENVIRONMENT, raising=False)
    monkeypatch.setattr(device, "gpu_possible", lambda: True)
    monkeypatch.setattr(device, "_gpus", lambda: (Device("cuda:0", "Big"), Device("cuda:1", "Small")))


@pytest.mark.usefixtures("gpus")
def test_the_first_gpu_unless_another_is_wished_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(device.choose()) == "CUDA: Big"
    assert device.choose("cuda:1").name == "Small"
    assert device.choose("cuda").torch_name == "cuda:0"
    assert not device.choose("cpu").is_gpu
    monkeypatch.setenv(device.ENVIRONMENT, "cpu")
    assert device.choose().torch_name == "cpu"
    assert device.choose("cuda:1").name == "Small"


@pytest.mark.usefixtures("gpus")
def test_a_device_that_is_not_there() -> None:
    with pytest.raises(ReverieError, match="CUDA: Big, CUDA: Small, CPU"):
        device.choose("mps")


def test_no_gpu_means_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(device.ENVIRONMENT, raising=False)
    monkeypatch.setattr(device, "gpu_possible", lambda: False)
    assert device.choose() == device.cpu()
    assert device.describe_cheaply().startswith("CPU (")


def test_words_for_each_kind() -> None:
    assert str(Device("mps", "Apple GPU")) == "Apple GPU"
    assert str(Device("cuda:0", "NVIDIA H100")) == "CUDA: NVIDIA H100"


def test_the_status_line_imports_no_torch() -> None:
    code = "import sys; from core import device; print(device.describe_cheaply()); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip()
