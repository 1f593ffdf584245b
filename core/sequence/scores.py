"""Thresholds and F1 of scored gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class F1:
    """How well boundaries were found: ``f1``, ``precision``, ``recall`` in [0, 1]."""

    f1: float
    precision: float
    recall: float


def f1(said: Bools, label: Bools) -> F1:
    """F1 with precision and recall; 0 where nothing was said or nothing is true."""
    hits, told, true = int((said & label).sum()), int(said.sum()), int(label.sum())
    return F1(2 * hits / max(told + true, 1), hits / max(told, 1), hits / max(true, 1))


def best_threshold(score: F64, label: Bools, default: float = 0.0) -> float:
    """The threshold with the best F1 for "score at or above it"; halfway to the next score below.

    ``default`` where the labels have no boundary.
    """
    if not label.any():
        return default
    order = np.argsort(-score, kind="stable")
    score, label = score[order], label[order]
    last = np.append(score[1:] < score[:-1], True)
    value = np.where(last, 2 * np.cumsum(label) / (np.arange(len(score)) + 1 + label.sum()), -1.0)
    best = int(np.argmax(value))
    below = score[best + 1] if best + 1 < len(score) else score[best] - 1.0
    return float((score[best] + below) / 2)


def blocks(label: Bools, n_blocks: int) -> NDArray[np.int64]:
    """int64 [g]: the block of time each labelled gap belongs to, cut so that each holds about as many boundaries."""
    each = label.astype(np.int64)
    total = max(int(each.sum()), 1)
    out: NDArray[np.int64] = np.minimum((np.cumsum(each) - each) * n_blocks // total, n_blocks - 1)
    return out
