"""The photos of one set side by side, with what speaks for keeping each."""

from __future__ import annotations

import json

from sqlalchemy.engine import Connection

from core.records import FLAG_MARKED
from core.records_corrections import Member
from core.store import queries_photos
from core.store.columns import int_columns
from core.store.wall_columns import NEWEST_FIRST, VISIBLE, Ints


def members(conn: Connection, group_id: int) -> list[Member]:
    """The shown photos of a group, the one proposed to keep first, then the surest. Raises KeyError."""
    found = conn.exec_driver_sql('SELECT cover_id FROM "group" WHERE id = ?', (group_id,)).first()
    if found is None:
        raise KeyError(group_id)
    rows = conn.exec_driver_sql(
        "SELECT m.photo_id, m.strength, m.reason, p.flags, json_extract(p.measures, '$.sharpness'),"
        " (SELECT max(f.size) FROM file f WHERE f.photo_id = p.id AND f.role IN ('primary', 'copy'))"
        " FROM membership m JOIN photo p ON p.id = m.photo_id WHERE m.group_id = ? AND NOT p.hidden"
        " ORDER BY p.id = ? DESC, m.strength DESC, p.instant, p.id",
        (group_id, found.cover_id),
    ).fetchall()
    shown = {row.id: row for row in queries_photos.rows(conn, [row[0] for row in rows])}
    return [
        Member(
            row=shown[photo],
            strength=strength,
            reason=json.loads(reason),
            best=photo == found.cover_id,
            marked=bool(flags & FLAG_MARKED),
            sharpness=sharpness,
            file_size=size or 0,
        )
        for photo, strength, reason, flags, sharpness, size in rows
        if photo in shown
    ]


def marked(conn: Connection) -> Ints:
    """int64: the shown photos that are marked to be put away, newest first."""
    tail = f"FROM photo WHERE flags & {FLAG_MARKED} AND {VISIBLE} ORDER BY {NEWEST_FIRST}"
    return int_columns(conn, ["id"], tail)[0]
