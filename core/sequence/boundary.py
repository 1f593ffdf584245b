"""A bidirectional recurrent network over the features of all gaps, trained on those whose answer is known.

It starts from the rule: what it says is the rule's log odds plus what the network has learned to add, so few labels
move little, and a network that learned nothing is the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.nn import seeds
from core.nn.checkpoints import from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress
from core.sequence import windows
from core.sequence.cells import GapScorer
from core.sequence.scores import best_threshold

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
_STEPS_AN_EPOCH, _MOST_STEPS = 12, 64
_HEAVIEST = 10.0  # how much more a boundary may weigh than another gap
_ENOUGH = 20  # boundaries from which the validation part alone sets the threshold
_SEGMENTS = 20


class BoundaryScorer:
    """Log odds of a boundary at every gap of one stream: the mean of a few networks, each stopped by other blocks.

    ``cell``: "lstm" or "rnn". ``members``: networks; ``hidden``: units each way. ``chunk``: gaps of a training window,
    ``batch`` windows a step; ``warm``: gaps read either side of a window that is judged. ``validation``: the share of
    the labelled gaps, in blocks of time, that stops the training of a member. Learned: ``networks_``, ``mean_``,
    ``sd_``, ``threshold_`` (the log odds at which F1 was best on what members had not trained on), ``history_`` of
    each, ``n_features_in_``.
    """

    def __init__(
        self,
        cell: str = "lstm",
        members: int = 3,
        hidden: int = 24,
        dropout: float = 0.4,
        epochs: int = 40,
        chunk: int = 64,
        batch: int = 16,
        warm: int = 16,
        learning_rate: float = 4e-3,
        weight_decay: float = 1e-2,
        patience: int = 6,
        validation: float = 0.2,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.cell = cell
        self.members = members
        self.hidden = hidden
        self.dropout = dropout
        self.epochs = epochs
        self.chunk = chunk
        self.batch = batch
        self.warm = warm
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.patience = patience
        self.validation = validation
        self.random_state = random_state
        self.device = device

    def fit(
        self,
        x: F64,
        y: Bools,
        *,
        weight: F64 | None = None,
        offset: F64 | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
    ) -> BoundaryScorer:
        """Learn from the g gaps of a stream in order of time.

        ``x`` float64 [g, p], NaN unknown; ``y`` bool [g]; ``weight`` float64 [g], 0 where the answer is not known;
        ``offset`` float64 [g]: log odds to start from. Raises Cancelled, ReverieError.
        """
        progress = Progress() if progress is None else progress
        weight = np.ones(len(y)) if weight is None else weight
        self._standardise(x)
        self.networks_: list[nn.Module] = []
        self.history_: list[History] = []
        stream = self._stream(x, offset)
        apart = np.zeros((self.members, len(y)), dtype=np.bool_)
        progress.phase("Learning where events end", self.members * self.epochs, "rounds")
        for member in range(self.members):
            seed = self.members * self.random_state + member
            apart[member] = validation_part(y, weight, self.validation, seed)
            own = None if resume is None else replace(resume, path=_of_member(resume.path, member))
            training = self._training(seed, Ahead(progress, member * self.epochs), own)
            self._train(training, stream, y, weight, apart[member])
        self.threshold_ = self._best_threshold(stream, y, weight, apart)
        return self

    def _training(self, seed: int, progress: Progress, resume: Resume | None) -> Training:
        schedule = Schedule(self.epochs, self.learning_rate, self.patience, weight_decay=self.weight_decay)
        return Training(self._network(seed), schedule, seed=seed, progress=progress, resume=resume)

    def _network(self, seed: int) -> GapScorer:
        with seeds.fixed(seed):
            return GapScorer(self.cell, 2 * len(self.mean_), self.hidden, self.dropout).to(self.device)

    def _train(self, training: Training, stream: F32, y: Bools, weight: F64, judged: Bools) -> None:
        """Train one member, judged by the gaps ``judged``."""
        network = training.network
        heavy = np.where(y, _class_weight(y, weight), 1.0) * weight
        answer = y.astype(np.float32)
        learn, judge = (np.where(part, heavy, 0.0).astype(np.float32) for part in (~judged, judged))
        judge = judge if judged.any() else learn
        labelled = np.flatnonzero(learn > 0)
        length = min(self.chunk, len(y))
        steps = int(np.clip(-(-len(labelled) // (self.batch * max(length, 1))), _STEPS_AN_EPOCH, _MOST_STEPS))

        def batches(rng: np.random.Generator) -> Iterator[tuple[F32, F32, F32]]:
            for _ in range(steps):
                begin = labelled[rng.integers(0, len(labelled), self.batch)] - rng.integers(0, length, self.batch)
                x, wanted, counts = (windows.gather(each, begin, length) for each in (stream, answer, learn))
                yield x, wanted, counts

        def judgement() -> float:
            scored = torch.from_numpy(self._scores(network, stream).astype(np.float32))
            return float(weighted_loss(scored, torch.from_numpy(answer), torch.from_numpy(judge)))

        if len(labelled):
            training.run(batches, lambda batch: self._loss(network, batch), judgement)
        self.networks_.append(network)
        self.history_.append(training.history)

    def _loss(self, network: nn.Module, batch: tuple[F32, F32, F32]) -> Tensor:
        stream, answer, weight = (torch.from_numpy(part).to(self.device) for part in batch)
        return weighted_loss(stream[..., -1] + network(stream[..., :-1]), answer, weight)

    def _best_threshold(self, stream: F32, y: Bools, weight: F64, apart: NDArray[np.bool_]) -> float:
        """Every gap judged by the members that had not trained on it, where enough boundaries have such members."""
        scored = np.stack([self._scores(network, stream) for network in self.networks_])
        fair = apart.any(axis=0)
        if int(y[fair].sum()) >= _ENOUGH:
            mean = (scored * apart).sum(axis=0)[fair] / apart.sum(axis=0)[fair]
            return best_threshold(mean, y[fair])
        known = weight > 0
        return best_threshold(scored.mean(axis=0)[known], y[known])

    def decision_function(self, x: F64, offset: F64 | None = None) -> F64:
        """float64 [g]: log odds, 0 and above is a boundary."""
        stream = self._stream(x, offset)
        scored = [self._scores(network, stream) for network in self.networks_]
        mean: F64 = np.mean(scored, axis=0)
        return mean - self.threshold_

    def predict(self, x: F64, offset: F64 | None = None) -> Bools:
        """bool [g]: the boundaries."""
        return self.decision_function(x, offset) >= 0

    # ------------------------------------------------------------ inputs

    def _standardise(self, x: F64) -> None:
        known = np.isfinite(x)
        count = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, x, 0.0)
        self.n_features_in_ = int(x.shape[1])
        self.mean_ = filled.sum(axis=0) / count
        spread = np.sqrt((np.where(known, x - self.mean_, 0.0) ** 2).sum(axis=0) / count)
        self.sd_ = np.where(spread > 1e-6, spread, 1.0)

    def _stream(self, x: F64, offset: F64 | None) -> F32:
        """float32 [g, 2 p + 1]: standardised features (0 unknown), whether each is known, and the log odds so far."""
        known = np.isfinite(x)
        scaled = np.where(known, np.clip((x - self.mean_) / self.sd_, -4.0, 4.0), 0.0)
        start = np.zeros(len(x)) if offset is None else offset
        return np.column_stack([scaled, known, np.clip(start, -12.0, 12.0)]).astype(np.float32)

    def _scores(self, network: nn.Module, stream: F32) -> F64:
        """float64 [g]: log odds of one member before the threshold, read in windows with ``warm`` gaps either side."""
        n = len(stream)
        if n == 0:
            return np.zeros(0)
        first, length = windows.starts(n, 4 * self.chunk, self.warm)
        steps = length + 2 * self.warm
        out = np.zeros((len(first), steps), np.float32)
        network.eval()
        with torch.no_grad():
            for start in range(0, len(first), 4 * self.batch):
                part = slice(start, start + 4 * self.batch)
                block = torch.from_numpy(windows.gather(stream, first[part], steps)).to(self.device)
                out[part] = (block[..., -1] + network(block[..., :-1])).cpu().numpy()
        return windows.scatter(out, first, self.warm, length, n).astype(np.float64)

    # ------------------------------------------------------------ files

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a file."""
        own = {"mean": self.mean_, "sd": self.sd_, "threshold": np.array([self.threshold_])}
        all_of_them = (to_arrays(network, f"{k}/") for k, network in enumerate(self.networks_))
        return {**own, **{name: array for one in all_of_them for name, array in one.items()}}

    def set_arrays(self, arrays: dict[str, NDArray[Any]]) -> BoundaryScorer:
        """Take what :meth:`arrays` gave to a scorer of the same parameters. Raises WeightsError."""
        self.mean_, self.sd_, self.threshold_ = arrays["mean"], arrays["sd"], float(arrays["threshold"][0])
        self.n_features_in_ = len(self.mean_)
        self.networks_ = [self._network(0) for _ in range(self.members)]
        for k, network in enumerate(self.networks_):
            from_arrays(network, arrays, f"{k}/")
            network.eval()
        return self


