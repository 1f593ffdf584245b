"""Look-alikes, duplicates and bursts after the person joined or parted photos: only the sets that hold them change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import identity, local, rows
from core.correct.replay import Said
from core.correct.rows import Stored
from core.group.constraints import Pair, Union
from core.records import FLAG_BURST
from core.records_corrections import Correction
from core.store.journal import from_runs

Kept = dict[str, Any]
TITLES = {"lookalikes": "Look-alikes", "duplicates": "Versions of one shot", "bursts": "Burst"}


def apply(conn: Connection, said: Said, kind: str, spoken: Sequence[Correction], back: Sequence[Kept]) -> list[Kept]:
    """Bring the sets that some corrections speak of in line with all pairs in force; returns the sets as they were."""
    photos = _photos(spoken)
    pairs = _there(conn, _around(said.pairs.get(kind, []), photos))
    photos |= {end for pair in pairs for end in (pair.a, pair.b)}
    photos |= {photo for each in back for photo, *_ in each["members"]}
    old = rows.read(conn, rows.ids_holding(conn, kind, photos))
    if back and all(each["row"]["run_id"] == _latest(conn, kind) for each in back):
        restore(conn, kind, back)
        now = rows.read(conn, rows.ids_holding(conn, kind, photos))
    else:
        now = old
    new = _kept(conn, kind, list(now.values()), pairs)
    write(conn, kind, now, new)
    if kind == "bursts":
        _flag(conn, photos | {p for each in old.values() for p in each.members})
    return [keep(kind, each) for each in old.values()] or [_nothing(conn, kind, photos)]


def _photos(spoken: Iterable[Correction]) -> set[int]:
    out: set[int] = set()
    for each in spoken:
        payload = each.payload
        out |= {payload["a"], payload["b"]} if "a" in payload else {*from_runs(payload["photos"]), *payload["anchors"]}
    return out


def _around(pairs: Sequence[Pair], photos: set[int]) -> list[Pair]:
    """The pairs that touch some photos, or what those are joined with."""
    near, mine = set(photos), list[Pair]()
    while True:
        mine = [pair for pair in pairs if pair.a in near or pair.b in near]
        wider = near | {end for pair in mine if not pair.cut for end in (pair.a, pair.b)}
        if wider == near:
            return mine
        near = wider


def _there(conn: Connection, pairs: Sequence[Pair]) -> list[Pair]:
    """Those of some pairs whose photos are both in the library."""
    ends = json.dumps(sorted({end for pair in pairs for end in (pair.a, pair.b)}))
    known = "SELECT id FROM photo WHERE id IN (SELECT value FROM json_each(?))"
    found = {row[0] for row in conn.exec_driver_sql(known, (ends,))}
    return [pair for pair in pairs if pair.a in found and pair.b in found]


def _latest(conn: Connection, kind: str) -> int | None:
    found = conn.exec_driver_sql('SELECT max(run_id) FROM "group" WHERE kind = ?', (kind,)).scalar()
    return None if found is None else int(found)


def _kept(conn: Connection, kind: str, groups: list[Stored], pairs: Sequence[Pair]) -> list[Stored]:
    """Sets with all pairs kept: whole sets are joined, then the weaker side of each "different" leaves."""
    union = Union()
    for group in groups:
        first = next(iter(group.members), None)
        for photo in group.members:
            union.join(photo, first)
    same = Union()
    why: dict[int, int] = {}
    for pair in pairs:
        if not pair.cut:
            union.join(pair.a, pair.b)
            same.join(pair.a, pair.b)
            why |= {pair.a: pair.correction, pair.b: pair.correction}
    parts: dict[Any, set[int]] = {}
    for photo in {p for g in groups for p in g.members} | set(why):
        parts.setdefault(union.find(photo), set()).add(photo)
    member = {photo: m for group in groups for photo, m in group.members.items()}
    out = []
    for photos in parts.values():
        for photo in photos:
            if photo not in member:
                member[photo] = (1.0, json.dumps({"correction": why[photo]}))
        strength = {photo: member[photo][0] for photo in photos}
        for part in _parted(photos, strength, same, [p for p in pairs if p.cut]):
            base = max(groups, key=lambda g: len(g.photos & part), default=None)
            row = base.row if base is not None and base.photos & part else _row(conn, kind, part)
            out.append(Stored(base.id if base is not None else 0, row, {p: member[p] for p in sorted(part)}))
    return out


def _parted(photos: set[int], strength: dict[int, float], same: Union, cuts: Sequence[Pair]) -> list[set[int]]:
    """A set without any pair that must not be in it: what is joined with the weaker photo of the pair leaves."""
    main, out = set(photos), list[set[int]]()
    for pair in cuts:
        if pair.a in main and pair.b in main:
            sides = [{p for p in main if same.find(p) == same.find(end)} for end in (pair.a, pair.b)]
            leaving = min(sides, key=lambda side: (len(side), max(strength[p] for p in side), -min(side)))
            main -= leaving
            out.append(leaving)
    return [part for part in (main, *out) if len(part) > 1 or part is main]


def _row(conn: Connection, kind: str, photos: set[int]) -> dict[str, Any]:
    """The columns of a set that is new."""
    return {
        "kind": kind, "key": f"said {min(photos)}", "title": TITLES[kind], "subtitle": "", "parent_id": None,
        "strength": 1.0, "n_photos": len(photos), "cover_id": None, "start": None, "end": None, "lat": None,
        "lon": None, "details": {}, "run_id": local.latest_run(conn, kind),
    }  # fmt: skip


# ---------------------------------------------------------------- writing


def write(conn: Connection, kind: str, old: dict[int, Stored], new: Sequence[Stored], *, least: int = 2) -> None:
    """Replace sets by new ones with at least so many photos; ids, names and covers are kept."""
    new = [each for each in new if len(each.members) >= least]
    ids = rows.give_ids(conn, kind, [each.photos for each in new], old.values())
    ready = [_counted(conn, replace(each, id=number)) for number, each in zip(ids, new, strict=True)]
    ready = rows.with_chosen(identity.overrides(conn), kind, ready)
    rows.replace_groups(conn, kind, old.values(), ready)
    identity.forget(conn, ids)


def _counted(conn: Connection, group: Stored) -> Stored:
    wanted = json.dumps(sorted(group.members))
    n, start, end = conn.exec_driver_sql(
        "SELECT count(*), min(local), max(local) FROM photo"
        " WHERE NOT hidden AND id IN (SELECT value FROM json_each(?))",
        (wanted,),
    ).one()
    cover = group.row["cover_id"]
    best = max(group.members, key=lambda p: (group.members[p][0], -p), default=None)
    values = {"n_photos": n, "start": start, "end": end, "cover_id": cover if cover in group.members else best}
    return replace(group, row={**group.row, **values})


def keep(kind: str, group: Stored) -> Kept:
    """A set whole, for undo."""
    members = [[photo, *member] for photo, member in group.members.items()]
    return {"what": "sets", "kind": kind, "id": group.id, "row": group.row, "members": members}


def _nothing(conn: Connection, kind: str, photos: set[int]) -> Kept:
    """That some photos were in no set."""
    members = [[photo, 0.0, "{}"] for photo in sorted(photos)]
    row = {"run_id": _latest(conn, kind)}
    return {"what": "sets", "kind": kind, "id": 0, "row": row, "members": members}


def restore(conn: Connection, kind: str, back: Sequence[Kept]) -> None:
    """Sets as they were, in place of those that hold their photos now; regrouped since, the next grouping does it."""
    if any(each["row"]["run_id"] != _latest(conn, kind) for each in back):
        return
    photos = {photo for each in back for photo, *_ in each["members"]}
    now = rows.read(conn, rows.ids_holding(conn, kind, photos))
    was = [
        Stored(each["id"], each["row"], {photo: (strength, reason) for photo, strength, reason in each["members"]})
        for each in back
        if each["id"]
    ]
    rows.replace_groups(conn, kind, now.values(), was)
    identity.forget(conn, [each.id for each in was])


def _flag(conn: Connection, photos: set[int]) -> None:
    """The burst badge of some photos."""
    conn.exec_driver_sql(
        """UPDATE photo SET flags = CASE WHEN id IN (
            SELECT m.photo_id FROM membership m JOIN "group" g ON g.id = m.group_id AND g.kind = 'bursts')
        THEN flags | ? ELSE flags & ~? END WHERE id IN (SELECT value FROM json_each(?))""",
        (FLAG_BURST, FLAG_BURST, json.dumps(sorted(photos))),
    )
