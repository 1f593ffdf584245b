"""Superpixels: small pieces of a picture that are of one colour, their neighbours, and what each looks like.

Achanta et al., "SLIC Superpixels Compared to State-of-the-Art Superpixel Methods", PAMI 2012, by scikit-image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
COUNT, COMPACTNESS = 200, 20.0
OWN = 11
"""Columns of a description beside those of the maps: colour (3 means, 3 sd), centre (2), log area, width, height."""


@dataclass(frozen=True, slots=True)
class RegionGraph:
    """The superpixels of one picture: features float32 [s, d], edges int32 [e, 2] between neighbours (a < b, each
    once), area float32 [s]: the share of the picture."""

    features: F32
    edges: I32
    area: F32


def segment(pixels: NDArray[np.uint8], count: int = COUNT) -> I32:
    """uint8 [h, w, 3] -> int32 [h, w]: the superpixel of each point, 0 to s - 1, each in one piece; about ``count``."""
    from skimage.segmentation import slic

    labels = slic(pixels, n_segments=count, compactness=COMPACTNESS, start_label=0, enforce_connectivity=True)
    _, index = np.unique(labels, return_inverse=True)
    return index.reshape(labels.shape).astype(np.int32)


def neighbours(leaves: I32) -> I32:
    """int32 [e, 2]: superpixels that share a side, a < b, each pair once, in order."""
    across = np.stack([leaves[:, :-1].ravel(), leaves[:, 1:].ravel()], axis=1)
    down = np.stack([leaves[:-1].ravel(), leaves[1:].ravel()], axis=1)
    pairs = np.sort(np.concatenate([across, down]), axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    n = int(leaves.max()) + 1
    codes = np.unique(pairs[:, 0].astype(np.int64) * n + pairs[:, 1])
    return np.stack([codes // n, codes % n], axis=1).astype(np.int32)


def pooled(values: F32, leaves: I32) -> F32:
    """The mean of float32 [h, w, c] over each superpixel, float32 [s, c]."""
    flat = leaves.ravel()
    order = np.argsort(flat, kind="stable")
    size = np.bincount(flat)
    begin = np.concatenate([[0], np.cumsum(size)[:-1]])
    total = np.add.reduceat(values.reshape(len(flat), -1)[order], begin, axis=0, dtype=np.float32)
    return np.asarray(total / size[:, None], np.float32)


def pooled_maps(maps: NDArray[np.float32], leaves: I32) -> F32:
    """The mean of a coarse map [h', w', c] over each superpixel of [h, w], the map read by bilinear interpolation.

    As a product: how much of each cell of the map a superpixel holds, times the cells.
    """
    weight = _shares(leaves, maps.shape[0], maps.shape[1])
    return np.asarray(weight @ maps.reshape(-1, maps.shape[2]).astype(np.float32), np.float32)


def _shares(leaves: I32, rows: int, columns: int) -> F32:
    """float32 [s, rows * columns], each row summing to 1: the bilinear weights of a superpixel's points."""
    height, width = leaves.shape
    n = int(leaves.max()) + 1
    y0, y1, fy = _between(height, rows)
    x0, x1, fx = _between(width, columns)
    total = np.zeros(n * rows * columns)
    base = leaves.astype(np.int64) * (rows * columns)
    for y, wy in ((y0, 1 - fy), (y1, fy)):
        for x, wx in ((x0, 1 - fx), (x1, fx)):
            cell = base + y[:, None] * columns + x[None, :]
            total += np.bincount(cell.ravel(), (wy[:, None] * wx[None, :]).ravel(), len(total))
    size = np.bincount(leaves.ravel(), minlength=n)
    return np.asarray(total.reshape(n, -1) / size[:, None], np.float32)


def _between(points: int, cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """For each point of a line the two cells whose centres it lies between, and how near it is to the second."""
    place = np.clip((np.arange(points) + 0.5) * cells / points - 0.5, 0, cells - 1)
    low = np.floor(place).astype(np.int64)
    return low, np.minimum(low + 1, cells - 1), place - low


def describe(pixels: NDArray[np.uint8], leaves: I32, maps: Sequence[NDArray[np.float32]]) -> RegionGraph:
    """What each superpixel of uint8 [h, w, 3] looks like: maps float [h', w', c] pooled, then the OWN columns."""
    from skimage.color import rgb2lab

    lab = np.asarray(rgb2lab(pixels), np.float32) / np.float32(100.0)
    mean = pooled(lab, leaves)
    spread = np.sqrt(np.maximum(pooled(lab * lab, leaves) - mean * mean, 0))
    box = boxes(leaves)
    area = (np.bincount(leaves.ravel()) / leaves.size).astype(np.float32)
    place = pooled(_grid(*leaves.shape), leaves)
    own = [mean, spread, place, np.log(area[:, None]), box[:, 2:]]
    features = np.concatenate([*(pooled_maps(each, leaves) for each in maps), *own], axis=1)
    return RegionGraph(features.astype(np.float32), neighbours(leaves), area)


def _grid(height: int, width: int) -> F32:
    """float32 [h, w, 2]: x and y of each point in [0, 1]."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([(x + 0.5) / width, (y + 0.5) / height], axis=2).astype(np.float32)


def boxes(leaves: I32) -> F32:
    """float32 [s, 4]: x, y, width, height in [0, 1] of each superpixel."""
    height, width = leaves.shape
    n = int(leaves.max()) + 1
    flat = leaves.ravel()
    y, x = np.divmod(np.arange(flat.size), width)
    low = np.full((n, 2), np.iinfo(np.int64).max)
    high = np.full((n, 2), -1)
    for axis, value in enumerate((x, y)):
        np.minimum.at(low[:, axis], flat, value)
        np.maximum.at(high[:, axis], flat, value)
    scale = np.array([width, height], np.float64)
    return np.concatenate([low / scale, (high + 1 - low) / scale], axis=1).astype(np.float32)
