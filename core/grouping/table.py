"""The store's photos as the arrays that groupers take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.group.base import PhotoTable
from core.records import FLAG_COPIES, FLAG_RAW
from core.store.columns import int_columns
from core.store.pending import MEASURES
from core.store.schema import STAGE_FAILED

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

EXPOSURE = ("exposure_time", "f_number", "iso", "focal_length", "focal_length_35", "subject_distance", "flash")
"""Fields of :class:`records.Metadata` that become columns."""

COVER_MEASURES = ("sharpness", "brightness", "contrast")
"""What covers are chosen by, so that it is needed even where pictures are not compared."""

_SCREENSHOTS = ("screenshot", "screen shot", r"screen\_shot", "bildschirmfoto", "captura", "capture d")
_IS_SCREENSHOT = " OR ".join(rf"CAST(name AS TEXT) LIKE '%{part}%' ESCAPE '\'" for part in _SCREENSHOTS)
_SHOWN = f"stage != {STAGE_FAILED} AND NOT hidden"

_PAGE = 1000
"""Rows read at once: few enough to stay in the processor's cache until they are arrays."""

_FEW = 20_000
"""Vectors of up to so many photos are looked up one by one."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which photos to read: all, or those in a JSON list."""

    ids: str | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        return () if self.ids is None else (self.ids,)

    def photos(self) -> str:
        """FROM and the rest of a query of table photo, in the order of ids."""
        some = "" if self.ids is None else " AND id IN (SELECT value FROM json_each(?))"
        return f"FROM photo NOT INDEXED WHERE {_SHOWN}{some} ORDER BY id"

    def files(self) -> str:
        """The same of the files that photos may be named after."""
        some = "" if self.ids is None else " AND photo_id IN (SELECT value FROM json_each(?))"
        return f"FROM file WHERE role IN ('primary', 'copy') AND photo_id IS NOT NULL{some} ORDER BY id"


def read_table(conn: Connection, only: Sequence[int] | None = None, *, looks: bool = True) -> PhotoTable:
    """Every photo of the library that is shown (or those of ``only``), in order of time, without vectors.

    ``looks`` False: without hashes and with no more measures than covers need, for what follows from time and place.
    """
    chosen = _Chosen() if only is None else _Chosen(json.dumps([int(i) for i in only]))
    ids, width, height, flags = int_columns(
        conn, ["id", "width", "height", "flags"], chosen.photos(), chosen.parameters
    )
    size, screenshot = _files(conn, ids, chosen)
    read = _with_looks(conn, len(ids), chosen) if looks else _without_looks(conn, len(ids), chosen)
    order = np.flatnonzero(size >= 0)
    order = order[np.argsort(read["instant"][order], kind="stable")]  # unknown times last, equal ones by id
    read |= {"file_size": size, "screenshot_name": screenshot, "has_raw": flags & FLAG_RAW > 0}
    read["has_camera"] = read["camera"] >= 0
    taken = {name: read.pop(name)[order] for name in (*_NUMBERS, "camera", "dhash", "has_dhash", "content")}
    return PhotoTable(
        ids=ids[order],
        instant=taken["instant"],
        local=taken["local"],
        lat=taken["lat"],
        lon=taken["lon"],
        camera=_by_appearance(taken["camera"]).astype(np.int32),
        width=width[order].astype(np.int32),
        height=height[order].astype(np.int32),
        dhash=taken["dhash"],
        has_dhash=taken["has_dhash"],
        content=_by_appearance(taken["content"]),
        columns={name: column[order].astype(np.float32) for name, column in read.items()},
    )


def _by_appearance(codes: I64) -> I64:
    """Codes renumbered in the order in which they appear; -1 stays."""
    distinct, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    known = np.flatnonzero(distinct >= 0)
    rank = np.full(len(distinct), -1, np.int64)
    rank[known[np.argsort(first[known])]] = np.arange(len(known))
    return rank[inverse]