class Ahead(Progress):
    """A progress that reports into another one, some steps further on."""

    def __init__(self, whole: Progress, by: int) -> None:
        super().__init__()
        self._whole, self._by = whole, by

    def set(self, done: int, total: int | None = None) -> None:
        self._whole.set(self._by + done)

    def check(self) -> None:
        self._whole.check()


def _of_member(path: Path, member: int) -> Path:
    return path.with_name(f"{path.stem}-{member}{path.suffix}")


def weighted_loss(score: Tensor, answer: Tensor, weight: Tensor) -> Tensor:
    """Binary cross-entropy of log odds, a weighted mean; weight 0 leaves a gap out."""
    each = nn.functional.binary_cross_entropy_with_logits(score, answer, reduction="none")
    return (each * weight).sum() / weight.sum().clamp(min=1e-9)


def _class_weight(y: Bools, weight: F64) -> float:
    """What a boundary weighs, so that both classes weigh about as much together."""
    yes, no = float(weight[y].sum()), float(weight[~y].sum())
    return float(np.clip(no / yes, 1.0, _HEAVIEST)) if yes > 0 else 1.0


def validation_part(y: Bools, weight: F64, share: float, seed: int) -> Bools:
    """bool [g]: labelled gaps kept apart to stop the training: whole segments of time, about ``share`` of them."""
    labelled = np.flatnonzero(weight > 0)
    out = np.zeros(len(y), dtype=np.bool_)
    segments = min(_SEGMENTS, len(labelled) // 10)
    if share <= 0 or segments < 2:
        return out
    segment = np.arange(len(labelled)) * segments // len(labelled)
    chosen = np.random.default_rng(seed).permutation(segments)[: max(1, round(share * segments))]
    out[labelled[np.isin(segment, chosen)]] = True
    return out
