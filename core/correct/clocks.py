"""Corrections of a camera's clock: what they add to times is kept beside, so that it can be taken off again."""

from __future__ import annotations

import json

from sqlalchemy.engine import Connection

from core.store import corrections

NOTHING = 1e-6


def apply_clocks(conn: Connection) -> dict[int, tuple[float, float]]:
    """Bring every photo's shift to what the corrections in force say; returns the photos whose time changed, with their
    instants before and after.

    A photo's own time is its time less what was added to it; ``start`` and ``end`` speak of own times. Several
    corrections of one photo add up. To be called after an import too, since photos come with their own times.
    """
    wanted: dict[int, float] = {}
    own = "p.local - ifnull(c.seconds, 0)"
    for each in corrections.read(conn, "clock"):
        said = each.payload
        cursor = conn.exec_driver_sql(
            f"""SELECT p.id FROM photo p LEFT JOIN clock_shift c ON c.photo_id = p.id
            WHERE p.camera = ? AND p.local IS NOT NULL AND (? IS NULL OR {own} >= ?) AND (? IS NULL OR {own} <= ?)""",
            (said["camera"], said["start"], said["start"], said["end"], said["end"]),
        )
        for row in cursor:
            wanted[row[0]] = wanted.get(row[0], 0.0) + float(said["seconds"])
    stored = {row[0]: float(row[1]) for row in conn.exec_driver_sql("SELECT photo_id, seconds FROM clock_shift")}
    more = {
        photo: wanted.get(photo, 0.0) - stored.get(photo, 0.0)
        for photo in {*wanted, *stored}
        if abs(wanted.get(photo, 0.0) - stored.get(photo, 0.0)) > NOTHING
    }
    return _shift(conn, more, wanted)


def _shift(conn: Connection, more: dict[int, float], wanted: dict[int, float]) -> dict[int, tuple[float, float]]:
    before = _instants(conn, more)
    if not more:
        return {}
    conn.exec_driver_sql(
        "UPDATE photo SET local = round(local + ?, 6), instant = round(instant + ?, 6) WHERE id = ?",
        [(seconds, seconds, photo) for photo, seconds in more.items()],
    )
    kept = [(photo, wanted[photo]) for photo in more if abs(wanted.get(photo, 0.0)) > NOTHING]
    gone = [(photo,) for photo in more if abs(wanted.get(photo, 0.0)) <= NOTHING]
    if kept:
        conn.exec_driver_sql("INSERT OR REPLACE INTO clock_shift (photo_id, seconds) VALUES (?, ?)", kept)
    if gone:
        conn.exec_driver_sql("DELETE FROM clock_shift WHERE photo_id = ?", gone)
    after = _instants(conn, more)
    return {photo: (before[photo], after[photo]) for photo in before}


def _instants(conn: Connection, photos: dict[int, float]) -> dict[int, float]:
    cursor = conn.exec_driver_sql(
        "SELECT id, instant FROM photo WHERE instant IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(photos)),),
    )
    return {row[0]: row[1] for row in cursor}
