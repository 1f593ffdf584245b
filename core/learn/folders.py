"""Folders that a person made for events: what is in one belongs together, neighbours in two of them do not.

A folder counts when its name says something (a date, or words that no camera and no program writes), its photos follow
each other in time almost without others between, and they span days, not months.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.embed.words import HEAPS, MONTHS
from core.group.timeline import I64
from core.paths import printable, to_str

LONGEST_SECONDS = 10 * 86400.0
FEWEST_PHOTOS = 2
PURITY = 0.9
"""Of the photos between a folder's first and last one, so many must be its own."""

_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-_. ]?(?:0[1-9]|1[0-2])[-_. ]?(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-_. ](?:0?[1-9]|1[0-2])[-_. ](?:(?:19|20)\d\d|\d\d))(?!\d)"
)
_CAMERA = re.compile(r"\d{3}[A-Z0-9_]{5}|\d{3}[-_ ]?[A-Z]{3,8}|\d{4,}[-_]?\d*|IMG[-_ ]?\d+|DSC[NF]?[-_ ]?\d*", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}")
DUMPS = frozenset((MONTHS + HEAPS).split())
"""Words that do not name an event: months, cameras, programs, and what people call a heap."""


@dataclass(frozen=True, slots=True)
class FolderPhotos:
    """A folder of the library: its ``name`` and the ids of its photos, int64."""

    id: int
    name: str
    photos: NDArray[np.int64]


def says_something(name: str) -> bool:
    """Whether a folder's name is one a person would give an event: with a day, or with words of their own."""
    if _CAMERA.fullmatch(name.strip()) and not _DATE.fullmatch(name.strip()):
        return False
    if _DATE.search(name):
        return True
    words = [word.lower() for word in _WORD.findall(name)]
    return any(word not in DUMPS for word in words)


def read(conn: Connection) -> list[FolderPhotos]:
    """The folders that photos' primary files lie in, visible ones."""
    rows = conn.exec_driver_sql(
        "SELECT f.folder_id, f.photo_id FROM file f JOIN folder d ON d.id = f.folder_id"
        " WHERE f.role = 'primary' AND f.photo_id IS NOT NULL AND NOT d.hidden ORDER BY f.folder_id, f.photo_id"
    ).fetchall()
    paths = {row[0]: bytes(row[1]) for row in conn.exec_driver_sql("SELECT id, path FROM folder")}
    pairs = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)
    ids, first = np.unique(pairs[:, 0], return_index=True)
    parts = np.split(pairs[:, 1], first[1:])
    return [
        FolderPhotos(folder, printable(to_str(os.path.basename(paths[folder].rstrip(b"/")))), photos)
        for folder, photos in zip(ids.tolist(), parts, strict=True)
    ]


def event_like(folders: list[FolderPhotos], ids: NDArray[np.int64], instant: NDArray[np.float64]) -> I64:
    """int64 [n]: for each photo of the table the id of its folder where that looks like an event, else -1.

    ``ids`` int64 [n], ``instant`` float64 [n] seconds, NaN unknown.
    """
    out = np.full(len(ids), -1, dtype=np.int64)
    by_id = np.argsort(ids, kind="stable")
    dated = np.sort(instant[np.isfinite(instant)])
    for folder in folders:
        if len(folder.photos) < FEWEST_PHOTOS or not says_something(folder.name):
            continue
        at = np.searchsorted(ids[by_id], folder.photos)
        known = at < len(ids)
        rows = by_id[at[known]]
        rows = rows[(ids[rows] == folder.photos[known]) & np.isfinite(instant[rows])]
        if _is_one_run(instant[rows], dated):
            out[rows] = folder.id
    return out


def _is_one_run(own: NDArray[np.float64], dated: NDArray[np.float64]) -> bool:
    """Whether photos of these times span days at most, with few others between."""
    if len(own) < FEWEST_PHOTOS or own.max() - own.min() > LONGEST_SECONDS:
        return False
    between = np.searchsorted(dated, own.max(), "right") - np.searchsorted(dated, own.min(), "left")
    return bool(len(own) >= PURITY * between)
