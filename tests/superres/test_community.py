"""Files of the community: weights alone, code never; what they hold is told by spandrel where it is installed."""

from __future__ import annotations

import enum
import pickle
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.errors import WeightsError
from core.nn import checkpoints
from core.superres import community, models
from core.superres.networks import Compact
from core.superres.resampling import reduced
from tests.superres.test_models import IMAGE, weights_file


def network(scale: int = 4) -> Compact:
    """Of the same shape and names as the compact networks of Real-ESRGAN's community."""
    torch.manual_seed(0)
    return Compact(scale, n_feats=8, n_convs=2).eval()


def expected(network: Compact) -> np.ndarray[Any, Any]:
    with torch.inference_mode():
        made = network(torch.from_numpy(IMAGE).permute(2, 0, 1)[None]).clamp(0, 1)
    return made[0].permute(1, 2, 0).numpy()


@pytest.fixture
def real() -> ModuleType:
    """spandrel itself, where it is installed and can be loaded beside this torch."""
    try:
        import spandrel
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"spandrel cannot be loaded: {error}")
    found: ModuleType = spandrel
    return found


@pytest.mark.parametrize("form", ["x.pth", "x.safetensors", "params_ema.pth"])
def test_a_file_becomes_a_model(real: ModuleType, tmp_path: Path, form: str) -> None:
    state, path = network().state_dict(), tmp_path / form
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save({"params_ema": state} if form.startswith("params") else state, path)
    model = models.load("file", 4, file=path)
    assert model.info.sha256 == checkpoints.sha256(path)
    assert model.scale == 4
    np.testing.assert_allclose(model(IMAGE), expected(network()), atol=1e-5)
    np.testing.assert_allclose(models.load("file", 3, file=path)(IMAGE), reduced(model(IMAGE), 4, 3), atol=1e-5)


def test_what_spandrel_does_not_know_is_refused(real: ModuleType, tmp_path: Path) -> None:
    torch.save({"odd.weight": torch.zeros(3, 3)}, tmp_path / "odd.pth")
    with pytest.raises(WeightsError, match="no network that spandrel knows"):
        models.load("file", 4, file=tmp_path / "odd.pth")


def test_what_does_not_fit_its_network_is_refused(real: ModuleType, tmp_path: Path) -> None:
    state = network().state_dict()
    state["body.4.weight"] = torch.zeros(8, 8, 5, 5)
    torch.save(state, tmp_path / "bent.pth")
    with pytest.raises(WeightsError, match="does not fit"):
        models.load("file", 4, file=tmp_path / "bent.pth")


# ---------------------------------------------------------------- with or without spandrel


class _Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("form", ["torch", "pickle"])
def test_code_in_a_file_is_refused_and_not_run(tmp_path: Path, form: str) -> None:
    path, sprung = tmp_path / "trap.pth", tmp_path / "sprung"
    state = {"weight": torch.zeros(2), "trap": _Trap(sprung)}
    if form == "torch":
        torch.save(state, path)
    else:
        path.write_bytes(pickle.dumps(state, protocol=2))
    with pytest.raises(WeightsError, match=r"trap\.pth does not hold plain weights"):
        models.load("file", 4, file=path)
    assert not sprung.exists()


@pytest.mark.filterwarnings("ignore")
def test_a_program_of_torch_is_refused(tmp_path: Path) -> None:
    """TorchScript carries code. (torch warns that it is a thing of the past.)"""
    torch.jit.save(torch.jit.trace(network(2), torch.zeros(1, 3, 8, 8)), str(tmp_path / "traced.pt"))
    with pytest.raises(WeightsError, match=r"traced\.pt does not hold plain weights"):
        models.load("file", 2, file=tmp_path / "traced.pt")


def test_damaged_and_absent_files_are_said(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        models.load("file", 4, file=tmp_path / "x.safetensors")
    (tmp_path / "x.pth").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match=r"x\.pth"):
        models.load("file", 4, file=tmp_path / "x.pth")
    with pytest.raises(WeightsError, match="cannot be read"):
        models.load("file", 4, file=tmp_path / "absent.pth")


def test_without_spandrel_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(network().state_dict(), tmp_path / "x.pth")
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(WeightsError, match="pip install spandrel"):
        models.load("file", 4, file=tmp_path / "x.pth")


def test_files_of_our_own_need_no_spandrel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spandrel", None)
    weights_file(tmp_path / "ours.safetensors")
    by_name = models.load("compact", 4, file=tmp_path / "ours.safetensors")
    np.testing.assert_array_equal(models.load("file", 4, file=tmp_path / "ours.safetensors")(IMAGE), by_name(IMAGE))


class _Tiling(enum.Enum):
    SUPPORTED = 1
    INTERNAL = 3


class _Found:
    """What a spandrel for tests finds: a network that repeats pixels."""

    model = torch.nn.Identity()
    purpose = "SR"

    def __init__(self, channels: int = 3, scale: int = 2, tiling: _Tiling = _Tiling.SUPPORTED) -> None:
        self.input_channels = self.output_channels = channels
        self.scale, self.tiling = scale, tiling

    def to(self, kind: torch.dtype) -> _Found:
        return self

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return x.repeat_interleave(self.scale, dim=2).repeat_interleave(self.scale, dim=3)


def pretend(monkeypatch: pytest.MonkeyPatch, found: object) -> None:
    loader = SimpleNamespace(load_from_state_dict=lambda state: found)
    module = SimpleNamespace(
        ModelLoader=lambda: loader,
        canonicalize_state_dict=lambda state: state,
        UnsupportedModelError=type("UnsupportedModelError", (Exception,), {}),
        ImageModelDescriptor=_Found,
        ModelTiling=_Tiling,
    )
    monkeypatch.setitem(sys.modules, "spandrel", module)


def test_networks_of_another_purpose_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(network().state_dict(), tmp_path / "x.pth")
    pretend(monkeypatch, SimpleNamespace(purpose="Inpainting"))
    with pytest.raises(WeightsError, match="other than enlarging"):
        models.load("file", 2, file=tmp_path / "x.pth")
    pretend(monkeypatch, _Found(channels=1))
    with pytest.raises(WeightsError, match="only colour"):
        models.load("file", 2, file=tmp_path / "x.pth")
    pretend(monkeypatch, _Found(scale=1))
    with pytest.raises(WeightsError, match="enlarges by 1, not by 2"):
        models.load("file", 2, file=tmp_path / "x.pth")


def test_networks_that_want_the_picture_whole_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(network().state_dict(), tmp_path / "x.pth")
    pretend(monkeypatch, _Found(tiling=_Tiling.INTERNAL))
    model = models.load("file", 2, file=tmp_path / "x.pth")
    assert model.tile == community.UNCUT
    np.testing.assert_allclose(model(IMAGE), IMAGE.repeat(2, axis=0).repeat(2, axis=1))
    pretend(monkeypatch, _Found())
    assert models.load("file", 2, file=tmp_path / "x.pth").tile < 1024
