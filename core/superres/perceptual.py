"""How different two pictures look to a network: the distances LPIPS and DISTS, uncalibrated, on that of our vectors.

Zhang, Isola, Efros, Shechtman and Wang, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR
2018: place by place. Ding, Ma, Wang and Simoncelli, "Image Quality Assessment: Unifying Structure and Texture
Similarity", PAMI 2020: over the whole picture, so that a texture may be another one of its kind. Theirs weigh the
channels of AlexNet or VGG by people's judgements; ours take all channels of EfficientNet-Lite0 alike, so that values
can be compared with one another, but not with published ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Features = Callable[[U8], Sequence[F32]]
"""uint8 [h, w, 3] -> maps float32 [h', w', channels], coarser and coarser."""
STAGES = (0, 1, 2, 4, 6)
"""Stages of the network that are looked at: strides 2, 4, 8, 16 and 32."""
_SMALL = np.float32(1e-6)


def distance(a: U8, b: U8, features: Features | None = None) -> float:
    """0 for the same picture, more the more different they look; at most 4. uint8 [h, w, 3], of the same size.

    ``features``: :func:`maps` where none are given. Raises WeightsError (the network's are absent), ReverieError.
    """
    if a.shape != b.shape or a.ndim != 3:
        raise ReverieError("Only colour pictures of the same size can be compared.")
    look = features or maps
    return float(np.mean([_of_maps(one, other) for one, other in zip(look(a), look(b), strict=True)]))


def texture_distance(a: U8, b: U8, features: Features | None = None) -> float:
    """0 for the same picture, at most 2: how far apart the mean and the pattern of each channel are, as DISTS has them.
    Arguments and errors as of :func:`distance`."""
    if a.shape != b.shape or a.ndim != 3:
        raise ReverieError("Only colour pictures of the same size can be compared.")
    look = features or maps
    return float(np.mean([_of_statistics(one, other) for one, other in zip(look(a), look(b), strict=True)]))


def maps(pixels: U8, device: str = "cpu") -> list[F32]:
    """What our network sees: maps of each of ``STAGES``. The picture is mirrored on to a size that the network takes.

    Raises WeightsError.
    """
    from core.recognise.features import STRIDE, stage_maps

    height, width = pixels.shape[:2]
    below, right = -height % STRIDE, -width % STRIDE
    mirrored = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="symmetric")
    return stage_maps(mirrored, STAGES, device)


def _of_maps(one: F32, other: F32) -> float:
    """The mean over positions of the squared distance of the channels, each position's scaled to length one."""
    return float(((_unit(one) - _unit(other)) ** 2).sum(axis=2).mean())


def _of_statistics(one: F32, other: F32) -> float:
    """One less the mean over channels of how alike their means and their patterns (by covariance) are."""
    mean, its = one.mean(axis=(0, 1)), other.mean(axis=(0, 1))
    together = ((one - mean) * (other - its)).mean(axis=(0, 1))
    spread = one.var(axis=(0, 1)) + other.var(axis=(0, 1))
    texture = (2 * mean * its + _SMALL) / (mean**2 + its**2 + _SMALL)
    structure = (2 * together + _SMALL) / (spread + _SMALL)
    return float(1 - (texture + structure).mean() / 2)


def _unit(values: F32) -> F32:
    unit: F32 = values / np.maximum(np.linalg.norm(values, axis=2, keepdims=True), np.float32(1e-6))
    return unit
