"""Disks and folders that come and go: their photos become missing, or are there again. No file is opened."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from core.records import FLAG_MISSING, Change
from core.store import schema as s
from core.store.queries_folders import FolderRow, folder_rows, is_below
from core.store.store import Store


def refresh(store: Store, mounts: Mapping[str, str], is_folder: Callable[[bytes], bool] = os.path.isdir) -> Change:
    """Compare the library's volumes and roots with what is mounted (``mounts``: volume UUID -> mount point).

    Writes only when something changed since the last time; returns what changed.
    """
    with store.read() as conn:
        volumes = _changed_volumes(conn, mounts)
    if volumes:
        with store.write() as conn:
            _update_volumes(conn, volumes)
    with store.read() as conn:
        folders = _changed_folders(folder_rows(conn), is_folder)
        away = {row.id for row in folder_rows(conn) if row.missing}
    affected = _folders_on(store, list(volumes)) | set(folders)
    if not affected and not _flags_are_wrong(store, away):
        return Change()
    change = Change(photos=True, folders=True)
    with store.write(change) as conn:
        for folder_id, missing in folders.items():
            conn.execute(update(s.folder).where(s.folder.c.id == folder_id).values(missing=missing))
        _update_flags(conn, affected | away)
    return change


def _changed_volumes(conn: Connection, mounts: Mapping[str, str]) -> dict[int, str | None]:
    """Volume id -> its mount point now (None: away), where that differs from what is stored."""
    changed: dict[int, str | None] = {}
    for row in conn.execute(select(s.volume)):
        now = mounts.get(row.uuid)
        if bool(row.present) != (now is not None) or (now is not None and os.fsencode(now) != row.mount_point):
            changed[row.id] = now
    return changed


def _update_volumes(conn: Connection, volumes: dict[int, str | None]) -> None:
    for number, now in volumes.items():
        values: dict[str, object] = {"present": now is not None}
        if now is not None:
            values["mount_point"] = os.fsencode(now)
        conn.execute(update(s.volume).where(s.volume.c.id == number).values(**values))


def _changed_folders(rows: list[FolderRow], is_folder: Callable[[bytes], bool]) -> dict[int, bool]:
    """Folder id -> missing, for roots on present volumes that went or came, with all below them."""
    changed: dict[int, bool] = {}
    for root in rows:
        if not root.root or not root.volume_present:
            continue
        missing = not is_folder(root.full_path)
        if missing != root.folder_missing:
            below = (r for r in rows if r.volume_id == root.volume_id and is_below(r.path, root.path))
            changed.update({r.id: missing for r in below if r.folder_missing != missing})
    return changed


def _folders_on(store: Store, volume_ids: list[int]) -> set[int]:
    if not volume_ids:
        return set()
    with store.read() as conn:
        return {row.id for row in conn.execute(select(s.folder.c.id).where(s.folder.c.volume_id.in_(volume_ids)))}


HERE = """EXISTS (SELECT 1 FROM file f JOIN folder d ON d.id = f.folder_id JOIN volume v ON v.id = d.volume_id
    WHERE f.photo_id = photo.id AND f.role != 'sidecar' AND NOT f.missing AND NOT d.missing AND v.present)"""
"""SQL: some picture file of a ``photo`` can be opened now."""


_WRONG = f"""id IN (SELECT photo_id FROM file WHERE folder_id IN (SELECT value FROM json_each(?)))
    AND ((flags & {FLAG_MISSING}) = 0) != {HERE}"""


def _flags_are_wrong(store: Store, folder_ids: set[int]) -> bool:
    """True when a photo in one of these folders is shown as missing though it is not, or the other way round."""
    if not folder_ids:
        return False
    with store.read() as conn:
        wanted = json.dumps(sorted(folder_ids))
        return conn.exec_driver_sql(f"SELECT 1 FROM photo WHERE {_WRONG} LIMIT 1", (wanted,)).first() is not None


def _update_flags(conn: Connection, folder_ids: set[int]) -> None:
    """The missing flag of every photo with a file in one of these folders."""
    conn.exec_driver_sql(
        f"UPDATE photo SET flags = CASE WHEN {HERE} THEN flags & ~{FLAG_MISSING} ELSE flags | {FLAG_MISSING} END"
        f" WHERE {_WRONG}",
        (json.dumps(sorted(folder_ids)),),
    )
