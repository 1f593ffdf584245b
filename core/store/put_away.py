"""Photos that the person put away: off the walls, out of the counts; their files stay as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from core.store.hiding import NOWHERE, recount_groups


def set_away(conn: Connection, ids: Sequence[int], away: bool) -> None:
    """Put photos away or bring them back; one whose folders were removed too stays hidden."""
    photos = json.dumps([int(i) for i in ids])
    inside = "IN (SELECT value FROM json_each(?))"
    if away:
        conn.exec_driver_sql(f"INSERT OR IGNORE INTO put_away SELECT id FROM photo WHERE id {inside}", (photos,))
        conn.exec_driver_sql(f"UPDATE photo SET hidden = 1 WHERE id {inside}", (photos,))
    else:
        conn.exec_driver_sql(f"DELETE FROM put_away WHERE photo_id {inside}", (photos,))
        conn.exec_driver_sql(f"UPDATE photo SET hidden = {NOWHERE} WHERE id {inside}", (photos,))
    recount_groups(conn, photos)


def all_away(conn: Connection) -> list[int]:
    """Every photo that is put away, by id."""
    return [row[0] for row in conn.exec_driver_sql("SELECT photo_id FROM put_away ORDER BY photo_id")]
