"""Nearest neighbours of vectors by cosine: exact through blocks where that is quick, through cells beyond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32
from core.retrieve import cells

EXACT_BELOW = 20_000
"""Up to so many vectors a library keeps no index of neighbours."""

CELLS_FROM = 10_000
"""From so many vectors on, neighbours looked for at once are looked for through cells."""

BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``index`` int32 [n, k]: rows of the nearest others, best first, -1 where there is none; ``score`` float32 [n, k]:
    their cosines (-1 where none). Rows without a vector (all zero) have no neighbours and are nobody's."""

    index: NDArray[np.int32]
    score: F32


def nearest(
    vectors: NDArray[np.float16] | F32, k: int = 15, *, seed: int = 0, exact_below: int = CELLS_FROM
) -> Neighbours:
    """The k nearest others of each of n unit vectors [n, d]. Deterministic for the same input and seed."""
    n = len(vectors)
    index = np.full((n, k), -1, dtype=np.int32)
    score = np.full((n, k), -1.0, dtype=np.float32)
    rows = present(vectors)
    if len(rows) > 1:
        search = _exact if len(rows) <= exact_below else _through_cells
        found, cosine = search(vectors, rows, min(k, len(rows) - 1), seed)
        index[rows, : found.shape[1]] = rows[found]
        score[rows, : found.shape[1]] = cosine
    return Neighbours(index, score)


def present(vectors: NDArray[np.float16] | F32) -> NDArray[np.int64]:
    """Rows that hold a vector."""
    flags = [np.any(vectors[i : i + 65536, :], axis=1) for i in range(0, len(vectors), 65536)]
    return np.flatnonzero(np.concatenate(flags)).astype(np.int64) if flags else np.zeros(0, dtype=np.int64)


def _exact(
    vectors: NDArray[np.float16] | F32, rows: NDArray[np.int64], k: int, seed: int
) -> tuple[NDArray[np.int64], F32]:
    """All cosines, a block of rows at a time: O(n²d) work, O(n) memory."""
    data = np.asarray(vectors[rows], dtype=np.float32)
    index = np.empty((len(rows), k), dtype=np.int64)
    score = np.empty((len(rows), k), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        stop = min(start + BLOCK, len(rows))
        cosine = data[start:stop] @ data.T
        cosine[np.arange(stop - start), np.arange(start, stop)] = -2.0
        part = np.argpartition(-cosine, k - 1, axis=1)[:, :k]
        best = np.take_along_axis(cosine, part, axis=1)
        order = np.lexsort((part, -best), axis=1)
        index[start:stop] = np.take_along_axis(part, order, axis=1)
        score[start:stop] = np.take_along_axis(best, order, axis=1)
    return index, score


def _through_cells(
    vectors: NDArray[np.float16] | F32, rows: NDArray[np.int64], k: int, seed: int
) -> tuple[NDArray[np.int64], F32]:
    """Those in the same and the nearest cells alone, by true cosine."""
    index, score = cells.knn(vectors, rows, cells.divide(vectors, rows, seed=seed), k)
    return index.astype(np.int64), score


def measured(vectors: NDArray[np.float16] | F32, metric: F32) -> NDArray[np.float16]:
    """Vectors scaled by ``metric`` float32 [d], or projected by one [d, r], and of unit length again."""
    out = np.zeros((len(vectors), vectors.shape[1] if metric.ndim == 1 else metric.shape[1]), dtype=np.float16)
    for start in range(0, len(vectors), 16384):
        block = np.asarray(vectors[start : start + 16384], dtype=np.float32)
        block = block * metric if metric.ndim == 1 else block @ metric
        out[start : start + 16384] = block / np.maximum(np.linalg.norm(block, axis=1, keepdims=True), 1e-6)
    return out


def rescored(found: Neighbours, vectors: NDArray[np.float16] | F32) -> Neighbours:
    """The same neighbours with their cosines under other vectors, put in order again."""
    index, score = found.index.copy(), found.score.copy()
    for start in range(0, len(index), BLOCK):
        part = slice(start, start + BLOCK)
        near = index[part]
        own, other = np.asarray(vectors[part], dtype=np.float32), np.asarray(vectors[near], dtype=np.float32)
        cosine = np.where(near >= 0, np.einsum("id,ikd->ik", own, other), -1.0)
        order = np.argsort(-cosine, axis=1, kind="stable")
        index[part], score[part] = np.take_along_axis(near, order, axis=1), np.take_along_axis(cosine, order, axis=1)
    return Neighbours(index, score)
