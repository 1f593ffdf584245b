"""Trees of regions: neighbours are merged, the best pair first, until the picture is one region.

Leaves are nodes 0 to s - 1, merge k makes node s + k, the last one is the whole. Many pictures are merged side by side,
a merge of each at a time, so that whatever scores the pairs is asked once for all of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.recognise.superpixels import RegionGraph

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


class Merger(Protocol):
    """Scores pairs of nodes, higher is merged first, and is told of every merge. Nodes are numbered over all pictures
    (see :class:`Forest`)."""

    def score(self, pairs: I64) -> F64:
        """[n, 2] -> [n]"""

    def make(self, nodes: I64, pairs: I64) -> I64:
        """Node nodes[i] is the merge of pairs[i]; returns the pairs, each in the order its children shall have."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of several pictures. Picture i has the nodes from offset[i], its leaves first. children int64 [n, 2] and
    parent int64 [n] are numbers of nodes of the forest; -1: none. ``leaf`` bool [n]."""

    offset: I64
    leaf: NDArray[np.bool_]
    children: I64
    parent: I64

    def heights(self) -> I64:
        """int64 [n]: 0 for leaves, else one more than the higher child."""
        out = np.zeros(len(self.parent), np.int64)
        for node in np.flatnonzero(~self.leaf).tolist():  # children have lower numbers than their parents
            a, b = self.children[node]
            out[node] = 1 + max(out[a], out[b])
        return out

    def depths(self) -> I64:
        """int64 [n]: 0 for roots, else one more than the parent."""
        out = np.zeros(len(self.parent), np.int64)
        for node in range(len(self.parent) - 1, -1, -1):
            if self.parent[node] >= 0:
                out[node] = out[self.parent[node]] + 1
        return out

    def summed(self, leaves: F64) -> F64:
        """Values of leaves [leaves of all pictures, ...] summed up the trees, [n, ...]."""
        out = np.zeros((len(self.parent), *leaves.shape[1:]))
        out[self.leaf] = leaves
        for node in np.flatnonzero(~self.leaf).tolist():
            a, b = self.children[node]
            out[node] = out[a] + out[b]
        return out


def offsets(graphs: Sequence[RegionGraph]) -> I64:
    """int64 [pictures + 1]: where each picture's nodes begin."""
    return np.concatenate([[0], np.cumsum([2 * len(g.area) - 1 for g in graphs])]).astype(np.int64)


def leaf_nodes(graphs: Sequence[RegionGraph]) -> I64:
    """The numbers of all leaves in a forest of these pictures."""
    begin = offsets(graphs)
    return np.concatenate([begin[i] + np.arange(len(g.area)) for i, g in enumerate(graphs)])


def leaf_edges(graphs: Sequence[RegionGraph]) -> I64:
    """int64 [e, 2]: neighbouring leaves of all pictures."""
    begin = offsets(graphs)
    return np.concatenate([begin[i] + g.edges.astype(np.int64) for i, g in enumerate(graphs)])


def grow(graphs: Sequence[RegionGraph], merger: Merger) -> Forest:
    """Merge the pictures' superpixels greedily by the merger's scores."""
    begin = offsets(graphs)
    total = int(begin[-1])
    children, parent = np.full((total, 2), -1, np.int64), np.full(total, -1, np.int64)
    pairs = leaf_edges(graphs)
    scores = merger.score(pairs) if len(pairs) else np.zeros(0)
    ends = np.cumsum([len(g.edges) for g in graphs])[:-1]
    fields = [
        _Field(int(begin[i]), len(g.area), p, s)
        for i, (g, p, s) in enumerate(zip(graphs, np.split(pairs, ends), np.split(scores, ends), strict=True))
    ]
    while fields := [field for field in fields if not field.done]:
        merges = [field.merge() for field in fields]
        nodes = np.array([field.next - 1 for field in fields])
        chosen = np.array([pair for pair, _ in merges])
        children[nodes] = merger.make(nodes, chosen)
        parent[chosen.ravel()] = np.repeat(nodes, 2)
        fresh = [(int(node), other) for node, (_, others) in zip(nodes, merges, strict=True) for other in others]
        scores = merger.score(np.array(fresh)) if fresh else np.zeros(0)
        position = 0
        for field, (_, others) in zip(fields, merges, strict=True):
            field.add(others, scores[position : position + len(others)].tolist())
            position += len(others)
    leaf = np.zeros(total, np.bool_)
    leaf[leaf_nodes(graphs)] = True
    return Forest(begin, leaf, children, parent)


class _Field:
    """The regions of one picture that are not merged yet, and the pairs of neighbours among them in a heap."""

    def __init__(self, begin: int, n: int, pairs: I64, scores: F64) -> None:
        self.next, self.end = begin + n, begin + 2 * n - 1
        self.beside: dict[int, set[int]] = {begin + i: set() for i in range(n)}
        self.heap: list[tuple[float, int, int]] = []
        for (a, b), score in zip(pairs.tolist(), scores.tolist(), strict=True):
            self.beside[a].add(b)
            self.beside[b].add(a)
            self.heap.append((-score, a, b))
        heapq.heapify(self.heap)

    @property
    def done(self) -> bool:
        return self.next >= self.end

    def merge(self) -> tuple[tuple[int, int], list[int]]:
        """Merge the best pair into node ``next``: the pair, and the neighbours of the new node."""
        a, b = self._best()
        around = (self.beside.pop(a) | self.beside.pop(b)) - {a, b}
        for other in around:
            self.beside[other] -= {a, b}
            self.beside[other].add(self.next)
        self.beside[self.next] = around
        self.next += 1
        return (a, b), sorted(around)

    def _best(self) -> tuple[int, int]:
        while self.heap:
            _, a, b = heapq.heappop(self.heap)
            if a in self.beside and b in self.beside:
                return a, b
        first, second, *_ = sorted(self.beside)  # pieces that do not touch: the oldest two
        return first, second

    def add(self, others: list[int], scores: list[float]) -> None:
        node = self.next - 1
        for other, score in zip(others, scores, strict=True):
            heapq.heappush(self.heap, (-score, other, node))


class Likeness:
    """Merges what looks alike, with nothing learned: of all pairs the one whose merge adds least to the spread within
    regions (Ward's criterion on standardised features)."""

    def __init__(self, graphs: Sequence[RegionGraph]) -> None:
        begin = offsets(graphs)
        leaves = leaf_nodes(graphs)
        features = np.concatenate([_standardised(g.features) for g in graphs])
        self.mean = np.zeros((int(begin[-1]), features.shape[1]), np.float64)
        self.area = np.zeros(int(begin[-1]))
        self.mean[leaves], self.area[leaves] = features, np.concatenate([g.area for g in graphs])

    def score(self, pairs: I64) -> F64:
        a, b = pairs[:, 0], pairs[:, 1]
        apart = np.square(self.mean[a] - self.mean[b]).mean(axis=1)
        return np.asarray(-apart * self.area[a] * self.area[b] / (self.area[a] + self.area[b]), np.float64)

    def make(self, nodes: I64, pairs: I64) -> I64:
        area = self.area[pairs]
        self.area[nodes] = area.sum(axis=1)
        self.mean[nodes] = (self.mean[pairs] * area[:, :, None]).sum(axis=1) / self.area[nodes][:, None]
        return pairs


def _standardised(features: NDArray[np.float32]) -> F64:
    x = features.astype(np.float64)
    return np.asarray((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-6), np.float64)
