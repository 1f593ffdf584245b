"""How odd rows are: how far their nearest neighbours are, in one space of vectors or several at once.

The distance to the k nearest (Ramaswamy, Rastogi and Shim 2000), over the root of the distance at which those
neighbours have theirs: halfway to a local outlier factor (Breunig et al. 2000), which forgives sparse regions wholly.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Space = NDArray[np.float32] | NDArray[np.float16]
BLOCK = 1024


class NeighbourOddness:
    """``k`` nearest neighbours; of more than ``reference`` rows that are fitted, so many are drawn to compare with.

    A space is an array float [n, d]: vectors, codes of an autoencoder; all spaces have the same rows. Learned:
    ``kept_`` int64: the rows that others are compared with; ``scores_`` float64 [n]: of the rows themselves, each
    compared with the others.
    """

    def __init__(self, k: int = 5, reference: int = 20_000, random_state: int = 0) -> None:
        self.k = k
        self.reference = reference
        self.random_state = random_state

    def fit(self, *spaces: Space) -> Self:
        """Learn what is usual. Raises ValueError where there are fewer than two rows."""
        n = len(spaces[0]) if spaces else 0
        if n < 2 or any(len(space) != n for space in spaces):
            raise ValueError("Oddness needs at least two rows, the same in every space.")
        rng = np.random.default_rng(self.random_state)
        few = n <= self.reference
        self.kept_: I64 = np.arange(n) if few else np.sort(rng.choice(n, self.reference, replace=False))
        self._spaces = [np.asarray(space[self.kept_], dtype=np.float32) for space in spaces]
        itself = np.arange(len(self.kept_))
        self._own = [_distances(space, space, itself, self.k)[1] for space in self._spaces]
        self._usual = [1.0] * len(spaces)
        at_home = [self._ratio(i, space, itself) for i, space in enumerate(self._spaces)]
        self._usual = [float(np.median(ratio)) or 1.0 for ratio in at_home]
        place = np.full(n, -1, np.int64)
        place[self.kept_] = itself
        self.scores_ = self._scores(spaces, place)
        return self

    def score(self, *spaces: Space) -> F64:
        """float64 [m]: how odd other rows are; 1 is usual, more is odder."""
        return self._scores(spaces, np.full(len(spaces[0]), -1, np.int64))

    def _scores(self, spaces: tuple[Space, ...], itself: I64) -> F64:
        """The mean over the spaces of each ratio against its usual value."""
        total = np.zeros(len(itself))
        for index, space in enumerate(spaces):
            total += self._ratio(index, space, itself) / self._usual[index]
        return total / max(len(spaces), 1)

    def _ratio(self, index: int, space: Space, itself: I64) -> F64:
        near, distance = _distances(space, self._spaces[index], itself, self.k)
        floor = 1e-6 * max(float(self._own[index].mean()), 1e-12)
        ratio: F64 = distance / np.sqrt(np.maximum(self._own[index][near].mean(axis=1), floor))
        return ratio


def _distances(queries: Space, reference: F32, itself: I64, k: int) -> tuple[I64, F64]:
    """(the k nearest int64 [m, k], mean distance to them float64 [m]); ``itself``: each query's own place among the
    reference, which does not count, or -1."""
    k = max(min(k, len(reference) - 1), 1)
    near, distance = np.empty((len(queries), k), np.int64), np.empty(len(queries))
    square = np.einsum("ij,ij->i", reference, reference)
    for begin in range(0, len(queries), BLOCK):
        block = np.asarray(queries[begin : begin + BLOCK], dtype=np.float32)
        far = square - 2.0 * (block @ reference.T)
        own = itself[begin : begin + BLOCK]
        far[np.flatnonzero(own >= 0), own[own >= 0]] = np.inf
        at = np.argpartition(far, k - 1, axis=1)[:, :k]
        for row, places in enumerate(at):  # differences anew: what is near is lost in the difference of large squares
            near[begin + row] = places
            distance[begin + row] = np.sqrt(((reference[places] - block[row]) ** 2).sum(axis=1)).mean()
    return near, distance
