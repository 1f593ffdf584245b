from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.device import Device
from core.errors import ReverieError
from core.nn.torch_runner import TorchRunner, is_out_of_memory

PIXELS = np.random.default_rng(0).integers(0, 256, (11, 4, 4, 3), dtype=np.uint8)


class _Limited(nn.Module):
    """Mean colour of each picture; out of memory above ``most`` pictures at once, as a GPU would be."""

    def __init__(self, most: int, error: type[RuntimeError] = torch.OutOfMemoryError, text: str = "") -> None:
        super().__init__()
        self.most, self.error, self.text = most, error, text
        self.weight = nn.Parameter(torch.ones(1))
        self.calls: list[int] = []

    def forward(self, pixels: Tensor) -> Tensor:
        self.calls.append(len(pixels))
        if len(pixels) > self.most:
            raise self.error(self.text)
        return pixels.float().mean((1, 2)) * self.weight


def _expected() -> np.ndarray:
    return PIXELS.astype(np.float32).mean((1, 2))


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8, 11])
def test_out_of_memory_halves_the_batch_and_goes_on(most: int) -> None:
    network = _Limited(most)
    runner = TorchRunner(network, block=8)
    notices: list[str] = []
    runner.on_notice = notices.append
    np.testing.assert_allclose(runner(PIXELS), _expected(), rtol=1e-5)
    assert runner.block == {1: 1, 2: 2, 3: 2, 5: 4, 8: 8, 11: 8}[most]
    assert len(notices) == {1: 3, 2: 2, 3: 2, 5: 1, 8: 0, 11: 0}[most]
    assert all("out of memory" in notice for notice in notices)


def test_the_smaller_batch_is_remembered() -> None:
    network = _Limited(2)
    runner = TorchRunner(network, block=8)
    runner(PIXELS)
    network.calls.clear()
    runner(PIXELS)
    assert max(network.calls) == 2


def test_not_even_one_picture_fits() -> None:
    with pytest.raises(ReverieError, match="single picture"):
        TorchRunner(_Limited(0), block=4)(PIXELS)


def test_other_errors_are_not_swallowed() -> None:
    with pytest.raises(RuntimeError, match="shape mismatch"):
        TorchRunner(_Limited(2, RuntimeError, "shape mismatch"), block=8)(PIXELS)


def test_other_devices_say_it_in_words() -> None:
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"))
    assert not is_out_of_memory(RuntimeError("expected scalar type Half"))
    np.testing.assert_allclose(
        TorchRunner(_Limited(4, RuntimeError, "MPS backend out of memory"), block=8)(PIXELS), _expected(), rtol=1e-5
    )


def test_half_precision_and_channels_last() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten())
    runner = TorchRunner(network, Device("cpu", "CPU"), half=True)
    weight = network[0].weight
    assert weight.dtype == torch.float16
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert runner.device == "CPU"
