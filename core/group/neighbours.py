"""Nearest neighbours of vectors by cosine: exact through blocks where that is quick, a graph (HNSW) beyond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32

EXACT_BELOW = 20_000
BLOCK = 1024
PROJECTED = 128


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``index`` int32 [n, k]: rows of the nearest others, best first, -1 where there is none; ``score`` float32 [n, k]:
    their cosines (-1 where none). Rows without a vector (all zero) have no neighbours and are nobody's."""

    index: NDArray[np.int32]
    score: F32


def nearest(
    vectors: NDArray[np.float16] | F32, k: int = 15, *, seed: int = 0, exact_below: int = EXACT_BELOW
) -> Neighbours:
    """The k nearest others of each of n unit vectors [n, d]. Deterministic for the same input and seed."""
    n = len(vectors)
    index = np.full((n, k), -1, dtype=np.int32)
    score = np.full((n, k), -1.0, dtype=np.float32)
    rows = present(vectors)
    if len(rows) > 1:
        search = _exact if len(rows) <= exact_below else _graph
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


def _graph(
    vectors: NDArray[np.float16] | F32, rows: NDArray[np.int64], k: int, seed: int
) -> tuple[NDArray[np.int64], F32]:
    """usearch's HNSW over a principal projection, its candidates ranked again by the full vectors.

    The graph is built on one thread, which keeps it the same from run to run.
    """
    from usearch.index import Index

    small = project(vectors, rows, min(PROJECTED, vectors.shape[1]), seed)
    graph = Index(ndim=small.shape[1], metric="ip", dtype="f16", connectivity=16, expansion_add=64, expansion_search=64)
    graph.add(np.arange(len(rows)), small, threads=1)
    wide = min(2 * k + 8, len(rows))
    index = np.zeros((len(rows), k), dtype=np.int64)
    score = np.full((len(rows), k), -1.0, dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        stop = min(start + BLOCK, len(rows))
        keys = np.asarray(graph.search(small[start:stop], wide).keys).astype(np.int64).reshape(stop - start, -1)
        index[start:stop], score[start:stop] = _rank(vectors, rows, np.arange(start, stop), keys, k)
    return index, score


def _rank(
    vectors: NDArray[np.float16] | F32,
    rows: NDArray[np.int64],
    own: NDArray[np.int64],
    keys: NDArray[np.int64],
    k: int,
) -> tuple[NDArray[np.int64], F32]:
    """The k best of the candidates ``keys`` [b, c] by true cosine, themselves left out."""
    query = np.asarray(vectors[rows[own]], dtype=np.float32)
    score = np.empty(keys.shape, dtype=np.float32)
    for column in range(keys.shape[1]):
        other = np.asarray(vectors[rows[keys[:, column]]], dtype=np.float32)
        score[:, column] = np.einsum("ij,ij->i", query, other)
    score[keys == own[:, None]] = -2.0
    order = np.lexsort((keys, -score), axis=1)[:, :k]
    return np.take_along_axis(keys, order, axis=1), np.take_along_axis(score, order, axis=1)


def project(vectors: NDArray[np.float16] | F32, rows: NDArray[np.int64], dim: int, seed: int) -> F32:
    """float32 [len(rows), dim]: unit vectors along the main axes of a sample's uncentred second moments."""
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(rows, size=min(len(rows), 10_000), replace=False))
    some = np.asarray(vectors[sample], dtype=np.float32)
    axes = np.linalg.eigh(some.T @ some)[1][:, ::-1][:, :dim].astype(np.float32)
    out = np.empty((len(rows), dim), dtype=np.float32)
    for start in range(0, len(rows), 16384):
        block = np.asarray(vectors[rows[start : start + 16384]], dtype=np.float32) @ axes
        out[start : start + len(block)] = block / np.maximum(np.linalg.norm(block, axis=1, keepdims=True), 1e-6)
    return out
