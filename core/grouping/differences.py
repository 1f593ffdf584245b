"""Writing only what a regrouping changed: a million rows that are as they were are compared, not written again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, islice, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.group.base import FoundGroup, PhotoTable
from core.group.stream import Stream
from core.store.columns import int_columns

I64 = NDArray[np.int64]

PARTS = 1 << 40
"""Numbers travel as integers of so many parts; two that differ by less are the same here."""

encode = json.JSONEncoder(separators=(",", ":")).encode
_NEW_MEMBERSHIP = "INSERT OR REPLACE INTO membership (group_id, photo_id, strength, reason) VALUES (?, ?, ?, ?)"
_NEW_BOUNDARY = "INSERT OR REPLACE INTO boundary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0))"
_MEMBERSHIP = "UPDATE membership SET strength = ?3, reason = ?4 WHERE group_id = ?1 AND photo_id = ?2"
_BOUNDARY = (
    "UPDATE boundary SET strength = ?3, gap_seconds = ?4, distance_km = ?5, visual = ?6, camera_changed = ?7,"
    " event = ?8, raw = ?9, pin = nullif(?10, 0) WHERE before_id = ?1 AND after_id = ?2"
)
"""Rows that stay where they are are updated, which leaves the indexes alone."""


PAGE = 2000
"""Rows handed to SQLite at once: few enough to stay in the processor's cache until they are written."""


