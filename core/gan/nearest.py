"""Distances between rows of features, in blocks, and the nearest real photos of a made picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_BLOCK = 1024


def blocks(a: F32, b: F32, rows: int = _BLOCK) -> Iterator[tuple[int, F64]]:
    """(first row, squared Euclidean distances float64 [r, m] of some rows of ``a`` [n, d] to all of ``b`` [m, d])."""
    right = np.asarray(b, np.float64)
    right_square = (right**2).sum(axis=1)
    for start in range(0, len(a), rows):
        left = np.asarray(a[start : start + rows], np.float64)
        square = (left**2).sum(axis=1)[:, None] + right_square - 2 * left @ right.T
        yield start, np.maximum(square, 0.0)


def nearest(a: F32, b: F32) -> tuple[F64, I64]:
    """float64 [n], int64 [n]: the Euclidean distance of each row of ``a`` to the nearest of ``b``, and which it is."""
    found = [(square.min(axis=1), square.argmin(axis=1)) for _, square in blocks(a, b)]
    distance = np.sqrt(np.concatenate([each[0] for each in found]))
    return distance, np.concatenate([each[1] for each in found]).astype(np.int64)


def nearest_other(a: F32) -> F64:
    """float64 [n]: the distance of each row to the nearest other one; rows that are there twice are 0 apart."""
    return radii(a, 1)


def radii(a: F32, k: int) -> F64:
    """float64 [n]: the distance of each row to its ``k``-th nearest other one."""
    found = []
    for start, square in blocks(a, a):
        row = np.arange(len(square))
        square[row, start + row] = np.inf
        found.append(np.partition(square, k - 1, axis=1)[:, k - 1])
    return np.sqrt(np.concatenate(found))


def closest(picture: F32, photos: F32, top: int) -> tuple[I64, F64]:
    """(rows int64 [top], cosines float64 [top]) of the photos [n, d] that look most like ``picture`` [d], best first;
    a row of zeros is like nothing."""
    lengths = np.linalg.norm(np.asarray(photos, np.float64), axis=1) * float(np.linalg.norm(picture))
    products = np.asarray(photos, np.float64) @ np.asarray(picture, np.float64)
    cosine = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    order = np.argsort(-cosine, kind="stable")[:top].astype(np.int64)
    return order, cosine[order]
