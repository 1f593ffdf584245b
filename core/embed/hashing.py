"""Binary codes of photos, learned so that what lies near each other gets codes of few different bits.

A deep belief network is pretrained and unrolled (semantic hashing, Salakhutdinov and Hinton 2009). Then it is tuned by
contrast: a row and another that a short random walk over the graph of nearest neighbours reaches are to have like
codes, the other rows of a batch unlike ones (InfoNCE; van den Oord, Li and Vinyals 2018). Bits are asked to be on half
the time and to say different things, as in spectral hashing (Weiss, Torralba and Fergus 2008). No labels are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.nn import functional

from core.embed.autoencoder import batches_of
from core.embed.dbn import DBN
from core.embed.epochs import spread
from core.embed.estimator import RowsEstimator, each
from core.embed.machine import Visible
from core.embed.rows import F32, ArrayRows, Rows, chunks
from core.embed.unrolled import Unrolled
from core.errors import WeightsError
from core.nn import checkpoints, seeds
from core.nn.checkpoints import Arrays, from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress

Codes = NDArray[np.uint8]
I64 = NDArray[np.int64]
Pair = tuple[Tensor, Tensor]
SHORTLIST: dict[str, Any] = {"hidden_sizes": (), "steps": 1, "temperature": 0.07, "learning_rate": 3e-3}

STEPS_AN_EPOCH = 32
"""An epoch of few rows goes over them several times, so that it has about so many steps."""

JUDGED = 1024
"""Held-out rows that an epoch is judged on at most."""


class BinaryCodes(RowsEstimator):
    """Codes of ``n_bits`` (a multiple of 8) of rows [n, d], packed into bytes.

    ``hidden_sizes``: layers below the code; ``pretrain_epochs``: of each layer's Boltzmann machine. ``neighbours`` of
    each row make the graph, a walk has 1 to ``steps`` steps; ``temperature`` of the contrast; ``balance``,
    ``decorrelation``: weights of the two demands on bits. ``sample``: rows that are learned from at most.

    Learned: ``network_`` (an Unrolled), ``threshold_`` float32 [n_bits], the medians of the rows learned from, so that
    each bit is on for half of them; ``mean_``, ``scale_``; ``history_``: loss (and loss_held_out).
    """

    def __init__(
        self,
        n_bits: int = 256,
        hidden_sizes: tuple[int, ...] = (512,),
        visible: Visible = "gaussian",
        neighbours: int = 10,
        steps: int = 3,
        temperature: float = 0.3,
        balance: float = 0.1,
        decorrelation: float = 0.01,
        pretrain_epochs: int = 5,
        epochs: int = 30,
        batch_size: int = 256,
        learning_rate: float = 1e-2,
        sample: int = 20_000,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.n_bits = n_bits
        self.hidden_sizes = hidden_sizes
        self.visible = visible
        self.neighbours = neighbours
        self.steps = steps
        self.temperature = temperature
        self.balance = balance
        self.decorrelation = decorrelation
        self.pretrain_epochs = pretrain_epochs
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.sample = sample
        self.random_state = random_state
        self.device = device

    history_: dict[str, list[float]]

    @classmethod
    def for_shortlist(cls, n_bits: int = 256, **parameters: Any) -> Self:
        """Codes that keep who is nearest, for a shortlist that is ranked again: one layer, single steps, a low
        temperature. (The defaults bring together what belongs together, and forget who is nearest within.)"""
        return cls(n_bits, **{**SHORTLIST, **parameters})

    # ------------------------------------------------------------ learning

    def fit(
        self,
        X: NDArray[Any],
        y: object = None,
        *,
        X_held_out: NDArray[Any] | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """Learn from [n, d], an array or a memory-map, of which ``sample`` rows are read. Raises ValueError, Cancelled,
        ReverieError."""
        if self.n_bits < 8 or self.n_bits % 8:
            raise ValueError(f"The bits of a code are a multiple of 8, not {self.n_bits}.")
        X = self._some(self._validated(X, reset=True))
        progress = Progress() if progress is None else progress
        begun = _begun(resume)
        if begun:
            self._standardise(X)
            self.network_ = self._fresh()
        else:
            self.network_ = self._pretrained(X, progress)
        rows = self.rows(X)
        apart = None if X_held_out is None else self.rows(self._some(self._validated(X_held_out), JUDGED))
        self._tune(rows, apart, progress, resume, on_epoch)
        self.threshold_ = np.median(each(rows, self.network_.logits), axis=0).astype(np.float32)
        return self

    def _some(self, X: NDArray[Any], most: int | None = None) -> NDArray[Any]:
        """Up to ``sample`` rows, in memory where they are not all."""
        most = self.sample if most is None else most
        return X if len(X) <= most else np.asarray(X[spread(len(X), most)])

    def _pretrained(self, X: NDArray[Any], progress: Progress) -> Unrolled:
        dbn = DBN(
            (*self.hidden_sizes, self.n_bits), visible=self.visible, epochs=max(self.pretrain_epochs, 1),
            random_state=self._seed(), device=self.device,
        )  # fmt: skip
        dbn.fit(X, progress=progress)
        if self.visible == "gaussian":
            self.mean_, self.scale_ = dbn.mean_, dbn.scale_
        return dbn.unroll()

    def _fresh(self) -> Unrolled:
        """A network of the same shape, with weights that are to be replaced."""
        return Unrolled([self.n_features_in_, *self.hidden_sizes, self.n_bits], self.visible).to(self.device)

    def _tune(
        self,
        rows: ArrayRows,
        apart: ArrayRows | None,
        progress: Progress,
        resume: Resume | None,
        on_epoch: Callable[[Self, int], None] | None,
    ) -> None:
        progress.phase("Finding neighbours", rows.shape[0])
        near = nearest(rows, self.neighbours, progress)
        judge = None if apart is None else self._judge(apart)
        progress.phase("Training the codes", self.epochs, "rounds")
        self._take_curves(History(), judge is not None)

        def told(history: History) -> None:
            self._take_curves(history, judge is not None)
            if on_epoch is not None:
                self.threshold_ = np.median(each(rows, self.network_.logits), axis=0).astype(np.float32)
                on_epoch(self, len(history.losses) - 1)

        schedule = Schedule(self.epochs, self.learning_rate, self.epochs, clip=5.0, decay="cosine")
        training = Training(self.network_, schedule, seed=self._seed(), progress=progress, resume=resume, on_epoch=told)
        history = training.run(
            lambda rng: self._pairs(rows, near, rng), self._loss, judge or (lambda: training.history.losses[-1])
        )
        self._take_curves(history, judge is not None)
        training.forget()

    def _pairs(self, rows: Rows, near: I64, rng: np.random.Generator) -> Iterator[Pair]:
        n = rows.shape[0]
        steps = -(-n // min(n, self.batch_size))
        for _ in range(max(STEPS_AN_EPOCH // steps, 1)):
            for index in batches_of(n, self.batch_size, self.sample, rng):
                yield rows.take(index), rows.take(walk(near, index, self.steps, rng))

    def _judge(self, apart: ArrayRows) -> Callable[[], float]:
        """The loss of held-out rows and one fixed walk from each."""
        index = np.arange(apart.shape[0])
        near = nearest(apart, self.neighbours, Progress())
        pair = apart.take(index), apart.take(walk(near, index, self.steps, np.random.default_rng(self._seed())))
        return lambda: float(self._loss(pair))

    def _loss(self, pair: Pair) -> Tensor:
        a, b = (2.0 * torch.sigmoid(self.network_.logits(x)) - 1.0 for x in pair)
        demands = bit_demands(torch.cat([a, b]), self.balance, self.decorrelation)
        return contrast(a, b, self.temperature) + demands

    def _take_curves(self, history: History, held_out: bool) -> None:
        self.history_ = {"loss": list(history.losses)}
        if held_out:
            self.history_["loss_held_out"] = list(history.judged)

    # ------------------------------------------------------------ asking

    def floats(self, X: NDArray[Any]) -> F32:
        """float32 [n, n_bits]: the code before it is cut; a bit is on where it is above zero."""
        check_is_fitted(self, "network_")
        return each(self.rows(self._validated(X)), self.network_.logits) - self.threshold_

    def transform(self, X: NDArray[Any]) -> Codes:
        """uint8 [n, n_bits / 8]: the codes, packed as ``numpy.packbits`` does."""
        check_is_fitted(self, "network_")
        rows = self.rows(self._validated(X))
        with torch.no_grad():
            parts = [self.network_.logits(x).cpu().numpy() > self.threshold_ for x in chunks(rows)]
        return np.concatenate([np.packbits(part, axis=1) for part in parts])

    # ------------------------------------------------------------ files

    def arrays(self) -> Arrays:
        """What was learned, for a file."""
        check_is_fitted(self, "network_")
        own = {"threshold": self.threshold_.copy(), **self._standard_arrays()}
        return {**to_arrays(self.network_, "network/"), **own}

    def set_arrays(self, arrays: Arrays) -> Self:
        """Take what :meth:`arrays` gave to codes of the same parameters. Raises WeightsError."""
        self._set_standard_arrays(arrays)
        self.threshold_ = np.array(arrays["threshold"])
        self.n_features_in_ = len(arrays["network/mean"])
        with seeds.fixed(self._seed()):
            self.network_ = self._fresh()
        from_arrays(self.network_, arrays, "network/")
        self.network_.eval()
        self.history_ = {}
        return self


def contrast(a: Tensor, b: Tensor, temperature: float) -> Tensor:
    """InfoNCE over the cosines of a batch's pairs [n, k], both ways: row i of one belongs to row i of the other."""
    logits = functional.normalize(a, dim=1) @ functional.normalize(b, dim=1).t() / temperature
    own = torch.arange(len(a), device=a.device)
    return 0.5 * (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.t(), own))


