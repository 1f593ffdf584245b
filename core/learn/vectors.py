"""The vectors of a library's photos beside its table, in memory or, where they are many, in a file that goes after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.group.base import PhotoTable
from core.store.queries_vectors import current_embedder
from core.store.store import Store

IN_MEMORY = 1 << 29
_BLOCK = 8192


@contextmanager
def with_vectors(store: Store, table: PhotoTable) -> Iterator[tuple[PhotoTable, str]]:
    """(the table with float16 [n, d] vectors of the library's embedder, zero rows for none; that embedder's name and
    version, empty without vectors), for the length of the block."""
    from core.grouping.table import vector_rows

    with store.read() as conn:
        used = current_embedder(conn)
        rows = None if used is None else vector_rows(conn, used.name, used.version, table.ids)[0]
    if used is None or rows is None or not (rows >= 0).any():
        yield table, ""
        return
    scratch = store.root / "cache" / "learning.scratch"
    try:
        stored = store.vectors(used.name, used.version, used.dim).rows()
        vectors = _zeros(scratch, (len(table), used.dim))
        for start in range(0, len(table), _BLOCK):
            block = slice(start, start + _BLOCK)
            known = rows[block, None] >= 0
            vectors[block] = np.where(known, stored[np.maximum(rows[block], 0)], 0)
        yield replace(table, vectors=vectors), name_of(used.name, used.version)
    finally:
        scratch.unlink(missing_ok=True)


def _zeros(scratch: Path, shape: tuple[int, int]) -> NDArray[np.float16]:
    """In memory, or in a file where they are many."""
    if 2 * shape[0] * shape[1] <= IN_MEMORY:
        return np.zeros(shape, np.float16)
    scratch.parent.mkdir(mode=0o700, exist_ok=True)
    return np.memmap(scratch, np.float16, "w+", shape=shape)


def name_of(name: str, version: str) -> str:
    """An embedder in one word."""
    return f"{name} {version}"
