"""Events and trips of a few stretches of the line, written anew; all others stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy.engine import Connection

from core.correct import identity, rows
from core.correct.replay import Said
from core.correct.rows import Member, Stored
from core.correct.stretch import End, Stretch
from core.group import events
from core.group.base import F64, FoundGroup, Gaps, PhotoTable
from core.group.timeline import Timeline, passive, units
from core.grouping.table import read_table
from core.store.wall_columns import VISIBLE

SURE = (1.0, "{}")


@dataclass(slots=True)
class Piece:
    """One event as it is found: its photos with strengths and reasons, and what the grouper says of the whole."""

    members: dict[int, Member]
    strength: float = 1.0
    details: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    first: float = float("inf")
    """Instant of its first photo on the line."""


def touched_photos(stretches: Iterable[Stretch], changed: Iterable[int], said: Said) -> set[int]:
    """Photos on some stretches, those that changed, and those that belong to the former."""
    there, came = {int(i) for each in stretches for i in each.ids.tolist()}, set(changed)
    anchors = there | came | {said.off[photo] for photo in came if photo in said.off}
    return there | came | {photo for photo, anchor in said.off.items() if anchor in anchors}


def left_over(conn: Connection, said: Said, old: Iterable[Stored], stretches: Sequence[Stretch]) -> list[int]:
    """Photos on the line of the old events that no stretch holds: the stretches are too narrow."""
    there = {int(i) for each in stretches for i in each.ids.tolist()}
    rest = {photo for each in old for photo in each.members} - there - set(said.off)
    cursor = conn.exec_driver_sql(
        f"SELECT id FROM photo WHERE {VISIBLE} AND instant IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(rest)),),
    )
    return [row[0] for row in cursor]


def undated(conn: Connection, changed: Iterable[int]) -> list[int]:
    """The event of photos without a time, where any of those that changed is one."""
    found = conn.exec_driver_sql(
        """SELECT id FROM "group" WHERE kind = 'events' AND key = ? AND EXISTS (
            SELECT 1 FROM photo WHERE instant IS NULL AND id IN (SELECT value FROM json_each(?)))""",
        (events.UNDATED, json.dumps(sorted(changed))),
    )
    return [row[0] for row in found]


# ---------------------------------------------------------------- what the events are


def pieces(
    conn: Connection, said: Said, stretches: Sequence[Stretch], changed: set[int], old: Sequence[Stored]
) -> tuple[list[Piece], PhotoTable]:
    """The events of some stretches, with moved and hidden photos beside those they belong to."""
    mine = touched_photos(stretches, changed, said)
    mine |= {photo for each in old for photo in each.members}
    table = read_table(conn, sorted(mine))
    at = {int(i): k for k, i in enumerate(table.ids.tolist())}
    found = [piece for each in stretches for piece in _cut(each, table, at)]
    _add_moved(found, said, at, mine)
    _add_undated(found, said, table, old)
    _add_hidden(conn, found, stretches, old, at)
    return [piece for piece in found if piece.members], table


def _cut(stretch: Stretch, table: PhotoTable, at: dict[int, int]) -> list[Piece]:
    """The pieces of one stretch; the gaps at its ends count as the boundaries they are."""
    if not len(stretch.ids):
        return []
    order = np.array([at[i] for i in stretch.ids.tolist()], np.int64)
    first, last = _beyond(stretch.left), _beyond(stretch.right)
    line = _line(
        np.concatenate([order[: len(first)], order, order[-1:][: len(last)]]),
        table,
        np.concatenate([first[:, 1], stretch.gap_seconds, last[:, 1]]),
    )
    cut = np.concatenate([first[:, 0] >= 0, stretch.cuts(), last[:, 0] >= 0])
    gaps = Gaps(
        before=line.order[:-1],
        after=line.order[1:],
        strength=np.concatenate([first[:, 0], stretch.strength, last[:, 0]]).astype(np.float32),
        gap_seconds=line.gap,
        distance_km=np.concatenate([first[:, 2], stretch.distance_km, last[:, 2]]).astype(np.float32),
        visual=np.concatenate([first[:, 3], stretch.visual, last[:, 3]]).astype(np.float32),
        camera_changed=np.zeros(len(cut), np.bool_),
        is_boundary=cut,
    )
    found = events.event_groups(line, gaps)
    return [_piece(group, table) for group in found[len(first) : len(found) - len(last)]]


def _beyond(end: End | None) -> F64:
    """The gap at one end of a stretch as a row (strength, seconds, km, visual); no row where the line ends."""
    return np.array([] if end is None else [end], np.float64).reshape(-1, 4)


def _line(order: np.ndarray[Any, np.dtype[np.int64]], table: PhotoTable, gap: np.ndarray[Any, Any]) -> Timeline:
    return Timeline(
        order=order,
        time=table.instant[order],
        gap=gap,
        passive=passive(table)[order],
        unit=units(gap, len(order)),
        undated=np.zeros(0, np.int64),
    )


def _piece(group: FoundGroup, table: PhotoTable) -> Piece:
    ids = table.ids[group.members].tolist()
    texts = {id(reason): json.dumps(reason, separators=(",", ":")) for reason in group.reasons}
    members = {
        photo: (float(strength), texts[id(reason)])
        for photo, strength, reason in zip(ids, group.strengths.tolist(), group.reasons, strict=True)
    }
    first = float(table.instant[group.members[0]])
    return Piece(members, float(group.strength), dict(group.details), str(ids[0]), first)


def _add_moved(found: list[Piece], said: Said, at: dict[int, int], mine: set[int]) -> None:
    """Photos off the line go to the piece of their anchor; those that stand apart form pieces of their own."""
    owner = {photo: piece for piece in found for photo in piece.members}
    apart: dict[int, Piece] = {}
    for photo, anchor in sorted(said.off.items()):
        if photo not in at or photo not in mine:
            continue
        member = (1.0, json.dumps({"correction": said.moved_by.get(photo, 0)}))
        if said.off.get(anchor) == anchor:
            piece = apart.setdefault(anchor, Piece({}, key=f"apart {anchor}"))
            piece.members[photo] = member
        elif anchor in owner:
            owner[anchor].members[photo] = member
    found += apart.values()


def _add_undated(found: list[Piece], said: Said, table: PhotoTable, old: Sequence[Stored]) -> None:
    """Photos without a time stand in one last event, unless a correction gave them a place."""
    rest = [
        int(i) for i, when in zip(table.ids.tolist(), table.instant.tolist(), strict=True)
        if when != when and i not in said.off
    ]  # fmt: skip
    if rest:
        was = next((each.members for each in old if each.row["key"] == events.UNDATED), {})
        unknown = (1.0, '{"time":"unknown"}')
        found.append(Piece({i: was.get(i, unknown) for i in rest}, key=events.UNDATED))


def _add_hidden(
    conn: Connection, found: list[Piece], stretches: Sequence[Stretch], old: Sequence[Stored], at: dict[int, int]
) -> None:
    """Members that are hidden now stay beside their neighbours in time, so that showing them brings them back."""
    hidden = {photo: (each, member) for each in old for photo, member in each.members.items() if photo not in at}
    if not hidden:
        return
    cursor = conn.exec_driver_sql(
        "SELECT id, instant FROM photo WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(hidden)),)
    )
    starts = sorted((piece for piece in found if piece.first < float("inf")), key=lambda piece: piece.first)
    undated = next((piece for piece in found if piece.key == events.UNDATED), None)
    for photo, instant in cursor.fetchall():
        before = [piece for piece in starts if instant is not None and piece.first <= instant]
        target = before[-1] if before else (starts[0] if starts and instant is not None else undated)
        if target is not None:
            target.members[photo] = hidden[photo][1]


# ---------------------------------------------------------------- writing them


def write_events(
    conn: Connection, found: list[Piece], table: PhotoTable, old: dict[int, Stored], earlier: list[Stored]
) -> list[Stored]:
    """Replace events by new ones; returns these. ``earlier``: events as they were before, for what comes back."""
    known = [*old.values(), *earlier]
    found.sort(key=lambda piece: (piece.first, piece.key))
    ids = rows.give_ids(conn, "events", [set(piece.members) for piece in found], known)
    run_id = latest_run(conn, "events")
    groups, unnamed = [], []
    for number, piece in zip(ids, found, strict=True):
        was = rows.like(known, number, piece.members)
        if was is not None:
            row = {**was.row, "strength": piece.strength, "run_id": run_id}
        else:
            row = _row(piece, table, run_id, old.get(number))
            unnamed.append(number)
        groups.append(Stored(number, row, piece.members))
    entitle(conn, [each for each in groups if each.id in set(unnamed)], table, "events")
    groups = rows.with_chosen(identity.overrides(conn), "events", groups)
    rows.replace_groups(conn, "events", old.values(), groups)
    identity.forget(conn, ids)
    return groups


def latest_run(conn: Connection, kind: str) -> int:
    """The run that a new group is written under: the latest of its kind."""
    found = conn.exec_driver_sql("SELECT max(id) FROM grouping_run WHERE kind = ?", (kind,)).scalar()
    if found is None:
        found = conn.exec_driver_sql(
            "INSERT INTO grouping_run (kind, algorithm, version, parameters, seed, created_at, seconds)"
            " VALUES (?, 'corrections', '1', '{}', 0, 0, 0)",
            (kind,),
        ).lastrowid
    return int(found)


def _row(piece: Piece, table: PhotoTable, run_id: int, was: Stored | None) -> dict[str, Any]:
    """A new event's columns, its title still to be found."""
    at = np.flatnonzero(np.isin(table.ids, list(piece.members)))
    times = table.local[at]
    dated = bool(np.isfinite(times).any())
    cover = was.row["cover_id"] if was is not None and was.row["cover_id"] in piece.members else None
    undated = piece.key == events.UNDATED
    return {
        "kind": "events",
        "key": piece.key,
        "title": "Undated" if undated else "Event",
        "subtitle": "",
        "parent_id": None,
        "strength": piece.strength,
        "n_photos": len(at),
        "cover_id": cover,
        "start": float(np.nanmin(times)) if dated else None,
        "end": float(np.nanmax(times)) if dated else None,
        "lat": None,
        "lon": None,
        "details": piece.details,
        "run_id": run_id,
    }


