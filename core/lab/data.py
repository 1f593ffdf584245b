"""What learners learn from: vectors of a scope's photos as a file larger than memory may be, and small pictures.

Photos kept apart are chosen by a hash of their ids, so that (nearly) the same ones are kept apart from every learner.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress

if TYPE_CHECKING:
    from PIL import Image

I64 = NDArray[np.int64]
IN_MEMORY = 1 << 29
"""Arrays of up to this many bytes are gathered in memory, larger ones in a file beside the library's cache."""

BLOCK = 8192
SIDE = 32
PIXELS = 3 * SIDE * SIDE
"""Small pictures are 32 x 32 points of red, green and blue (Krizhevsky 2009 dreamed in the same size)."""

HELD_OUT, MOST_HELD_OUT = 0.1, 2000


@dataclass(frozen=True, slots=True)
class Material:
    """Photos to learn from and to keep apart, as a child process takes them. ``ids`` int64 [n]; ``held_out`` bool [n].
    ``vectors``: the file of CNN vectors (float16, ``dim`` numbers a row), ``rows`` int64 [n] in it. ``thumbs``: the
    library's folder of thumbnails, ``cache`` where small pictures are kept once they were made."""

    ids: I64
    held_out: NDArray[np.bool_]
    vectors: str
    dim: int
    rows: I64
    root: str
    cache: str


def kept_apart(ids: I64) -> NDArray[np.bool_]:
    """bool [n]: a tenth of the photos, at most 2,000, the same ones whatever else is in the scope as far as may be."""
    count = min(round(HELD_OUT * len(ids)), MOST_HELD_OUT)
    out = np.zeros(len(ids), np.bool_)
    out[np.argsort(mixed(ids), kind="stable")[:count]] = True
    return out


def mixed(ids: I64) -> NDArray[np.uint64]:
    """A number for each photo that looks drawn by chance and is always the same (as in Steele, Lea & Flood 2014)."""
    out = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    out ^= out >> np.uint64(29)
    out *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(out ^ (out >> np.uint64(32)), np.uint64)


def stored_vectors(material: Material) -> NDArray[np.float16]:
    """The library's file of CNN vectors, float16 [rows, dim], memory-mapped."""
    size = os.path.getsize(material.vectors) // (2 * material.dim)
    return np.memmap(material.vectors, np.float16, "r", shape=(size, material.dim))


def vectors(material: Material, scratch: Path) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """(float16 [n, dim] to learn from, [m, dim] kept apart); large ones lie in files named ``scratch``."""
    stored = stored_vectors(material)
    learn, held = material.rows[~material.held_out], material.rows[material.held_out]
    return gathered(stored, learn, scratch), np.asarray(stored[held])


def gathered(stored: NDArray[Any], rows: I64, scratch: Path) -> NDArray[Any]:
    """Rows of an array, in memory or, where there are many, in the file ``scratch``."""
    shape = (len(rows), *stored.shape[1:])
    if int(np.prod(shape)) * stored.itemsize <= IN_MEMORY:
        out = np.empty(shape, stored.dtype)
    else:
        scratch.parent.mkdir(parents=True, exist_ok=True)
        out = np.memmap(scratch, stored.dtype, "w+", shape=shape)
    for start in range(0, len(rows), BLOCK):
        out[start : start + BLOCK] = stored[rows[start : start + BLOCK]]
    return out


# ---------------------------------------------------------------- small pictures


