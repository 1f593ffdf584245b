"""Contextual event segmentation: a boundary is where what was foreseen and what is remembered differ.

After Garcia del Molino, Lim and Tan, "Predicting Visual Context for Unsupervised Event Segmentation in Continuous
Photo-streams", ACM Multimedia 2018: one recurrent network reads the stream forward and predicts the visual context to
come, one reads it backward; the cosine distance of their two predictions at a gap is the evidence for a boundary there.
No labels are needed, so it learns from the person's own stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from core.sequence.cells import NextContext

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
PHASES = {"forward": "Learning what comes next", "backward": "Learning what came before"}
DIRECTIONS = tuple(PHASES)
_FEWEST = 3  # photos: below this there is nothing to foresee
_STEPS_AN_EPOCH = 16


class ContextPredictor:
    """Learns what follows what in one stream of vectors.

    ``cell``: "lstm" or "rnn". ``hidden``: units. ``horizon``: how many coming photos make the context that is foreseen.
    ``chunk``: photos of one training window, ``batch`` windows a step; ``warm``: photos read before a window that is
    judged. ``validation``: the share of the stream, in blocks of time, that stops the training. Learned: ``networks_``
    by direction, ``history_`` by direction, ``n_features_in_``.
    """

    def __init__(
        self,
        cell: str = "lstm",
        hidden: int = 64,
        horizon: int = 5,
        dropout: float = 0.3,
        epochs: int = 24,
        chunk: int = 64,
        batch: int = 32,
        warm: int = 32,
        learning_rate: float = 4e-3,
        patience: int = 4,
        validation: float = 0.1,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.cell = cell
        self.hidden = hidden
        self.horizon = horizon
        self.dropout = dropout
        self.epochs = epochs
        self.chunk = chunk
        self.batch = batch
        self.warm = warm
        self.learning_rate = learning_rate
        self.patience = patience
        self.validation = validation
        self.random_state = random_state
        self.device = device

    def fit(self, vectors: F32, *, progress: Progress | None = None, resume: Resume | None = None) -> ContextPredictor:
        """Learn from float32 [n, d] in order of time, rows of length one or zero (not known).

        ``resume``: where both directions keep their state. Raises Cancelled, ReverieError.
        """
        progress = Progress() if progress is None else progress
        self.n_features_in_ = vectors.shape[1]
        self.networks_, self.history_ = {}, {}
        for index, direction in enumerate(DIRECTIONS):
            progress.phase(
                f"Learning what comes {'next' if direction == 'forward' else 'before'}", self.epochs, "rounds"
            )
            stream = vectors if direction == "forward" else vectors[::-1]
            seed = 2 * self.random_state + index
            own = None if resume is None else replace(resume, path=resume.path.with_suffix(f".{direction}"))
            network = self._network(seed)
            self.history_[direction] = self._fit_one(network, np.ascontiguousarray(stream), seed, progress, own)
            self.networks_[direction] = network
        return self

    def _network(self, seed: int) -> NextContext:
        with seeds.fixed(seed):
            return NextContext(self.cell, self.n_features_in_, self.hidden, self.dropout).to(self.device)

    def _fit_one(
        self, network: NextContext, stream: F32, seed: int, progress: Progress, resume: Resume | None
    ) -> History:
        schedule = Schedule(self.epochs, self.learning_rate, self.patience)
        training = Training(network, schedule, seed=seed, progress=progress, resume=resume)
        if len(stream) < _FEWEST:
            network.eval()
            return training.history
        target = coming(stream, self.horizon)
        first, length = windows.starts(len(stream), self.chunk, 0)
        held_out = _spaced(len(first), self.validation)
        learn_from = np.flatnonzero(~held_out)

        def batches(rng: np.random.Generator) -> Iterator[tuple[F32, F32]]:
            steps = max(-(-len(learn_from) // self.batch), _STEPS_AN_EPOCH)
            for _ in range(steps):
                chosen = learn_from[rng.integers(0, len(learn_from), min(self.batch, 4 * len(learn_from)))]
                begin = first[chosen] + rng.integers(-length // 4, length // 4 + 1, len(chosen))
                yield windows.gather(stream, begin, length), windows.gather(target, begin, length)

        judged = first[held_out] if held_out.any() else first
        question = windows.gather(stream, judged, length), windows.gather(target, judged, length)
        history = training.run(batches, lambda b: self._loss(network, b), lambda: float(self._loss(network, question)))
        return history

    def _loss(self, network: nn.Module, batch: tuple[F32, F32]) -> Tensor:
        x, wanted = (torch.from_numpy(part).to(self.device) for part in batch)
        return context_loss(network(x), wanted)

    def evidence(self, vectors: F32) -> F64:
        """float64 [n - 1] in [0, 2]: how much forward and backward prediction differ at each gap."""
        if len(vectors) < 2:
            return np.zeros(max(len(vectors) - 1, 0))
        foreseen = self.predict(vectors, "forward")
        remembered = self.predict(vectors, "backward")
        return cosine_distance(foreseen[:-1], remembered[1:])

    def predict(self, vectors: F32, direction: str) -> F32:
        """float32 [n, d]: at each photo, the context that the network expects beyond it in its direction."""
        stream = np.ascontiguousarray(vectors if direction == "forward" else vectors[::-1])
        network, n = self.networks_[direction], len(stream)
        first, length = windows.starts(n, self.chunk, self.warm)
        out = np.zeros((len(first), length + self.warm, stream.shape[1]), np.float32)
        network.eval()
        with torch.no_grad():
            for start in range(0, len(first), 8 * self.batch):
                part = slice(start, start + 8 * self.batch)
                x = torch.from_numpy(windows.gather(stream, first[part], length + self.warm)).to(self.device)
                out[part] = network(x).cpu().numpy()
        answer = windows.scatter(out, first, self.warm, length, n)
        return answer if direction == "forward" else answer[::-1]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a file."""
        both = (to_arrays(self.networks_[direction], f"{direction}/") for direction in DIRECTIONS)
        return {name: array for one in both for name, array in one.items()}

    def set_arrays(self, arrays: dict[str, NDArray[Any]]) -> ContextPredictor:
        """Take what :meth:`arrays` gave to a predictor of the same parameters. Raises WeightsError."""
        self.n_features_in_ = int(arrays["forward/head.weight"].shape[0])
        self.networks_, self.history_ = {}, {}
        for direction in DIRECTIONS:
            network = self._network(0)
            from_arrays(network, arrays, f"{direction}/")
            self.networks_[direction] = network.eval()
        return self


