"""Does pretraining without labels help to tell classes apart? Handwritten digits, 5 folds, and with 100 labels.

Data: scikit-learn's 1,797 digits of 8 x 8 pixels. ``five_folds``: accuracy over stratified folds, repeated with other
folds. ``few_labels``: of each training part 100 rows, 10 a class, have labels; the DBN sees the pixels of the rest of
that part without labels, as a person's library would be seen; the accuracy is that on the test part.

Every method has the same hidden layers. ``dbn``: ours, pretrained, then tuned with cross-entropy and, with few labels,
so that near neighbours among the rows without labels are of one class (``dbn_labels_alone``: without that);
``not_pretrained``: the very same network and training from random weights; ``mlp``: scikit-learn's ``MLPClassifier``;
``logistic``: logistic regression on pixels, the trivial baseline. ``*_shifts``: learned from digits and those shifted
by a pixel in four directions as well. What is chosen by hand was chosen by cross-validation within a training part of
another seed; that part and these test parts are of the same 1,797 digits.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.common import emit
from core.embed.dbn import DBN
from core.embed.dbn_classifier import DBNClassifier

SIDE, REPEATS, FOLDS, LABELS = 8, 3, 5, 10
HIDDEN = (256, 256)
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Predict = Callable[[F32, I64, F32, F32, int], I64]
"""Labelled rows, their classes, all rows of the training part, test rows, seed -> classes of the test rows."""


def shifted(x: F32, by: tuple[int, int]) -> F32:
    """Pictures [n, 64] moved by whole pixels, zeros coming in."""
    padded = np.pad(x.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    part = padded[:, 1 + by[0] : 1 + by[0] + SIDE, 1 + by[1] : 1 + by[1] + SIDE]
    return np.ascontiguousarray(part).reshape(len(x), SIDE * SIDE)


def any_shift(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Each picture of a batch moved by one of SHIFTS."""
    rows = x.numpy()
    chosen = rng.integers(0, len(SHIFTS), len(rows))
    out = rows.copy()
    for index, by in enumerate(SHIFTS):
        out[chosen == index] = shifted(rows[chosen == index], by)
    return torch.from_numpy(out)


FULL = {"epochs": 60, "learning_rate": 1e-3, "dropout": 0.5, "input_dropout": 0.15, "validation": 0.0}
FEW = {
    "epochs": 100, "learning_rate": 1e-3, "dropout": 0.3, "input_dropout": 0.1, "validation": 0.0, "batch_size": 20,
    "neighbour_weight": 1.0,
}  # fmt: skip
BELOW = {"gaussian_learning_rate": 0.01, "epochs": 10, "batch_size": 20}


def network(pretrain: bool, shifts: bool, few: bool, agree: bool = True) -> Predict:
    """Our classifier; ``agree``: with few labels, neighbours are to be of one class."""

    def predict(x: F32, y: I64, unlabelled: F32, test: F32, seed: int) -> I64:
        settings = {**(FEW if few else FULL), "augment": any_shift if shifts else None}
        if not agree:
            settings["neighbour_weight"] = 0.0
        dbn = DBN(HIDDEN, visible="gaussian", **BELOW)
        model = DBNClassifier(dbn, pretrain=pretrain, random_state=seed, **settings)
        return model.fit(x, y, X_unlabelled=unlabelled).predict(test)

    return predict


def mlp(shifts: bool) -> Predict:
    """scikit-learn's, of the same layers, to convergence."""

    def predict(x: F32, y: I64, _unlabelled: F32, test: F32, seed: int) -> I64:
        from sklearn.neural_network import MLPClassifier

        if shifts:
            x, y = np.concatenate([shifted(x, by) for by in SHIFTS]), np.tile(y, len(SHIFTS))
        model = MLPClassifier(HIDDEN, random_state=seed, max_iter=1000)
        return model.fit(x, y).predict(test)

    return predict


def logistic(x: F32, y: I64, _unlabelled: F32, test: F32, _seed: int) -> I64:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=2000).fit(x, y).predict(test)


def methods(few: bool, shifts: bool = False) -> dict[str, Predict]:
    """Those compared; with ``shifts`` also the ones that see shifted digits."""
    found = {"dbn": network(True, False, few), "not_pretrained": network(False, False, few)}
    if few:
        found["dbn_labels_alone"] = network(True, False, few, agree=False)
    found.update(mlp=mlp(False), mlp_shifts=mlp(True), logistic=logistic)
    if shifts:
        found.update(dbn_shifts=network(True, True, few), not_pretrained_shifts=network(False, True, few))
    return found


def digits() -> tuple[F32, I64]:
    from sklearn.datasets import load_digits

    data = load_digits()
    return (data.data / 16).astype(np.float32), data.target.astype(np.int64)


def few_of(y: I64, seed: int) -> I64:
    """LABELS rows of every class."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(np.flatnonzero(y == c))[:LABELS] for c in np.unique(y)])


def evaluate(few: bool, repeats: int, shifts: bool = False) -> dict[str, Any]:
    """Accuracies over folds and repeats; the sd is over repeats' means, and ``sd_folds`` over all folds."""
    from sklearn.model_selection import StratifiedKFold

    x, y = digits()
    chosen = methods(few, shifts)
    rights: dict[str, list[list[float]]] = {name: [] for name in chosen}
    for repeat in range(repeats):
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=repeat).split(x, y))
        for name, method in chosen.items():
            own = []
            for fold, (train, test) in enumerate(folds):
                seed = FOLDS * repeat + fold
                rows = train[few_of(y[train], seed)] if few else train
                own.append(float((method(x[rows], y[rows], x[train], x[test], seed) == y[test]).mean()))
            rights[name].append(own)
    return {name: _summary(np.array(found)) for name, found in rights.items()}


def _summary(found: NDArray[np.float64]) -> dict[str, Any]:
    means = found.mean(axis=1)
    return {
        "mean": round(float(means.mean()), 4),
        "sd": round(float(means.std(ddof=1)) if len(means) > 1 else 0.0, 4),
        "sd_folds": round(float(found.std(ddof=1)), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--shifts", action="store_true", help="our networks on shifted digits, too")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = {
        "five_folds": evaluate(False, arguments.repeats, arguments.shifts),
        "few_labels": evaluate(True, arguments.repeats, arguments.shifts),
        "labels": LABELS * 10,
        "hidden": list(HIDDEN),
    }
    emit(result, arguments.json, "Digits told apart (accuracy)")


if __name__ == "__main__":
    main()
