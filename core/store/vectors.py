"""Vectors on disk: one append-only float16 file per embedder, memory-mapped for reading.

A row counts only when the table ``vector`` names it. What a crash leaves between an append and its commit is
overwritten by the next append.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from core.errors import LibraryError
from core.store import schema as s

if TYPE_CHECKING:
    from core.store.store import Store


def vector_file(root: Path, name: str, version: str) -> Path:
    """``vectors/<name>-<version>.f16``, with what a file name cannot hold replaced."""
    safe = re.sub(r"[^A-Za-z0-9._+-]", "_", f"{name}-{version}")
    return root / "vectors" / f"{safe}.f16"


class Vectors:
    """The vectors of one embedder. ``append`` is for one thread at a time, ``rows`` for any."""

    def __init__(self, store: Store, name: str, version: str, dim: int) -> None:
        self.name, self.version = name, version
        self._store = store
        self.embedder_id, self.dim = _register(store, name, version, dim)
        self.path = vector_file(store.root, name, version)
        self._lock = threading.Lock()
        self._next: int | None = None

    @property
    def _row_bytes(self) -> int:
        return 2 * self.dim

    def append(self, vectors: NDArray[np.float16]) -> range:
        """Write rows (float16 [n, dim]) after the last valid one, down to the disk; returns their numbers.

        The rows become valid when the caller commits their numbers to the table ``vector``.
        Raises ValueError for another shape or type, LibraryError when the disk refuses.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.dim or vectors.dtype != np.float16:
            raise ValueError(f"expected float16 [n, {self.dim}], got {vectors.dtype} {list(vectors.shape)}")
        with self._lock:
            first = self._end() if self._next is None else self._next
            try:
                self._write(first, np.ascontiguousarray(vectors))
            except OSError as error:
                raise LibraryError(f"Vectors cannot be written to {self.path}: {error.strerror}.") from error
            self._next = first + len(vectors)
        return range(first, self._next)

    def _write(self, first: int, vectors: NDArray[np.float16]) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        with open(self.path, "r+b" if self.path.exists() else "x+b") as file:
            if self._next is None:  # the first append of this process: what lies beyond was never committed
                os.chmod(self.path, 0o600)
                if os.fstat(file.fileno()).st_size > first * self._row_bytes:
                    file.truncate(first * self._row_bytes)
            file.seek(first * self._row_bytes)
            file.write(vectors.data)
            file.flush()
            os.fsync(file.fileno())

    def _end(self) -> int:
        with self._store.read() as conn:
            return valid_end(conn, self.embedder_id)

    def rows(self) -> NDArray[np.float16]:
        """A read-only view float16 [rows, dim] of the whole file, memory-mapped; rows not in ``vector`` are noise."""
        size = self.path.stat().st_size if self.path.exists() else 0
        n = size // self._row_bytes
        if n == 0:
            return np.empty((0, self.dim), np.float16)
        return np.memmap(self.path, np.float16, "r", shape=(n, self.dim))


def valid_end(conn: Connection, embedder_id: int) -> int:
    """One more than the highest valid row."""
    last = conn.execute(select(func.max(s.vector.c.row)).where(s.vector.c.embedder_id == embedder_id)).scalar()
    return 0 if last is None else int(last) + 1


def _register(store: Store, name: str, version: str, dim: int) -> tuple[int, int]:
    """(id, dim) of the embedder's row, added when absent and the library is open for writing."""
    wanted = select(s.embedder.c.id, s.embedder.c.dim).where(s.embedder.c.name == name, s.embedder.c.version == version)
    with store.read() as conn:
        row = conn.execute(wanted).first()
    if row is None:
        if store.mode == "read":
            raise LibraryError(f"The library has no vectors of {name} {version}.")
        with store.write() as conn:
            conn.execute(upsert(s.embedder).values(name=name, version=version, dim=dim).on_conflict_do_nothing())
            row = conn.execute(wanted).one()
    return int(row.id), int(row.dim)
