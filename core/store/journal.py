"""Operations that can be undone: each writes what it did and its inverse, as small JSON, beside its effect.

A journal row's ``forward`` and ``inverse`` are commands ``{"do": name, ...}`` of :data:`COMMANDS`. Undo runs the
inverse of the newest row in force, redo the forward command of the oldest undone one; a new operation drops what was
undone. Commands that need more than the store (corrections regroup what they touch) are added to :data:`COMMANDS` by
the room that knows how, when it is imported.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from core.records import FLAG_MARKED, Change
from core.store import meta, put_away, studio
from core.store import schema as s
from core.store.hiding import set_hidden

Command = dict[str, Any]
KEPT = 1000
"""So many operations can be undone; older ones are forgotten."""


# ---------------------------------------------------------------- ids as runs


def to_runs(ids: Sequence[int]) -> list[list[int]]:
    """Distinct ids as [first, last] pairs."""
    numbers = np.unique(np.array(ids, np.int64))
    if not len(numbers):
        return []
    ends = np.flatnonzero(np.diff(numbers) != 1)
    firsts = numbers[np.concatenate(([0], ends + 1))]
    lasts = numbers[np.concatenate((ends, [len(numbers) - 1]))]
    return [[int(a), int(b)] for a, b in zip(firsts, lasts, strict=True)]


def from_runs(runs: Sequence[Sequence[int]]) -> list[int]:
    """The inverse of :func:`to_runs`."""
    return [i for first, last in runs for i in range(first, last + 1)]


# ---------------------------------------------------------------- commands


def _rate(conn: Connection, command: Command) -> Change:
    ids: list[int] = []
    for rating, runs in command["ratings"]:
        wanted = from_runs(runs)
        parameters = (rating, json.dumps(wanted))
        conn.exec_driver_sql("UPDATE photo SET rating = ? WHERE id IN (SELECT value FROM json_each(?))", parameters)
        ids += wanted
    return Change(photos=True, ids=tuple(ids))


def _hide(conn: Connection, command: Command) -> Change:
    set_hidden(conn, from_runs(command["folders"]), command["hidden"])
    return Change(photos=True, groups=True, problems=True, folders=True)


def _mark(conn: Connection, command: Command) -> Change:
    ids = from_runs(command["photos"])
    conn.exec_driver_sql(
        "UPDATE photo SET flags = CASE ? WHEN 1 THEN flags | ? ELSE flags & ~? END"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (int(command["marked"]), FLAG_MARKED, FLAG_MARKED, json.dumps(ids)),
    )
    return Change(photos=True, ids=tuple(ids))


def _put_away(conn: Connection, command: Command) -> Change:
    ids = from_runs(command["photos"])
    put_away.set_away(conn, ids, bool(command["away"]))
    return Change(photos=True, groups=True, ids=tuple(ids))


def _use_vectors(conn: Connection, command: Command) -> Change:
    meta.set_meta(conn, meta.LOOKS, command["used"])
    return Change(photos=True, groups=True)


def _show_versions(conn: Connection, command: Command) -> Change:
    photos = studio.show_versions(conn, from_runs(command["versions"]), bool(command["shown"]))
    return Change(photos=True, ids=tuple(photos))


def _show_made(conn: Connection, command: Command) -> Change:
    studio.show_made(conn, command["made"], bool(command["shown"]))
    return Change(made=True)


COMMANDS: dict[str, Callable[[Connection, Command], Change]] = {
    "rate": _rate,
    "hide": _hide,
    "mark": _mark,
    "put_away": _put_away,
    "use_vectors": _use_vectors,
    "show_versions": _show_versions,
    "show_made": _show_made,
}


def _run(conn: Connection, command: Command) -> Change:
    return COMMANDS[command["do"]](conn, command)


# ---------------------------------------------------------------- the journal


def perform(conn: Connection, name: str, forward: Command, inverse: Command) -> Change:
    """Run an operation and remember it under ``name``; what was undone before can no longer be redone."""
    change = _run(conn, forward)
    remember(conn, name, forward, inverse)
    return change


def remember(conn: Connection, name: str, forward: Command, inverse: Command) -> None:
    """Keep an operation that has been run; what was undone before can no longer be redone."""
    c = s.journal.c
    conn.execute(delete(s.journal).where(c.undone.is_(True)))
    conn.execute(insert(s.journal).values(name=name, forward=forward, inverse=inverse, created_at=time.time()))
    kept = select(c.id).order_by(c.id.desc()).limit(KEPT)
    conn.execute(delete(s.journal).where(c.id.not_in(kept)))


def undo(conn: Connection) -> tuple[str, Change] | None:
    """Take back the latest operation in force; (its name, what changed), or None."""
    c = s.journal.c
    row = conn.execute(select(c.id, c.name, c.inverse).where(c.undone.is_(False)).order_by(c.id.desc())).first()
    return None if row is None else _flip(conn, row.id, row.name, row.inverse, undone=True)


def redo(conn: Connection) -> tuple[str, Change] | None:
    """Do the operation undone last once more; (its name, what changed), or None."""
    c = s.journal.c
    row = conn.execute(select(c.id, c.name, c.forward).where(c.undone.is_(True)).order_by(c.id)).first()
    return None if row is None else _flip(conn, row.id, row.name, row.forward, undone=False)


def _flip(conn: Connection, number: int, name: str, command: Command, *, undone: bool) -> tuple[str, Change]:
    change = _run(conn, command)
    conn.execute(update(s.journal).where(s.journal.c.id == number).values(undone=undone))
    return name, change


# ---------------------------------------------------------------- operations


def rating_commands(conn: Connection, ids: Sequence[int], rating: int) -> tuple[Command, Command, int]:
    """(forward, inverse, number of photos that change) of giving photos a rating."""
    wanted = json.dumps([int(i) for i in ids])
    found = conn.exec_driver_sql(
        "SELECT rating, id FROM photo WHERE id IN (SELECT value FROM json_each(?)) AND rating != ?", (wanted, rating)
    )
    before: dict[int, list[int]] = {}
    for old, photo in found:
        before.setdefault(old, []).append(photo)
    changed = [photo for photos in before.values() for photo in photos]
    forward = {"do": "rate", "ratings": [[rating, to_runs(changed)]]}
    inverse = {"do": "rate", "ratings": [[old, to_runs(photos)] for old, photos in before.items()]}
    return forward, inverse, len(changed)


def hiding_commands(folder_ids: Sequence[int]) -> tuple[Command, Command]:
    """(forward, inverse) of removing folders."""
    runs = to_runs(folder_ids)
    return {"do": "hide", "folders": runs, "hidden": True}, {"do": "hide", "folders": runs, "hidden": False}


def marking_commands(conn: Connection, ids: Sequence[int], marked: bool) -> tuple[Command, Command, int]:
    """(forward, inverse, number of photos that change) of marking photos, or taking the mark off."""
    changed = _differing(conn, "(flags & ?) != ?", (FLAG_MARKED, FLAG_MARKED if marked else 0), ids)
    runs = to_runs(changed)
    both = ({"do": "mark", "photos": runs, "marked": value} for value in (marked, not marked))
    return next(both), next(both), len(changed)


def put_away_commands(conn: Connection, ids: Sequence[int], away: bool) -> tuple[Command, Command, int]:
    """(forward, inverse, number of photos that change) of putting photos away, or bringing them back."""
    changed = _differing(conn, "(id IN (SELECT photo_id FROM put_away)) != ?", (int(away),), ids)
    runs = to_runs(changed)
    both = ({"do": "put_away", "photos": runs, "away": value} for value in (away, not away))
    return next(both), next(both), len(changed)


def version_commands(ids: Sequence[int], shown: bool) -> tuple[Command, Command]:
    """(forward, inverse) of showing versions in their stacks, or taking them out."""
    both = ({"do": "show_versions", "versions": to_runs(ids), "shown": value} for value in (shown, not shown))
    return next(both), next(both)


def made_commands(ids: Sequence[str], shown: bool) -> tuple[Command, Command]:
    """(forward, inverse) of taking made pictures into the collection, or out of it."""
    both = ({"do": "show_made", "made": list(ids), "shown": value} for value in (shown, not shown))
    return next(both), next(both)


def _differing(conn: Connection, condition: str, parameters: tuple[int, ...], ids: Sequence[int]) -> list[int]:
    """Those of some photos that a condition holds for."""
    wanted = json.dumps([int(i) for i in ids])
    found = conn.exec_driver_sql(
        f"SELECT id FROM photo WHERE id IN (SELECT value FROM json_each(?)) AND {condition}", (wanted, *parameters)
    )
    return [row[0] for row in found]
