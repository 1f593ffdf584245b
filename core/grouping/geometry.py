"""Pairs of photos laid over each other, from their thumbnails; what was found is kept between regroupings.

A pair that was looked at once is not looked at again while both thumbnails are the same files.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.alignment import DTYPE, UNKNOWN, Sight, Verdict, Verdicts, compare, verdicts
from core.paths import thumb_path
from core.progress import Progress
from core.store.store import Store

I64 = NDArray[np.int64]

FILE = "pairs.geometry"
KEY = np.dtype([("a", np.int64), ("b", np.int64), ("stamp_a", np.int64), ("stamp_b", np.int64)])
ENTRY = np.dtype([("key", KEY), ("verdict", DTYPE)])
VERSION = b"REVPAIR2"
"""Of the file and of the method: verdicts of another one are not used."""

MOST = 50_000
"""New pairs looked at in one run; the rest stays unknown until the next."""

BLOCK = 256
SIGHTS = 1500
"""Prepared pictures held in memory (about 0.15 MB each)."""


def verify(store: Store, pairs: I64, progress: Progress, *, most: int = MOST, threads: int | None = None) -> Verdicts:
    """What the look at each pair of photo ids, int64 [m, 2] (the most promising first), said. Raises Cancelled."""
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    root, path = store.root, store.root / "cache" / FILE
    keys = _keys(root, pairs)
    known = _read(path)
    out = np.zeros(len(pairs), DTYPE)
    missing = []
    for row, key in enumerate(keys.tolist()):
        kept = known.get(key)
        if kept is not None:
            out[row] = kept
        elif key[2] and key[3]:
            missing.append(row)
    new = np.array(missing[:most], dtype=np.int64)
    if len(new):
        out[new] = _looked(root, pairs[new], progress, threads or os.cpu_count() or 1)
        known.update(zip(keys[new].tolist(), out[new].tolist(), strict=True))
        _write(path, known)
    return verdicts(out)


def verifier(store: Store, ids: I64, progress: Progress) -> Callable[[I64, I64], Verdicts]:
    """``verify`` for groupers, which know positions only; ``ids`` int64 [n]: the photos of the table."""
    return lambda a, b: verify(store, np.stack([ids[a], ids[b]], axis=1), progress)


def _keys(root: Path, pairs: I64) -> NDArray[Any]:
    """Records of KEY; a photo's stamp tells its thumbnail from a later one, 0 where it has none."""
    photos, where = np.unique(pairs, return_inverse=True)
    stamps = np.array([stamp(thumb_path(root, photo)) for photo in photos.tolist()], dtype=np.int64)
    where = where.reshape(-1, 2)
    keys = np.zeros(len(pairs), KEY)
    keys["a"], keys["b"] = pairs[:, 0], pairs[:, 1]
    if len(pairs):
        keys["stamp_a"], keys["stamp_b"] = stamps[where[:, 0]], stamps[where[:, 1]]
    return keys


def stamp(path: str) -> int:
    try:
        facts = os.stat(path)
    except OSError:
        return 0
    return (facts.st_mtime_ns ^ (facts.st_size << 40)) & (2**63 - 1) or 1


# ---------------------------------------------------------------- looking


def _looked(root: Path, pairs: I64, progress: Progress, threads: int) -> NDArray[Any]:
    """Verdicts (DTYPE) of the pairs, in several threads, photos that share pairs close together in time."""
    out = np.zeros(len(pairs), DTYPE)
    order = _close_order(pairs)
    held: OrderedDict[int, Sight | None] = OrderedDict()
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(order), BLOCK):
            progress.check()
            rows = order[start : start + BLOCK]
            wanted = np.unique(pairs[rows]).tolist()
            absent = [photo for photo in wanted if photo not in held]
            held.update(zip(absent, pool.map(_sight, (thumb_path(root, i) for i in absent)), strict=True))
            sights = [(held[a], held[b]) for a, b in pairs[rows].tolist()]
            out[rows] = list(pool.map(_compared, sights))
            for photo in wanted:
                held.move_to_end(photo)
            while len(held) > SIGHTS:
                held.popitem(last=False)
    return out


def _close_order(pairs: I64) -> I64:
    """An order in which the pairs of one photo, and of its partners, lie near each other (Cuthill and McKee 1969)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    photos, where = np.unique(pairs, return_inverse=True)
    where = where.reshape(-1, 2)
    ones = np.ones(2 * len(pairs), dtype=np.int8)
    rows, columns = np.concatenate([where[:, 0], where[:, 1]]), np.concatenate([where[:, 1], where[:, 0]])
    graph = csr_array((ones, (rows, columns)), shape=(len(photos), len(photos)))
    place = np.empty(len(photos), dtype=np.int64)
    place[reverse_cuthill_mckee(graph, symmetric_mode=True)] = np.arange(len(photos))
    ranks = place[where]
    order: I64 = np.lexsort((ranks.min(axis=1), ranks.max(axis=1))).astype(np.int64)
    return order


def _sight(path: str) -> Sight | None:
    """A thumbnail prepared for comparing, None where it cannot be read."""
    import cv2

    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None
    if len(data) == 0:
        return None
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if grey is None else Sight(np.asarray(grey, dtype=np.uint8))


def _compared(pair: tuple[Sight | None, Sight | None]) -> Verdict:
    a, b = pair
    return UNKNOWN if a is None or b is None else compare(a, b)


# ---------------------------------------------------------------- keeping


def _read(path: Path) -> dict[Any, Any]:
    """Kept verdicts by key; none where the file is absent, damaged or of another version."""
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    if not data.startswith(VERSION) or (len(data) - len(VERSION)) % ENTRY.itemsize:
        return {}
    entries = np.frombuffer(data, ENTRY, offset=len(VERSION))
    return dict(zip(entries["key"].tolist(), entries["verdict"].tolist(), strict=True))


def _write(path: Path, known: dict[Any, Any]) -> None:
    """The file appears whole or not at all; the oldest verdicts go first when there are very many."""
    most = 2_000_000
    kept = list(known.items())[-most:]
    entries = np.array(kept, dtype=ENTRY) if kept else np.zeros(0, ENTRY)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(VERSION + entries.tobytes())
    os.replace(partial, path)
