"""Found groups of a few photos joined to the stored ones: what was there grows, the rest is new."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.correct import identity, local, rows, sets
from core.correct.rows import Stored
from core.group.base import Found, FoundGroup, PhotoTable

I64 = NDArray[np.int64]


def join(conn: Connection, found: Found, table: PhotoTable, new: I64, *, least: int = 2) -> int:
    """Store those of some found groups that hold new photos: each joins the stored group that it shares most photos
    with, or is a group of its own. Returns how many new photos found a group."""
    fresh = set(new.tolist())
    mine = [group for group in found.groups if fresh & set(table.ids[group.members].tolist())]
    if not mine:
        return 0
    photos = {int(i) for group in mine for i in table.ids[group.members].tolist()}
    old = rows.read(conn, rows.ids_holding(conn, found.kind, photos))
    grown = dict(old)
    alone: list[Stored] = []
    for group in mine:
        members = _members(group, table)
        best = max(grown.values(), key=lambda each: len(each.photos & set(members)), default=None)
        if best is not None and best.photos & set(members):
            grown[best.id] = replace(best, members={**members, **best.members}, row=_titled(best.row, group))
        else:
            alone.append(Stored(0, _row(conn, found.kind, group, table), members))
    sets.write(conn, found.kind, old, [*grown.values(), *alone], least=least)
    return len(fresh & photos)


def add(conn: Connection, kind: str, group_id: int, members: dict[int, tuple[float, dict[str, Any]]]) -> None:
    """Put photos into a stored group and count it again."""
    found = [
        (group_id, photo, strength, json.dumps(reason, separators=(",", ":")))
        for photo, (strength, reason) in members.items()
    ]
    conn.exec_driver_sql(
        "INSERT OR REPLACE INTO membership (group_id, photo_id, strength, reason) VALUES (?, ?, ?, ?)", found
    )
    conn.exec_driver_sql(
        """UPDATE "group" SET n_photos = n_photos + ?,
            start = min(ifnull(start, 9e99), ifnull((SELECT min(local) FROM photo WHERE id IN
                (SELECT value FROM json_each(?))), 9e99)),
            "end" = max(ifnull("end", -9e99), ifnull((SELECT max(local) FROM photo WHERE id IN
                (SELECT value FROM json_each(?))), -9e99)) WHERE id = ?""",
        (len(members), json.dumps(list(members)), json.dumps(list(members)), group_id),
    )
    conn.exec_driver_sql(
        'UPDATE "group" SET start = NULL, "end" = NULL WHERE id = ? AND (start > 8e99 OR "end" < -8e99)', (group_id,)
    )


def create(conn: Connection, kind: str, group: FoundGroup, table: PhotoTable) -> int:
    """Store a group that is new; returns its id."""
    number = identity.next_id(conn)
    each = Stored(number, _row(conn, kind, group, table), _members(group, table))
    rows.replace_groups(conn, kind, [], [each])
    return number


def _members(group: FoundGroup, table: PhotoTable) -> dict[int, tuple[float, str]]:
    ids, strengths = table.ids[group.members].tolist(), group.strengths.tolist()
    return {
        photo: (strength, json.dumps(reason, separators=(",", ":")))
        for photo, strength, reason in zip(ids, strengths, group.reasons, strict=True)
    }


def _titled(row: dict[str, Any], group: FoundGroup) -> dict[str, Any]:
    """A stored row with what the grown group is called, unless the person named it."""
    named = (row["details"] or {}).get("named", False)
    return row if named or not group.title else {**row, "title": group.title, "subtitle": group.subtitle}


def _row(conn: Connection, kind: str, group: FoundGroup, table: PhotoTable) -> dict[str, Any]:
    local_times = table.local[group.members]
    known = local_times[np.isfinite(local_times)]
    cover = group.members[0] if group.cover is None else group.cover
    return {
        "kind": kind, "key": f"placed {int(table.ids[group.members].min())}" if group.key.isdigit() else group.key,
        "title": group.title, "subtitle": group.subtitle, "parent_id": None, "strength": float(group.strength),
        "n_photos": len(group.members), "cover_id": int(table.ids[cover]),
        "start": float(known.min()) if len(known) else None, "end": float(known.max()) if len(known) else None,
        "lat": group.lat, "lon": group.lon, "details": group.details, "run_id": local.latest_run(conn, kind),
    }  # fmt: skip
