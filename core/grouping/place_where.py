"""Where new photos were taken: the name of the place, the town and spot they join, borrowed positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.geo.sphere import haversine_km, valid
from core.group import inferred as borrow
from core.group import naming, places
from core.group.base import PhotoTable
from core.grouping import joining
from core.grouping.write import insert_inferred

I64 = NDArray[np.int64]

SPOT_KM = 0.3
"""A photo joins the spot whose middle lies this near."""


def place(conn: Connection, around: PhotoTable, new: I64) -> None:
    """Give new photos their place. ``around`` holds them and their neighbours in time."""
    rows = np.flatnonzero(np.isin(around.ids, new))
    located = rows[valid(around.lat[rows], around.lon[rows])]
    if len(located):
        _name(conn, around, located)
        _join_places(conn, around, located)
    found = borrow.infer(around, event=_events(conn, around))
    mine = np.flatnonzero(np.isin(found.rows, rows))
    insert_inferred(conn, found, around, mine)


def _name(conn: Connection, around: PhotoTable, rows: I64) -> None:
    from core.geo.names import Namer

    few = PhotoTable(**{name: getattr(around, name)[rows] for name in _COLUMNS})
    codes, texts = places.photo_places(naming.name_photos(few, Namer()))
    named = [(texts[c], int(i)) for c, i in zip(codes.tolist(), around.ids[rows].tolist(), strict=True) if c >= 0]
    if named:
        conn.exec_driver_sql("UPDATE photo SET place = ? WHERE id = ?", named)


_COLUMNS = (
    "ids", "instant", "local", "lat", "lon", "camera", "width", "height", "dhash", "has_dhash", "content"
)  # fmt: skip


def _join_places(conn: Connection, around: PhotoTable, rows: I64) -> None:
    """The nearest town within a town's reach, and the nearest spot of it; others wait for a full grouping."""
    stored = conn.exec_driver_sql(
        "SELECT id, parent_id, lat, lon FROM \"group\" WHERE kind = 'places' AND lat IS NOT NULL"
    ).fetchall()
    if not stored:
        return
    ids = np.array([row[0] for row in stored], np.int64)
    is_town = np.array([row[1] is None for row in stored])
    lat, lon = (np.array([row[k] for row in stored], np.float64) for k in (2, 3))
    joined: dict[int, dict[int, tuple[float, dict[str, Any]]]] = {}
    for row in rows.tolist():
        km = haversine_km(around.lat[row], around.lon[row], lat, lon)
        for among, reach in ((is_town, places.DEFAULT.town_km), (~is_town, SPOT_KM)):
            best = int(np.argmin(np.where(among, km, np.inf)))
            if among[best] and km[best] <= reach:
                sure = float(np.exp(-km[best] / reach))
                reason = {"distance_km": round(float(km[best]), 3)}
                joined.setdefault(int(ids[best]), {})[int(around.ids[row])] = (sure, reason)
    for number, members in joined.items():
        joining.add(conn, "places", number, members)


def _events(conn: Connection, around: PhotoTable) -> I64:
    """int64 [n]: the stored event of each photo, -1 for none."""
    wanted = "[" + ",".join(map(str, around.ids.tolist())) + "]"
    found = conn.exec_driver_sql(
        "SELECT m.photo_id, m.group_id FROM json_each(?) j CROSS JOIN membership m ON m.photo_id = j.value"
        " CROSS JOIN \"group\" g ON g.id = m.group_id WHERE g.kind = 'events'",
        (wanted,),
    )
    of = {row[0]: row[1] for row in found}
    return np.array([of.get(i, -1) for i in around.ids.tolist()], np.int64)
