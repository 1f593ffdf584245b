"""Segmentation of a stream by dynamic programming, with a prior against very short pieces.

Chosen boundaries maximise  sum of (log odds - level)  minus  a penalty for every piece of fewer than ``min_length``
units; the first and the last piece are free, since the stream may go on beyond them. Only gaps above the level can pay,
so the search runs over those alone, and only where they crowd: O(n) for n gaps, O(c * min_length) for c crowded ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64
from core.group.timeline import I64

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LengthPrior:
    """``weight``: log odds that a piece of one unit costs; it falls evenly to nothing at ``min_length`` units."""

    min_length: int = 3
    weight: float = 1.0

    def cost(self, length: int) -> float:
        if length >= self.min_length:
            return 0.0
        return self.weight * (self.min_length - length) / max(self.min_length - 1, 1)


def segment(gain: F64, before: I64, prior: LengthPrior) -> Bools:
    """Which of g gaps to cut, bool [g].

    ``gain`` float64 [g]: what a cut earns. ``before`` int64 [g], ascending: units left of each gap (at least 1).
    Gaps with no gain are never cut: joining two pieces never costs length.
    """
    chosen = gain > 0
    candidates = np.flatnonzero(chosen)
    if len(candidates) == 0 or prior.weight <= 0 or prior.min_length <= 1:
        return chosen
    at = before[candidates]
    crowded = np.diff(at) < prior.min_length
    chain = np.concatenate([[0], np.cumsum(~crowded)])
    busy = np.bincount(chain) > 1
    begin = np.searchsorted(chain, np.flatnonzero(busy), side="left").tolist()
    end = np.searchsorted(chain, np.flatnonzero(busy), side="right").tolist()
    gains, places = gain[candidates].tolist(), at.tolist()
    for low, high in zip(begin, end, strict=True):
        keep = _best_cuts(gains[low:high], places[low:high], prior)
        chosen[candidates[low:high]] = keep
    return chosen


def _best_cuts(gains: list[float], at: list[int], prior: LengthPrior) -> list[bool]:
    """The best subset of one chain of crowded candidates, by dynamic programming over the last cut."""
    n = len(gains)
    best, previous = [0.0] * n, [-1] * n
    far_value, far_index, tail = 0.0, -1, 0  # the best last cut so far away that length costs nothing
    for i in range(n):
        while at[i] - at[tail] >= prior.min_length:
            if best[tail] > far_value:
                far_value, far_index = best[tail], tail
            tail += 1
        value, back = far_value, far_index
        for j in range(tail, i):
            joined = best[j] - prior.cost(at[i] - at[j])
            if joined > value:
                value, back = joined, j
        best[i], previous[i] = value + gains[i], back
    last = max(range(n), key=best.__getitem__)
    keep = [False] * n
    while last >= 0:
        keep[last] = True
        last = previous[last]
    return keep
