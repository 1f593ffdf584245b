"""The square of a photo that a generator learns from: the subject is kept where the photo is longer than it is wide.

What stands out is where there are edges, where colours are unlike the photo's own mean (Achanta et al.,
"Frequency-tuned Salient Region Detection", CVPR 2009) and, other things being equal, the middle. Pillow and numpy only:
decode workers call this.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""(left, top, right, bottom) in points of the photo."""

SEEN = 64
"""Short side of the small copy that is looked at."""
CENTRE = 0.35
"""Spread of the preference for the middle, as part of the long side."""


def crop(image: U8, size: int, faces: Sequence[Box] = ()) -> U8:
    """uint8 [h, w, 3] -> uint8 [size, size, 3]: the largest square with the subject in it, ``faces`` above all."""
    left, top, side = window(image, faces)
    box = (left, top, left + side, top + side)
    small = Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return np.asarray(small, dtype=np.uint8)


def window(image: U8, faces: Sequence[Box] = ()) -> tuple[int, int, int]:
    """(left, top, side) of that square."""
    height, width = image.shape[:2]
    side, long = min(height, width), max(height, width)
    if side == long:
        return 0, 0, side
    profile = _profile(image, faces)
    part = max(1, round(side / long * len(profile)))
    sums = np.concatenate([[0.0], np.cumsum(profile)])
    held = sums[part:] - sums[:-part]
    middle = (len(held) - 1) / 2
    best = np.flatnonzero(held >= held.max() * (1 - 1e-9))
    at = int(best[np.argmin(np.abs(best - middle))])
    start = round(at / max(len(held) - 1, 1) * (long - side))
    return (start, 0, side) if width > height else (0, start, side)


def _profile(image: U8, faces: Sequence[Box]) -> F64:
    """What stands out, added up across the short side: float64 along the long one."""
    height, width = image.shape[:2]
    scale = min(1.0, SEEN / min(height, width))
    seen = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(image).resize(seen, Image.Resampling.BOX, reducing_gap=3.0), np.float64)
    out = _edges(small) + _colour(small)
    along: F64 = out.sum(axis=0) if width > height else out.sum(axis=1)
    place = (np.arange(len(along)) + 0.5) / len(along) - 0.5
    along *= np.exp(-0.5 * (place / CENTRE) ** 2)
    for box in faces:
        begin, end = (box[0], box[2]) if width > height else (box[1], box[3])
        inside = slice(max(0, int(begin * scale)), max(int(begin * scale) + 1, int(np.ceil(end * scale))))
        length = max(1, len(along[inside]))
        along[inside] += (along.sum() + 1.0) / length
    return along


def _edges(small: F64) -> F64:
    """Length of the gradient of brightness, its mean 1 where there is any."""
    grey = small.mean(axis=2)
    across = np.gradient(grey, axis=1) if grey.shape[1] > 1 else np.zeros_like(grey)
    down = np.gradient(grey, axis=0) if grey.shape[0] > 1 else np.zeros_like(grey)
    return _unit(np.hypot(across, down))


def _colour(small: F64) -> F64:
    """How far the colour is from the photo's mean, in brightness and two opponent colours; its mean 1."""
    red, green, blue = (small[..., k] for k in range(3))
    opponent = np.stack([small.mean(axis=2), red - green, blue - (red + green) / 2], axis=2)
    return _unit(np.linalg.norm(opponent - opponent.mean(axis=(0, 1)), axis=2))


def _unit(values: F64) -> F64:
    mean = float(values.mean())
    return values / mean if mean > 0 else values
