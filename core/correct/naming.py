"""What titles rest on, for a few photos: their places, the library's homes, their kinds."""

from __future__ import annotations

import json

import numpy as np
from sqlalchemy.engine import Connection

from core.group.base import F32, PhotoTable
from core.group.homes import Home
from core.group.titles import Context, context_of
from core.store.columns import int_columns
from core.store.wall_columns import Places

_EXACT = 1 << 40
"""Strengths travel as integers of this many parts."""

_FEW = 20_000
"""The memberships of up to so many photos are looked up one by one."""


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
    kinds = {
        row[0]: row[1]
        for row in conn.exec_driver_sql("SELECT id, key FROM \"group\" WHERE kind = 'kinds' AND key != 'unsure'")
    }
    some, given = "", [json.dumps(list(kinds))]
    if len(table) <= _FEW:
        some = " AND photo_id IN (SELECT value FROM json_each(?))"
        given.append(json.dumps(table.ids.tolist()))
    tail = f"FROM membership {'' if some else 'NOT INDEXED '}WHERE group_id IN (SELECT value FROM json_each(?)){some}"
    group, photo, parts = int_columns(
        conn, ["group_id", "photo_id", f"CAST(strength * {_EXACT} AS INTEGER)"], tail, given
    )
    at = Places(table.ids).of(photo)
    out: dict[str, F32] = {}
    for number, key in kinds.items():
        mine = (group == number) & (at >= 0)
        if mine.any():
            out[key] = np.zeros(len(table), np.float32)
            out[key][at[mine]] = (parts[mine] / _EXACT).astype(np.float32)
    return out
