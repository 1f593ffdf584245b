"""The columns of walls as SQLite gives them: many photos at once, newest first."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.store import meta
from core.store.columns import int_columns
from core.store.schema import STAGE_FAILED

Ints = NDArray[np.int64]

VISIBLE = f"NOT hidden AND stage != {STAGE_FAILED}"
NEWEST_FIRST = "instant DESC, id DESC"

_UNKNOWN = -(2**62)
_COLUMNS = (
    "id",
    # width, height (16 bits each), colour (24) and flags (8) in one integer; thumb 1, 2 are FLAG_PREVIEW, FLAG_THUMB
    "(min(width, 65535) << 48) | (min(height, 65535) << 32) | ((mean_colour & 16777215) << 8)"
    " | (flags & 231) | ((thumb & 3) << 3)",
    f"ifnull(CAST(local * 1000000 AS INTEGER), {_UNKNOWN})",
)
_FEW = 20_000
"""Up to so many photos are fetched one by one; for more, all columns are read and the rest is dropped."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Photos in order; the columns of :class:`core.records.Wall`."""

    ids: Ints
    aspect: NDArray[np.float32]
    colour: NDArray[np.uint32]
    local: NDArray[np.float64]
    flags: NDArray[np.uint8]

    def take(self, positions: Ints) -> Columns:
        return Columns(*(getattr(self, name)[positions] for name in ("ids", "aspect", "colour", "local", "flags")))


def visible_ids(conn: Connection) -> Ints:
    """All photos that walls and lists show, newest first, undated last."""
    return int_columns(conn, ["id"], f"FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} ORDER BY {NEWEST_FIRST}")[0]


def all_columns(conn: Connection) -> Columns:
    tail = f"FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} ORDER BY {NEWEST_FIRST}"
    return _unpack(*int_columns(conn, _COLUMNS, tail))


class KeptColumns:
    """The columns of all photos, read again only when photos have changed. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[int, Columns] | None = None

    def of(self, conn: Connection) -> Columns:
        """All columns at the state that ``conn`` sees; they are not to be written to."""
        number = meta.photos_generation(conn)
        with self._lock:
            if self._kept is None or self._kept[0] != number or number == 0:
                self._kept = (number, all_columns(conn))
            return self._kept[1]


def columns_of(conn: Connection, ids: Ints, kept: KeptColumns | None = None) -> Columns:
    """The visible ones of some photos, newest first, each once. ``kept``: columns that may be at hand."""
    if len(ids) > _FEW:
        every = all_columns(conn) if kept is None else kept.of(conn)
        at = Places(every.ids).of(ids)
        chosen = np.zeros(len(every.ids), np.bool_)
        chosen[at[at >= 0]] = True
        return every.take(np.flatnonzero(chosen))
    wanted = "[" + ",".join(map(str, ids.tolist())) + "]"
    tail = f"FROM photo WHERE {VISIBLE} AND id IN (SELECT value FROM json_each(?)) ORDER BY {NEWEST_FIRST}"
    return _unpack(*int_columns(conn, _COLUMNS, tail, [wanted]))


def _unpack(ids: Ints, packed: Ints, micros: Ints) -> Columns:
    bits = packed.view(np.uint64)
    width = (bits >> np.uint64(48)).astype(np.float32)
    height = (bits >> np.uint64(32) & np.uint64(0xFFFF)).astype(np.float32)
    known = (width > 0) & (height > 0)
    aspect = np.where(known, width / np.maximum(height, 1), np.float32(4 / 3))
    low = bits.astype(np.uint32)  # colour and flags
    local = np.where(micros == _UNKNOWN, np.nan, micros / 1e6)
    return Columns(ids, np.clip(aspect, 0.02, 50.0, dtype=np.float32), low >> np.uint32(8), local, low.astype(np.uint8))


class Places:
    """Where each photo id stands, -1 where it does not."""

    def __init__(self, ids: Ints) -> None:
        self._ids = ids
        top = int(ids.max()) if len(ids) else 0
        self._table: NDArray[np.int32] | None = None
        if 0 <= top <= 16 * len(ids) + 1000:
            self._table = np.full(top + 1, -1, np.int32)
            self._table[ids] = np.arange(len(ids), dtype=np.int32)
        else:
            self._order = np.argsort(ids)

    def of(self, ids: Ints) -> Ints:
        """int64 [k]."""
        if self._table is not None:
            known = (ids >= 0) & (ids < len(self._table))
            return np.where(known, self._table[np.where(known, ids, 0)], -1).astype(np.int64)
        at = np.minimum(np.searchsorted(self._ids, ids, sorter=self._order), len(self._ids) - 1)
        found = self._order[at]
        return np.where(self._ids[found] == ids, found, -1).astype(np.int64)


def positions(columns: Columns, ids: Ints) -> Ints:
    """Where each id stands in the columns; -1 where it does not."""
    return Places(columns.ids).of(ids)
