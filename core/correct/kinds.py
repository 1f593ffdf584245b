"""What the person said of kinds of photographs, put into the groups of kinds at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from core.correct import local
from core.correct.replay import Said
from core.group.kinds import KINDS, UNSURE
from core.records_corrections import Correction
from core.store import corrections
from core.store import schema as s
from core.store.journal import from_runs

Kept = dict[str, Any]


def apply(conn: Connection, said: Said, spoken: Sequence[Correction], back: Sequence[Kept]) -> list[Kept]:
    """Bring memberships in kinds in line with what is in force; returns those of the photos as they were."""
    mine = [each for each in spoken if each.kind in ("kind", "new_kind")]
    if not mine:
        return []
    named = {each.payload["kind"] for each in mine}
    photos = {photo for each in mine if each.kind == "kind" for photo in from_runs(each.payload["photos"])}
    was, covers = _memberships(conn, photos), _covers(conn, {*named, UNSURE})
    earlier = {(row[0], row[1]): (row[2], row[3]) for each in back for row in each["rows"]}
    for kind in named:
        for photo in photos:
            _settle(conn, said, kind, photo, was.get((kind, photo)), earlier.get((kind, photo)))
    photos |= _untaught(conn, said, named)
    _unsure(conn, photos)
    _count(conn, {*named, UNSURE}, {key: cover for each in back for key, cover in each["covers"]})
    rows = [[*key, *value] for key, value in was.items()]
    return [{"what": "kinds", "rows": rows, "covers": covers}]


def title_of(kind: str, said: Said) -> str:
    """The title of a kind, taught or known."""
    known = KINDS[kind][0] if kind in KINDS else kind.capitalize()
    return said.taught.get(kind, known)


def known(conn: Connection) -> list[tuple[str, str]]:
    """(name, title) of every kind of photograph there is, by title; those that the person taught included."""
    taught = {each.payload["kind"]: each.payload["title"] for each in corrections.read(conn, "new_kind")}
    return sorted(({kind: title for kind, (title, _) in KINDS.items()} | taught).items(), key=lambda pair: pair[1])


def spread(conn: Connection, said: Said, kind: str, members: dict[int, tuple[float, dict[str, Any]]]) -> int:
    """The kind's group holds these photos (strength and reason each), and those that the person said; the latter's
    word holds. Returns how many that are."""
    spoken = said.kinds.get(kind, {})
    rows = {p: (strength, json.dumps(reason)) for p, (strength, reason) in members.items() if spoken.get(p, 1) > 0}
    rows |= {photo: (1.0, json.dumps({"correction": word})) for photo, word in spoken.items() if word > 0}
    group = _group(conn, kind, said)
    was = {row[0] for row in conn.exec_driver_sql("SELECT photo_id FROM membership WHERE group_id = ?", (group,))}
    conn.execute(delete(s.membership).where(s.membership.c.group_id == group))
    values = [(group, photo, strength, reason) for photo, (strength, reason) in sorted(rows.items())]
    conn.exec_driver_sql("INSERT INTO membership (group_id, photo_id, strength, reason) VALUES (?, ?, ?, ?)", values)
    _unsure(conn, was | set(rows))
    _count(conn, {kind, UNSURE}, {})
    return len(rows)


def _settle(
    conn: Connection,
    said: Said,
    kind: str,
    photo: int,
    now: tuple[float, str] | None,
    earlier: tuple[float, str] | None,
) -> None:
    """One photo and one kind: as the person says, or as it was before they said anything."""
    word = said.kinds.get(kind, {}).get(photo, 0)
    if word > 0:
        wanted: tuple[float, str] | None = (1.0, json.dumps({"correction": word}))
    elif word < 0:
        wanted = None
    else:
        wanted = earlier if earlier is not None or (now and "correction" in json.loads(now[1])) else now
    if wanted == now:
        return
    group = _group(conn, kind, said)
    conn.execute(delete(s.membership).where(s.membership.c.group_id == group, s.membership.c.photo_id == photo))
    if wanted is not None:
        values = {"group_id": group, "photo_id": photo, "strength": wanted[0], "reason": wanted[1]}
        conn.execute(insert(s.membership).values(**values))


def _untaught(conn: Connection, said: Said, named: set[str]) -> set[int]:
    """Kinds that are taught no longer hold no photo; returns those that they held."""
    gone = sorted(kind for kind in named if kind not in KINDS and kind not in said.taught)
    wanted = "SELECT id FROM \"group\" WHERE kind = 'kinds' AND key IN (SELECT value FROM json_each(?))"
    where = f"FROM membership WHERE group_id IN ({wanted})"
    held = {row[0] for row in conn.exec_driver_sql(f"SELECT photo_id {where}", (json.dumps(gone),))}
    conn.exec_driver_sql(f"DELETE {where}", (json.dumps(gone),))
    return held


def _memberships(conn: Connection, photos: set[int]) -> dict[tuple[str, int], tuple[float, str]]:
    cursor = conn.exec_driver_sql(
        'SELECT g.key, m.photo_id, m.strength, m.reason FROM membership m JOIN "group" g ON g.id = m.group_id'
        " AND g.kind = 'kinds' WHERE m.photo_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(photos)),),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in cursor}


def _group(conn: Connection, kind: str, said: Said) -> int:
    """The group of a kind, made where there is none."""
    from core.correct import identity

    found = conn.execute(select(s.group.c.id).where(s.group.c.kind == "kinds", s.group.c.key == kind)).scalar()
    if found is not None:
        return int(found)
    number = identity.next_id(conn)
    values = {
        "id": number, "kind": "kinds", "key": kind, "title": title_of(kind, said), "subtitle": "", "strength": 1.0,
        "n_photos": 0, "details": {}, "run_id": local.latest_run(conn, "kinds"),
    }  # fmt: skip
    conn.execute(insert(s.group).values(**values))
    return number


def _unsure(conn: Connection, photos: set[int]) -> None:
    """Photos of no kind are unsure, where the library keeps such a group; the others are not."""
    group = conn.execute(select(s.group.c.id).where(s.group.c.kind == "kinds", s.group.c.key == UNSURE)).scalar()
    if group is None:
        return
    sure = {photo for kind, photo in _memberships(conn, photos) if kind != UNSURE}
    unsure = {photo for kind, photo in _memberships(conn, photos) if kind == UNSURE}
    gone = delete(s.membership).where(s.membership.c.group_id == group, s.membership.c.photo_id.in_(sure & unsure))
    conn.execute(gone)
    reason = json.dumps({"cues": {}, "unsure": "no cue is strong enough"}, separators=(",", ":"))
    new = [(group, photo, 1.0, reason) for photo in sorted(photos - sure - unsure)]
    if new:
        conn.exec_driver_sql("INSERT INTO membership (group_id, photo_id, strength, reason) VALUES (?, ?, ?, ?)", new)


def _covers(conn: Connection, named: set[str]) -> list[list[Any]]:
    found = conn.execute(select(s.group.c.key, s.group.c.cover_id).where(s.group.c.kind == "kinds"))
    return [[row.key, row.cover_id] for row in found if row.key in named]


def _count(conn: Connection, named: set[str], covers: dict[str, int | None]) -> None:
    """Sizes and covers of some kinds; one without photos goes. ``covers``: those that they had before."""
    for row in conn.execute(select(s.group.c.id, s.group.c.key).where(s.group.c.kind == "kinds")).fetchall():
        if row.key not in named:
            continue
        if row.key in covers:
            conn.execute(update(s.group).where(s.group.c.id == row.id).values(cover_id=covers[row.key]))
        conn.exec_driver_sql(
            """UPDATE "group" SET n_photos = (
                SELECT count(*) FROM membership m JOIN photo p ON p.id = m.photo_id
                WHERE m.group_id = ? AND NOT p.hidden),
            cover_id = CASE WHEN cover_id IN (SELECT photo_id FROM membership WHERE group_id = ?) THEN cover_id
                ELSE (SELECT photo_id FROM membership WHERE group_id = ? ORDER BY strength DESC, photo_id LIMIT 1) END
            WHERE id = ?""",
            (row.id,) * 4,
        )
        conn.exec_driver_sql(
            'DELETE FROM "group" WHERE id = ? AND NOT EXISTS (SELECT 1 FROM membership WHERE group_id = "group".id)',
            (row.id,),
        )
