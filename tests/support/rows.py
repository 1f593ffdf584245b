"""Small libraries written row by row, for tests that need to know every value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from core.store import schema as s

DAY = 86400.0
MONDAY = 1757894400.0
"""Midnight of Monday 15 September 2025."""


def add_volume(conn: Connection, number: int = 1, mount: bytes = b"/pictures", **values: Any) -> None:
    conn.execute(insert(s.volume).values(id=number, uuid=f"disk-{number}", mount_point=mount, **values))


def add_folder(conn: Connection, number: int, path: bytes, *, root: bool = False, volume: int = 1) -> None:
    conn.execute(insert(s.folder).values(id=number, volume_id=volume, path=path, root=root))


def add_photo(conn: Connection, number: int, local: float | None, folder: int = 1, **values: Any) -> None:
    """A finished photo of 400 x 300 taken at ``local``, with the primary file ``<number>.jpg``."""
    row = {"id": number, "stage": s.STAGE_DONE, "local": local, "instant": local, "width": 400, "height": 300, **values}
    conn.execute(insert(s.photo).values(**row))
    add_file(conn, number, folder, b"%d.jpg" % number)


def add_file(
    conn: Connection, photo: int | None, folder: int, name: bytes, role: str = "primary", **values: Any
) -> None:
    row = {"folder_id": folder, "name": name, "photo_id": photo, "role": role, "size": 9, "mtime_ns": 1, "inode": 1}
    conn.execute(insert(s.file).values(**{**row, **values}))


def add_group(
    conn: Connection, number: int, kind: str, title: str, photos: Sequence[int], *, strength: float = 0.9, **values: Any
) -> None:
    """A group with its members; ``start`` and ``end`` only if given."""
    run = {
        "kind": kind,
        "algorithm": "test",
        "version": "1",
        "parameters": {},
        "seed": 0,
        "created_at": 0.0,
        "seconds": 0.0,
    }
    run_id = conn.execute(insert(s.grouping_run).values(**run)).inserted_primary_key[0]  # type: ignore[index]
    row = {"id": number, "kind": kind, "key": title.lower(), "title": title, "strength": strength, "run_id": run_id}
    conn.execute(insert(s.group).values(**{**row, "n_photos": len(photos), "cover_id": photos[0], **values}))
    rows = [{"group_id": number, "photo_id": i, "strength": strength, "reason": '{"n": 1}'} for i in photos]
    conn.execute(insert(s.membership), rows)
