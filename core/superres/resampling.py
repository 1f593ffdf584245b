"""Enlarging without a model, and reducing what a model made too large. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

F32 = NDArray[np.float32]
REACH = 3
"""Pixels to each side that a bicubic value depends on."""


def bicubic(image: F32, scale: int) -> F32:
    """Float32 [h, w, c] or [h, w] -> [scale * h, scale * w, ...] by Pillow's bicubic (a = -0.5), not clamped."""
    if image.ndim == 2:
        height, width = image.shape
        large = Image.fromarray(np.ascontiguousarray(image)).resize(
            (width * scale, height * scale), Image.Resampling.BICUBIC
        )
        return np.asarray(large, np.float32)
    return np.stack([bicubic(image[..., channel], scale) for channel in range(image.shape[2])], axis=2)


def bicubic_rows(image: F32, scale: int, top: int, bottom: int) -> F32:
    """Rows ``top`` to ``bottom`` (of the large picture, multiples of ``scale``) of :func:`bicubic`, made alone."""
    first, last = top // scale, bottom // scale
    begin, end = max(first - REACH, 0), min(last + REACH, len(image))
    rows: F32 = bicubic(image[begin:end], scale)[top - begin * scale : bottom - begin * scale]
    return rows


def reduced(image: F32, native: int, scale: int) -> F32:
    """A picture enlarged by ``native`` -> enlarged by ``scale`` < ``native``: the mean over each pixel's area."""
    weights = area_weights(native, scale)
    height, width, channels = image.shape
    blocks = image.reshape(height // native, native, width // native, native, channels)
    rows = np.tensordot(blocks, weights, axes=(1, 1))  # [h, w, native, c, scale]
    both = np.tensordot(rows, weights, axes=(2, 1))  # [h, w, c, scale, scale]
    moved = both.transpose(0, 3, 1, 4, 2)
    return np.ascontiguousarray(moved.reshape(height // native * scale, width // native * scale, channels))


def area_weights(native: int, scale: int) -> F32:
    """[scale, native]: the part that each of ``native`` pixels has in each of the ``scale`` that cover the same."""
    edges, other = np.arange(native + 1) / native, np.arange(scale + 1) / scale
    shared = np.minimum(edges[None, 1:], other[1:, None]) - np.maximum(edges[None, :-1], other[:-1, None])
    return np.asarray(np.clip(shared, 0, None) * scale, np.float32)
