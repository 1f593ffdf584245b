"""Vectors that a learner of the Lab makes of the embedder's, where the person chose them for look-alikes and search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.errors import Cancelled, ReverieError
from core.group.base import Inputs, PhotoTable
from core.grouping import graph
from core.grouping.table import vector_rows
from core.grouping.vectors import BLOCK, Scratch
from core.progress import Progress
from core.store.queries_vectors import EmbedderRow, current_embedder, looks_embedder
from core.store.store import Store

ODD = "autoencoder"
"""The learner whose codes also tell what is unlike anything else: neighbours of codes rank oddness as well as those of
the vectors themselves, and what it cannot reproduce explains it."""


def chosen(store: Store) -> EmbedderRow | None:
    """The learner in use, None where it is the embedder itself."""
    with store.read() as conn:
        used = looks_embedder(conn)
        return None if used is None or used == current_embedder(conn) else used


def derive_missing(store: Store, progress: Progress) -> EmbedderRow | None:
    """Give photos that the learner in use has not described yet their vectors, and their codes where codes are used;
    the learner, or None where none is in use. One that cannot be loaded any more describes no new photos, and that is
    told. Raises Cancelled."""
    from core.lab import codes, use

    try:
        codes.extend(store, progress)
    except OSError as error:
        progress.notice(f"New photos get no codes: {error.strerror or error}")
    used = chosen(store)
    if used is None:
        return None
    try:
        use.derive(store, used.version, progress)
    except Cancelled:
        raise
    except ReverieError as error:
        progress.notice(f"New photos are not described by {used.name}: {error}")
    return used


def with_looks(store: Store, table: PhotoTable, inputs: Inputs, scratch: Scratch, progress: Progress) -> Inputs:
    """What a grouping takes, with the vectors of the learner in use and neighbours by them."""
    used = derive_missing(store, progress)
    if used is None:
        return inputs
    with store.read() as conn:
        rows = vector_rows(conn, used.name, used.version, table.ids)[0]
    known = rows >= 0
    if not known.any():
        return inputs
    stored = store.vectors(used.name, used.version, used.dim).rows()
    looks = scratch.array("looks", (len(table), used.dim), np.float16)
    for start in range(0, len(table), BLOCK):
        block = slice(start, start + BLOCK)
        looks[block] = np.where(known[block, None], stored[np.maximum(rows[block], 0)], 0)
    near = graph.for_table(store, rows, progress, used)
    return replace(inputs, looks=looks, looks_neighbours=near, looks_odd=used.name == ODD)