def bit_demands(codes: Tensor, balance: float, decorrelation: float) -> Tensor:
    """What codes [n, k] in [-1, 1] cost: the square of each bit's mean, and of the covariances of different bits."""
    mean = codes.mean(dim=0)
    apart = codes - mean
    covariance = apart.t() @ apart / len(codes)
    others = covariance - torch.diag(torch.diagonal(covariance))
    return balance * mean.square().mean() + decorrelation * others.square().sum() / codes.shape[1]


def walk(near: I64, start: I64, steps: int, rng: np.random.Generator) -> I64:
    """int64 [m]: where random walks of 1 to ``steps`` steps over the graph ``near`` [n, k] from ``start`` [m] end."""
    at = start
    length = rng.integers(1, steps + 1, len(start))
    for step in range(steps):
        onward = near[at, rng.integers(0, near.shape[1], len(at))]
        at = np.where(step < length, onward, at)
    return at


def nearest(rows: Rows, k: int, progress: Progress, block: int = 1024) -> I64:
    """int64 [n, min(k, n - 1)]: the nearest others of each row by cosine, found by looking at all of them."""
    n = rows.shape[0]
    k = min(k, n - 1)
    if k < 1:
        return np.zeros((n, 1), np.int64)
    unit = torch.cat([functional.normalize(torch.nan_to_num(x), dim=1) for x in chunks(rows)])
    found = []
    for begin in range(0, n, block):
        progress.check()
        cosine = unit[begin : begin + block] @ unit.t()
        cosine[torch.arange(len(cosine)), torch.arange(begin, begin + len(cosine))] = -2.0
        found.append(cosine.topk(k, dim=1).indices.cpu().numpy())
        progress.set(begin + len(cosine))
    return np.concatenate(found).astype(np.int64)


def _begun(resume: Resume | None) -> bool:
    """Whether there is a checkpoint of this very run, so that nothing has to be pretrained."""
    if resume is None or not resume.path.exists():
        return False
    try:
        return checkpoints.load(resume.path)[1].get("fingerprint") == resume.fingerprint
    except WeightsError:
        return False
