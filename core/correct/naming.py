"""What titles rest on, for a few photos: their places, the library's homes, their kinds."""

from __future__ import annotations

import json

import numpy as np
from sqlalchemy.engine import Connection

from core.group.base import F32, PhotoTable
from core.group.homes import Home
from core.group.titles import Context, context_of


def context(conn: Connection, table: PhotoTable) -> Context:
    """The context of titles for the photos of a table."""
    from core.geo.names import NOWHERE, Namer
    from core.group.naming import NamedPhotos, name_photos

    if np.isfinite(table.lat).any():
        named = name_photos(table, Namer())
    else:
        named = NamedPhotos(np.zeros(len(table), np.int64), [NOWHERE], [""])
    return context_of(table, named, homes(conn), kind_shares(conn, table))


def homes(conn: Connection) -> list[Home]:
    """The homes that the latest grouping found."""
    found = conn.exec_driver_sql(
        "SELECT parameters FROM grouping_run WHERE kind = 'trips' ORDER BY id DESC LIMIT 1"
    ).scalar()
    return [Home(**home) for home in json.loads(found or "{}").get("bases", [])]


def kind_shares(conn: Connection, table: PhotoTable) -> dict[str, F32]:
    """By kind of photograph the strength of each photo of a table (0 where not a member)."""
    at = {int(i): k for k, i in enumerate(table.ids.tolist())}
    cursor = conn.exec_driver_sql(
        'SELECT g.key, m.photo_id, m.strength FROM membership m JOIN "group" g ON g.id = m.group_id'
        " AND g.kind = 'kinds' WHERE m.photo_id IN (SELECT value FROM json_each(?)) AND g.key != 'unsure'",
        (json.dumps(list(at)),),
    )
    out: dict[str, F32] = {}
    for key, photo, strength in cursor:
        out.setdefault(key, np.zeros(len(table), np.float32))[at[photo]] = strength
    return out
