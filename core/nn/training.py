"""One training loop for every network that learns by gradients: seeded, cancellable, resumable to the bit, NaN-safe.

Every epoch draws from a seed of its own (made of the run's seed and the epoch's number), so a run that was stopped
after any epoch goes on exactly as if it had not been.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ReverieError, WeightsError
from core.nn import checkpoints, seeds
from core.nn.adam import adam_arrays, set_adam_arrays
from core.nn.checkpoints import from_arrays, to_arrays
from core.progress import Progress

B = TypeVar("B")
Batches = Callable[[np.random.Generator], Iterable[B]]
_EPOCH_STRIDE = 1_000_003


@dataclass(frozen=True, slots=True)
class Schedule:
    """``epochs`` at most; stop after ``patience`` of them without a better judgement. Gradients are cut at ``clip``.
    ``decay`` "cosine": the learning rate falls along a half cosine, almost to zero in the last epoch."""

    epochs: int
    learning_rate: float
    patience: int
    clip: float = 1.0
    weight_decay: float = 0.0
    decay: Literal["none", "cosine"] = "none"

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0."""
        if self.decay == "none":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * epoch / self.epochs))


@dataclass(slots=True)
class History:
    """``losses``: mean loss of each epoch's steps; ``judged``: what each epoch was judged (lower is better); ``best``:
    the number of the best one; ``skipped``: steps left out because they were not finite."""

    losses: list[float] = field(default_factory=list)
    judged: list[float] = field(default_factory=list)
    best: int = -1
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Resume:
    """Where to keep the state of an unfinished run. ``fingerprint`` tells runs apart: another one starts anew."""

    path: Path
    fingerprint: str


class Training:
    """A network on its way. ``run`` leaves the best epoch's weights in the network."""

    def __init__(
        self,
        network: nn.Module,
        schedule: Schedule,
        *,
        seed: int,
        progress: Progress,
        resume: Resume | None = None,
        on_epoch: Callable[[History], None] | None = None,
    ) -> None:
        """``on_epoch`` is called after every epoch, in the thread that trains, once the epoch is kept."""
        self.network, self.schedule, self.seed = network, schedule, seed
        self.progress, self.resume, self.on_epoch = progress, resume, on_epoch
        self.history = History()
        self._best = to_arrays(network)
        parameters = list(network.parameters())
        self._adam = torch.optim.AdamW(parameters, lr=schedule.learning_rate, weight_decay=schedule.weight_decay)

    def run(self, batches: Batches[B], loss: Callable[[B], Tensor], judge: Callable[[], float]) -> History:
        """Train until the judgement no longer betters. Raises Cancelled (the checkpoint stays), ReverieError if the
        numbers run away."""
        self._load()
        done = len(self.history.judged)
        self.progress.set(done)
        for epoch in range(done, self.schedule.epochs):
            if self._stale():
                break
            self.progress.check()
            for group in self._adam.param_groups:
                group["lr"] = self.schedule.rate(epoch)
            with seeds.fixed(self.seed * _EPOCH_STRIDE + epoch) as rng:
                self._epoch(batches(rng), loss)
            self._judge(judge, epoch)
            self._save()
            self.progress.set(epoch + 1)
            if self.on_epoch is not None:
                self.on_epoch(self.history)
        from_arrays(self.network, self._best)
        self.network.eval()
        return self.history

    def forget(self) -> None:
        """Remove the checkpoint of a run that is finished."""
        if self.resume is not None:
            self.resume.path.unlink(missing_ok=True)

    def _stale(self) -> bool:
        return len(self.history.judged) - 1 - self.history.best >= self.schedule.patience

    def _epoch(self, batches: Iterable[B], loss: Callable[[B], Tensor]) -> None:
        self.network.train()
        steps = skipped = 0
        total = 0.0
        for batch in batches:
            self.progress.check()
            steps += 1
            value = loss(batch)
            if self._step(value):
                total += float(value.detach())
            else:
                skipped += 1
        self.history.losses.append(total / max(steps - skipped, 1))
        self.history.skipped += skipped
        if steps and skipped > steps // 2:
            raise ReverieError("The training of the network ran into numbers that are not finite, and was stopped.")

    def _step(self, value: Tensor) -> bool:
        """One step of the optimiser; False (and no step) where loss or gradient are not finite."""
        self._adam.zero_grad()
        if not bool(torch.isfinite(value)):
            return False
        value.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.schedule.clip)
        if not bool(torch.isfinite(norm)):
            return False
        self._adam.step()
        return True

    def _judge(self, judge: Callable[[], float], epoch: int) -> None:
        self.network.eval()
        with torch.no_grad():
            value = judge()
        value = value if math.isfinite(value) else math.inf
        better = self.history.best < 0 or value < self.history.judged[self.history.best]
        self.history.judged.append(value)
        if better:
            self.history.best, self._best = epoch, to_arrays(self.network)

    # ------------------------------------------------------------ checkpoints

    def _save(self) -> None:
        if self.resume is None:
            return
        arrays: dict[str, NDArray[Any]] = to_arrays(self.network, "now/")
        arrays.update({f"best/{name}": array for name, array in self._best.items()})
        arrays.update(adam_arrays(self._adam, "adam/"))
        history = asdict(self.history)
        texts = {"fingerprint": self.resume.fingerprint, "history": json.dumps(history)}
        checkpoints.save(self.resume.path, arrays, texts)

    def _load(self) -> None:
        """Go on from the checkpoint, where there is one of this very run."""
        if self.resume is None or not self.resume.path.exists():
            return
        try:
            arrays, texts = checkpoints.load(self.resume.path)
        except WeightsError:
            return
        if texts.get("fingerprint") != self.resume.fingerprint:
            return
        from_arrays(self.network, arrays, "now/")
        self._best = {k.removeprefix("best/"): v for k, v in arrays.items() if k.startswith("best/")}
        self.history = History(**json.loads(texts["history"]))
        set_adam_arrays(self._adam, arrays, "adam/")