def coming(stream: F32, horizon: int) -> F32:
    """float32 [n, d]: the mean of the up to ``horizon`` known vectors after each one, of length one; zeros if none."""
    n = len(stream)
    total = np.concatenate([np.zeros((1, stream.shape[1])), np.cumsum(stream, axis=0, dtype=np.float64)])
    index = np.arange(n)
    mean = total[np.minimum(index + 1 + horizon, n)] - total[np.minimum(index + 1, n)]
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    return np.where(length > 1e-6, mean / np.maximum(length, 1e-6), 0.0).astype(np.float32)


def context_loss(said: Tensor, wanted: Tensor) -> Tensor:
    """Mean of 1 - cosine over the steps whose coming context is known (rows of ``wanted`` that are not zero)."""
    known = wanted.abs().sum(dim=-1) > 0
    cosine = nn.functional.cosine_similarity(said, wanted, dim=-1, eps=1e-6)
    return ((1.0 - cosine) * known).sum() / known.sum().clamp(min=1)


def cosine_distance(a: F32, b: F32) -> F64:
    """1 - cosine of the rows of two arrays, float64 [n]."""
    dot = np.einsum("ij,ij->i", a.astype(np.float64), b)
    norm = np.linalg.norm(a, axis=1).astype(np.float64) * np.linalg.norm(b, axis=1)
    return np.where(norm > 1e-9, 1.0 - dot / np.maximum(norm, 1e-9), 0.0)


def peaks(evidence: F64) -> NDArray[np.bool_]:
    """bool [g]: gaps whose evidence is above both neighbours', where the paper cuts."""
    padded = np.concatenate([[-np.inf], evidence, [-np.inf]])
    return (evidence > padded[:-2]) & (evidence >= padded[2:])


def _spaced(n: int, share: float) -> NDArray[np.bool_]:
    """bool [n]: every so many-th window, so that about ``share`` of them are kept apart; none where there are few."""
    every = round(1 / share) if share > 0 else n + 1
    chosen = np.zeros(n, dtype=np.bool_)
    if n >= every:
        chosen[every // 2 :: every] = True
    return chosen
