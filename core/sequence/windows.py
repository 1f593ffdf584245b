"""Long streams cut into windows of equal length, so that a batch of them is one array and 100,000 photos take seconds.

A window that is read begins ``warm`` steps early, so that the network remembers what came before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


def starts(n: int, length: int, warm: int) -> tuple[I64, int]:
    """First rows int64 [w], ``warm`` early, of windows of ``length`` steps that cover n rows, and the length used."""
    length = min(length, max(n, 1))
    return np.arange(0, max(n, 1), length, dtype=np.int64) - warm, length


def gather(stream: NDArray[Any], first: I64, steps: int) -> NDArray[Any]:
    """[w, steps, d] rows ``first`` .. ``first + steps - 1`` of a stream [n, d]; zeros where it has none."""
    rows = first[:, None] + np.arange(steps)
    inside = (rows >= 0) & (rows < len(stream))
    out: NDArray[Any] = stream[np.clip(rows, 0, len(stream) - 1)]
    out[~inside] = 0
    return out


def scatter(windows: NDArray[Any], first: I64, skip: int, length: int, n: int) -> NDArray[Any]:
    """[n, ...]: steps ``skip`` .. ``skip + length - 1`` of every window put back where they came from."""
    kept = windows[:, skip : skip + length]
    rows = (first[:, None] + np.arange(skip, skip + length)).reshape(-1)
    flat = kept.reshape(-1, *kept.shape[2:])
    inside = (rows >= 0) & (rows < n)
    out = np.zeros((n, *flat.shape[1:]), windows.dtype)
    out[rows[inside]] = flat[inside]
    return out
