"""The epochs of learners that do not follow a loss's gradient: seeded, cancellable, resumable to the bit, NaN-safe.

The counterpart of :class:`core.nn.training.Training` for contrastive divergence and wake-sleep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import ReverieError, WeightsError
from core.nn import checkpoints, seeds
from core.nn.checkpoints import Arrays
from core.nn.training import Resume
from core.progress import Progress

STRIDE = 1_000_003
Curves = dict[str, list[float]]


class Epochs:
    """Runs epochs of ``step`` over shuffled batches and keeps the whole state after each.

    ``step(rows, generator)`` returns False where it was left out because its numbers were not finite. Every epoch
    draws from a seed of its own, so a stopped run goes on as if it had not been.
    """

    def __init__(self, n: int, batch: int, epochs: int, seed: int, device: str, resume: Resume | None) -> None:
        self.n, self.batch, self.epochs = n, batch, epochs
        self.seed, self.device, self.resume = seed, device, resume
        self.curves: Curves = {}

    def run(
        self,
        step: Callable[[NDArray[np.int64], torch.Generator], bool],
        measure: Callable[[torch.Generator], dict[str, float]],
        state: Callable[[], Arrays],
        progress: Progress,
        on_epoch: Callable[[int], None],
        first: int = 0,
    ) -> None:
        """From epoch ``first`` on. ``measure`` gives each curve's next value. Raises Cancelled (the checkpoint stays),
        ReverieError if the numbers run away."""
        progress.set(first)
        for epoch in range(first, self.epochs):
            progress.check()
            seed = self.seed * STRIDE + epoch
            self._epoch(step, seed, progress)
            for name, value in measure(seeds.generator(seed, self.device)).items():
                self.curves.setdefault(name, []).append(value)
            self._save(state)
            progress.set(epoch + 1)
            on_epoch(epoch)

    def _epoch(self, step: Callable[[NDArray[np.int64], torch.Generator], bool], seed: int, progress: Progress) -> None:
        generator = seeds.generator(seed, self.device)
        steps = skipped = 0
        for rows in shuffled(self.n, self.batch, np.random.default_rng(seed)):
            progress.check()
            steps += 1
            skipped += not step(rows, generator)
        if skipped > steps // 2:
            raise ReverieError("The training of the network ran into numbers that are not finite, and was stopped.")

    def _save(self, state: Callable[[], Arrays]) -> None:
        if self.resume is not None:
            texts = {"fingerprint": self.resume.fingerprint, "curves": json.dumps(self.curves)}
            checkpoints.save(self.resume.path, state(), texts)

    def load(self) -> Arrays | None:
        """The state of this very run, where one was kept; the curves with it."""
        if self.resume is None or not self.resume.path.exists():
            return None
        try:
            arrays, texts = checkpoints.load(self.resume.path)
        except WeightsError:
            return None
        if texts.get("fingerprint") != self.resume.fingerprint:
            return None
        self.curves = json.loads(texts["curves"])
        return arrays

    @property
    def done(self) -> int:
        return max((len(curve) for curve in self.curves.values()), default=0)


def shuffled(n: int, batch: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Every row once, in batches; a last one of fewer than a quarter of a batch is left out where there are others."""
    order = rng.permutation(n)
    for start in range(0, n, batch):
        rows = order[start : start + batch]
        if start == 0 or 4 * len(rows) >= batch:
            yield np.sort(rows)


def spread(n: int, most: int) -> NDArray[np.int64]:
    """Up to ``most`` rows out of n, at equal distances."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))
