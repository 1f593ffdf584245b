"""A bidirectional recurrent network over the features of all gaps, trained on those whose answer is known.

It starts from the rule: what it says is the rule's log odds plus what the network has learned to add, so few labels
move little, and a network that learned nothing is the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.nn import seeds
from core.progress import Progress
from core.sequence import windows
from core.sequence.cells import GapScorer, from_arrays, to_arrays
from core.sequence.scores import best_threshold
from core.sequence.training import Resume, Schedule, Training

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
_STEPS_AN_EPOCH = 12
_HEAVIEST = 10.0  # how much more a boundary may weigh than another gap
_ENOUGH = 20  # boundaries from which the validation part alone sets the threshold
_SEGMENTS = 20


class BoundaryScorer:
    """Log odds of a boundary at every gap of one stream.

    ``cell``: "lstm" or "rnn". ``hidden``: units each way. ``chunk``: gaps of one training window, ``batch`` windows a
    step; ``warm``: gaps read either side of a window that is judged. ``validation``: the share of the labelled gaps, in
    blocks of time, that stops the training. Learned: ``network_``, ``mean_``, ``sd_``, ``threshold_`` (the log odds at
    which F1 was best), ``history_``, ``n_features_in_``.
    """

    def __init__(
        self,
        cell: str = "lstm",
        hidden: int = 48,
        dropout: float = 0.2,
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
        with seeds.fixed(self.random_state):
            self.network_ = GapScorer(self.cell, self._inputs(), self.hidden, self.dropout).to(self.device)
        judged = validation_part(y, weight, self.validation, self.random_state)
        self._train(x, y, weight, judged, offset, progress, resume)
        self.threshold_ = self._best_threshold(x, y, weight, judged, offset)
        return self

    def _train(
        self,
        x: F64,
        y: Bools,
        weight: F64,
        judged: Bools,
        offset: F64 | None,
        progress: Progress,
        resume: Resume | None,
    ) -> None:
        heavy = np.where(y, _class_weight(y, weight), 1.0) * weight
        stream = self._stream(x, offset)
        answer = y.astype(np.float32)
        learn, judge = (np.where(part, heavy, 0.0).astype(np.float32) for part in (~judged, judged))
        labelled = np.flatnonzero(learn > 0)
        progress.phase("Learning where events end", self.epochs, "rounds")
        schedule = Schedule(self.epochs, self.learning_rate, self.patience, weight_decay=self.weight_decay)
        training = Training(self.network_, schedule, seed=self.random_state, progress=progress, resume=resume)
        length = min(self.chunk, len(y))

        def batches(rng: np.random.Generator) -> Iterator[tuple[F32, F32, F32]]:
            for _ in range(max(-(-len(labelled) // (self.batch * length)), _STEPS_AN_EPOCH)):
                begin = labelled[rng.integers(0, len(labelled), self.batch)] - rng.integers(0, length, self.batch)
                yield tuple(windows.gather(each, begin, length) for each in (stream, answer, learn))  # type: ignore[misc]

        def judgement() -> float:
            scored = torch.from_numpy(self._scores(stream).astype(np.float32))
            part = judge if judged.any() else learn
            return float(weighted_loss(scored, torch.from_numpy(answer), torch.from_numpy(part)))

        if len(labelled):
            self.history_ = training.run(batches, lambda batch: self._loss(batch), judgement)
        else:
            self.history_ = training.history

    def _loss(self, batch: tuple[F32, F32, F32]) -> Tensor:
        stream, answer, weight = (torch.from_numpy(part).to(self.device) for part in batch)
        return weighted_loss(stream[..., -1] + self.network_(stream[..., :-1]), answer, weight)

    def _best_threshold(self, x: F64, y: Bools, weight: F64, judged: Bools, offset: F64 | None) -> float:
        scored = self._scores(self._stream(x, offset))
        part = judged if int(y[judged].sum()) >= _ENOUGH else weight > 0
        return best_threshold(scored[part], y[part])

    def decision_function(self, x: F64, offset: F64 | None = None) -> F64:
        """float64 [g]: log odds, 0 and above is a boundary."""
        return self._scores(self._stream(x, offset)) - self.threshold_

    def predict(self, x: F64, offset: F64 | None = None) -> Bools:
        """bool [g]: the boundaries."""
        return self.decision_function(x, offset) >= 0

    # ------------------------------------------------------------ inputs

    def _inputs(self) -> int:
        return 2 * len(self.mean_)

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

    def _scores(self, stream: F32) -> F64:
        """float64 [g]: log odds before the threshold, read in windows with ``warm`` gaps either side."""
        n = len(stream)
        if n == 0:
            return np.zeros(0)
        first, length = windows.starts(n, 4 * self.chunk, self.warm)
        steps = length + 2 * self.warm
        out = np.zeros((len(first), steps), np.float32)
        self.network_.eval()
        with torch.no_grad():
            for start in range(0, len(first), 4 * self.batch):
                part = slice(start, start + 4 * self.batch)
                block = torch.from_numpy(windows.gather(stream, first[part], steps)).to(self.device)
                out[part] = (block[..., -1] + self.network_(block[..., :-1])).cpu().numpy()
        return windows.scatter(out, first, self.warm, length, n).astype(np.float64)

    # ------------------------------------------------------------ files

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a file."""
        own = {"mean": self.mean_, "sd": self.sd_, "threshold": np.array([self.threshold_])}
        return {**to_arrays(self.network_, "network/"), **own}

    def set_arrays(self, arrays: dict[str, NDArray[Any]]) -> BoundaryScorer:
        """Take what :meth:`arrays` gave to a scorer of the same parameters. Raises WeightsError."""
        self.mean_, self.sd_, self.threshold_ = arrays["mean"], arrays["sd"], float(arrays["threshold"][0])
        self.n_features_in_ = len(self.mean_)
        with seeds.fixed(0):
            self.network_ = GapScorer(self.cell, self._inputs(), self.hidden, self.dropout).to(self.device)
        from_arrays(self.network_, arrays, "network/")
        self.network_.eval()
        return self


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
