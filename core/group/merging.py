"""Agglomeration of a sparse graph into one tree, under constraints, and partitions cut out of that tree.

All reciprocal nearest pairs are merged at once (Sumengen et al., "Scaling hierarchical agglomerative clustering to
billion-sized datasets", 2021), nearest by node pair sampling: weight between over the product of the volumes (Bonald
et al., "Hierarchical graph clustering using node pair sampling", 2018). That linkage is reducible, so merging many
pairs at once gives the tree that one at a time would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.group.base import F64
from core.group.timeline import I64, Bools


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes 0..n-1 are leaves, n + t is merge t of ``left[t]`` and ``right[t]``, int64 [m]; children before parents.

    ``rounds``: merges rounds[i]:rounds[i + 1] were made at once. Of every node: ``size`` int64 (photos), ``volume`` and
    ``inside`` float64 (weight of all its edge ends, of those whose edge stays within it).
    """

    n: int
    left: I64
    right: I64
    rounds: tuple[int, ...]
    size: I64
    volume: F64
    inside: F64


def agglomerate(a: I64, b: I64, weight: F64, size: I64, apart: tuple[I64, I64]) -> Tree:
    """The tree (a forest, where the graph falls apart) of n nodes with undirected edges a[i] - b[i], positive weights.

    ``size`` int64 [n]. No node of the tree holds both sides of a pair in ``apart``. Edges from a node to itself count
    as inside it.
    """
    n = len(size)
    own = a == b
    volume = (np.bincount(a, weight, n) + np.bincount(b, weight, n)).astype(np.float64)
    inside = 2.0 * np.bincount(a[own], weight[own], n).astype(np.float64)
    state = _State(np.arange(n, dtype=np.int64), volume, *_summed(n, a, b, weight), *apart)
    lefts, rights, crosses, rounds = [], [], [], [0]
    while True:
        state.forbid()
        if len(state.a) == 0:
            break
        pairs = state.reciprocal()
        lefts.append(state.name[state.a[pairs]])
        rights.append(state.name[state.b[pairs]])
        crosses.append(state.weight[pairs])
        state.merge(pairs, n + rounds[-1])
        rounds.append(rounds[-1] + len(pairs))
    none: I64 = np.empty(0, dtype=np.int64)
    left, right = np.concatenate([none, *lefts]), np.concatenate([none, *rights])
    cross = np.concatenate([np.empty(0), *crosses])
    more = np.zeros(len(left))
    grown = (
        np.concatenate([size, more.astype(np.int64)]),
        np.concatenate([volume, more]),
        np.concatenate([inside, more]),
    )
    tree = Tree(n, left, right, tuple(rounds), *grown)
    for begin, end, nodes in _upwards(tree):
        for values in (tree.size, tree.volume, tree.inside):
            values[nodes] = values[left[begin:end]] + values[right[begin:end]]
        tree.inside[nodes] += 2.0 * cross[begin:end]
    return tree


class _State:
    """The graph as it shrinks: ``name`` (node of the tree) and ``volume`` of each piece left, the edges a < b between
    pieces, and the pairs x, y of pieces that must stay apart."""

    def __init__(self, name: I64, volume: F64, a: I64, b: I64, weight: F64, x: I64, y: I64) -> None:
        self.name, self.volume = name, volume
        self.a, self.b, self.weight = a, b, weight
        self.x, self.y = np.minimum(x, y), np.maximum(x, y)

    def forbid(self) -> None:
        """Drop the edges between pieces that must stay apart."""
        if len(self.x):
            n = len(self.name)
            free = ~np.isin(self.a * n + self.b, self.x * n + self.y)
            self.a, self.b, self.weight = self.a[free], self.b[free], self.weight[free]

    def reciprocal(self) -> I64:
        """Edges that are the nearest for both their ends; the first in order where several are equally near."""
        near = self.weight / (self.volume[self.a] * self.volume[self.b])
        best = np.zeros(len(self.name))
        np.maximum.at(best, self.a, near)
        np.maximum.at(best, self.b, near)
        pairs = np.flatnonzero((near == best[self.a]) & (near == best[self.b]))
        first = np.full(len(self.name), len(pairs))
        place = np.arange(len(pairs))
        np.minimum.at(first, self.a[pairs], place)
        np.minimum.at(first, self.b[pairs], place)
        chosen: I64 = pairs[(first[self.a[pairs]] == place) & (first[self.b[pairs]] == place)]
        return chosen

    def merge(self, pairs: I64, serial: int) -> None:
        """Make each pair one piece, named by ``serial`` and what follows."""
        kept, gone = self.a[pairs], self.b[pairs]
        self.name = self.name.copy()
        self.name[kept] = serial + np.arange(len(pairs))
        self.volume = self.volume.copy()
        self.volume[kept] += self.volume[gone]
        stays = np.ones(len(self.name), dtype=np.bool_)
        stays[gone] = False
        new = np.cumsum(stays) - 1
        new[gone] = new[kept]
        self.name, self.volume = self.name[stays], self.volume[stays]
        self.a, self.b, self.weight = _summed(len(self.name), new[self.a], new[self.b], self.weight)
        x, y = new[self.x], new[self.y]
        self.x, self.y = np.minimum(x, y), np.maximum(x, y)


def _summed(n: int, a: I64, b: I64, weight: F64) -> tuple[I64, I64, F64]:
    """Edges a < b in order, those between the same two made one; those from a node to itself left out."""
    from scipy.sparse import coo_array

    low, high = np.minimum(a, b), np.maximum(a, b)
    other = low != high
    graph = coo_array((weight[other], (low[other], high[other])), shape=(n, n)).tocsr()
    graph.sum_duplicates()
    source = np.repeat(np.arange(n, dtype=np.int64), np.diff(graph.indptr))
    return source, graph.indices.astype(np.int64), graph.data


def _upwards(tree: Tree) -> list[tuple[int, int, slice]]:
    """(first merge, end, their nodes) of every round."""
    ends = zip(tree.rounds[:-1], tree.rounds[1:], strict=True)
    return [(begin, end, slice(tree.n + begin, tree.n + end)) for begin, end in ends]


def best_cut(tree: Tree, resolution: float, most: float = np.inf, firm: float = np.inf) -> I64:
    """For every leaf the node of the partition, among all that can be cut out of the tree, with the highest modularity.

    ``resolution`` weighs the expected against the found (Reichardt & Bornholdt 2006). Nodes of more than ``most``
    photos are divided where they can be, but for those whose halves a resolution of ``firm`` would not part either.
    """
    total = max(float(tree.volume[: tree.n].sum()), 1e-12)
    value = tree.inside / total - resolution * (tree.volume / total) ** 2
    whole: Bools = np.ones(len(value), dtype=np.bool_)
    for begin, end, nodes in _upwards(tree):
        left, right = tree.left[begin:end], tree.right[begin:end]
        parts = value[left] + value[right]
        between = (tree.inside[nodes] - tree.inside[left] - tree.inside[right]) / total
        held = between >= firm * 2.0 * tree.volume[left] * tree.volume[right] / total**2
        whole[nodes] = (value[nodes] >= parts) & ((tree.size[nodes] <= most) | held)
        value[nodes] = np.where(whole[nodes], value[nodes], parts)
    label = np.where(whole, np.arange(len(value)), -1)
    for begin, end, nodes in reversed(_upwards(tree)):
        for child in (tree.left[begin:end], tree.right[begin:end]):
            label[child] = np.where(label[nodes] >= 0, label[nodes], label[child])
    return label[: tree.n]
