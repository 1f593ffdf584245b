"""Corrections of kinds, look-alikes, duplicates, bursts, names and covers: the memberships they speak of, changed
directly. What they replace is kept for undo; a full regrouping replays them from the start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from core.correct import identity, kinds, replay, rows, sets
from core.correct.replay import PAIR_SCOPES
from core.correct.rows import Stored
from core.records_corrections import Correction
from core.store import schema as s
from core.store.journal import from_runs

Kept = dict[str, Any]


def apply(conn: Connection, spoken: Sequence[Correction], on: set[int], back: Sequence[Kept]) -> list[Kept]:
    """Bring the groups that some corrections speak of in line with what is in force now; returns what was replaced.

    ``on``: which of them were put in force, the others went out. ``back``: what this returned when the operation that
    is now taken back was run.
    """
    if all(each.payload.get("scope") == "line" or each.kind in ("move", "clock", "dismiss") for each in spoken):
        return []
    said = replay.read(conn)
    kept = kinds.apply(conn, said, spoken, [each for each in back if each["what"] == "kinds"])
    for scope in PAIR_SCOPES:
        mine = [each for each in spoken if _scope(each) == scope]
        if mine:
            kept += sets.apply(conn, said, scope, mine, [b for b in back if b["what"] == "sets" and b["kind"] == scope])
    for kind in ("places", "topics", "odd", "identical"):
        mine = [each for each in spoken if each.kind == "exclude" and each.payload["group_kind"] == kind]
        if mine:
            kept += _exclude(conn, kind, mine, on, [b for b in back if b["what"] == "sets" and b["kind"] == kind])
    return kept + _names(conn, spoken, [each for each in back if each["what"] == "names"])


def _scope(said: Correction) -> str:
    if said.kind in ("same", "different"):
        return str(said.payload["scope"])
    return str(said.payload["group_kind"]) if said.kind == "exclude" else ""


def _exclude(
    conn: Connection, kind: str, spoken: Sequence[Correction], on: set[int], back: Sequence[Kept]
) -> list[Kept]:
    """Take photos out of the groups of a kind that they are "not this" of."""
    if back and all(each.id not in on for each in spoken):
        sets.restore(conn, kind, back)
        return []
    kept: list[Kept] = []
    for each in spoken:
        if each.id not in on:
            continue
        photos, payload = set(from_runs(each.payload["photos"])), each.payload
        old = rows.read(conn, rows.ids_holding(conn, kind, photos))
        mine = {
            i: g for i, g in old.items() if g.row["key"] == payload.get("key") or g.photos & set(payload["anchors"])
        }
        kept += [sets.keep(kind, g) for g in mine.values()]
        sets.write(conn, kind, mine, [_without(g, photos) for g in mine.values()], least=1)
    return kept


def _without(group: Stored, photos: set[int]) -> Stored:
    return replace(group, members={p: m for p, m in group.members.items() if p not in photos})


# ---------------------------------------------------------------- names and covers


def _names(conn: Connection, spoken: Sequence[Correction], back: Sequence[Kept]) -> list[Kept]:
    """Titles and covers of the groups that names and covers speak of."""
    for each in back:
        values = {"title": each["title"], "cover_id": each["cover"], "details": each["details"]}
        conn.execute(update(s.group).where(s.group.c.id == each["group"]).values(**values))
    kept: list[Kept] = []
    chosen = identity.overrides(conn)
    for said in spoken:
        if said.kind not in ("name", "cover"):
            continue
        kind = said.payload["group_kind"]
        old = rows.read(conn, _candidates(conn, said))
        for was, now in zip(old.values(), rows.with_chosen(chosen, kind, list(old.values())), strict=True):
            if was.row != now.row:
                row = was.row
                known = {"group": was.id, "title": row["title"], "cover": row["cover_id"], "details": row["details"]}
                kept.append({"what": "names", **known})
                values = {name: now.row[name] for name in ("title", "cover_id", "details")}
                conn.execute(update(s.group).where(s.group.c.id == was.id).values(**values))
    return kept


def _candidates(conn: Connection, said: Correction) -> Iterable[int]:
    """The groups that a name could be of."""
    kind = said.payload["group_kind"]
    if kind in replay.BY_KEY:
        found = conn.execute(s.group.select().where(s.group.c.kind == kind, s.group.c.key == said.payload["key"]))
        return [row.id for row in found]
    return rows.ids_holding(conn, kind, from_runs(said.payload["members"]))
