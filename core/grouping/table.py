"""The store's photos as the arrays that groupers take."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.group.base import PhotoTable
from core.records import FLAG_COPIES
from core.store.pending import MEASURES
from core.store.schema import STAGE_FAILED

F32 = NDArray[np.float32]

EXPOSURE = ("exposure_time", "f_number", "iso", "focal_length", "focal_length_35", "subject_distance", "flash")
"""Fields of :class:`records.Metadata` that become columns."""

_SCREENSHOT_NAME = re.compile(rb"screen[ _]?shot|bildschirmfoto|captura|capture d", re.IGNORECASE)

_PHOTOS = f"""
SELECT p.id, p.instant, p.local, p.lat, p.lon, p.camera, p.width, p.height, p.dhash, p.content_hash, p.measures,
       p.details, f.size, f.name
FROM photo p JOIN file f ON f.id = (
    SELECT id FROM file WHERE photo_id = p.id AND role IN ('primary', 'copy') ORDER BY role = 'copy', id LIMIT 1)
WHERE p.stage != {STAGE_FAILED} AND NOT p.hidden"""

_IN_TIME = " ORDER BY p.instant IS NULL, p.instant, p.id"
_SOME = " AND p.id IN (SELECT value FROM json_each(?))"

_PAGE = 10_000
_FEW = 20_000
"""Vectors of up to so many photos are looked up one by one."""


class _Columns:
    """Lists that grow page by page into arrays, so that rows never lie about as Python objects by the million."""

    def __init__(self, names: Sequence[str]) -> None:
        self._parts: dict[str, list[NDArray[Any]]] = {name: [] for name in names}

    def extend(self, name: str, values: Sequence[Any], dtype: Any) -> None:
        self._parts[name].append(np.array(values, dtype=dtype))

    def take(self, name: str, dtype: Any) -> NDArray[Any]:
        parts = self._parts.pop(name)
        return np.concatenate(parts) if parts else np.empty(0, dtype)


_NAMES = ("ids", "instant", "local", "lat", "lon", "camera", "width", "height", "dhash", "has_dhash", "content")
_MORE = (*MEASURES, *EXPOSURE, "has_camera", "n_faces", "face_area", "file_size", "screenshot_name")


def read_table(conn: Connection, only: Sequence[int] | None = None) -> PhotoTable:
    """Every photo of the library that is shown (or those of ``only``), in order of time, without vectors."""
    columns = _Columns((*_NAMES, *_MORE))
    cameras: dict[str, int] = {}
    contents: dict[bytes, int] = {}
    if only is None:
        cursor = conn.exec_driver_sql(_PHOTOS + _IN_TIME)
    else:
        cursor = conn.exec_driver_sql(_PHOTOS + _SOME + _IN_TIME, (json.dumps([int(i) for i in only]),))
    while rows := cursor.fetchmany(_PAGE):
        _add_page(columns, rows, cameras, contents)
    return PhotoTable(
        ids=columns.take("ids", np.int64),
        instant=columns.take("instant", np.float64),
        local=columns.take("local", np.float64),
        lat=columns.take("lat", np.float64),
        lon=columns.take("lon", np.float64),
        camera=columns.take("camera", np.int32),
        width=columns.take("width", np.int32),
        height=columns.take("height", np.int32),
        dhash=columns.take("dhash", np.int64),
        has_dhash=columns.take("has_dhash", np.bool_),
        content=columns.take("content", np.int64),
        columns={name: columns.take(name, np.float32) for name in _MORE},
    )


def _add_page(
    columns: _Columns, rows: Sequence[Sequence[Any]], cameras: dict[str, int], contents: dict[bytes, int]
) -> None:
    ids, instant, local, lat, lon, camera, width, height, dhash, content, measures, details, size, name = zip(
        *rows, strict=True
    )
    for key, values in (("instant", instant), ("local", local), ("lat", lat), ("lon", lon)):
        columns.extend(key, values, np.float64)
    columns.extend("ids", ids, np.int64)
    columns.extend("width", width, np.int32)
    columns.extend("height", height, np.int32)
    columns.extend("dhash", [h or 0 for h in dhash], np.int64)
    columns.extend("has_dhash", [h is not None for h in dhash], np.bool_)
    columns.extend("camera", [-1 if c is None else cameras.setdefault(c, len(cameras)) for c in camera], np.int32)
    columns.extend("content", [-1 if c is None else contents.setdefault(c, len(contents)) for c in content], np.int64)
    columns.extend("file_size", size, np.float32)
    columns.extend("has_camera", [c is not None for c in camera], np.float32)
    screenshot = _SCREENSHOT_NAME.search
    columns.extend("screenshot_name", [screenshot(n) is not None for n in name], np.float32)
    measured = _documents(measures)
    for key in MEASURES:
        columns.extend(key, [m.get(key) for m in measured], np.float32)
    described = _documents(details)
    for key in EXPOSURE:
        columns.extend(key, [d.get(key) for d in described], np.float32)
    faces = [d.get("faces", ()) for d in described]
    columns.extend("n_faces", [len(f) for f in faces], np.float32)
    columns.extend("face_area", [sum(x["width"] * x["height"] for x in f) for f in faces], np.float32)


def _documents(texts: Sequence[str]) -> list[dict[str, Any]]:
    """JSON objects out of their texts, at once."""
    found: list[dict[str, Any]] = json.loads(f"[{','.join(texts)}]")
    return found


def vector_rows(conn: Connection, name: str, version: str, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], F32]:
    """For each photo its row in the vector file (-1: none) and the vector's norm before normalising."""
    few = "AND v.photo_id IN (SELECT value FROM json_each(?))" if len(ids) <= _FEW else ""
    cursor = conn.exec_driver_sql(
        "SELECT v.photo_id, v.row, v.norm FROM embedder e CROSS JOIN vector v ON v.embedder_id = e.id "
        f"WHERE e.name = ? AND e.version = ? {few}",
        (name, version, *([json.dumps(ids.tolist())] if few else [])),
    )
    order = np.argsort(ids, kind="stable")
    sorted_ids = ids[order]
    rows, norms = np.full(len(ids), -1, np.int64), np.zeros(len(ids), np.float32)
    while page := cursor.fetchmany(_PAGE):
        block = np.array([tuple(row) for row in page], np.float64)
        photo = block[:, 0].astype(np.int64)
        at = np.searchsorted(sorted_ids, photo)
        known = (at < len(ids)) & (sorted_ids[np.minimum(at, len(ids) - 1)] == photo) if len(ids) else at < 0
        place = order[at[known]]
        rows[place], norms[place] = block[known, 1].astype(np.int64), block[known, 2].astype(np.float32)
    return rows, norms


def read_copies(conn: Connection, ids: NDArray[np.int64]) -> dict[int, int]:
    """Positions of photos that have exact copies, with the number of files."""
    cursor = conn.exec_driver_sql(
        "SELECT f.photo_id, COUNT(*) FROM file f JOIN photo p ON p.id = f.photo_id "
        f"WHERE p.flags & {FLAG_COPIES} AND f.role IN ('primary', 'copy') GROUP BY f.photo_id HAVING COUNT(*) > 1"
    )
    counts = {int(row[0]): int(row[1]) for row in cursor}
    positions = {int(ids[i]): int(i) for i in np.flatnonzero(np.isin(ids, list(counts)))}
    return {positions[i]: n for i, n in counts.items() if i in positions}
