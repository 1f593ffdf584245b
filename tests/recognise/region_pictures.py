"""Small made-up pictures as graphs of superpixels: patches of two or three kinds whose neighbours matter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.recognise.superpixels import RegionGraph


def grid_graph(rows: int, columns: int, features: NDArray[np.float32], area: NDArray[np.float32]) -> RegionGraph:
    """Superpixels in a grid, each beside those left, right, above and below."""
    index = np.arange(rows * columns).reshape(rows, columns)
    across = np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1)
    down = np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1)
    return RegionGraph(features, np.concatenate([across, down]).astype(np.int32), area)


def random_graph(rng: np.random.Generator, rows: int = 3, columns: int = 4, width: int = 6) -> RegionGraph:
    n = rows * columns
    area = rng.uniform(0.5, 1.5, n)
    features = rng.normal(size=(n, width)).astype(np.float32)
    return grid_graph(rows, columns, features, (area / area.sum()).astype(np.float32))


def scene(rng: np.random.Generator, rows: int = 4, columns: int = 5) -> tuple[RegionGraph, NDArray[np.int64]]:
    """Upper half of kind 0 or 1, lower half of kind 2 or 3. Half of the superpixels show nothing of their kind: only
    their neighbours tell."""
    n = rows * columns
    upper, lower = rng.integers(0, 2), rng.integers(2, 4)
    label = np.where(np.arange(n) < n // 2, upper, lower).astype(np.int64)
    features = rng.normal(0, 0.3, (n, 6)).astype(np.float32)
    seen = rng.random(n) < 0.5
    features[np.arange(n)[seen], label[seen]] += 2.0
    features[:, 5] = np.where(np.arange(n) < n // 2, 1.0, -1.0)  # height in the picture
    return grid_graph(rows, columns, features, np.full(n, 1 / n, np.float32)), label