class SmallPictures:
    """Squares of photos, made once and kept in two files of ``cache``: uint8 pictures of ``side`` points, and id with
    time of the thumbnail. ``make(root, photo)`` gives one, or None where it cannot be; by default of thumbnails."""

    def __init__(
        self,
        root: Path,
        cache: Path,
        *,
        side: int = SIDE,
        make: Callable[[Path, int], NDArray[np.uint8] | None] | None = None,
        name: str = "small",
    ) -> None:
        self._root, self._pictures, self._index = root, cache / f"{name}.u8", cache / f"{name}.i64"
        self._side, self._bytes, self._make = side, 3 * side * side, make or small_picture

    def get(self, ids: I64, progress: Progress) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """(uint8 [n, side, side, 3], which there are bool [n]). Those seen for the first time are decoded and kept.

        Raises Cancelled, OSError where the cache cannot be written.
        """
        stored, rows = self.rows(ids, progress)
        there = rows >= 0
        out = np.zeros((len(ids), self._side, self._side, 3), np.uint8)
        out[there] = stored[rows[there]]
        return out, there

    def rows(self, ids: I64, progress: Progress) -> tuple[NDArray[np.uint8], I64]:
        """(all that is kept, mapped, uint8 [m, side, side, 3], the row of each photo int64 [n], -1 where there is
        none); as :meth:`get`."""
        index = self._known()
        rows = self._rows(index, ids)
        missing = np.flatnonzero(rows < 0)
        if len(missing):
            self._add(ids[missing], len(index), progress)
            rows = self._rows(self._known(), ids)
        return self._stored(), rows

    def _known(self) -> I64:
        """int64 [m, 2]: id and modification time of the thumbnail of each stored picture."""
        try:
            index = np.fromfile(self._index, np.int64)
            count = min(len(index) // 2, self._pictures.stat().st_size // self._bytes)
        except FileNotFoundError:
            return np.empty((0, 2), np.int64)
        return index[: 2 * count].reshape(-1, 2)

    def _stored(self) -> NDArray[np.uint8]:
        count = self._pictures.stat().st_size // self._bytes if self._pictures.exists() else 0
        if count == 0:
            return np.empty((0, self._side, self._side, 3), np.uint8)
        return np.memmap(self._pictures, np.uint8, "r", shape=(count, self._side, self._side, 3))

    def _rows(self, index: I64, ids: I64) -> I64:
        """The row of each photo's newest picture whose thumbnail is still the one it was made of, else -1."""
        newest = {int(photo): row for row, photo in enumerate(index[:, 0].tolist())}
        out = np.full(len(ids), -1, np.int64)
        for at, photo in enumerate(ids.tolist()):
            row = newest.get(photo)
            if row is not None and index[row, 1] == self._modified(photo):
                out[at] = row
        return out

    def _modified(self, photo: int) -> int:
        from core.paths import thumb_path

        try:
            return os.stat(thumb_path(self._root, photo)).st_mtime_ns
        except OSError:
            return -1

    def _add(self, ids: I64, count: int, progress: Progress) -> None:
        self._pictures.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        progress.phase("Reading thumbnails", len(ids))
        with open(self._pictures, "ab") as pictures, open(self._index, "ab") as index:
            pictures.truncate(count * self._bytes)  # what a crash left of one file without the other
            index.truncate(16 * count)
            for done, photo in enumerate(ids.tolist(), 1):
                progress.check()
                small = self._make(self._root, photo)
                if small is not None:
                    pictures.write(small.tobytes())
                    index.write(np.array([photo, self._modified(photo)], np.int64).tobytes())
                progress.set(done)


def small_picture(root: str | os.PathLike[str], photo: int) -> NDArray[np.uint8] | None:
    """uint8 [32, 32, 3]: the middle of a photo's thumbnail; None where it is absent or damaged."""
    from PIL import Image

    from core.paths import thumb_path

    try:
        with Image.open(thumb_path(root, photo)) as picture:
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            return fitted(picture)
    except (OSError, ValueError, SyntaxError):
        return None


def fitted(picture: Image.Image) -> NDArray[np.uint8]:
    """uint8 [32, 32, 3]: the middle of a picture."""
    from PIL import Image, ImageOps

    small = ImageOps.fit(picture.convert("RGB"), (SIDE, SIDE), Image.Resampling.BOX)
    return np.array(small, np.uint8)


def as_pictures(rows: NDArray[Any]) -> NDArray[np.uint8]:
    """uint8 [n, 32, 32, 3] of intensities, in rows or as pictures; what is beyond [0, 1] is cut."""
    scaled = np.clip(np.nan_to_num(np.asarray(rows, np.float32)), 0.0, 1.0) * 255.0
    pictures: NDArray[np.uint8] = np.rint(scaled).astype(np.uint8).reshape(-1, SIDE, SIDE, 3)
    return pictures


def tiles(weights: NDArray[Any], most: int = 64) -> NDArray[np.uint8]:
    """Weights [units, 3072] as pictures of grey zero, each stretched by itself; the strongest units first."""
    order = np.argsort(-np.linalg.norm(weights, axis=1), kind="stable")[:most]
    chosen = np.asarray(weights[order], np.float32)
    reach = np.maximum(np.abs(chosen).max(axis=1, keepdims=True), 1e-9)
    return as_pictures(0.5 + 0.5 * chosen / reach)
