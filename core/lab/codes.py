"""The library's binary codes: a file beside its index of neighbours, for searches while memory is short."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.lab import learners, runs
from core.progress import Progress
from core.retrieve.arrays import Damaged
from core.retrieve.hamming import HammingIndex
from core.store.queries_vectors import CODES, codes_file, current_embedder
from core.store.store import Store

BLOCK = 16_384


def write(root: Path, stem: str, run_id: str, estimator: Any, vectors: NDArray[np.float16], progress: Progress) -> Path:
    """Codes of every row of a vector file float16 [rows, d], row i being that of row i. The file appears whole.

    Raises OSError, Cancelled.
    """
    path = root / "neighbours" / f"{stem}.{run_id}{CODES}"
    part = path.with_name(path.name + ".new")
    index = HammingIndex.create(part, estimator.n_bits // 8)
    try:
        _append(index, estimator, vectors, progress)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def extend(store: Store, progress: Progress) -> int:
    """Give the codes that searches use what came since they were written; how many rows that were. A run that cannot be
    read any more is told of, and its codes stay as they are: what came later is compared without codes.

    Raises OSError, Cancelled; what was appended before stays.
    """
    with store.read() as conn:
        used = current_embedder(conn)
    latest = None if used is None else codes_file(store.root, used)
    if used is None or latest is None:
        return 0
    vectors = store.vectors(used.name, used.version, used.dim).rows()
    try:
        index = HammingIndex.open(latest)
        later = vectors[len(index) :]
        if not len(later):
            return 0
        run = runs.read(store.root, latest.name.removesuffix(CODES).rpartition(".")[2])
        estimator = learners.load(runs.folder_of(store.root, run.id), run)
    except (Damaged, KeyError, ReverieError) as error:
        progress.notice(f"New photos get no codes: {error}")
        return 0
    _append(index, estimator, later, progress)
    return len(later)


def _append(index: HammingIndex, estimator: Any, vectors: NDArray[np.float16], progress: Progress) -> None:
    progress.phase("Writing codes", len(vectors))
    for block in learners.blocks(len(vectors), BLOCK):
        progress.check()
        with np.errstate(all="ignore"):  # rows that a crash left may hold anything
            rows = np.nan_to_num(np.asarray(vectors[block], np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        index.append(np.asarray(estimator.transform(rows), np.uint8))
        progress.set(block.stop)


def forget(root: Path, run_id: str) -> None:
    """Remove the codes of a run."""
    for path in (root / "neighbours").glob(f"*.{run_id}{CODES}"):
        path.unlink(missing_ok=True)
