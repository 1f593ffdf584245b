"""The library's one index of neighbours: made once, kept up with what is imported, asked by every grouping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import LibraryError
from core.group.neighbours import EXACT_BELOW, Neighbours, present
from core.progress import Progress
from core.retrieve.graph import Damaged, NeighbourIndex
from core.store.queries_vectors import EmbedderRow, current_embedder, neighbours_at
from core.store.store import Store

I64 = NDArray[np.int64]


def for_table(store: Store, rows: I64, progress: Progress, embedder: EmbedderRow | None = None) -> Neighbours | None:
    """The stored neighbours of a table's photos, in positions of the table, by the library's embedder or another.

    ``rows`` int64 [n]: the row of each photo's vector, -1 for none. The index is made, or brought up to date, first.
    None where the library has too few vectors to need one: exact neighbours are as quick there.
    Raises :class:`core.errors.Cancelled`; the index that was there stays.
    """
    index = update(store, rows, progress, embedder)
    return None if index is None else Neighbours(*index.lists(rows))


def update(store: Store, rows: I64, progress: Progress, embedder: EmbedderRow | None = None) -> NeighbourIndex | None:
    """The index, holding every one of ``rows`` that has a vector. It is made anew only where it is absent, damaged or
    long outgrown; one of another embedder is another index. None where there are too few vectors."""
    if embedder is None:
        with store.read() as conn:
            embedder = current_embedder(conn)
    wanted = np.unique(rows[rows >= 0])
    if embedder is None or len(wanted) <= EXACT_BELOW:
        return None
    vectors = store.vectors(embedder.name, embedder.version, embedder.dim).rows()
    folder, name = neighbours_at(store.root, embedder)
    index = _opened(store, embedder, vectors)
    try:
        if index is None or not index.fits(len(index.missing(wanted))):
            progress.phase("Finding neighbours", 2 * len(wanted), "steps")
            whole = wanted[present(vectors[wanted])]
            return NeighbourIndex.build(folder, name, vectors, whole, step=lambda done: _step(progress, done))
        index.add(_with_vector(vectors, index.missing(wanted)))
    except OSError as error:
        raise LibraryError(f"The index of neighbours cannot be written to {folder}: {error.strerror}.") from error
    return index


def _opened(store: Store, embedder: EmbedderRow, vectors: NDArray[np.float16]) -> NeighbourIndex | None:
    """The index as it is stored; None where it is absent or damaged."""
    try:
        return NeighbourIndex.open(*neighbours_at(store.root, embedder), vectors)
    except (Damaged, OSError):
        return None


def _with_vector(vectors: NDArray[np.float16], rows: I64) -> I64:
    return rows[present(vectors[rows])]


def _step(progress: Progress, done: int) -> None:
    progress.check()
    progress.set(done)
