"""The library's binary codes: a file beside its index of neighbours, for searches while memory is short."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.lab import learners
from core.progress import Progress
from core.retrieve.hamming import HammingIndex
from core.store.queries_vectors import CODES

BLOCK = 16_384


def write(root: Path, stem: str, run_id: str, estimator: Any, vectors: NDArray[np.float16], progress: Progress) -> Path:
    """Codes of every row of a vector file float16 [rows, d], row i being that of row i. The file appears whole.

    Raises OSError, Cancelled.
    """
    path = root / "neighbours" / f"{stem}.{run_id}{CODES}"
    part = path.with_name(path.name + ".new")
    progress.phase("Writing codes", len(vectors))
    index = HammingIndex.create(part, estimator.n_bits // 8)
    try:
        for block in learners.blocks(len(vectors), BLOCK):
            progress.check()
            with np.errstate(all="ignore"):  # rows that a crash left may hold anything
                rows = np.nan_to_num(np.asarray(vectors[block], np.float32), nan=0.0, posinf=0.0, neginf=0.0)
            index.append(np.asarray(estimator.transform(rows), np.uint8))
            progress.set(block.stop)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def forget(root: Path, run_id: str) -> None:
    """Remove the codes of a run."""
    for path in (root / "neighbours").glob(f"*.{run_id}{CODES}"):
        path.unlink(missing_ok=True)
