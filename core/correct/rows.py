"""Groups as they are stored: what one was, and what one becomes when only it is written anew."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from core.correct import identity
from core.store import schema as s
from core.store.journal import from_runs, to_runs

Member = tuple[float, str]
"""Strength and reason (JSON) of a photo in a group."""


@dataclass(slots=True)
class Stored:
    """A group with its photos; ``row``: the columns of table "group" but its id."""

    id: int
    row: dict[str, Any]
    members: dict[int, Member] = field(default_factory=dict)

    @property
    def photos(self) -> set[int]:
        return set(self.members)

    def as_json(self) -> dict[str, Any]:
        """It without strengths and reasons, which can be found again."""
        return {"id": self.id, "row": self.row, "photos": to_runs(sorted(self.members))}


def from_json(kept: dict[str, Any]) -> Stored:
    """The inverse of :meth:`Stored.as_json`."""
    return Stored(kept["id"], kept["row"], dict.fromkeys(from_runs(kept["photos"]), (1.0, "{}")))


def ids_holding(conn: Connection, kind: str, photos: Iterable[int]) -> list[int]:
    """Groups of a kind that hold any of some photos."""
    cursor = conn.exec_driver_sql(
        """SELECT DISTINCT m.group_id FROM json_each(?) j CROSS JOIN membership m ON m.photo_id = j.value
        CROSS JOIN "group" g ON g.id = m.group_id WHERE g.kind = ?""",
        (json.dumps([int(i) for i in photos]), kind),
    )
    return sorted(row[0] for row in cursor)


def read(conn: Connection, ids: Iterable[int]) -> dict[int, Stored]:
    """Groups by id with all of their photos, hidden ones too."""
    wanted = [int(i) for i in ids]
    found = {
        row.id: Stored(row.id, {k: v for k, v in row._mapping.items() if k != "id"})
        for row in conn.execute(select(s.group).where(s.group.c.id.in_(wanted)))
    }
    cursor = conn.exec_driver_sql(
        "SELECT group_id, photo_id, strength, reason FROM membership"
        " WHERE group_id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    )
    for group_id, photo, strength, reason in cursor:
        if group_id in found:
            found[group_id].members[photo] = (strength, reason)
    return found


def give_ids(
    conn: Connection, kind: str, new: Sequence[set[int]], earlier: Iterable[Stored], *, fresh: int | None = None
) -> list[int]:
    """Ids for new sets of photos: those of the groups they mostly are, now or before; else new ones."""
    old = [(each.id, each.photos) for each in earlier]
    old += [(number, photos) for number, photos, _ in identity.past(conn, kind) if not _taken(conn, number, old)]
    kept = identity.same_ids(new, old)
    following = identity.next_id(conn) if fresh is None else fresh
    out = []
    for i in range(len(new)):
        if i not in kept:
            kept[i], following = following, following + 1
        out.append(kept[i])
    return out


def _taken(conn: Connection, number: int, old: Collection[tuple[int, set[int]]]) -> bool:
    """Whether an id of the past belongs to a group that is there and is not being written anew."""
    if any(number == each for each, _ in old):
        return False
    return conn.execute(select(s.group.c.id).where(s.group.c.id == number)).first() is not None


def like(earlier: Iterable[Stored], group_id: int, photos: Collection[int]) -> Stored | None:
    """What a group was when it had exactly these photos."""
    wanted = set(photos)
    same = [each for each in earlier if each.photos == wanted]
    return next((each for each in same if each.id == group_id), same[0] if same else None)


def replace_groups(conn: Connection, kind: str, old: Iterable[Stored], new: Sequence[Stored]) -> None:
    """Write groups in place of others; what goes is kept in mind, what comes back no longer is."""
    old = list(old)
    gone = [each.id for each in old]
    conn.execute(delete(s.membership).where(s.membership.c.group_id.in_(gone)))
    conn.execute(delete(s.group).where(s.group.c.id.in_(gone)))
    for each in old:
        was = next((now for now in new if now.id == each.id), None)
        if was is None or was.photos != each.photos:
            identity.remember(conn, each.id, kind, each.row["key"], each.row["cover_id"], each.members)
    if new:
        conn.execute(insert(s.group), [{"id": each.id, **each.row} for each in new])
        rows = [(each.id, photo, *member) for each in new for photo, member in each.members.items()]
        conn.exec_driver_sql("INSERT INTO membership (group_id, photo_id, strength, reason) VALUES (?, ?, ?, ?)", rows)


def with_chosen(said: identity.Overrides, kind: str, groups: Sequence[Stored]) -> list[Stored]:
    """Groups with the names and covers that the person gave them."""
    said.settle(kind, {each.id: (each.row["key"], each.photos) for each in groups})
    out = []
    for each in groups:
        title, cover = said.of(each.id, each.photos)
        details = {k: v for k, v in each.row["details"].items() if k != "named"}
        row = {**each.row, "details": {**details, "named": True} if title is not None else details}
        row |= {"title": title} if title is not None else {}
        row |= {"cover_id": cover} if cover is not None else {}
        out.append(replace(each, row=row))
    return out