def _files(conn: Connection, ids: I64, chosen: _Chosen) -> tuple[I64, NDArray[np.bool_]]:
    """(size, whether it is called like a screenshot) of the file of each photo: its first, copies last. -1: no file."""
    columns = ["photo_id", "size", "role = 'copy'", _IS_SCREENSHOT]
    photo, size, copy, screenshot = int_columns(conn, columns, chosen.files(), chosen.parameters)
    at = np.searchsorted(ids, photo)
    rows = np.flatnonzero(np.append(ids, -1)[at] == photo)
    rows = rows[np.argsort(copy[rows], kind="stable")][::-1]
    best = np.full(len(ids), len(photo), np.int64)
    best[at[rows]] = rows  # of several the last holds, which is the first file
    return np.append(size, -1)[best], np.append(screenshot, 0)[best] > 0


# ---------------------------------------------------------------- numbers that may be unknown


def _pages(conn: Connection, columns: Sequence[str], chosen: _Chosen) -> Iterator[tuple[slice, list[Sequence[Any]]]]:
    """Columns of table photo page by page, so that rows never lie about as Python objects by the million."""
    connection: Any = conn.connection.dbapi_connection
    cursor = connection.execute(f"SELECT {', '.join(columns)} {chosen.photos()}", chosen.parameters)
    start = 0
    while rows := cursor.fetchmany(_PAGE):
        yield slice(start, start + len(rows)), list(zip(*rows, strict=True))
        start += len(rows)


_NUMBERS = ("instant", "local", "lat", "lon")


def _without_looks(conn: Connection, n: int, chosen: _Chosen) -> dict[str, NDArray[Any]]:
    """Times, places, cameras and what covers need, in the order of ids; no hashes."""
    measures = [f"json_extract(measures, '$.{name}')" for name in COVER_MEASURES]
    names = (*_NUMBERS, *COVER_MEASURES)
    out: dict[str, NDArray[Any]] = {name: np.empty(n, np.float64) for name in names}
    out |= {"camera": np.empty(n, np.int64), "dhash": np.zeros(n, np.int64), "has_dhash": np.zeros(n, np.bool_)}
    out["content"] = np.full(n, -1, np.int64)
    cameras: dict[str, int] = {}
    for page, (camera, *numbers) in _pages(conn, ["camera", *_NUMBERS, *measures], chosen):
        out["camera"][page] = _coded(camera, cameras)
        for name, values in zip(names, numbers, strict=True):
            out[name][page] = np.array(values, np.float64)
    return out


def _with_looks(conn: Connection, n: int, chosen: _Chosen) -> dict[str, NDArray[Any]]:
    """Times, places, cameras, hashes and all that was measured, in the order of ids."""
    measured = (*MEASURES, *EXPOSURE, "n_faces", "face_area")
    out: dict[str, NDArray[Any]] = {name: np.empty(n, np.float64) for name in _NUMBERS}
    out |= {name: np.empty(n, np.float32) for name in measured}
    out |= {name: np.empty(n, np.int64) for name in ("camera", "dhash", "content")}
    out["has_dhash"] = np.empty(n, np.bool_)
    cameras: dict[str, int] = {}
    contents: dict[bytes, int] = {}
    texts = ("measures", "details")
    for page, columns in _pages(conn, ["camera", "dhash", "content_hash", *texts, *_NUMBERS], chosen):
        camera, dhash, content, measures, details, *numbers = columns
        out["camera"][page], out["content"][page] = _coded(camera, cameras), _coded(content, contents)
        out["dhash"][page] = [h or 0 for h in dhash]
        out["has_dhash"][page] = [h is not None for h in dhash]
        for name, values in zip(_NUMBERS, numbers, strict=True):
            out[name][page] = np.array(values, np.float64)
        for name, values in _measured(_documents(measures), _documents(details)):
            out[name][page] = np.array(values, np.float32)
    return out


def _coded(values: Sequence[Any], codes: dict[Any, int]) -> list[int]:
    """A number for every distinct value, -1 for None."""
    return [-1 if v is None else codes.setdefault(v, len(codes)) for v in values]


def _measured(
    measures: Sequence[dict[str, Any]], details: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, list[float | None]]]:
    """(column, values) out of the documents beside photos."""
    for name in MEASURES:
        yield name, [m.get(name) for m in measures]
    for name in EXPOSURE:
        yield name, [d.get(name) for d in details]
    faces = [d.get("faces", ()) for d in details]
    yield "n_faces", [len(f) for f in faces]
    yield "face_area", [sum(x["width"] * x["height"] for x in f) for f in faces]


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
