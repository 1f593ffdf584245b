"""Feature maps of a photo: what the network of our vectors sees at each place, before it is pooled into a vector."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.embed import cnn, weights
from core.embed.catalogue import DEFAULT, ENTRIES
from core.errors import WeightsError

SPEC = ENTRIES[DEFAULT].spec
"""How a picture becomes the network's input: as for vectors."""
CHANNELS, STRIDE = cnn.STAGES[-1][-1], 32
_BLOCK = 16


def feature_maps(pixels: NDArray[np.uint8], device: str = "cpu") -> NDArray[np.float16]:
    """uint8 [n, h, w, 3] (h, w multiples of STRIDE) -> float16 [n, h / STRIDE, w / STRIDE, CHANNELS].

    Raises WeightsError where the weights are not there.
    """
    path = weights.find(DEFAULT)
    if path is None:
        raise WeightsError("The weights of the network are not installed.")
    network = _network(path, device)
    n, height, width, _ = pixels.shape
    out = np.empty((n, height // STRIDE, width // STRIDE, CHANNELS), np.float16)
    with torch.inference_mode():
        for start in range(0, n, _BLOCK):
            part = torch.from_numpy(np.ascontiguousarray(pixels[start : start + _BLOCK])).to(device)
            maps = network.blocks(network.stem(network.normalise(part)))
            out[start : start + _BLOCK] = maps.permute(0, 2, 3, 1).cpu().numpy()
    return out


@lru_cache(maxsize=2)
def _network(path: Path, device: str) -> cnn.EfficientNetLite0:
    network = cnn.load(path, SPEC, weights.verified(DEFAULT, path)).network
    assert isinstance(network, cnn.EfficientNetLite0)
    return network.to(device)


def stage_maps(pixels: NDArray[np.uint8], stages: tuple[int, ...], device: str = "cpu") -> list[NDArray[np.float32]]:
    """uint8 [h, w, 3] (h, w multiples of STRIDE) -> after each of these stages of the network (indices into
    ``cnn.STAGES``, rising) float32 [h', w', channels]. Raises WeightsError."""
    path = weights.find(DEFAULT)
    if path is None:
        raise WeightsError("The weights of the network are not installed.")
    network = _network(path, device)
    ends = np.cumsum([repeats for repeats, *_ in cnn.STAGES])
    out: list[NDArray[np.float32]] = []
    with torch.inference_mode():
        maps = network.stem(network.normalise(torch.from_numpy(np.ascontiguousarray(pixels[None])).to(device)))
        begin = 0
        for stage in stages:
            maps = network.blocks[begin : int(ends[stage])](maps)
            begin = int(ends[stage])
            out.append(maps[0].permute(1, 2, 0).cpu().numpy().astype(np.float32))
    return out
