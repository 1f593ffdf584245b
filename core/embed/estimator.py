"""What the learners of features share: how rows are checked, standardised and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_random_state, validate_data
from torch import Tensor

from core.embed.machine import KINDS, Visible
from core.embed.rows import CHUNK, F32, ArrayRows, Rows, chunks, moments
from core.nn.checkpoints import Arrays

_TYPES = (np.float32, np.float64, np.float16, np.uint8)


class RowsEstimator(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator of rows [n, d]: arrays or memory-maps, "bernoulli" (values in [0, 1], uint8 divided by 255) or
    "gaussian" (standardised by ``mean_`` and ``scale_``, which are learned)."""

    visible: Visible
    random_state: int
    device: str
    mean_: F32
    scale_: F32

    def _seed(self) -> int:
        """A number, also where scikit-learn's habit of a generator or None is followed."""
        return as_seed(self.random_state)

    def _validated(self, X: NDArray[Any], reset: bool = False) -> NDArray[Any]:
        if self.visible not in KINDS:
            raise ValueError(f"visible is {self.visible!r}; it can be {' or '.join(KINDS)}.")
        finite = not isinstance(X, np.memmap)  # a large file is not read twice: steps that are not finite are left out
        checked: NDArray[Any] = validate_data(self, X, reset=reset, dtype=_TYPES, ensure_all_finite=finite)
        return checked

    def _standardise(self, X: NDArray[Any]) -> None:
        if self.visible == "gaussian":
            self.mean_, self.scale_ = moments(X)

    def rows(self, X: NDArray[Any]) -> ArrayRows:
        """The rows in the units that the network works in."""
        if self.visible == "gaussian":
            return ArrayRows(X, self.mean_, self.scale_, self.device)
        return ArrayRows(X, device=self.device)

    def _given_back(self, v: F32) -> F32:
        """Visible means in the units of the data."""
        return v * self.scale_ + self.mean_ if self.visible == "gaussian" else v

    def _standard_arrays(self) -> Arrays:
        return {"mean": self.mean_.copy(), "scale": self.scale_.copy()} if self.visible == "gaussian" else {}

    def _set_standard_arrays(self, arrays: Arrays) -> None:
        if self.visible == "gaussian":
            self.mean_, self.scale_ = np.array(arrays["mean"]), np.array(arrays["scale"])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def as_seed(random_state: object) -> int:
    """A number of what scikit-learn accepts for ``random_state``: a number, a generator, None."""
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31))


def each(rows: Rows, ask: Callable[[Tensor], Tensor], size: int = CHUNK) -> F32:
    """The answers for all rows, asked some thousand at a time, float32."""
    with torch.no_grad():
        answer: F32 = np.concatenate([ask(v).cpu().numpy() for v in chunks(rows, size)])
    return answer
