"""A deep belief network that learns classes from few labels: pretrained without them, then tuned as a whole.

Hinton, Osindero and Teh 2006; dropout after Srivastava et al., JMLR 2014.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor
from torch.nn import functional

from core.embed.dbn import DBN, mean_of
from core.embed.epochs import Curves, shuffled, spread
from core.embed.estimator import as_seed
from core.embed.rows import F32, Rows, chunks
from core.embed.unrolled import Classifier, agreement, nearest
from core.errors import WeightsError
from core.nn import checkpoints
from core.nn.checkpoints import Arrays, from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress


@dataclass(frozen=True, slots=True)
class _Task:
    """Labelled rows and their classes int64 [n], rows without labels, the seed."""

    rows: Rows
    targets: NDArray[np.int64]
    unlabelled: Rows | None
    seed: int


Augment = Callable[[Tensor, np.random.Generator], Tensor]
_FEWEST = 20  # rows of which a part may be kept apart
_PRETRAINED = ".dbn.safetensors"
_PAIRS = 128  # of neighbours in a step
_MOST_NEIGHBOURS = 20_000  # rows without labels that neighbours are looked for among
_TYPES = (np.float32, np.float64, np.float16, np.uint8)


class DBNClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """``dbn``: the network to pretrain (a DBN, not fitted; its seed is replaced by ``random_state``), a small one for
    None. ``pretrain`` False: begins with random weights instead, for comparison. Then ``epochs`` at most of AdamW on
    the cross-entropy, with ``dropout`` of hidden units, ``input_dropout`` of inputs. ``validation``: the share of the
    labelled rows that is kept apart to choose the best epoch (0: the last epoch is taken). ``neighbour_weight`` above
    0: rows without labels and one of their ``neighbours`` nearest are to be of one class (of up to 20,000 such rows).
    ``augment``: a function of a batch [n, d], in the units of the data, and a numpy generator, which gives the batch
    to learn from.

    Learned: ``classes_``, ``dbn_``, ``network_``, ``history_`` (loss; loss_held_out where rows are kept apart).
    """

    def __init__(
        self,
        dbn: DBN | None = None,
        pretrain: bool = True,
        epochs: int = 60,
        learning_rate: float = 2e-3,
        weight_decay: float = 1e-4,
        dropout: float = 0.3,
        input_dropout: float = 0.1,
        batch_size: int = 64,
        validation: float = 0.1,
        patience: int = 20,
        neighbour_weight: float = 0.0,
        neighbours: int = 5,
        augment: Augment | None = None,
        random_state: int = 0,
    ) -> None:
        self.dbn = dbn
        self.pretrain = pretrain
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.batch_size = batch_size
        self.validation = validation
        self.patience = patience
        self.neighbour_weight = neighbour_weight
        self.neighbours = neighbours
        self.augment = augment
        self.random_state = random_state

    def fit(
        self,
        X: NDArray[Any],
        y: NDArray[Any],
        *,
        X_unlabelled: NDArray[Any] | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """Learn classes ``y`` [n] of rows [n, d]; ``X_unlabelled`` [m, d], where given, is what the pretraining sees
        (put the labelled rows in as well). Raises Cancelled, ReverieError."""
        X, y = validate_data(self, X, y, dtype=_TYPES)
        check_classification_targets(y)
        self.classes_, targets = np.unique(y, return_inverse=True)
        progress = Progress() if progress is None else progress
        seed = as_seed(self.random_state)
        self.dbn_ = self._pretrained(X if X_unlabelled is None else X_unlabelled, seed, progress, resume)
        rows, others = self.dbn_.rows(X), None if X_unlabelled is None else self.dbn_.rows(X_unlabelled)
        self.network_ = self._network(seed, mean_of(rows if others is None else others))
        self._tune(_Task(rows, targets, others, seed), progress, resume, on_epoch)
        return self

    def _network(self, seed: int, mean: F32) -> Classifier:
        own = self.dbn_.unroll().cpu()
        network = Classifier(
            own, len(self.classes_), torch.from_numpy(mean), self.dropout, self.input_dropout, seed, self.pretrain
        )
        return network.to(self.dbn_.device)

    def _pretrained(self, X: NDArray[Any], seed: int, progress: Progress, resume: Resume | None) -> DBN:
        dbn: DBN = DBN((256, 128)) if self.dbn is None else clone(self.dbn)
        dbn.set_params(random_state=seed)
        if not self.pretrain:
            dbn.set_params(epochs=0, up_down_epochs=0)
        if resume is None:
            return dbn.fit(X, progress=progress)
        below = replace(resume, path=resume.path.with_suffix(_PRETRAINED))
        kept = _finished(below)
        if kept is not None:
            return dbn.set_arrays(kept)
        dbn.fit(X, progress=progress, resume=below)
        checkpoints.save(below.path, dbn.arrays(), {"fingerprint": below.fingerprint})
        return dbn

    def _tune(
        self,
        task: _Task,
        progress: Progress,
        resume: Resume | None,
        on_epoch: Callable[[Self, int], None] | None,
    ) -> None:
        progress.phase("Learning the classes", self.epochs, "rounds")
        apart = _kept_apart(task.targets, self.validation, task.seed)
        judged, learn_from = np.flatnonzero(apart), np.flatnonzero(~apart)
        wanted = torch.from_numpy(task.targets).to(self.dbn_.device)
        patience = self.patience if len(judged) else self.epochs
        schedule = Schedule(self.epochs, self.learning_rate, patience, weight_decay=self.weight_decay, decay="cosine")

        def keep(history: History) -> None:
            self.history_ = _curves(history, len(judged) > 0)
            if on_epoch is not None:
                on_epoch(self, len(history.judged) - 1)

        training = Training(self.network_, schedule, seed=task.seed, progress=progress, resume=resume, on_epoch=keep)
        pairs, self._units = self._pairs(task.unlabelled), self.dbn_.unroll()

        def batches(rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
            for index in shuffled(len(learn_from), self.batch_size, rng):
                x = self._augmented(task.rows.take(learn_from[index]), rng)
                yield x, wanted[learn_from[index]], None if pairs is None else self._augmented(pairs(rng), rng)

        def judge() -> float:
            if not len(judged):
                return -float(len(training.history.judged))  # the last one is taken
            return float(functional.cross_entropy(self.network_(task.rows.take(judged)), wanted[judged]))

        self.history_ = _curves(training.run(batches, self._loss, judge), len(judged) > 0)
        training.forget()
        if resume is not None:
            resume.path.with_suffix(_PRETRAINED).unlink(missing_ok=True)

    def _augmented(self, x: Tensor, rng: np.random.Generator) -> Tensor:
        if self.augment is None:
            return x
        own = self._units
        return own.standardised(self.augment(own.given_back(x), rng))

    def _loss(self, batch: tuple[Tensor, Tensor, Tensor | None]) -> Tensor:
        x, wanted, pairs = batch
        if pairs is None:
            return functional.cross_entropy(self.network_(x), wanted)
        logits = self.network_(torch.cat([x, pairs]))
        own, (some, others) = logits[: len(x)], logits[len(x) :].chunk(2)
        return functional.cross_entropy(own, wanted) + self.neighbour_weight * agreement(some, others)

    def _pairs(self, rows: Rows | None) -> Callable[[np.random.Generator], Tensor] | None:
        """What draws rows without labels and, after them, a neighbour of each; None where they are not asked for."""
        if rows is None or self.neighbour_weight <= 0:
            return None
        known = rows.take(spread(rows.shape[0], _MOST_NEIGHBOURS))
        near = nearest(known, self.neighbours)

        def drawn(rng: np.random.Generator) -> Tensor:
            index = rng.integers(0, len(known), _PAIRS)
            other = near[index, rng.integers(0, near.shape[1], _PAIRS)]
            return torch.cat([known[index], known[other]])

        return drawn

    def predict_proba(self, X: NDArray[Any]) -> F32:
        """float32 [n, classes]."""
        check_is_fitted(self, "network_")
        X = validate_data(self, X, reset=False, dtype=_TYPES)
        self.network_.eval()
        with torch.no_grad():
            parts = [self.network_(v).softmax(dim=1).cpu().numpy() for v in chunks(self.dbn_.rows(X))]
        answer: F32 = np.concatenate(parts)
        return answer

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        """The likeliest class of each row."""
        at = self.predict_proba(X).argmax(axis=1)
        likeliest: NDArray[Any] = self.classes_[at]
        return likeliest

    def arrays(self) -> Arrays:
        """What was learned, for a file."""
        check_is_fitted(self, "network_")
        names = json.dumps(self.classes_.tolist()).encode()
        own = {"classes": np.frombuffer(names, np.uint8).copy(), **to_arrays(self.network_, "network/")}
        return {**{f"dbn/{name}": array for name, array in self.dbn_.arrays().items()}, **own}

    def set_arrays(self, arrays: Arrays) -> Self:
        """Take what :meth:`arrays` gave to a classifier of the same parameters. Raises WeightsError."""
        self.classes_ = np.array(json.loads(arrays["classes"].tobytes()))
        dbn: DBN = DBN((256, 128)) if self.dbn is None else clone(self.dbn)
        self.dbn_ = dbn.set_arrays({k.removeprefix("dbn/"): v for k, v in arrays.items() if k.startswith("dbn/")})
        self.n_features_in_, self.history_ = self.dbn_.n_features_in_, {}
        self.network_ = self._network(0, np.zeros(self.n_features_in_, np.float32))
        from_arrays(self.network_, arrays, "network/")
        self.network_.eval()
        return self


def _finished(kept: Resume) -> Arrays | None:
    """A pretrained network that an unfinished run of the same fingerprint has kept."""
    if not kept.path.exists():
        return None
    try:
        arrays, texts = checkpoints.load(kept.path)
    except WeightsError:
        return None
    return arrays if texts.get("fingerprint") == kept.fingerprint else None


def _curves(history: History, held_out: bool) -> Curves:
    curves = {"loss": list(history.losses)}
    if held_out:
        curves["loss_held_out"] = list(history.judged)
    return curves


def _kept_apart(targets: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """bool [n]: a share of every class of at least two rows; none where there are few rows."""
    apart = np.zeros(len(targets), np.bool_)
    if share <= 0 or len(targets) < _FEWEST:
        return apart
    rng = np.random.default_rng(seed)
    for one in np.unique(targets):
        rows = rng.permutation(np.flatnonzero(targets == one))
        apart[rows[: min(round(share * len(rows)), len(rows) - 1)]] = True
    return apart