def entitle(conn: Connection, groups: Sequence[Stored], table: PhotoTable, kind: str) -> None:
    """Titles, subtitles, positions and covers of groups whose photos changed, in place."""
    if not groups:
        return
    from core.correct.naming import context
    from core.group import quality, titles
    from core.group.base import Found

    at = {int(i): k for k, i in enumerate(table.ids.tolist())}
    found = [_found(each, at) for each in groups]
    (titles.name_trips if kind == "trips" else titles.name_events)(Found(kind, found, "", "", {}), context(conn, table))
    if kind == "trips":
        titles.set_positions(found, table)
    quality.choose_covers(table, found)
    for each, group in zip(groups, found, strict=True):
        cover = None if group.cover is None else int(table.ids[group.cover])
        each.row |= {"title": group.title, "subtitle": group.subtitle, "lat": group.lat, "lon": group.lon}
        each.row |= {"cover_id": cover, "n_photos": len(group.members)}


def _found(group: Stored, at: dict[int, int]) -> FoundGroup:
    members = np.array(sorted(at[i] for i in group.members if i in at), np.int64)
    cover = at.get(group.row["cover_id"] or 0)
    sure = np.ones(len(members), np.float32)
    return FoundGroup(group.row["key"], group.row["title"], "", members, sure, [], 1.0, cover)
