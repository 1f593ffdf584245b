"""Rows to learn from that may be more than memory holds: read in batches, scaled by what a sample of them says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

F32 = NDArray[np.float32]
Matrix: TypeAlias = NDArray[Any]
"""Rows [n, d] of any real type, in memory or memory-mapped."""

_ENOUGH = 100_000


def rows_of(X: Matrix) -> Matrix:
    """``X`` as rows, a memory map left as it is. Raises ValueError for what is not [n, d] of finite numbers."""
    if isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "fiub" and X.shape[1] > 0:
        if len(X) == 0:
            raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
        if X.dtype.kind == "f" and not isinstance(X, np.memmap) and not np.isfinite(X).all():
            raise ValueError("Input X contains NaN or infinity.")
        return X
    from sklearn.utils import check_array

    checked: Matrix = check_array(X, dtype=[np.float32, np.float64])
    return checked


def sample_rows(rows: Matrix, most: int, seed: int) -> Matrix:
    """At most so many rows, by chance, in their own order."""
    if len(rows) <= most:
        return np.asarray(rows)
    chosen = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
    return np.asarray(rows[chosen])


def batches_of(rows: Matrix, size: int, rng: np.random.Generator) -> Iterator[Matrix]:
    """All rows once, in batches by chance; a last one that is not full is left out where there are others."""
    order = rng.permutation(len(rows))
    whole = max(len(rows) // size, 1)
    for part in range(whole):
        yield np.asarray(rows[np.sort(order[part * size : (part + 1) * size])])


@dataclass(frozen=True, slots=True)
class Scaling:
    """mean, scale float32 [d]: a column's mean, and its standard deviation (1 where it never changes)."""

    mean: Tensor
    scale: Tensor

    @staticmethod
    def none(d: int) -> Scaling:
        return Scaling(torch.zeros(d), torch.ones(d))

    def done(self, v: Tensor) -> Tensor:
        return (v - self.mean.to(v.device)) / self.scale.to(v.device) if self._needed else v

    def undone(self, v: Tensor) -> Tensor:
        return v * self.scale.to(v.device) + self.mean.to(v.device) if self._needed else v

    @property
    def _needed(self) -> bool:
        return bool((self.mean != 0).any() or (self.scale != 1).any())

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"mean": self.mean.numpy().copy(), "scale": self.scale.numpy().copy()}

    @staticmethod
    def of_arrays(arrays: Mapping[str, NDArray[Any]]) -> Scaling:
        return Scaling(*(torch.from_numpy(np.array(arrays[name])) for name in ("mean", "scale")))


def stream_scaling(rows: Matrix, seed: int = 0) -> Scaling:
    """The scaling of at most 100,000 of the rows."""
    some = sample_rows(rows, _ENOUGH, seed).astype(np.float32)
    scale = some.std(axis=0)
    return Scaling(
        torch.from_numpy(some.mean(axis=0)), torch.from_numpy(np.where(scale > 1e-6, scale, 1).astype(np.float32))
    )
