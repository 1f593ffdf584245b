"""Long vectors made short by principal components, so that recurrent networks stay small."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

SAMPLE = 20_000
BLOCK = 4096


class Compressor:
    """Principal components of the vectors of one library; rows come out with length one, rows of zeros as zeros.

    Only the directions in which this library's photos differ are kept, so that the cosine of two short vectors tells
    more than that of the long ones, which share a large common part. Learned: ``mean_`` float32 [d], ``components_``
    float32 [d, k]. ``random_state`` picks the ``SAMPLE`` rows that are looked at where there are more.
    """

    def __init__(self, components: int = 64, random_state: int = 0) -> None:
        self.components = components
        self.random_state = random_state

    def fit(self, vectors: NDArray[Any]) -> Compressor:
        """Learn from float [n, d]; rows of zeros do not count."""
        rows = np.flatnonzero(np.asarray(vectors[:, : min(16, vectors.shape[1])]).any(axis=1))
        if len(rows) > SAMPLE:
            rows = np.sort(np.random.default_rng(self.random_state).choice(rows, SAMPLE, replace=False))
        d = vectors.shape[1]
        total, square = np.zeros(d), np.zeros((d, d))
        for start in range(0, len(rows), BLOCK):
            block = vectors[rows[start : start + BLOCK]].astype(np.float32)
            total += block.sum(axis=0)
            square += block.T @ block
        n = max(len(rows), 1)
        mean = total / n
        values, directions = np.linalg.eigh(square / n - np.outer(mean, mean))
        order = np.argsort(values)[::-1][: min(self.components, d)]
        kept = directions[:, order]
        sign = np.where(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])] < 0, -1.0, 1.0)
        self.mean_, self.components_ = mean.astype(np.float32), (kept * sign).astype(np.float32)
        return self

    def transform(self, vectors: NDArray[Any], rows: NDArray[np.int64] | None = None) -> F32:
        """float32 [n, k] of ``vectors`` (of its ``rows``, where given), a block at a time."""
        n = len(vectors) if rows is None else len(rows)
        out = np.zeros((n, self.components_.shape[1]), np.float32)
        for start in range(0, n, BLOCK):
            part = slice(start, start + BLOCK)
            block = (vectors[part] if rows is None else vectors[rows[part]]).astype(np.float32)
            short = (block - self.mean_) @ self.components_
            length = np.linalg.norm(short, axis=1, keepdims=True)
            known = block.any(axis=1, keepdims=True) & (length > 1e-6)
            out[part] = np.where(known, short / np.maximum(length, 1e-6), 0.0)
        return out

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a file."""
        return {"mean": self.mean_, "components": self.components_}

    @classmethod
    def of_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Compressor:
        """The compressor whose :meth:`arrays` these are."""
        found = cls(arrays["components"].shape[1])
        found.mean_, found.components_ = arrays["mean"], arrays["components"]
        return found
