"""Rows to learn from, read batch by batch: arrays, memory-maps, or what lower layers make of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from core.embed.machine import Machine

F32 = NDArray[np.float32]
CHUNK = 4096


class Rows(Protocol):
    """n rows of d numbers in the units that a network works in."""

    shape: tuple[int, int]

    def take(self, index: NDArray[np.int64] | slice) -> Tensor:
        """float32 [k, d] on the network's device."""
        ...


class ArrayRows:
    """An array or memory-map [n, d], less ``mean``, over ``scale``. uint8 is read as intensities in [0, 1]."""

    def __init__(
        self, array: NDArray[Any], mean: F32 | None = None, scale: F32 | None = None, device: str = "cpu"
    ) -> None:
        self._array, self._device = array, device
        self._mean = None if mean is None else torch.from_numpy(mean).to(device)
        self._scale = None if scale is None else torch.from_numpy(scale).to(device)
        self.shape = (int(array.shape[0]), int(array.shape[1]))

    def take(self, index: NDArray[np.int64] | slice) -> Tensor:
        x = torch.from_numpy(as_float(self._array[index])).to(self._device)
        if self._mean is not None and self._scale is not None:
            x = (x - self._mean) / self._scale
        return x


class UpRows:
    """What a trained layer makes of other rows: the probabilities of its hidden units, computed as they are asked for.

    They are kept where they are few enough, since every epoch asks for all of them.
    """

    KEPT_BYTES = 512 * 2**20

    def __init__(self, below: Rows, machine: Machine) -> None:
        self._below, self._machine = below, machine
        self.shape = (below.shape[0], machine.n_hidden)
        self._kept: Tensor | None = None
        if 4 * self.shape[0] * self.shape[1] <= self.KEPT_BYTES:
            self._kept = torch.cat([machine.hidden(x) for x in chunks(below)])

    def take(self, index: NDArray[np.int64] | slice) -> Tensor:
        if self._kept is not None:
            return self._kept[index]
        return self._machine.hidden(self._below.take(index))


def as_float(array: NDArray[Any]) -> F32:
    """A part of an array as float32 in memory; uint8 as intensities in [0, 1]."""
    if array.dtype == np.uint8:
        return array.astype(np.float32) / np.float32(255)
    return np.array(array, dtype=np.float32)


def chunks(rows: Rows, size: int = CHUNK) -> Iterator[Tensor]:
    """All rows in order, some thousand at a time."""
    for start in range(0, rows.shape[0], size):
        yield rows.take(slice(start, start + size))


def moments(array: NDArray[Any]) -> tuple[F32, F32]:
    """Mean and standard deviation float32 [d] of the rows, streamed; 1 where a feature is the same everywhere.

    Chan, Golub and LeVeque's pairwise update, in double precision. Rows that are not finite are left out.
    """
    d = array.shape[1]
    n, mean, square = 0, np.zeros(d), np.zeros(d)
    for start in range(0, len(array), CHUNK):
        part = as_float(array[start : start + CHUNK]).astype(np.float64)
        part = part[np.isfinite(part).all(axis=1)]
        if not len(part):
            continue
        own = part.mean(axis=0)
        delta, total = own - mean, n + len(part)
        square += ((part - own) ** 2).sum(axis=0) + delta**2 * (n * len(part) / total)
        mean += delta * (len(part) / total)
        n = total
    deviation = np.sqrt(square / max(n, 1))
    scale = np.where(deviation > 1e-6 * np.maximum(np.abs(mean), 1.0), deviation, 1.0)
    return mean.astype(np.float32), scale.astype(np.float32)
