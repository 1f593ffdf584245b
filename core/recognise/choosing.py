"""Which head a taught tag gets: all are judged on examples kept apart, and the simplest that does as well is used.

Average precision over folds of examples and negatives (leaving one example out where there are few); a head that is
more complicated must be better than a simpler one by more than the standard error of their difference (Breiman et al.,
"Classification and Regression Trees", 1984, the one-standard-error rule).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from core.group.logistic import sigmoid
from core.progress import Progress
from core.recognise.heads import CapsuleHead, CnnHead, Maps, ProbeHead

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
I64 = NDArray[np.int64]
Head = ProbeHead | CnnHead | CapsuleHead

NAMES = ("probe", "cnn", "capsule")
"""From the simplest to the most complicated."""
FOLDS = 5
FEWEST = 3
"""Examples from which heads can be compared."""
COST = 5.0
"""How much worse it is to tag a share of the other photos than to miss that share of the examples."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a head's score reads as one half, and how steeply the strength rises there."""

    at: float
    slope: float

    def strength(self, score: F64) -> F32:
        """float32 [n] in (0, 1)."""
        return sigmoid(self.slope * (score - self.at)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Judged:
    """One head on examples that it had not seen: ``precision`` float64 [folds], the average precision of each fold;
    ``score`` float64 [n] of every photo by the head that had not seen it."""

    precision: F64
    score: F64

    @property
    def mean(self) -> float:
        return float(self.precision.mean())

    @property
    def sd(self) -> float:
        return float(self.precision.std(ddof=1)) if len(self.precision) > 1 else 0.0


def head(name: str, seed: int = 0) -> Head:
    """A new head by its name in NAMES."""
    return ProbeHead() if name == "probe" else map_head(name, seed)


def map_head(name: str, seed: int = 0) -> CnnHead | CapsuleHead:
    """A new head over feature maps."""
    return CnnHead(random_state=seed) if name == "cnn" else CapsuleHead(random_state=seed)


def seen_by(name: str, maps: Maps, vectors: NDArray[np.float16] | F32) -> Any:
    """What a head learns from: the vectors or the maps."""
    return vectors if name == "probe" else maps


def folds(y: Bools, seed: int) -> Iterator[Bools]:
    """bool [n] of what is kept apart, fold by fold: examples and negatives are divided alike."""
    positives = int(y.sum())
    count = positives if positives <= FOLDS else FOLDS
    rng = np.random.default_rng(seed)
    part = np.zeros(len(y), dtype=np.int64)
    for side in (y, ~y):
        part[side] = rng.permutation(int(side.sum())) % count
    return (part == each for each in range(count))


def compare(
    maps: Maps,
    vectors: NDArray[np.float16] | F32,
    y: Bools,
    *,
    names: tuple[str, ...] = NAMES,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Judged]:
    """Every head on held-out photos: maps [n, h, w, c] and vectors [n, d] of the same photos, y bool [n].

    Raises ValueError with fewer than FEWEST examples or negatives, Cancelled.
    """
    y = np.asarray(y, dtype=np.bool_)
    if min(int(y.sum()), int((~y).sum())) < FEWEST:
        raise ValueError(f"Heads can be compared from {FEWEST} examples on.")
    progress = progress or Progress()
    parts = list(folds(y, seed))
    progress.phase("Comparing ways to tell", len(parts) * len(names), "steps")
    out = {}
    for name in names:
        x, score, precision = seen_by(name, maps, vectors), np.zeros(len(y)), []
        for apart in parts:
            progress.check()
            with one_thread():
                fitted = head(name, seed).fit(x[~apart], y[~apart])
                score[apart] = fitted.decision_function(x[apart])
            precision.append(float(average_precision_score(y[apart], score[apart])))
            progress.advance()
        out[name] = Judged(np.array(precision), score)
    return out


@contextmanager
def one_thread() -> Iterator[None]:
    """Heads are so small that threads wait for each other more than they work (three times as slow with two)."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def best(found: Mapping[str, Judged]) -> str:
    """The simplest head that is not worse than the best one by more than the standard error of their difference."""
    top = max(found, key=lambda name: found[name].mean)
    for name in NAMES:
        if name in found and _as_good(found[name].precision, found[top].precision):
            return name
    return top


def _as_good(one: F64, other: F64) -> bool:
    behind = other - one
    error = behind.std(ddof=1) / len(behind) ** 0.5 if len(behind) > 1 else 0.0
    return bool(behind.mean() <= error)


def bar(score: F64, y: Bools) -> Bar:
    """Where the share of examples found, less COST times that of negatives found, is greatest; from scores float64 [n]
    of heads that had not seen them.

    Negatives that carry the tag unknown to anybody do not move it, as long as they are fewer than one in COST (Menon
    et al., "Learning from Corrupted Binary Labels via Class-Probability Estimation", ICML 2015).
    """
    levels, where = np.unique(-score, return_inverse=True)  # the highest first
    found = np.cumsum(np.bincount(where, y, len(levels))) / y.sum()
    wrong = np.cumsum(np.bincount(where, ~y, len(levels))) / (~y).sum()
    last = int(np.argmax(found - COST * wrong))
    below = levels[min(last + 1, len(levels) - 1)]
    at = -float(levels[last] + below) / 2
    typical = float(np.median(score[y]))
    return Bar(at, 2.0 / max(typical - at, 0.1 * float(np.std(score)), 1e-9))
