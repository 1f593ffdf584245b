"""One regrouping: read, find, store. A pure function of what the store holds, with its parameters and seed kept."""

from __future__ import annotations

import time
from dataclasses import replace

from core import group, learn
from core.correct import clocks, replay
from core.correct.naming import kind_shares
from core.group import Beside, streams, timeline
from core.group.base import Found, PhotoTable
from core.grouping import clocks as wrong_clocks
from core.grouping import geometry, graph, state, write
from core.grouping.differences import write_boundaries
from core.grouping.looks import with_looks
from core.grouping.people import with_counts
from core.grouping.table import read_copies, read_table
from core.grouping.texts import read_texts
from core.grouping.vectors import Scratch, rows_of, with_vectors
from core.progress import Progress
from core.records import Change
from core.store.store import Store

ORDER = (
    "trips", "events", "places", "kinds", "topics", "lookalikes", "identical", "duplicates", "bursts", "odd",
)  # fmt: skip
"""Trips come first: events name theirs as parent."""

STEPS = 2 * len(ORDER) + 3
"""Reading, finding each kind and the titles, and writing each kind."""


def run(store: Store, progress: Progress, *, looks: bool = True, seed: int = 0) -> None:
    """Find all groups anew and store them; corrections and the ids of groups that mostly survive are kept.

    ``looks`` False: only events, trips and places, which do not need to look at every picture. Learns first, where
    enough was said since the last time (``learn.due``).

    Raises :class:`core.errors.Cancelled`; kinds already stored stay, the others are as they were.
    """
    learn.learn_if_due(store, progress)
    progress.phase("Grouping", STEPS, "steps")
    scratch = Scratch(store.root / "cache")
    try:
        with store.write() as conn:
            if clocks.apply_clocks(conn):
                store.changed = Change(photos=True)
        with store.read() as conn:
            table = read_table(conn, looks=looks)
            copies = read_copies(conn, table.ids) if looks else None
            inputs = replay.inputs(conn, table)
            inputs = replace(inputs, texts=read_texts(conn, table.ids) if looks else None)
            shares = None if looks else kind_shares(conn, table)
        table = with_vectors(store, with_counts(store, table), scratch)
        inputs = learn.with_learned(store, table, inputs, progress if looks else None)
        if looks and table.vectors is not None:
            near = graph.for_table(store, rows_of(store, table.ids), progress)
            inputs = with_looks(store, table, replace(inputs, neighbours=near), scratch, progress)
            progress.phase("Grouping", STEPS, "steps")
        progress.advance()
        progress.check()

        def begin(_kind: str) -> None:
            progress.advance()
            progress.check()

        started = time.monotonic()
        verify = geometry.verifier(store, table.ids, progress)
        found, beside = group.find_all(
            table,
            inputs=inputs,
            copies=copies,
            verify=verify,
            looks=looks,
            shares=shares,
            seed=seed,
            progress_hook=begin,
        )
        seconds = time.monotonic() - started
        wrong = streams.suggest(table, timeline.timeline(table)) if looks else []
        progress.advance()
        _write_all(store, found, beside, table, seconds, progress)
        if looks:
            with store.write() as conn:
                wrong_clocks.write_suggestions(conn, table, wrong)
                state.note_grouped(conn, table.ids)
    finally:
        scratch.close()


def _write_all(
    store: Store, found: dict[str, Found], beside: Beside, table: PhotoTable, seconds: float, progress: Progress
) -> None:
    """Boundaries, trips and events in one transaction, since levels need them to agree; then kind by kind."""
    progress.check()
    with store.write(Change(groups=True)) as conn:
        write_boundaries(conn, beside.stream, table)
        trips = write.write_found(conn, found["trips"], table, seconds)
        write.write_found(conn, found["events"], table, seconds, trips)
    progress.advance(2)
    for kind in ORDER[2:] if "kinds" in found else ORDER[2:3]:
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
