"""Corrections put in and out of force, and what they touch regrouped at once. Only the touched stretches are read.

One journal command does all: ``{"do": "correct", "on": ids, "off": ids, "back": what an undone operation gives back}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import clocks, local, local_trips, looks, replay, rows, stretch
from core.correct.replay import Said
from core.correct.rows import Stored
from core.correct.stretch import Gone, Span
from core.records import Change
from core.store import corrections, journal

MOST_AT_ONCE = 1000
"""So many photos that are shown again find their places at once; more wait for the next grouping."""

LINE = ("same", "different", "move", "exclude", "clock")


@dataclass(slots=True)
class Back:
    """What an operation replaced, so that undoing it restores exactly that where nothing else changed since:
    ``gaps``: stored gaps; ``events``, ``trips``: groups; ``parents``: the trips of events; ``looks``: memberships of
    other kinds."""

    gaps: Gone = field(default_factory=Gone)
    events: list[Stored] = field(default_factory=list)
    trips: list[Stored] = field(default_factory=list)
    parents: dict[int, int | None] = field(default_factory=dict)
    looks: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "gaps": self.gaps.as_json(),
            "events": [each.as_json() for each in self.events],
            "trips": [each.as_json() for each in self.trips],
            "parents": [[event, trip] for event, trip in self.parents.items()],
            "looks": self.looks,
        }


def from_json(kept: dict[str, Any] | None) -> Back:
    """The inverse of :meth:`Back.as_json`."""
    if not kept:
        return Back()
    return Back(
        Gone(kept["gaps"]),
        [rows.from_json(each) for each in kept["events"]],
        [rows.from_json(each) for each in kept["trips"]],
        dict(kept["parents"]),
        kept["looks"],
    )


def run(conn: Connection, command: journal.Command) -> tuple[Change, Back]:
    """Put corrections in and out of force and regroup what that touches; also what it replaced."""
    on, off = command["on"], command["off"]
    back = from_json(command.get("back"))
    spoken = corrections.by_id(conn, [*on, *off])
    on_line = any(each.kind in LINE for each in spoken)
    before = replay.read(conn) if on_line else None
    corrections.set_active(conn, off, False)
    corrections.set_active(conn, on, True)
    replaced, photos = Back(), False
    if before is not None:
        shifted = clocks.apply_clocks(conn) if any(each.kind == "clock" for each in spoken) else {}
        photos = bool(shifted)
        after = replay.read(conn)
        replaced = regroup(conn, before, after, shifted, back)
    replaced.looks = looks.apply(conn, spoken, set(on), back.looks)
    photos |= any(
        each.payload.get("scope") == "bursts" or each.payload.get("group_kind") == "bursts" for each in spoken
    )
    return Change(photos=photos, groups=True), replaced


def _command(conn: Connection, command: journal.Command) -> Change:
    return run(conn, command)[0]


def _put_away(conn: Connection, command: journal.Command) -> Change:
    """Photos put away or brought back: those that are shown again get their places, and so does what a correction
    tied to one that is gone."""
    before = replay.read(conn)
    change = put_away(conn, command)
    after = replay.read(conn)
    back = [] if command["away"] else journal.from_runs(command["photos"])
    known = conn.exec_driver_sql('SELECT 1 FROM "group" WHERE kind = ? LIMIT 1', ("events",)).first()
    if known is not None and len(back) <= MOST_AT_ONCE:
        shown = {photo: (key[0], key[0]) for photo, key in replay.keys_of(conn, back).items()}
        regroup(conn, before, after, shown, Back())
    return change


put_away = journal.COMMANDS["put_away"]
journal.COMMANDS |= {"correct": _command, "put_away": _put_away}


def regroup(conn: Connection, before: Said, after: Said, shifted: dict[int, tuple[float, float]], back: Back) -> Back:
    """Regroup the line where it differs. ``shifted``: photos whose time changed, with the instants before and after."""
    changed = {p for p in {*before.off, *after.off} if before.off.get(p, 0) != after.off.get(p, 0)} | set(shifted)
    touched = _touched(conn, before, after, changed, shifted)
    if not touched and not changed:
        return Back()
    replaced = Back()
    while True:
        spans = stretch.spans(conn, after, touched, changed)
        found = [stretch.read(conn, after, span, back.gaps) for span in spans]
        stretches = [each for each, _ in found]
        photos = local.touched_photos(stretches, changed, before) | local.touched_photos(stretches, changed, after)
        old = rows.read(conn, [*rows.ids_holding(conn, "events", photos), *local.undated(conn, changed)])
        rest = replay.keys_of(conn, local.left_over(conn, after, old.values(), stretches))
        if not rest:
            break
        touched += [(key, key) for key in rest.values()]
    _write_gaps(conn, after, found, changed, replaced)
    replaced.parents = local_trips.parents(conn, old)
    replaced.events = list(old.values())
    replaced.trips = list(rows.read(conn, {t for t in replaced.parents.values() if t is not None}).values())
    pieces, table = local.pieces(conn, after, stretches, changed, list(old.values()))
    new = local.write_events(conn, pieces, table, old, back.events)
    local_trips.settle(conn, after, new, replaced.parents, back.parents, back.trips)
    return replaced


def _touched(
    conn: Connection, before: Said, after: Said, changed: set[int], shifted: dict[int, tuple[float, float]]
) -> list[Span]:
    """Where on the line anything differs: around constraints that came or went, and around photos that did."""
    line = set(before.line) ^ set(after.line)
    spans: list[Span] = [(min(c.key_a, c.key_b), max(c.key_a, c.key_b)) for c in line]
    beside = [anchor for off in (before.off, after.off) for photo, anchor in off.items() if photo in changed]
    spans += [(key, key) for key in replay.keys_of(conn, [*changed, *beside]).values()]
    spans += [((was, photo), (was, photo)) for photo, (was, _) in shifted.items()]
    return spans


def _write_gaps(
    conn: Connection, said: Said, found: Sequence[tuple[stretch.Stretch, Gone]], changed: set[int], replaced: Back
) -> None:
    """Clamp and store the gaps of all stretches; gaps after photos that left the line go."""
    there = {int(i) for each, _ in found for i in each.ids.tolist()}
    for each, gone in found:
        stretch.hold(each, said.line)
        for key, row in gone.rows.items():
            replaced.gaps.put(key[0], row)
    away = stretch.Gone()
    for photo, row in stretch.stored_rows(conn, changed - there).items():
        away.put(photo, row)
        replaced.gaps.put(photo, row)
    for each, gone in found:
        stretch.write(conn, each, gone)
    stretch.drop(conn, away)
