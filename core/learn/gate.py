"""A network is used only where it beats the rule on parts of the library that it was not trained on.

The labelled gaps are cut into blocks of time; each block is judged by a network trained on the others, at its own
threshold, and by the rule at the threshold that is best on those others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64
from core.sequence.scores import best_threshold, blocks, f1

Bools = NDArray[np.bool_]

BLOCKS = 4
FEWEST = 40
"""Labelled boundaries from which a network is tried."""
MARGIN = 0.01
"""F1 by which it has to be better, and by one standard error of the difference, whichever is more."""
APART = 5
"""Gaps beside a held-out block that are not trained on, since a network reads neighbours."""
RESAMPLES, PIECE = 200, 25

Train = Callable[[F64, int], F64]
"""(weight float64 [g], number of the block) -> log odds float64 [g], 0 and above a boundary, of a network trained with
those weights alone."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """F1 of both on all held-out gaps, how many of those were boundaries, the margin asked for, and the decision."""

    rule: float
    network: float
    boundaries: int
    margin: float
    used: bool


def judge(boundary: Bools, weight: F64, rule: F64, train: Train, seed: int = 0) -> Verdict:
    """Cross-validate a network against the rule's log odds over the gaps whose ``weight`` is above zero."""
    known = np.flatnonzero(weight > 0)
    block = np.full(len(boundary), -1)
    block[known] = blocks(boundary[known], BLOCKS)
    said = np.zeros((2, len(boundary)), dtype=np.bool_)
    for part in range(BLOCKS):
        test = block == part
        if not test.any():
            continue
        rest = np.where(_near(test, APART), 0.0, weight)
        seen = rest > 0
        said[0, test] = rule[test] >= best_threshold(rule[seen], boundary[seen])
        said[1, test] = train(rest, part)[test] >= 0
    return decide(said[0, known], said[1, known], boundary[known], seed)


def decide(rule: Bools, network: Bools, boundary: Bools, seed: int = 0) -> Verdict:
    """The verdict over held-out answers in order of time: the network only where it is better by the margin."""
    by_rule, by_network = f1(rule, boundary).f1, f1(network, boundary).f1
    margin = max(MARGIN, _standard_error(rule, network, boundary, seed))
    used = by_network >= by_rule + margin
    return Verdict(by_rule, by_network, int(boundary.sum()), margin, used)


def _standard_error(rule: Bools, network: Bools, boundary: Bools, seed: int) -> float:
    """Standard error of the difference in F1, by resampling pieces of ``PIECE`` neighbouring gaps."""
    pieces = np.array_split(np.arange(len(boundary)), max(len(boundary) // PIECE, 1))
    counts = np.array(
        [[(a[p] & boundary[p]).sum(), a[p].sum() + boundary[p].sum()] for p in pieces for a in (rule, network)],
        np.float64,
    ).reshape(len(pieces), 2, 2)
    drawn = np.random.default_rng(seed).integers(0, len(pieces), (RESAMPLES, len(pieces)))
    total = counts[drawn].sum(axis=1)
    each = 2 * total[:, :, 0] / np.maximum(total[:, :, 1], 1)
    return float((each[:, 1] - each[:, 0]).std(ddof=1))


def _near(test: Bools, reach: int) -> Bools:
    """True within ``reach`` gaps of a True."""
    total = np.concatenate([[0], np.cumsum(test)])
    index = np.arange(len(test))
    high, low = np.minimum(index + reach + 1, len(test)), np.maximum(index - reach, 0)
    out: Bools = total[high] > total[low]
    return out
