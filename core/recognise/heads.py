"""Heads that learn one tag from a few examples: over the feature maps of a photo, or over its pooled vector.

All are binary classifiers with scikit-learn's contract: ``fit(X, y)`` with X float [n, h, w, c] feature maps (or, for
:class:`ProbeHead`, float [n, d] vectors) and y bool [n], ``decision_function`` float64 [n], above zero where the photo
more likely carries the tag. Photos that nobody labelled serve as negatives, so a few of them may carry it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from torch import Tensor, nn

from core.group import probes
from core.nn import seeds
from core.nn.checkpoints import from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress
from core.recognise import capsules

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Maps = NDArray[np.float16] | F32
_POSITIVE_SHARE = 1 / 3  # of a batch: positives are drawn again and again, negatives once an epoch
_BLOCK = 256


class _MapHead(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """What heads over feature maps share: standardised channels, balanced batches, mirrored maps, one training loop."""

    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    random_state: int
    device: str

    def fit(
        self,
        X: Maps,
        y: Bools,
        *,
        X_held_out: Maps | None = None,
        y_held_out: Bools | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """Learn from maps [n, h, w, c] and whether each has the tag, bool [n]; at least one of either.

        The epoch of the lowest loss is kept: on the held-out part where one is given. Raises ValueError, Cancelled,
        ReverieError.
        """
        y = np.asarray(y, dtype=np.bool_)
        if not y.any() or y.all():
            raise ValueError("a tag needs photos that carry it and photos that do not")
        self.classes_ = np.array([False, True])
        self.mean_, self.sd_ = channel_scale(X)
        self.network_ = self._seeded(X.shape[-1])
        self.n_features_in_ = X.shape[-1]
        self.history_: dict[str, list[float]] = {"loss": []}
        held_out = None if X_held_out is None or y_held_out is None else (X_held_out, np.asarray(y_held_out))
        schedule = Schedule(self.epochs, self.learning_rate, self.epochs, weight_decay=self.weight_decay)

        def told(history: History) -> None:
            self._remember(history, held_out is not None)
            if on_epoch is not None:
                on_epoch(self, len(history.losses) - 1)

        training = Training(
            self.network_,
            schedule,
            seed=self.random_state,
            progress=progress or Progress(),
            resume=resume,
            on_epoch=told,
        )

        def judge() -> float:
            return training.history.losses[-1] if held_out is None else self._mean_loss(*held_out)

        history = training.run(lambda rng: self._batches(X, y, rng), self._loss, judge)
        self._remember(history, held_out is not None)
        return self

    def decision_function(self, X: Maps) -> F64:
        """float64 [n]."""
        parts = [self._scores(self.network_(self._tensor(block))) for block in _blocks(X)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def predict(self, X: Maps) -> Bools:
        """bool [n]."""
        return self.decision_function(X) > 0

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a file."""
        return {"mean": self.mean_, "sd": self.sd_, **to_arrays(self.network_, "network/")}

    def set_arrays(self, arrays: dict[str, NDArray[Any]]) -> Self:
        """Take what :meth:`arrays` gave to a head of the same parameters. Raises WeightsError."""
        self.classes_ = np.array([False, True])
        self.mean_, self.sd_ = np.asarray(arrays["mean"], np.float32), np.asarray(arrays["sd"], np.float32)
        self.n_features_in_ = len(self.mean_)
        self.network_ = self._seeded(self.n_features_in_)
        from_arrays(self.network_, arrays, "network/")
        self.network_.eval()
        self.history_ = {}
        return self

    def n_parameters(self, channels: int) -> int:
        """How many numbers are learned over maps of so many channels."""
        return sum(parameter.numel() for parameter in self._network(channels).parameters())

    # ------------------------------------------------------------ of each head

    @abstractmethod
    def _network(self, channels: int) -> nn.Module:
        """A new network for maps of so many channels."""

    @abstractmethod
    def _loss_of(self, out: Tensor, y: Tensor) -> Tensor:
        """The mean loss of what the network says against 0 or 1 [n]."""

    @abstractmethod
    def _scores_of(self, out: Tensor) -> Tensor:
        """[n], above zero for the tag."""

    # ------------------------------------------------------------ inside

    def _seeded(self, channels: int) -> nn.Module:
        with seeds.fixed(self.random_state):
            return self._network(channels).to(self.device)

    def _batches(self, x: Maps, y: Bools, rng: np.random.Generator) -> Iterator[tuple[Maps, F32]]:
        """An epoch: every negative once, positives as often as makes a third of every batch; some mirrored."""
        positive, negative = np.flatnonzero(y), rng.permutation(np.flatnonzero(~y))
        many = max(round(self.batch * (1 - _POSITIVE_SHARE)), 1)
        for start in range(0, len(negative), many):
            others = negative[start : start + many]
            count = max(round(len(others) * _POSITIVE_SHARE / (1 - _POSITIVE_SHARE)), 1)
            ours = np.resize(rng.permutation(positive), count)
            rows = np.concatenate([ours, others])
            yield _mirrored(x[rows], rng), y[rows].astype(np.float32)

    def _tensor(self, x: Maps) -> Tensor:
        """Standardised maps [n, c, h, w] on the device."""
        scaled = (np.asarray(x, dtype=np.float32) - self.mean_) / self.sd_
        return torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))).to(self.device)

    def _loss(self, batch: tuple[Maps, F32]) -> Tensor:
        x, y = batch
        return self._loss_of(self.network_(self._tensor(x)), torch.from_numpy(y).to(self.device))

    def _mean_loss(self, x: Maps, y: NDArray[Any]) -> float:
        parts = [
            (float(self._loss((block, y[at : at + len(block)].astype(np.float32)))), len(block))
            for at, block in zip(range(0, len(x), _BLOCK), _blocks(x), strict=True)
        ]
        return sum(loss * n for loss, n in parts) / max(sum(n for _, n in parts), 1)

    def _scores(self, out: Tensor) -> F64:
        return self._scores_of(out.detach()).cpu().numpy().astype(np.float64)

    def _remember(self, history: History, held_out: bool) -> None:
        self.history_ = {"loss": list(history.losses)}
        if held_out:
            self.history_["loss_held_out"] = list(history.judged)


