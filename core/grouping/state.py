"""What the library's groups stand for: up to which photo, by which embedder, and how many photos wait unsorted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.store import meta
from core.store.columns import int_columns
from core.store.wall_columns import VISIBLE

GROUPED, UNSORTED = "grouped", "unsorted"
"""Keys of ``meta``: [newest photo id that was grouped, the embedder's name, its version, those of the learner in use
if there is one]; photos placed since the last full grouping that no group of look-alikes would take."""


@dataclass(frozen=True, slots=True)
class Since:
    """What came since the last grouping. ``new`` int64: photos, by id. ``whole``: the rest is as it was grouped, so
    that only the new ones need places. ``photos``: all that are shown; ``unsorted`` of them wait."""

    new: NDArray[np.int64]
    whole: bool
    photos: int
    unsorted: int


def since(conn: Connection) -> Since:
    """What came since the last grouping."""
    grouped, *embedder = meta.get_meta(conn, GROUPED, [0, "", ""])
    (new,) = int_columns(conn, ["id"], f"FROM photo WHERE id > ? AND {VISIBLE} ORDER BY id", (grouped,))
    photos = int(
        conn.exec_driver_sql(f"SELECT count(*) FROM photo INDEXED BY photo_by_time WHERE {VISIBLE}").scalar() or 0
    )
    held = int(conn.exec_driver_sql("SELECT sum(n_photos) FROM \"group\" WHERE kind = 'events'").scalar() or 0)
    same = embedder == _embedder(conn) and photos - held == len(new) and grouped > 0
    return Since(new, same, photos, int(meta.get_meta(conn, UNSORTED, 0)))


def note_grouped(conn: Connection, ids: NDArray[np.int64]) -> None:
    """All of these photos have been grouped together; nothing waits."""
    _note(conn, ids)
    meta.set_meta(conn, UNSORTED, 0)


def note_placed(conn: Connection, new: NDArray[np.int64], unsorted: int) -> None:
    """New photos have their places, but for some that wait for a full grouping."""
    _note(conn, new)
    meta.set_meta(conn, UNSORTED, int(meta.get_meta(conn, UNSORTED, 0)) + unsorted)


def _note(conn: Connection, ids: NDArray[np.int64]) -> None:
    before = int(meta.get_meta(conn, GROUPED, [0, "", ""])[0])
    top = max(before, int(ids.max())) if len(ids) else before
    meta.set_meta(conn, GROUPED, [top, *_embedder(conn)])


def _embedder(conn: Connection) -> list[str]:
    """[name, version] of the embedder, those of the learner in use for look-alikes behind them."""
    used, looks = meta.get_meta(conn, meta.EMBEDDER), meta.get_meta(conn, meta.LOOKS)
    return [*(used or ["", ""]), *(looks or [])]
