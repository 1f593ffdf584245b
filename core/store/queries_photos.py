"""Photos one by one and in pages: rows, details, files, lookup by path."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from core.paths import to_bytes, to_str
from core.records import FLAG_MISSING, FileRow, Membership, Metadata, PhotoDetails, PhotoRow
from core.store import schema as s
from core.store.metadata_json import metadata_from_json
from core.store.queries_folders import SEPARATOR

_ROLES = {"primary": 0, "raw": 1, "copy": 2, "sidecar": 3}
_BATCH = 500
_ROW_COLUMNS = (
    "id", "local", "utc_offset", "taken_source", "lat", "lon", "place", "width", "height", "camera", "rating", "flags"
)  # fmt: skip


def _visible() -> Any:
    return s.photo.c.hidden.is_(False) & (s.photo.c.stage != s.STAGE_FAILED)


def files(conn: Connection, ids: Sequence[int]) -> dict[int, list[FileRow]]:
    """The files of some photos outside removed folders; the best one to open first."""
    f, d, v = s.file.c, s.folder.c, s.volume.c
    wanted = (
        select(f.photo_id, f.name, f.role, f.size, f.missing, d.missing.label("away"), v.present, d.path, v.mount_point)
        .select_from(s.file.join(s.folder).join(s.volume))
        .where(f.photo_id.in_(ids), d.hidden.is_(False))
        .order_by(f.id)
    )
    found: dict[int, list[FileRow]] = {}
    for row in conn.execute(wanted):
        path = to_str(os.path.join(row.mount_point, row.path, row.name))
        missing = row.missing or row.away or not row.present
        found.setdefault(row.photo_id, []).append(FileRow(path, row.role, row.size, missing))
    for rows in found.values():
        rows.sort(key=lambda file: (file.role == "sidecar", file.missing, _ROLES.get(file.role, 9)))
    return found


def _kinds(conn: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, float]]]:
    m, g = s.membership.c, s.group.c
    wanted = (
        select(m.photo_id, g.key, m.strength)
        .select_from(s.membership.join(s.group))
        .where(m.photo_id.in_(ids), g.kind == "kinds")
        .order_by(m.strength.desc(), g.key)
    )
    found: dict[int, list[tuple[str, float]]] = {}
    for row in conn.execute(wanted):
        found.setdefault(row.photo_id, []).append((row.key, row.strength))
    return found


def rows(conn: Connection, ids: Sequence[int]) -> list[PhotoRow]:
    """Rows in the order of ``ids``; photos that are unknown or removed are left out."""
    found: list[PhotoRow] = []
    for start in range(0, len(ids), _BATCH):
        found += _rows(conn, [int(i) for i in ids[start : start + _BATCH]])
    return found


def _rows(conn: Connection, ids: list[int]) -> list[PhotoRow]:
    wanted = select(*(s.photo.c[name] for name in _ROW_COLUMNS)).where(s.photo.c.id.in_(ids), _visible())
    photos = {row.id: row for row in conn.execute(wanted)}
    paths, kinds = files(conn, ids), _kinds(conn, ids)
    return [_row(photos[i], paths.get(i, []), kinds.get(i, [])) for i in ids if i in photos]


def _row(row: Row[Any], paths: list[FileRow], kinds: list[tuple[str, float]]) -> PhotoRow:
    return PhotoRow(
        id=row.id,
        path=paths[0].path if paths else "",
        taken_local=row.local,
        utc_offset=row.utc_offset,
        taken_source=row.taken_source,
        lat=row.lat,
        lon=row.lon,
        place=row.place,
        width=row.width,
        height=row.height,
        camera=row.camera,
        rating=row.rating,
        missing=bool(row.flags & FLAG_MISSING),
        kinds=tuple(kinds),
    )


def details(conn: Connection, photo_id: int) -> PhotoDetails:
    """Everything of one photo but its labels. Raises KeyError."""
    found = _rows(conn, [photo_id])
    if not found:
        raise KeyError(photo_id)
    stored = conn.execute(select(s.photo.c.details, s.photo.c.altitude).where(s.photo.c.id == photo_id)).one()
    return PhotoDetails(
        row=found[0],
        metadata=_metadata(stored.details or {}, stored.altitude, found[0]),
        files=tuple(files(conn, [photo_id]).get(photo_id, [])),
        memberships=memberships(conn, photo_id),
    )


def _metadata(stored: dict[str, Any], altitude: float | None, row: PhotoRow) -> Metadata:
    """What the files say, with the columns of the photo over it (they may come from a sidecar or a correction)."""
    over: dict[str, Any] = {
        "taken_local": row.taken_local,
        "utc_offset": row.utc_offset,
        "taken_source": row.taken_source,
        "lat": row.lat,
        "lon": row.lon,
        "altitude": altitude,
    }
    return replace(metadata_from_json(stored), **{name: value for name, value in over.items() if value is not None})


def memberships(conn: Connection, photo_id: int) -> tuple[Membership, ...]:
    """The groups of a photo, with how sure and why; by kind, the surest first."""
    m, g = s.membership.c, s.group.c
    wanted = (
        select(g.id, g.kind, g.title, m.strength, m.reason, g.parent_id, g.n_photos)
        .select_from(s.membership.join(s.group))
        .where(m.photo_id == photo_id)
        .order_by(g.kind, m.strength.desc())
    )
    return tuple(Membership(*row[:4], json.loads(row.reason), *row[5:]) for row in conn.execute(wanted))


def find(conn: Connection, path: str) -> int | None:
    """The visible photo that one of whose files has this absolute path."""
    full = to_bytes(path)
    for volume_id, mount in conn.execute(select(s.volume.c.id, s.volume.c.mount_point)):
        top = mount.rstrip(SEPARATOR) + SEPARATOR
        if not full.startswith(top):
            continue
        folder, name = os.path.split(full[len(top) :])
        wanted = (
            select(s.file.c.photo_id)
            .select_from(s.file.join(s.folder).join(s.photo))
            .where(s.folder.c.volume_id == volume_id, s.folder.c.path == folder, s.file.c.name == name, _visible())
        )
        found = conn.execute(wanted).scalar()
        if found is not None:
            return int(found)
    return None


def file_to_open(conn: Connection, photo_id: int) -> str:
    """The path of the file that shows a photo best. Raises KeyError for an unknown photo."""
    found = files(conn, [photo_id]).get(photo_id)
    if not found:
        raise KeyError(photo_id)
    return found[0].path
