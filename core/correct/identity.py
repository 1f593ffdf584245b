"""Which group is which: ids by overlap, also with groups that are gone, and the names and covers the person chose."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from core.records_corrections import Correction
from core.store import corrections
from core.store.journal import from_runs, to_runs

SURVIVES = 0.5
"""A group takes the id of an earlier one from this overlap (Jaccard) on."""

KEEPS_NAME = 0.3
"""A name stays with its group's id down to this overlap with the photos it was given to."""

PAST_LOOKED_AT = 300


def jaccard(a: Collection[int], b: Collection[int]) -> float:
    both = len(set(a) & set(b))
    return both / max(len(a) + len(b) - both, 1)


def same_ids(new: Sequence[set[int]], old: Iterable[tuple[int, set[int]]]) -> dict[int, int]:
    """Index of a new group -> the id it keeps, best overlap first, each used once. An id may come with several sets of
    photos that it had at different times."""
    pairs = [
        (jaccard(photos, earlier), -i, number) for number, earlier in old for i, photos in enumerate(new) if photos
    ]
    kept: dict[int, int] = {}
    used: set[int] = set()
    for overlap, minus, number in sorted(pairs, reverse=True):
        if overlap < SURVIVES:
            break
        if -minus not in kept and number not in used:
            kept[-minus] = number
            used.add(number)
    return kept


def past(conn: Connection, kind: str) -> list[tuple[int, set[int], int | None]]:
    """(id, photos, cover) of the groups of a kind that went last."""
    rows = conn.exec_driver_sql(
        "SELECT id, photos, cover_id FROM group_past WHERE kind = ? ORDER BY gone_at DESC, id LIMIT ?",
        (kind, PAST_LOOKED_AT),
    )
    return [(row[0], set(from_runs(json.loads(row[1]))), row[2]) for row in rows]


def remember(conn: Connection, group_id: int, kind: str, key: str, cover: int | None, photos: Collection[int]) -> None:
    """Keep what a group was, for the case that it comes back."""
    runs = json.dumps(to_runs(sorted(photos)))
    values = (group_id, kind, key, cover, runs, time.time())
    conn.exec_driver_sql(
        "INSERT OR REPLACE INTO group_past (id, kind, key, cover_id, photos, gone_at) VALUES (?, ?, ?, ?, ?, ?)", values
    )


def forget(conn: Connection, ids: Iterable[int]) -> None:
    """These groups are there again."""
    wanted = json.dumps(list(ids))
    conn.exec_driver_sql("DELETE FROM group_past WHERE id IN (SELECT value FROM json_each(?))", (wanted,))


def next_id(conn: Connection) -> int:
    """An id that no group has or had."""
    row = conn.exec_driver_sql(
        'SELECT ifnull((SELECT max(id) FROM "group"), 0), ifnull((SELECT max(id) FROM group_past), 0)'
    )
    return int(max(row.one())) + 1


# ---------------------------------------------------------------- names and covers


@dataclass(slots=True)
class Overrides:
    """Names and covers the person chose, the newest first; :meth:`of` says which of them a group has."""

    names: list[Correction] = field(default_factory=list)
    covers: list[Correction] = field(default_factory=list)
    _taken: dict[int, int] = field(default_factory=dict)

    def settle(self, kind: str, groups: Mapping[int, tuple[str, Collection[int]]]) -> None:
        """Find the group of each name and cover among all groups of a kind: id -> (key, photos).

        By key where keys are names; by id while the group still has KEEPS_NAME of the photos; else the best overlap.
        """
        for said in (*self.names, *self.covers):
            if said.payload["group_kind"] == kind and said.id not in self._taken:
                found = _group_of(said, kind, groups)
                if found is not None:
                    self._taken[said.id] = found

    def of(self, group_id: int, photos: Collection[int]) -> tuple[str | None, int | None]:
        """(title, cover) that the person gave a group, None where they gave none; a cover must be among its photos."""
        title = next((c.payload["title"] for c in self.names if self._taken.get(c.id) == group_id), None)
        covers = (c.payload["photo"] for c in self.covers if self._taken.get(c.id) == group_id)
        return title, next((photo for photo in covers if photo in photos), None)


def _group_of(said: Correction, kind: str, groups: Mapping[int, tuple[str, Collection[int]]]) -> int | None:
    if kind in ("kinds", "places"):
        return next((number for number, (key, _) in groups.items() if key == said.payload["key"]), None)
    members = set(from_runs(said.payload["members"]))
    own = groups.get(said.payload["group"])
    if own is not None and jaccard(members, own[1]) >= KEEPS_NAME:
        return int(said.payload["group"])
    best = max(((jaccard(members, photos), number) for number, (_, photos) in groups.items()), default=(0.0, 0))
    return best[1] if best[0] >= SURVIVES else None


def overrides(conn: Connection) -> Overrides:
    """Names and covers in force."""
    said = corrections.read(conn, "name", "cover")[::-1]
    return Overrides([c for c in said if c.kind == "name"], [c for c in said if c.kind == "cover"])