def pages(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Lists of up to ``PAGE`` rows."""
    while page := list(islice(rows, PAGE)):
        yield page


def _parts(values: NDArray[Any]) -> I64:
    """Numbers as integers, what is unknown as -1; as SQLite's CAST does it."""
    scaled = np.trunc(np.asarray(values, np.float64) * PARTS)
    return np.where(np.isfinite(scaled), scaled, -1.0).astype(np.int64)


def _sql_parts(column: str) -> str:
    return f"ifnull(CAST({column} * {PARTS}.0 AS INTEGER), -1)"


# ---------------------------------------------------------------- memberships


def read_memberships(conn: Connection, kind: str) -> list[I64]:
    """[group, photo, strength in parts, checksum of the reason] of the stored memberships of a kind, int64 [m] each."""
    connection: Any = conn.connection.dbapi_connection
    connection.create_function("checksum", 1, zlib.crc32, deterministic=True)
    columns = ["m.group_id", "m.photo_id", _sql_parts("m.strength"), "checksum(CAST(m.reason AS BLOB))"]
    return int_columns(
        conn, columns, 'FROM "group" g CROSS JOIN membership m ON m.group_id = g.id WHERE g.kind = ?', (kind,)
    )


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8"))


def write_memberships(
    conn: Connection, stored: Sequence[I64], groups: list[FoundGroup], ids: list[int], table: PhotoTable
) -> None:
    """Bring the memberships of a kind from what is ``stored`` (``read_memberships``) to those of ``groups``."""
    order = np.argsort(ids, kind="stable").tolist()  # in the order of the table's key
    sizes = [len(groups[i].members) for i in order]
    group = np.repeat(np.array([ids[i] for i in order], np.int64), sizes)
    photo = _joined([table.ids[groups[i].members] for i in order], np.int64)
    strength = _parts(_joined([groups[i].strengths for i in order], np.float32))
    checksum = np.fromiter(chain.from_iterable(_checksums(groups[i]) for i in order), np.int64, len(photo))
    same, there, gone = _compare(stored, [group, photo, strength, checksum])
    removed = zip(stored[0][gone].tolist(), stored[1][gone].tolist(), strict=True)
    for page in pages(removed):
        conn.exec_driver_sql("DELETE FROM membership WHERE group_id = ? AND photo_id = ?", page)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for statement, rows in ((_NEW_MEMBERSHIP, ~there), (_MEMBERSHIP, there & ~same)):
        for page in pages(_rows(groups, ids, order, starts, rows, table)):
            conn.exec_driver_sql(statement, page)


def _joined(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


def _texts(group: FoundGroup) -> Iterator[str]:
    """The reasons as they are stored; photos of one group often share one."""
    return map({id(reason): encode(reason) for reason in _distinct(group)}.__getitem__, map(id, group.reasons))


def _checksums(group: FoundGroup) -> Iterator[int]:
    """The checksum of each reason's text."""
    sums = {id(reason): _checksum(encode(reason)) for reason in _distinct(group)}
    return map(sums.__getitem__, map(id, group.reasons))


def _distinct(group: FoundGroup) -> Iterable[dict[str, Any]]:
    """The reasons of a group, each object once."""
    return dict(zip(map(id, group.reasons), group.reasons, strict=True)).values()


def _compare(stored: Sequence[I64], new: Sequence[I64]) -> tuple[NDArray[np.bool_], ...]:
    """(which new rows are stored just so, which are stored at all, which stored rows are gone); the first two columns
    are the key."""
    span = 1 + max((int(c[1].max()) for c in (stored, new) if len(c[1])), default=0)
    old_key, new_key = (c[0] * span + c[1] for c in (stored, new))
    order = np.argsort(old_key, kind="stable")
    same = np.zeros(len(new_key), np.bool_)
    gone = np.ones(len(old_key), np.bool_)
    if not len(old_key):
        return same, same, gone
    at = order[np.minimum(np.searchsorted(old_key, new_key, sorter=order), len(order) - 1)]
    there = old_key[at] == new_key
    gone[at[there]] = False
    same = there.copy()
    for old_column, new_column in zip(stored[2:], new[2:], strict=True):
        same &= old_column[at] == new_column
    return same, there, gone


def _rows(
    groups: list[FoundGroup], ids: list[int], order: list[int], starts: I64, write: NDArray[np.bool_], table: PhotoTable
) -> Iterator[tuple[int, int, float, str]]:
    """The memberships marked in ``write``, in the order of their key."""
    marked = (write[starts[place] : starts[place + 1]] for place in range(len(order)))
    rows = (_rows_of(groups[i], ids[i], wanted, table) for i, wanted in zip(order, marked, strict=True) if wanted.any())
    return chain.from_iterable(rows)


def _rows_of(
    group: FoundGroup, group_id: int, wanted: NDArray[np.bool_], table: PhotoTable
) -> Iterator[tuple[int, int, float, str]]:
    photos = table.ids[group.members].tolist()
    rows = zip(repeat(group_id, len(photos)), photos, group.strengths.tolist(), _texts(group), strict=True)
    return compress(rows, wanted.tolist())


# ---------------------------------------------------------------- boundaries


def write_boundaries(conn: Connection, stream: Stream, table: PhotoTable) -> None:
    """Bring the stored boundaries to those of a stream: one row for every gap between neighbours in time."""
    gaps = stream.gaps
    known = np.flatnonzero(np.isfinite(gaps.gap_seconds))
    flags = gaps.camera_changed[known].astype(np.int64) + 2 * gaps.is_boundary[known]
    before, after = table.ids[gaps.before[known]], table.ids[gaps.after[known]]
    numbers = (gaps.strength, stream.raw, gaps.distance_km, gaps.visual)
    new = [before, after, *(_parts(column[known]) for column in numbers)]
    new += [np.trunc(gaps.gap_seconds[known] * 1000.0).astype(np.int64), flags, stream.pin[known]]
    columns = ["before_id", "after_id", *map(_sql_parts, ("strength", "raw", "distance_km", "visual"))]
    columns += ["CAST(gap_seconds * 1000.0 AS INTEGER)", "camera_changed + 2 * event", "ifnull(pin, 0)"]
    stored = int_columns(conn, columns, "FROM boundary")
    same, there, gone = _compare(stored, new)
    for page in pages(zip(stored[0][gone].tolist(), stored[1][gone].tolist(), strict=True)):
        conn.exec_driver_sql("DELETE FROM boundary WHERE before_id = ? AND after_id = ?", page)
    for statement, rows in ((_NEW_BOUNDARY, known[~there]), (_BOUNDARY, known[there & ~same])):
        for start in range(0, len(rows), PAGE):
            conn.exec_driver_sql(statement, _gaps(stream, rows[start : start + PAGE], table))


def _gaps(stream: Stream, rows: I64, table: PhotoTable) -> list[tuple[float, ...]]:
    """Some gaps as rows of table boundary, in plain numbers: to bind one None or bool takes as long as to write half a
    row. SQLite keeps NaN as NULL."""
    gaps = stream.gaps
    columns: tuple[NDArray[Any], ...] = (
        table.ids[gaps.before[rows]],
        table.ids[gaps.after[rows]],
        gaps.strength[rows],
        gaps.gap_seconds[rows],
        gaps.distance_km[rows],
        gaps.visual[rows],
        gaps.camera_changed[rows].astype(np.int64),
        gaps.is_boundary[rows].astype(np.int64),
        stream.raw[rows],
        stream.pin[rows],
    )
    return list(zip(*(column.tolist() for column in columns), strict=True))
