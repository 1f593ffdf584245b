"""The vectors of photos beside their table, and what the embedder's classes say of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.embed import registry
from core.embed.base import Embedding
from core.errors import ReverieError
from core.group.base import PhotoTable
from core.grouping.table import vector_rows
from core.store.queries_vectors import current_embedder
from core.store.store import Store

IN_MEMORY = 1 << 29
"""Vectors of up to this many bytes are gathered in memory, more in a file beside the library's cache."""

BLOCK = 8192


def rows_of(store: Store, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64 [n]: the row of each photo's vector by the library's embedder, -1 for none."""
    with store.read() as conn:
        used = current_embedder(conn)
        if used is None:
            return np.full(len(ids), -1, np.int64)
        return vector_rows(conn, used.name, used.version, ids)[0]


def with_vectors(store: Store, table: PhotoTable, scratch: Scratch) -> PhotoTable:
    """The table with the vectors of the library's embedder and its class probabilities, where there are any."""
    with store.read() as conn:
        used = current_embedder(conn)
        if used is None:
            return table
        rows, norms = vector_rows(conn, used.name, used.version, table.ids)
    known = rows >= 0
    if not known.any():
        return table
    stored = store.vectors(used.name, used.version, used.dim).rows()
    vectors = scratch.array("vectors", (len(table), used.dim), np.float16)
    for start in range(0, len(table), BLOCK):
        block = slice(start, start + BLOCK)
        vectors[block] = np.where(known[block, None], stored[np.maximum(rows[block], 0)], 0)
    try:
        embedder = registry.create(used.name)
    except ReverieError:  # an embedder that this machine does not have, or without its weights
        return replace(table, vectors=vectors)
    if not embedder.labels or embedder.version != used.version:
        return replace(table, vectors=vectors)
    probabilities = scratch.array("probabilities", (len(table), len(embedder.labels)), np.float32)
    for start in range(0, len(table), BLOCK):
        block = slice(start, start + BLOCK)
        shares = embedder.classify(Embedding(vectors[block], norms[block]))
        if shares is None:
            return replace(table, vectors=vectors)
        shares[~known[block]] = np.nan
        probabilities[block] = shares
    return replace(table, vectors=vectors, probabilities=probabilities, labels=embedder.labels)


class Scratch:
    """Arrays that may be larger than memory: above IN_MEMORY bytes they lie in a file that goes at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []

    def array(self, name: str, shape: tuple[int, int], dtype: type[np.generic]) -> NDArray[Any]:
        """A new array of zeros."""
        if shape[0] * shape[1] * np.dtype(dtype).itemsize <= IN_MEMORY:
            return np.zeros(shape, dtype)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.scratch"
        self._files.append(path)
        return np.memmap(path, dtype, "w+", shape=shape)

    def close(self) -> None:
        for path in self._files:
            path.unlink(missing_ok=True)
