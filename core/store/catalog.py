"""What the first pass of an import reads and writes: volumes, folders, files and photos, in batches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection, Row

from core.records import FLAG_COPIES, FLAG_MISSING, FLAG_RAW
from core.store import meta
from core.store import schema as s


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A stored file; ``path`` is absolute, as bytes."""

    id: int
    path: bytes
    photo_id: int | None
    role: str
    size: int
    mtime_ns: int
    inode: int
    quick_key: bytes | None
    content_hash: bytes | None
    missing: bool


# ---------------------------------------------------------------- volumes and folders


def relative_path(path: str, mount_point: str) -> bytes:
    """A folder's path within its volume as the store keeps it; the mount point itself is empty."""
    relative = os.path.relpath(path, mount_point)
    return b"" if relative == os.curdir else os.fsencode(relative)


def ensure_volume(conn: Connection, uuid: str, label: str, mount_point: str) -> int:
    """The id of a volume, added or brought up to date."""
    mount = os.fsencode(mount_point)
    statement = upsert(s.volume).values(uuid=uuid, label=label, mount_point=mount, present=True)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["uuid"], set_={"label": label, "mount_point": mount, "present": True}
        )
    )
    return int(conn.execute(select(s.volume.c.id).where(s.volume.c.uuid == uuid)).scalar_one())


def ensure_folder(conn: Connection, volume_id: int, path: bytes, *, root: bool = False) -> int:
    """The id of a folder (``path`` relative to the volume), added or no longer missing."""
    found = conn.execute(
        select(s.folder.c.id, s.folder.c.root, s.folder.c.missing).where(
            s.folder.c.volume_id == volume_id, s.folder.c.path == path
        )
    ).first()
    if found is None:
        result = conn.execute(insert(s.folder).values(volume_id=volume_id, path=path, root=root, missing=False))
        return int(result.lastrowid)
    if found.missing or (root and not found.root):
        conn.execute(update(s.folder).where(s.folder.c.id == found.id).values(missing=False, root=root or found.root))
    return int(found.id)


FILE_COLUMNS = (s.file, s.folder.c.path.label("folder_path"), s.volume.c.mount_point)


def file_record(row: Row[Any]) -> FileRecord:
    path = os.path.join(row.mount_point, row.folder_path, row.name)
    return FileRecord(
        row.id, path, row.photo_id, row.role, row.size, row.mtime_ns, row.inode,
        row.quick_key, row.content_hash, row.missing,
    )  # fmt: skip


def select_files() -> Any:
    """Files with what makes their absolute path."""
    return select(*FILE_COLUMNS).select_from(s.file.join(s.folder).join(s.volume))


def files_in(conn: Connection, folder_id: int) -> dict[bytes, FileRecord]:
    """The known files of one folder by name."""
    rows = conn.execute(select_files().where(s.file.c.folder_id == folder_id))
    return {row.name: file_record(row) for row in rows}


def known_keys(conn: Connection, quick_keys: Sequence[bytes]) -> set[bytes]:
    """Those of these quick keys that some file of a photo has."""
    marks = ", ".join("?" * len(quick_keys))
    cursor = conn.exec_driver_sql(
        f"SELECT DISTINCT quick_key FROM file WHERE quick_key IN ({marks}) AND photo_id IS NOT NULL", tuple(quick_keys)
    )
    return {row[0] for row in cursor}


def twins(conn: Connection, quick_key: bytes, size: int) -> list[FileRecord]:
    """Files of photos that may have the same content as one with this quick key."""
    rows = conn.execute(
        select_files().where(s.file.c.quick_key == quick_key, s.file.c.size == size, s.file.c.photo_id.is_not(None))
    )
    return [file_record(row) for row in rows]


def files_of(conn: Connection, photo_ids: Sequence[int]) -> dict[int, list[FileRecord]]:
    """The files of some photos, primary files first."""
    order = case((s.file.c.role == "primary", 0), else_=1)
    rows = conn.execute(select_files().where(s.file.c.photo_id.in_(photo_ids)).order_by(order, s.file.c.id))
    found: dict[int, list[FileRecord]] = {}
    for row in rows:
        found.setdefault(row.photo_id, []).append(file_record(row))
    return found


def folder_with_files(conn: Connection, volume_id: int, path: bytes) -> tuple[int | None, dict[bytes, FileRecord]]:
    """A folder that is known and not missing, with its files; (None, {}) otherwise."""
    found = conn.execute(
        select(s.folder.c.id).where(
            s.folder.c.volume_id == volume_id, s.folder.c.path == path, s.folder.c.missing.is_(False)
        )
    ).scalar()
    return (None, {}) if found is None else (int(found), files_in(conn, int(found)))


def signed64(value: int) -> int:
    """An unsigned 64-bit number (an inode on some file systems) as SQLite can hold it."""
    return value - (1 << 64) if value >= 1 << 63 else value


# ---------------------------------------------------------------- writing files and photos


def next_scan(conn: Connection) -> int:
    """Raise and return the serial of this scan."""
    serial = int(meta.get_meta(conn, meta.SCAN, 0)) + 1
    meta.set_meta(conn, meta.SCAN, serial)
    return serial


def next_photo_id(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(s.photo.c.id), 0))).scalar_one()) + 1


def mark_seen(conn: Connection, file_ids: Sequence[int], scan: int) -> None:
    """These files are where they were."""
    if file_ids:
        statement = update(s.file).where(s.file.c.id == bindparam("key")).values(scan=scan, missing=False)
        conn.execute(statement, [{"key": i} for i in file_ids])


