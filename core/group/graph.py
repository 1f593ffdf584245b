"""Small graph tools for groupers: connected components and Chinese whispers, as arrays."""

from __future__ import annotations

import numpy as np

from core.group.base import F64
from core.group.timeline import I64


def components(n: int, a: I64, b: I64) -> I64:
    """Component of each of n nodes joined by edges a[i] - b[i], int64 [n]."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    label: I64 = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def whispers(n: int, a: I64, b: I64, weight: F64, *, seed: int, rounds: int = 30) -> I64:
    """Communities by Chinese whispers (Biemann 2006): each node takes the label most heavily worn by its neighbours.

    Undirected edges a[i] - b[i] with positive weights. In every round a seeded half of the nodes looks around at once,
    which keeps the work in arrays and stops pairs from swapping labels for ever. A lonely node keeps its own.
    """
    rng = np.random.default_rng(seed)
    source, target = np.concatenate([a, b]), np.concatenate([b, a])
    both = np.concatenate([weight, weight])
    label = np.arange(n, dtype=np.int64)
    for _ in range(rounds):
        awake = rng.random(n) < 0.5
        changed = 0
        for turn in (awake, ~awake):
            new = _heaviest(n, source[turn[source]], label[target[turn[source]]], both[turn[source]], label)
            changed += int((new != label).sum())
            label = new
        if changed == 0:
            break
    return label


def _heaviest(n: int, node: I64, worn: I64, weight: F64, label: I64) -> I64:
    """For every node in ``node`` the label with the largest total weight (the smaller label on a tie)."""
    out = label.copy()
    if len(node) == 0:
        return out
    key = node * n + worn
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.concatenate([[True], np.diff(key[order]) != 0]))
    total = np.add.reduceat(weight[order], first)
    who, what = node[order][first], worn[order][first]
    best = np.lexsort((what, -np.round(total, 6), who))
    top = best[np.concatenate([[True], np.diff(who[best]) != 0])]
    out[who[top]] = what[top]
    return out
