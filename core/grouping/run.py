"""One regrouping: read, find, store. A pure function of what the store holds, with its parameters and seed kept."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import group
from core.correct import replay
from core.embed import registry
from core.embed.base import Embedding
from core.errors import WeightsError
from core.group import Beside
from core.group.base import Found, PhotoTable
from core.grouping import write
from core.grouping.table import read_copies, read_table, vector_rows
from core.progress import Progress
from core.records import Change
from core.store.queries_vectors import current_embedder
from core.store.store import Store

IN_MEMORY = 1 << 29
"""Vectors of up to this many bytes are gathered in memory, more in a file beside the library's cache."""

BLOCK = 8192
ORDER = ("trips", "events", "places", "kinds", "lookalikes", "identical", "duplicates", "bursts", "odd")
"""Trips come first: events name theirs as parent."""

STEPS = 2 * len(ORDER) + 3
"""Reading, finding each kind and the titles, and writing each kind."""


def run(store: Store, progress: Progress, *, seed: int = 0) -> None:
    """Find all groups anew and store them; corrections and the ids of groups that mostly survive are kept.

    Raises :class:`core.errors.Cancelled`; kinds already stored stay, the others are as they were.
    """
    progress.phase("Grouping", STEPS, "steps")
    scratch = Scratch(store.root / "cache")
    try:
        with store.read() as conn:
            table = read_table(conn)
            copies = read_copies(conn, table.ids)
            inputs = replay.inputs(conn, table)
        table = _with_vectors(store, table, scratch)
        progress.advance()
        progress.check()

        def begin(_kind: str) -> None:
            progress.advance()
            progress.check()

        started = time.monotonic()
        found, beside = group.find_all(table, inputs=inputs, copies=copies, seed=seed, progress_hook=begin)
        seconds = time.monotonic() - started
        progress.advance()
        _write_all(store, found, beside, table, seconds, progress)
    finally:
        scratch.close()


def _write_all(
    store: Store, found: dict[str, Found], beside: Beside, table: PhotoTable, seconds: float, progress: Progress
) -> None:
    """Boundaries, trips and events in one transaction, since levels need them to agree; then kind by kind."""
    progress.check()
    with store.write(Change(groups=True)) as conn:
        write.write_boundaries(conn, beside.stream, table)
        trips = write.write_found(conn, found["trips"], table, seconds)
        write.write_found(conn, found["events"], table, seconds, trips)
    progress.advance(2)
    for kind in ORDER[2:]:
        progress.check()
        with store.write(Change(photos=kind in ("places", "bursts"), groups=True)) as conn:
            write.write_found(conn, found[kind], table, seconds)
            if kind == "places":
                write.write_places(conn, _place_names(beside), table)
                write.write_inferred(conn, beside.inferred, table)
            elif kind == "bursts":
                write.write_bursts(conn, found[kind], table)
        progress.advance()


def _place_names(beside: Beside) -> list[str | None]:
    """ "Lisbon, Portugal" for every photo with a position."""
    from core.group import places

    codes, texts = places.photo_places(beside.named)
    return [texts[code] if code >= 0 else None for code in codes.tolist()]


def _with_vectors(store: Store, table: PhotoTable, scratch: Scratch) -> PhotoTable:
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
    except WeightsError:
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
