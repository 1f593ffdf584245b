"""Small graph tools for groupers: connected components, and ties by shared neighbours, as arrays."""

from __future__ import annotations

import numpy as np

from core.group.base import F64
from core.group.neighbours import Neighbours
from core.group.timeline import I64

BLOCK = 8192


def components(n: int, a: I64, b: I64) -> I64:
    """Component of each of n nodes joined by edges a[i] - b[i], int64 [n]."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    label: I64 = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def shared_ties(found: Neighbours, threshold: float) -> tuple[I64, I64, F64]:
    """Edges a < b between neighbours whose cosine reaches ``threshold``, weighted by the share of neighbours that they
    have in common (Jaccard, each counted among its own); half where only one is the other's neighbour."""
    n, k = found.index.shape
    lists = np.concatenate([np.arange(n, dtype=np.int32)[:, None], found.index], axis=1)
    length = (lists >= 0).sum(axis=1)
    parts: list[tuple[I64, I64, F64]] = []
    for begin in range(0, n, BLOCK):
        near, score = found.index[begin : begin + BLOCK], found.score[begin : begin + BLOCK]
        row, column = np.nonzero((near >= 0) & (score >= threshold))
        one, two = row + begin, near[row, column].astype(np.int64)
        own = np.where(lists[one] >= 0, lists[one], -2)
        common = np.zeros(len(one), dtype=np.int64)
        for turn in range(k + 1):
            common += (own == np.roll(lists[two], turn, axis=1)).sum(axis=1)
        parts.append((one, two, common / (length[one] + length[two] - common)))
    a, b, weight = (
        (np.concatenate(x) for x in zip(*parts, strict=True)) if parts else (np.empty(0, dtype=np.int64),) * 3
    )
    return np.minimum(a, b), np.maximum(a, b), np.asarray(weight, dtype=np.float64) / 2.0
