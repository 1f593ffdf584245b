"""Folders and the problem list."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.paths import printable, to_str
from core.records import Folder, Problem
from core.store import schema as s
from core.store.columns import int_columns

SEPARATOR = os.fsencode(os.sep)


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A visible folder; ``path`` is relative to the volume, ``mount`` the volume's mount point."""

    id: int
    volume_id: int
    path: bytes
    root: bool
    folder_missing: bool
    volume_present: bool
    mount: bytes

    @property
    def missing(self) -> bool:
        """True when it is not there now, or its whole volume is away."""
        return self.folder_missing or not self.volume_present

    @property
    def full_path(self) -> bytes:
        return os.path.join(self.mount, self.path) if self.path else self.mount

    @property
    def name(self) -> str:
        """The last part of the path, fit to be shown."""
        full = self.full_path.rstrip(SEPARATOR)
        return printable(to_str(os.path.basename(full) or self.full_path))


def folder_rows(conn: Connection, *, hidden: bool = False) -> list[FolderRow]:
    """All folders that are (not) hidden, in the order of their paths."""
    f, v = s.folder.c, s.volume.c
    wanted = (
        select(f.id, f.volume_id, f.path, f.root, f.missing, v.present, v.mount_point)
        .select_from(s.folder.join(s.volume))
        .where(f.hidden.is_(hidden))
    )
    rows = [
        FolderRow(row.id, row.volume_id, row.path, row.root, row.missing, row.present, row.mount_point)
        for row in conn.execute(wanted)
    ]
    return sorted(rows, key=lambda row: (row.mount, row.volume_id, row.path.split(SEPARATOR)))


def is_below(path: bytes, top: bytes) -> bool:
    """True for ``top`` itself and everything in it; both relative to one volume."""
    return not top or path == top or path.startswith(top.rstrip(SEPARATOR) + SEPARATOR)


def subtree(conn: Connection, folder_id: int) -> list[FolderRow]:
    """A visible folder and those below it, itself first. Raises KeyError."""
    rows = folder_rows(conn)
    top = next((row for row in rows if row.id == folder_id), None)
    if top is None:
        raise KeyError(folder_id)
    below = [row for row in rows if row.volume_id == top.volume_id and is_below(row.path, top.path) and row is not top]
    return [top, *below]


def _parents(rows: list[FolderRow]) -> dict[int, int | None]:
    """The nearest folder above each that is itself in the list."""
    by_path = {(row.volume_id, row.path): row.id for row in rows}
    parents: dict[int, int | None] = {}
    for row in rows:
        path, parents[row.id] = row.path, None
        while path:
            path = os.path.dirname(path)
            if (row.volume_id, path) in by_path:
                parents[row.id] = by_path[row.volume_id, path]
                break
    return parents


def _photo_folders(conn: Connection) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(photo, folder) for every place a visible photo has a picture file at."""
    tail = (
        "FROM file JOIN photo ON photo.id = file.photo_id JOIN folder ON folder.id = file.folder_id"
        f" WHERE NOT photo.hidden AND photo.stage != {s.STAGE_FAILED} AND NOT folder.hidden"
        " AND file.role IN ('primary', 'raw', 'copy')"
    )
    photo, folder = int_columns(conn, ["file.photo_id", "file.folder_id"], tail)
    return photo, folder


def _counts(photo: NDArray[np.int64], folder: NDArray[np.int64], parents: dict[int, int | None]) -> dict[int, int]:
    """Photos in each folder and below, each photo once."""
    counts = dict.fromkeys(parents, 0)
    distinct, places = np.unique(photo, return_counts=True)
    scattered = np.isin(photo, distinct[places > 1])
    for number, count in zip(*np.unique(folder[~scattered], return_counts=True), strict=True):
        for above in _chain(int(number), parents):
            counts[above] += int(count)
    chains: dict[int, set[int]] = {}
    for one, number in zip(photo[scattered].tolist(), folder[scattered].tolist(), strict=True):
        chains.setdefault(one, set()).update(_chain(number, parents))
    for chain in chains.values():
        for above in chain:
            counts[above] += 1
    return counts


def _chain(folder: int | None, parents: dict[int, int | None]) -> list[int]:
    chain = []
    while folder is not None:
        chain.append(folder)
        folder = parents[folder]
    return chain


def folders(conn: Connection) -> list[Folder]:
    """Every folder with photos in it or below, and every root, in the order of their paths."""
    rows = folder_rows(conn)
    parents = _parents(rows)
    counts = _counts(*_photo_folders(conn), parents)
    return [
        Folder(row.id, to_str(row.full_path), parents[row.id], counts[row.id], row.root, row.missing)
        for row in rows
        if row.root or counts[row.id]
    ]


def problems(conn: Connection) -> list[Problem]:
    """What could not be read, by path, without what lies in removed folders."""
    removed = {row.full_path for row in folder_rows(conn, hidden=True)}
    kept = {row.full_path for row in folder_rows(conn)} if removed else set()
    wanted = select(s.problem.c.path, s.problem.c.stage, s.problem.c.reason).order_by(
        s.problem.c.path, s.problem.c.stage
    )
    return [
        Problem(to_str(row.path), row.stage, row.reason)
        for row in conn.execute(wanted)
        if not (removed and _nearest_is_removed(row.path, removed, kept))
    ]


def _nearest_is_removed(path: bytes, removed: set[bytes], kept: set[bytes]) -> bool:
    while True:
        if path in kept:
            return False
        if path in removed:
            return True
        above = os.path.dirname(path)
        if above == path or not above:
            return False
        path = above
