"""Trips after some of their events changed: whole events still, cut and joined where the person said so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import identity, local, rows
from core.correct.replay import Said
from core.correct.rows import Member, Stored
from core.grouping.table import read_table
from core.records import LEVELS

TRIPS = LEVELS["trips"]
Parents = dict[int, int | None]


def parents(conn: Connection, event_ids: Iterable[int]) -> Parents:
    """The trip of each of some events, and of all events of those trips."""
    wanted = json.dumps(list(event_ids))
    cursor = conn.exec_driver_sql(
        """SELECT id, parent_id FROM "group" WHERE kind = 'events' AND (
            id IN (SELECT value FROM json_each(?)) OR parent_id IN (
                SELECT parent_id FROM "group" WHERE kind = 'events' AND id IN (SELECT value FROM json_each(?))))""",
        (wanted, wanted),
    )
    return {row[0]: row[1] for row in cursor}


def settle(
    conn: Connection, said: Said, new: Sequence[Stored], before: Parents, restored: Parents, earlier: list[Stored]
) -> list[int]:
    """Give the new events their trips and write the trips they touch; returns the trips written.

    ``before``: the trips as they were. ``restored``: the trips of events as an operation that is taken back found
    them; ``earlier``: those trips.
    """
    old = rows.read(conn, {trip for trip in (*before.values(), *restored.values()) if trip is not None})
    trip_of = {photo: trip for trip, each in old.items() for photo in each.members}
    labels: Parents = {event: trip for event, trip in before.items() if _exists(conn, event)}
    for event in new:
        labels[event.id] = _most(event, trip_of)
    labels |= {event: trip for event, trip in restored.items() if event in labels or _exists(conn, event)}
    touched = {trip for trip in (*labels.values(), *before.values(), *restored.values()) if trip is not None}
    if not touched and not _joins(said):
        return []
    groups = _cut(conn, said, _join(conn, said, labels))
    return _write(conn, groups, labels, old, earlier)


def _exists(conn: Connection, event: int) -> bool:
    return conn.exec_driver_sql('SELECT 1 FROM "group" WHERE id = ?', (event,)).first() is not None


def _most(event: Stored, trip_of: dict[int, int]) -> int | None:
    """The trip that at least half of an event's photos were in."""
    counts: dict[int, int] = {}
    for photo in event.members:
        if photo in trip_of:
            counts[trip_of[photo]] = counts.get(trip_of[photo], 0) + 1
    best = max(counts, key=lambda trip: (counts[trip], -trip), default=None)
    return best if best is not None and 2 * counts[best] >= len(event.members) else None


def _joins(said: Said) -> list[tuple[float, float]]:
    return [(c.key_a[0], c.key_b[0]) for c in said.line if not c.cut and c.threshold >= TRIPS]


def _join(conn: Connection, said: Said, labels: Parents) -> Parents:
    """Trips that the person made one, with the events between them."""
    out = dict(labels)
    for c in said.line:
        if c.cut or c.threshold < TRIPS:
            continue
        cursor = conn.exec_driver_sql(
            """SELECT DISTINCT g.id, g.parent_id FROM photo p CROSS JOIN membership m ON m.photo_id = p.id
            JOIN "group" g ON g.id = m.group_id AND g.kind = 'events'
            WHERE (p.instant, p.id) >= (?, ?) AND (p.instant, p.id) <= (?, ?) AND NOT p.hidden""",
            (*c.key_a, *c.key_b),
        )
        inside = {row[0]: out.get(row[0], row[1]) for row in cursor if row[0] in out or row[1] is not None}
        trips = {trip for trip in inside.values() if trip is not None}
        if not trips or not (set(inside) & set(labels)):
            continue
        target = min(trips)
        more = parents(conn, inside)
        out |= {event: target for event, trip in {**more, **out, **inside}.items() if trip in trips or event in inside}
    return out


def _cut(conn: Connection, said: Said, labels: Parents) -> list[list[int]]:
    """The events of each trip in order of time, cut where a correction says that one trip ends."""
    pins = [c.correction for c in said.line if c.cut and c.threshold >= TRIPS]
    starts = conn.exec_driver_sql(
        "SELECT after_id FROM boundary WHERE pin IN (SELECT value FROM json_each(?)) AND strength >= ?",
        (json.dumps(pins), TRIPS - 1e-6),
    ).fetchall() if pins else []  # fmt: skip
    first = _holding(conn, [row[0] for row in starts])
    trips: dict[int, list[int]] = {}
    for event in _in_time(conn, labels):
        trip = labels[event]
        if trip is not None:
            trips.setdefault(trip, []).append(event)
    out: list[list[int]] = []
    for events in trips.values():
        out.append([])
        for event in events:
            if event in first and out[-1]:
                out.append([])
            out[-1].append(event)
    return out


def _holding(conn: Connection, photos: list[int]) -> set[int]:
    return set(rows.ids_holding(conn, "events", photos)) if photos else set()


def _in_time(conn: Connection, events: Iterable[int]) -> list[int]:
    cursor = conn.exec_driver_sql(
        """SELECT g.id FROM "group" g JOIN membership m ON m.group_id = g.id JOIN photo p ON p.id = m.photo_id
        WHERE g.id IN (SELECT value FROM json_each(?)) GROUP BY g.id ORDER BY min(p.instant), g.id""",
        (json.dumps(list(events)),),
    )
    return [row[0] for row in cursor]


def _write(
    conn: Connection, groups: list[list[int]], labels: Parents, old: dict[int, Stored], earlier: list[Stored]
) -> list[int]:
    known = [*old.values(), *earlier]
    events = rows.read(conn, [event for group in groups for event in group])
    sets = [{photo for event in group for photo in events[event].members} for group in groups]
    member: dict[int, Member] = {photo: m for each in old.values() for photo, m in each.members.items()}
    ids = rows.give_ids(conn, "trips", sets, known)
    run_id = local.latest_run(conn, "trips")
    trips = []
    for number, photos, group in zip(ids, sets, groups, strict=True):
        was = rows.like(known, number, photos)
        base = was or next((each for each in known if each.id == number), None)
        base = base or max(known, key=lambda each: len(each.photos & photos), default=None)
        if base is not None:
            row = {**(base.row if was else _row(base.row, [events[e] for e in group])), "run_id": run_id}
            trips.append(Stored(number, row, {p: member.get(p, local.SURE) for p in photos}))
    changed = [each for each in trips if rows.like(known, each.id, each.members) is None]
    table = read_table(conn, sorted({photo for each in changed for photo in each.members}))
    local.entitle(conn, changed, table, "trips")
    trips = rows.with_chosen(identity.overrides(conn), "trips", trips)
    rows.replace_groups(conn, "trips", old.values(), trips)
    identity.forget(conn, ids)
    of = {event: number for number, group in zip(ids, groups, strict=True) for event in group}
    values = [(of.get(event), event) for event in labels]
    conn.exec_driver_sql('UPDATE "group" SET parent_id = ? WHERE id = ?', values or [(None, -1)])
    return ids


def _row(base: dict[str, Any], events: list[Stored]) -> dict[str, Any]:
    """A trip's columns after its events changed."""
    starts = [e.row["start"] for e in events if e.row["start"] is not None]
    ends = [e.row["end"] for e in events if e.row["end"] is not None]
    details = {**base["details"], "events": len(events)}
    return {**base, "start": min(starts, default=None), "end": max(ends, default=None), "details": details}
