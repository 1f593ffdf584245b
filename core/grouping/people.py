"""Faces counted in thumbnails, kept beside the library: what tells portraits and groups where no metadata does.

A photo is looked at once while its thumbnail is the same file. The networks run in a process of their own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError
from core.group.base import PhotoTable
from core.grouping.geometry import stamp
from core.learn.process import Aside
from core.nn.checkpoints import write_whole
from core.paths import thumb_path
from core.progress import Progress
from core.recognise import face_files, people
from core.store.columns import int_columns
from core.store.store import Store
from core.store.wall_columns import VISIBLE

I64 = NDArray[np.int64]

FILE = "faces.counted"
VERSION = b"REVFACE1"
"""Of the file and of the method: counts of another one are not used."""

ENTRY = np.dtype([("photo", np.int64), ("stamp", np.int64), ("counted", people.COUNTED)])
FEWEST = 100
"""So many photos not looked at yet are worth starting the process for without being asked."""

BATCH, SAVED = 32, 2000
"""Photos handed over at once, and looked at until what was found is kept."""


def due(store: Store) -> bool:
    """Whether there are many photos that were not looked at, and the networks to do it with."""
    if not face_files.find():
        return False
    photos = _photos(store)
    waiting = photos[~np.isin(photos, _read(store.root)["photo"])].tolist()
    seen = (photo for photo in waiting if stamp(thumb_path(store.root, photo)))
    return len(list(islice(seen, FEWEST))) == FEWEST


def look(store: Store, progress: Progress) -> int:
    """Count the faces of all photos not looked at yet; how many those were.

    Raises WeightsError without the networks, Cancelled; what was counted before is kept.
    """
    if not face_files.find():
        raise WeightsError(face_files.HOW_TO_GET)
    progress.phase("Looking for faces", 0)
    waiting = _waiting(store)
    progress.phase("Looking for faces", len(waiting))
    if not len(waiting):
        return 0
    aside = Aside("search for faces")
    try:
        for start in range(0, len(waiting), SAVED):
            _keep(store.root, waiting[start : start + SAVED], aside, progress, start)
    finally:
        aside.close()
    return len(waiting)


def _keep(root: Path, waiting: NDArray[Any], aside: Aside, progress: Progress, before: int) -> None:
    """Look at some photos, and keep what is known of them even when the person stops it in between."""
    seen = 0
    try:
        for begin in range(0, len(waiting), BATCH):
            progress.check()
            some = waiting[begin : begin + BATCH]
            task = people.Task(tuple(thumb_path(root, photo) for photo in some["photo"].tolist()))
            some["counted"] = aside.run(people.count, task, progress)
            seen = begin + len(some)
            progress.set(before + seen)
    finally:
        if seen:
            _write(root, np.concatenate([_read(root), waiting[:seen]]))


def with_counts(store: Store, table: PhotoTable) -> PhotoTable:
    """The table with counted faces where its metadata name none: for all that finds kinds or learns them."""
    if "n_faces" not in table.columns:
        return table
    kept, there = _kept_of(store.root, table.ids)
    found = kept["counted"]
    fresh = there & (found["faces"] > 0) & ~(table.columns["n_faces"] > 0)
    values = {"n_faces": found["faces"].astype(np.float32), "face_area": found["area"]}
    more = {name: np.where(fresh, value, table.columns[name]) for name, value in values.items()}
    return replace(table, columns={**table.columns, **more})


def _photos(store: Store) -> I64:
    with store.read() as conn:
        return int_columns(conn, ["id"], f"FROM photo WHERE {VISIBLE}")[0]


def _waiting(store: Store) -> NDArray[Any]:
    """ENTRY of every photo whose thumbnail was not looked at, not counted yet."""
    ids = _photos(store)
    out = np.zeros(len(ids), ENTRY)
    out["photo"] = ids
    out["stamp"] = [stamp(thumb_path(store.root, photo)) for photo in ids.tolist()]
    kept, there = _kept_of(store.root, ids)
    waits: NDArray[np.bool_] = (out["stamp"] > 0) & ~(there & (kept["stamp"] == out["stamp"]))
    found: NDArray[Any] = out[waits]
    return found


# ---------------------------------------------------------------- keeping


def _read(root: Path) -> NDArray[Any]:
    """Kept counts by photo; none where the file is absent, damaged or of another version."""
    try:
        data = (root / "cache" / FILE).read_bytes()
    except OSError:
        return np.zeros(0, ENTRY)
    if not data.startswith(VERSION) or (len(data) - len(VERSION)) % ENTRY.itemsize:
        return np.zeros(0, ENTRY)
    return np.frombuffer(data, ENTRY, offset=len(VERSION))


def _kept_of(root: Path, ids: I64) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """What is kept of each photo, ENTRY [n], and whether anything is."""
    known = _read(root)
    if not len(known):
        return np.zeros(len(ids), ENTRY), np.zeros(len(ids), np.bool_)
    kept = known[np.minimum(np.searchsorted(known["photo"], ids), len(known) - 1)]
    return kept, kept["photo"] == ids


def _write(root: Path, entries: NDArray[Any]) -> None:
    """The last count of each photo. The file appears whole or not at all."""
    last = len(entries) - 1 - np.unique(entries["photo"][::-1], return_index=True)[1]
    write_whole(root / "cache" / FILE, VERSION + entries[last].tobytes())
