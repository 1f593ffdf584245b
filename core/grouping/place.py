"""Photos that came since the last grouping get their places, in time proportional to their number.

Only stretches of the line around them are cut anew (as after a correction); elsewhere they join the groups that are
there. What would take them all looked at together waits for a full grouping, which runs when too much waits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core import learn
from core.correct import apply, clocks, local, replay, stretch
from core.correct.replay import Said
from core.group import gaps as rule
from core.group import levels
from core.group.base import Inputs, PhotoTable
from core.group.events import EventParams
from core.group.stream import line_of
from core.grouping import place_looks, place_where, state
from core.grouping.looks import derive_missing
from core.grouping.people import with_counts
from core.grouping.run import run
from core.grouping.table import read_table
from core.grouping.vectors import Scratch, with_vectors
from core.progress import Progress
from core.records import Change
from core.store.store import Store
from core.store.wall_columns import VISIBLE

I64 = NDArray[np.int64]

MOST_NEW, MOST_UNSORTED = 0.05, 0.05
"""Shares of the library: more new photos, or more that wait unsorted, are grouped with all others anew."""

HALF = 520
"""Photos read on each side of a new one: what the widest local statistic of the rule looks at."""

STEPS = 4


@dataclass(frozen=True, slots=True)
class Placed:
    """What was done: ``full``: all was grouped anew; else ``new`` photos were placed, for which ``read`` photos were
    looked at, and ``unsorted`` of them wait."""

    full: bool
    new: int = 0
    read: int = 0
    unsorted: int = 0


def place_new(store: Store, progress: Progress, *, seed: int = 0) -> Placed:
    """Place what came since the last grouping, or group all anew where that is too much. Raises Cancelled."""
    with store.read() as conn:
        since = state.since(conn)
    many = len(since.new) > MOST_NEW * since.photos or since.unsorted > MOST_UNSORTED * since.photos
    if not since.whole or many:
        run(store, progress, seed=seed)
        return Placed(full=True)
    if not len(since.new):
        return Placed(full=False)
    derive_missing(store, progress)
    progress.phase("Placing new photos", STEPS, "steps")
    return _place(store, since.new, progress)


def _place(store: Store, new: I64, progress: Progress) -> Placed:
    scratch = Scratch(store.root / "cache")
    try:
        with store.write() as conn:
            clocks.apply_clocks(conn)
        with store.read() as conn:
            said = replay.read(conn)
            around = read_table(conn, neighbourhood(conn, new, said))
        around = with_vectors(store, with_counts(store, around), scratch)
        inputs = learn.with_learned(store, around, Inputs(moves=_moved(around, said)))
        progress.advance()
        progress.check()
        with store.write(Change(photos=True, groups=True)) as conn:
            place_on_line(conn, around, new, said, inputs)
            progress.advance()
            place_where.place(conn, around, new)
            progress.advance()
            unsorted = place_looks.place(store, conn, around, new, said, inputs)
            state.note_placed(conn, new, unsorted)
        progress.advance()
        return Placed(False, len(new), len(around), unsorted)
    finally:
        scratch.close()


def neighbourhood(conn: Connection, new: I64, said: Said, half: int = HALF) -> list[int]:
    """Ids of the new photos and of up to ``half`` photos in time before and after each, in no order."""
    keys = sorted(replay.keys_of(conn, new.tolist()).values())
    found = set(new.tolist())
    last: replay.Key = (float("-inf"), 0)
    for key in keys:
        if key <= last:
            continue  # read already, as what follows another new photo
        for sign, order in (("<", "DESC"), (">", "ASC")):
            cursor = conn.exec_driver_sql(
                f"SELECT instant, id FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} AND instant IS NOT NULL"
                f" AND (instant, id) {sign} (?, ?) ORDER BY instant {order}, id {order} LIMIT {half}",
                key,
            )
            rows = [(row[0], row[1]) for row in cursor]
            found.update(row[1] for row in rows)
            if sign == ">" and len(rows) > half // 2:
                last = rows[-half // 2 - 1]
    return sorted(found)


# ---------------------------------------------------------------- the line


def place_on_line(conn: Connection, around: PhotoTable, new: I64, said: Said, inputs: Inputs) -> None:
    """Cut the stretches of the line around new photos anew; those without a time join the undated."""
    keys = replay.keys_of(conn, new.tolist())
    if keys:
        known = measured(around, set(keys), inputs)
        moved = {photo: (key[0], key[0]) for photo, key in keys.items()}
        apply.regroup(conn, said, said, moved, apply.Back(gaps=known))
    undated = [photo for photo in new.tolist() if photo not in keys and photo not in said.off]
    if undated:
        _add_undated(conn, undated)


def _moved(around: PhotoTable, said: Said) -> I64:
    """int64 [k, 2] as ``Inputs.moves``, of which only who left the line matters here."""
    off = np.flatnonzero(np.isin(around.ids, np.array(sorted(said.off), np.int64)))
    return np.stack([off, off], axis=1)


def measured(around: PhotoTable, new: set[int], inputs: Inputs) -> stretch.Gone:
    """The gaps beside new photos as the rule, or what was learned, sees them."""
    line = line_of(around, inputs)
    params = EventParams() if inputs.gap_model is None else EventParams(model=inputs.gap_model)
    found = rule.measure(around, line, params.model)
    logits = found.logits if inputs.logits is None else inputs.logits
    strength = levels.strengths(logits, line.unit, params.prior).tolist()
    ids = around.ids[line.order].tolist()
    known = stretch.Gone()
    for i, (before, after) in enumerate(pairwise(ids)):
        if before in new or after in new:
            km, visual = (None if x != x else float(x) for x in (found.distance_km[i], found.visual[i]))
            changed = int(found.camera_changed[i])
            known.put(before, (after, float(line.gap[i]), km, visual, changed, strength[i], None))
    return known


def _add_undated(conn: Connection, photos: Sequence[int]) -> None:
    """The group of photos without a time takes some more."""
    number = conn.exec_driver_sql("SELECT id FROM \"group\" WHERE kind = 'events' AND key = 'undated'").scalar()
    if number is None:
        run_id = local.latest_run(conn, "events")
        number = conn.exec_driver_sql(
            'INSERT INTO "group" (kind, "key", title, subtitle, strength, n_photos, cover_id, details, run_id)'
            " VALUES ('events', 'undated', 'Undated', '', 1, 0, ?, '{}', ?)",
            (photos[0], run_id),
        ).lastrowid
    conn.exec_driver_sql(
        "INSERT OR REPLACE INTO membership (group_id, photo_id, strength, reason)"
        """ SELECT ?, value, 1.0, '{"time":"unknown"}' FROM json_each(?)""",
        (number, json.dumps(list(photos))),
    )
    conn.exec_driver_sql(
        'UPDATE "group" SET n_photos = (SELECT count(*) FROM membership m JOIN photo p ON p.id = m.photo_id'
        " WHERE m.group_id = ? AND NOT p.hidden) WHERE id = ?",
        (number, number),
    )
