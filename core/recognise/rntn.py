"""Recursive neural tensor network over region trees: a vector, a label and a merge score at every node.

Socher, Lin, Ng and Manning, "Parsing Natural Scenes and Natural Language with Recursive Neural Networks", ICML 2011:
neighbouring regions a, b become p = tanh(W [a; b] + bias), the pair with the best score is merged first. Socher et al.,
"Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank", EMNLP 2013, add the tensor:
p = tanh([a; b]^T V [a; b] + W [a; b] + bias). With V = 0 it is the plain recursive network.

What lies around a region tells what it is, so a second pass goes down (Irsoy and Cardie, "Bidirectional Recursive
Neural Networks for Token-Level Labeling with Structure", 2013): h of a node is made of its parent's h and its own p by
the same kind of cell, and labels are read from h; of a leaf, from its features besides.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.recognise.tree import F64, I64, Forest

F32 = NDArray[np.float32]


class Cell(nn.Module):
    """a, b [n, d] -> tanh(c^T V c + W c + bias) [n, d] of c = [a; b]. ``rank`` 0: V [d, 2d, 2d] in full; above: a sum
    of so many products of three vectors; ``tensor`` False: V = 0."""

    def __init__(self, dim: int, tensor: bool, rank: int) -> None:
        super().__init__()
        self.linear = nn.Linear(2 * dim, dim)
        with torch.no_grad():  # at first nearly the mean of the two
            eye = 0.5 * torch.eye(dim)
            self.linear.weight.mul_(0.2).add_(torch.cat([eye, eye], dim=1))
            self.linear.bias.zero_()
        self.full = self.left = self.right = self.out = None
        if tensor and rank == 0:
            self.full = nn.Parameter(torch.randn(dim, 2 * dim, 2 * dim) * (0.1 / (2 * dim)))
        elif tensor:
            self.left = nn.Linear(2 * dim, rank, bias=False)
            self.right = nn.Linear(2 * dim, rank, bias=False)
            self.out = nn.Linear(rank, dim, bias=False)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        both = torch.cat([a, b], dim=-1)
        value = self.linear(both)
        if self.full is not None:
            value = value + torch.einsum("ni,kij,nj->nk", both, self.full, both)
        elif self.left is not None and self.right is not None and self.out is not None:
            value = value + self.out(self.left(both) * self.right(both))
        return torch.tanh(value)


class TreeNetwork(nn.Module):
    """Leaves' features float [l, k] and a forest -> vectors, label scores and merge scores of nodes."""

    def __init__(
        self, features: int, dim: int, classes: int, *, tensor: bool = True, rank: int = 0, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.encode = nn.Linear(features, dim)
        self.up, self.down = Cell(dim, tensor, rank), Cell(dim, tensor, rank)
        self.merge = nn.Linear(dim, 1)
        self.label = nn.Linear(dim, classes)
        self.own = nn.Linear(features, classes, bias=False)
        nn.init.normal_(self.own.weight, std=0.1 / math.sqrt(features))

    def leaf_vectors(self, features: Tensor) -> Tensor:
        """[l, k] -> [l, d]"""
        return torch.tanh(self.encode(features))

    def merge_scores(self, a: Tensor, b: Tensor) -> Tensor:
        """[n]: log odds that two regions, by their vectors [n, d], are of one label."""
        score: Tensor = self.merge(self.up(a, b))[:, 0]
        return score

    def forward(self, features: Tensor, plan: Plan) -> tuple[Tensor, Tensor]:
        """Vectors p [n, d] and label scores [n, classes] of all nodes, in the order of the forest's numbers."""
        features = self.dropout(features)
        up = self._upward(self.leaf_vectors(features), plan)
        down = self._downward(up, plan)
        scores = self.label(down)
        return up, scores.index_add(0, plan.leaves, self.own(features))

    def _upward(self, leaves: Tensor, plan: Plan) -> Tensor:
        known = leaves
        for left, right in plan.rises:
            known = torch.cat([known, self.up(known[left], known[right])])
        return known[plan.rank_up]

    def _downward(self, up: Tensor, plan: Plan) -> Tensor:
        known = up.new_zeros(0, up.shape[1])
        for nodes, parents in plan.falls:
            above = known[parents] if len(known) else torch.zeros_like(up[nodes])
            known = torch.cat([known, self.down(above, up[nodes])])
        return known[plan.rank_down]


class Plan:
    """In which order the nodes of a forest are computed: all nodes of one height (going up) or depth (going down) at
    once. Numbers in ``rises`` and the parents in ``falls`` are places in the order computed so far."""

    def __init__(self, forest: Forest, device: str = "cpu") -> None:
        self.leaves = _tensor(np.flatnonzero(forest.leaf), device)
        order, place = _by_level(forest.heights())
        self.rises = [
            (_tensor(place[forest.children[nodes, 0]], device), _tensor(place[forest.children[nodes, 1]], device))
            for nodes in order[1:]
        ]
        self.rank_up = _tensor(place, device)
        order, place = _by_level(forest.depths())
        self.falls = [(_tensor(nodes, device), _tensor(place[forest.parent[nodes]], device)) for nodes in order]
        self.rank_down = _tensor(place, device)


def _by_level(level: I64) -> tuple[list[I64], I64]:
    """Nodes of each level from 0 on, and each node's place when they are laid end to end."""
    order = np.argsort(level, kind="stable")
    place = np.empty(len(level), np.int64)
    place[order] = np.arange(len(level))
    ends = np.cumsum(np.bincount(level))[:-1]
    return np.split(order, ends), place


def _tensor(array: I64, device: str) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)


class LearnedMerger:
    """Scores pairs by the network; larger regions wait (``balance`` times the log of the merged area is taken off), so
    that trees stay shallow. The pairs it was asked about are kept in ``asked``."""

    def __init__(self, network: TreeNetwork, features: Tensor, leaves: I64, area: F64, nodes: int, balance: float):
        self.network, self.balance = network, balance
        self.area = np.zeros(nodes)
        self.area[leaves] = area
        self.asked: list[I64] = []
        with torch.no_grad():
            first = network.leaf_vectors(features)
            self.vectors = first.new_zeros(nodes, first.shape[1])
            self.vectors[_tensor(leaves, str(first.device))] = first

    def _ordered(self, pairs: I64) -> I64:
        """The larger region of each pair first."""
        swap = self.area[pairs[:, 0]] < self.area[pairs[:, 1]]
        return np.where(swap[:, None], pairs[:, ::-1], pairs)

    def score(self, pairs: I64) -> F64:
        pairs = self._ordered(pairs)
        self.asked.append(pairs)
        with torch.no_grad():
            a, b = (self.vectors[_tensor(side, str(self.vectors.device))] for side in pairs.T)
            score = self.network.merge_scores(a, b).double()
            sure = nn.functional.logsigmoid(score).cpu().numpy()
        return np.asarray(sure - self.balance * np.log(self.area[pairs].sum(axis=1)), np.float64)

    def make(self, nodes: I64, pairs: I64) -> I64:
        self.area[nodes] = self.area[pairs].sum(axis=1)
        pairs = self._ordered(pairs)
        with torch.no_grad():
            a, b = (self.vectors[_tensor(side, str(self.vectors.device))] for side in pairs.T)
            self.vectors[_tensor(nodes, str(self.vectors.device))] = self.network.up(a, b)
        return pairs