class CapsuleHead(_MapHead):
    """Capsules with dynamic routing (:mod:`core.recognise.capsules`).

    ``types`` of primary capsules at every position, of ``primary_dim`` numbers; ``tag_dim`` numbers in each of the two
    upper ones; ``routings``: rounds of routing. Learned: ``network_``, ``mean_``, ``sd_``, ``history_``,
    ``n_features_in_``, ``classes_``.
    """

    def __init__(
        self,
        types: int = 8,
        primary_dim: int = 8,
        tag_dim: int = 16,
        routings: int = 3,
        epochs: int = 20,
        batch: int = 48,
        learning_rate: float = 2e-3,
        weight_decay: float = 1e-2,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.types = types
        self.primary_dim = primary_dim
        self.tag_dim = tag_dim
        self.routings = routings
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.device = device

    def _network(self, channels: int) -> nn.Module:
        return capsules.CapsuleNetwork(channels, self.types, self.primary_dim, self.tag_dim, self.routings)

    def _loss_of(self, out: Tensor, y: Tensor) -> Tensor:
        return capsules.margin_loss(out, torch.stack([y, 1 - y], dim=1)).mean()

    def _scores_of(self, out: Tensor) -> Tensor:
        return capsules.scores(out)


class CnnHead(_MapHead):
    """Convolutions over the maps, the strongest response of each filter anywhere, and a linear decision.

    ``hidden`` filters of one point, then as many of 3 x 3; None: as many as give the number of parameters of a
    :class:`CapsuleHead` with its defaults. Learned: as there.
    """

    def __init__(
        self,
        hidden: int | None = None,
        dropout: float = 0.3,
        epochs: int = 20,
        batch: int = 48,
        learning_rate: float = 2e-3,
        weight_decay: float = 1e-2,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.hidden = hidden
        self.dropout = dropout
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.device = device

    def _network(self, channels: int) -> nn.Module:
        hidden = self.hidden or width_for(CapsuleHead().n_parameters(channels), channels)
        return _Convolutions(channels, hidden, self.dropout)

    def _loss_of(self, out: Tensor, y: Tensor) -> Tensor:
        return nn.functional.binary_cross_entropy_with_logits(out, y)

    def _scores_of(self, out: Tensor) -> Tensor:
        return out


class _Convolutions(nn.Module):
    """Feature maps float [n, c, h, w] -> log odds [n]."""

    def __init__(self, channels: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.point = nn.Conv2d(channels, hidden, 1)
        self.around = nn.Conv2d(hidden, hidden, 3, padding=1)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, 1)

    def forward(self, maps: Tensor) -> Tensor:
        x = nn.functional.relu(self.around(nn.functional.relu(self.point(maps)))).amax(dim=(2, 3))
        out: Tensor = self.head(self.drop(x)).squeeze(1)
        return out


class ProbeHead(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Penalised logistic regression on pooled vectors, the probe that taught kinds rest on anyway.

    ``spread``: prior variance of the weights. Learned: ``probe_``, ``n_features_in_``, ``classes_``.
    """

    def __init__(self, spread: float = probes.DEFAULT.spread) -> None:
        self.spread = spread

    def fit(self, X: NDArray[np.float16] | F32, y: Bools) -> ProbeHead:
        """Unit vectors [n, d] and whether each has the tag. Raises ValueError without examples."""
        y, x = np.asarray(y, dtype=np.bool_), np.asarray(X, dtype=np.float32)
        if not y.any() or y.all():
            raise ValueError("a tag needs photos that carry it and photos that do not")
        self.classes_ = np.array([False, True])
        self.n_features_in_ = x.shape[1]
        self.probe_ = probes.fit_taught(x[y], y[y], x[~y], probes.ProbeParams(spread=self.spread))
        return self

    def decision_function(self, X: NDArray[np.float16] | F32) -> F64:
        """Log odds, float64 [n]."""
        return self.probe_.logits(X, np.full(len(X), probes.RARE))

    def predict(self, X: NDArray[np.float16] | F32) -> Bools:
        return self.decision_function(X) > 0


# ---------------------------------------------------------------- helpers


def width_for(parameters: int, channels: int) -> int:
    """The number of filters with which :class:`CnnHead` has about so many parameters."""
    widths = np.arange(1, 4096)
    counts = widths * (channels + 1) + widths * (9 * widths + 1) + widths + 1
    return int(widths[np.argmin(np.abs(counts - parameters))])


def channel_scale(x: Maps) -> tuple[F32, F32]:
    """Mean and standard deviation of every channel, float32 [c]; constant channels have a deviation of one."""
    total, square, count = np.zeros(x.shape[-1]), np.zeros(x.shape[-1]), 0
    for block in _blocks(x):
        flat = np.asarray(block, dtype=np.float64).reshape(-1, x.shape[-1])
        total, square, count = total + flat.sum(axis=0), square + np.square(flat).sum(axis=0), count + len(flat)
    mean = total / max(count, 1)
    sd = np.sqrt(np.maximum(square / max(count, 1) - mean**2, 0.0))
    return mean.astype(np.float32), np.where(sd > 1e-6, sd, 1.0).astype(np.float32)


def _blocks(x: Maps) -> Iterator[Maps]:
    return (x[start : start + _BLOCK] for start in range(0, len(x), _BLOCK))


def _mirrored(x: Maps, rng: np.random.Generator) -> Maps:
    """Half of the maps with left and right exchanged."""
    out, chosen = x.copy(), rng.random(len(x)) < 0.5
    out[chosen] = out[chosen][:, :, ::-1]
    return out