def insert_rows(conn: Connection, photos: list[dict[str, Any]], files: list[dict[str, Any]]) -> None:
    """New photos (with ids) and files, in bulk. A file that is already known by folder and name is replaced."""
    if photos:
        conn.execute(insert(s.photo), photos)
    if files:
        statement = upsert(s.file)
        kept = ("photo_id", "role", "size", "mtime_ns", "inode", "quick_key", "content_hash", "missing", "scan")
        conn.execute(
            statement.on_conflict_do_update(
                index_elements=["folder_id", "name"], set_={name: statement.excluded[name] for name in kept}
            ),
            files,
        )


def move_file(
    conn: Connection, file_id: int, folder_id: int, name: bytes, mtime_ns: int, inode: int, scan: int
) -> None:
    """A known file is at another place now; whatever row stood for that place before is replaced."""
    conn.execute(delete(s.file).where(s.file.c.folder_id == folder_id, s.file.c.name == name, s.file.c.id != file_id))
    values = {
        "folder_id": folder_id,
        "name": name,
        "mtime_ns": mtime_ns,
        "inode": inode,
        "scan": scan,
        "missing": False,
    }
    conn.execute(update(s.file).where(s.file.c.id == file_id).values(**values))


def update_photo(conn: Connection, photo_id: int, values: dict[str, Any]) -> None:
    """Write columns of a photo. A rating from a file never replaces one that is there (it may be the person's). A time
    from a file is the camera's own: what corrections of its clock add is to be added again (``clock_shift``)."""
    if "local" in values:
        conn.execute(delete(s.clock_shift).where(s.clock_shift.c.photo_id == photo_id))
    if "rating" in values:
        kept = case((s.photo.c.rating == 0, values["rating"]), else_=s.photo.c.rating)
        values = {**values, "rating": kept}
    conn.execute(update(s.photo).where(s.photo.c.id == photo_id).values(**values))


def show_photo(conn: Connection, photo_id: int) -> None:
    """A photo whose folder was removed is there again, unless the person put it away."""
    away = select(s.put_away.c.photo_id)
    conn.execute(update(s.photo).where(s.photo.c.id == photo_id, s.photo.c.id.not_in(away)).values(hidden=False))


def forget_empty_photos(conn: Connection, photo_ids: Sequence[int]) -> None:
    """Photos that no file stands for any longer go, with what hangs on them."""
    held = select(s.file.c.photo_id).where(s.file.c.photo_id.is_not(None))
    gone = [
        row.id
        for row in conn.execute(select(s.photo.c.id).where(s.photo.c.id.in_(photo_ids), s.photo.c.id.not_in(held)))
    ]
    for table in (s.membership, s.vector, s.clock_shift, s.inferred, s.put_away, s.version):
        conn.execute(delete(table).where(table.c.photo_id.in_(gone)))
    conn.execute(delete(s.photo).where(s.photo.c.id.in_(gone)))


def sweep(conn: Connection, volume_id: int, root: bytes, scan: int) -> int:
    """Files below ``root`` that this scan did not see are missing from now on; returns how many became so."""
    below = and_(s.folder.c.volume_id == volume_id, _below(root))
    folders = select(s.folder.c.id).where(below)
    result = conn.execute(
        update(s.file)
        .where(s.file.c.folder_id.in_(folders), s.file.c.scan < scan, s.file.c.missing.is_(False))
        .values(missing=True)
    )
    return int(result.rowcount)


def count_below(conn: Connection, volume_id: int, root: bytes) -> int:
    """How many files of photos a folder holds, with the folders in it."""
    joined = s.file.join(s.folder)
    statement = select(func.count()).select_from(joined).where(s.folder.c.volume_id == volume_id, _below(root))
    return int(conn.execute(statement.where(s.file.c.photo_id.is_not(None))).scalar_one())


def _below(root: bytes) -> Any:
    if not root:
        return s.folder.c.path.is_not(None)
    prefix = root + os.sep.encode()
    return (s.folder.c.path == root) | (func.substr(s.folder.c.path, 1, len(prefix)) == prefix)


_ANY_FILE = "EXISTS (SELECT 1 FROM file f WHERE f.photo_id = photo.id AND {})"
_FLAG_CONDITIONS = (
    (FLAG_MISSING, "NOT " + _ANY_FILE.format("NOT f.missing AND f.role != 'sidecar'")),
    (FLAG_RAW, _ANY_FILE.format("f.role = 'raw'")),
    (FLAG_COPIES, _ANY_FILE.format("f.role = 'copy'")),
)


def refresh_flags(conn: Connection) -> None:
    """Bring the flags of photos in line with their files: missing, RAW, copies."""
    for flag, condition in _FLAG_CONDITIONS:
        conn.exec_driver_sql(
            f"UPDATE photo SET flags = (flags & ~{flag}) | (CASE WHEN {condition} THEN {flag} ELSE 0 END) "
            f"WHERE ((flags & {flag}) != 0) != ({condition})"
        )


def roots() -> Any:
    """Every folder that the person added: volume_id, path, uuid, mount_point."""
    return (
        select(s.folder.c.volume_id, s.folder.c.path, s.volume.c.uuid, s.volume.c.mount_point)
        .select_from(s.folder.join(s.volume))
        .where(s.folder.c.root.is_(True), s.folder.c.hidden.is_(False))
        .order_by(s.folder.c.id)
    )
