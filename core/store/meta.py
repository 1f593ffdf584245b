"""Small facts in the table ``meta``: JSON values by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from core.store import schema as s

GENERATION, DEVICE, EMBEDDER, CHOSEN, SCAN = "generation", "device", "embedder", "chosen_embedder", "scan"
PHOTOS = "photos_generation"
LOOKS = "looks_embedder"
"""Number of visible writes, and of the last of them that changed photos (not only their groups); what the embedder
runs on; [name, version] whose vectors are used; the name that the person chose for the next import; serial of the last
scan; [name, version] of the learner whose vectors look-alikes and search use in place of the embedder's, or None."""


def get_meta(conn: Connection, key: str, default: Any = None) -> Any:
    """The value of a key, or ``default``."""
    row = conn.execute(select(s.meta.c.value).where(s.meta.c.key == key)).first()
    return default if row is None else row.value


def set_meta(conn: Connection, key: str, value: Any) -> None:
    """Set a key to anything JSON can hold."""
    statement = upsert(s.meta).values(key=key, value=value)
    conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}))


def generation(conn: Connection) -> int:
    """The number that every visible write raises by one."""
    return int(get_meta(conn, GENERATION, 0))


def photos_generation(conn: Connection) -> int:
    """The number of the last write that changed photos; the columns of walls are the same as long as it is."""
    return int(get_meta(conn, PHOTOS, 0))


def raise_generation(conn: Connection, *, photos: bool = True) -> int:
    """Count one more visible write, which changed ``photos`` or only what is said of them."""
    number = generation(conn) + 1
    set_meta(conn, GENERATION, number)
    if photos:
        set_meta(conn, PHOTOS, number)
    return number
