"""One library's database: one writing lane, readers beside it, and listeners that hear of every change."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import Connection, Engine

from core.errors import LibraryError
from core.paths import DATABASE
from core.records import Change
from core.store import meta
from core.store.backup import BackupThread
from core.store.engine import explained, make_engine
from core.store.lock import WriterLock
from core.store.migrate import bring_up_to_date, check_readable
from core.store.vectors import Vectors

Mode = Literal["write", "read"]


class Store:
    """Made by :meth:`open`. Reads are safe from any thread; writes queue for the one writing connection."""

    def __init__(self, root: Path, mode: Mode, engine: Engine, lock: WriterLock | None) -> None:
        self.root = root
        self.mode = mode
        self.listeners: list[Callable[[Change], None]] = []
        self.changed = Change()
        """What the write in progress changes; only its block may assign it."""
        self._engine = engine
        self._file_lock = lock
        self._lane = threading.Lock()
        self._lane_owner: int | None = None
        self._writer: Connection | None = None
        self._vectors: dict[tuple[str, str], Vectors] = {}
        self._backup = BackupThread(root) if mode == "write" else None
        self.closed = False

    @classmethod
    def open(cls, root: Path, mode: Mode = "write") -> Store:
        """Open (mode "write": or create) the library in the folder ``root``.

        Raises LibraryLocked (another process writes), LibraryTooNew, LibraryError (absent, damaged, not permitted).
        """
        root = Path(os.path.abspath(root))
        if mode == "read":
            return cls._open_reader(root)
        _make_private(root)
        lock = WriterLock(root)
        try:
            _make_private_file(root / DATABASE)
            engine = make_engine(root / DATABASE)
            try:
                with explained(root):
                    bring_up_to_date(engine, root)
            except BaseException:
                engine.dispose()
                raise
        except BaseException:
            lock.release()
            raise
        return cls(root, mode, engine, lock)

    @classmethod
    def _open_reader(cls, root: Path) -> Store:
        if not (root / DATABASE).is_file():
            raise LibraryError(f"There is no library at {root}.")
        engine = make_engine(root / DATABASE)
        try:
            with explained(root):
                check_readable(engine, root)
        except BaseException:
            engine.dispose()
            raise
        return cls(root, "read", engine, None)

    # ------------------------------------------------------------ transactions

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state of the library for the length of the block."""
        self._check_open()
        with explained(self.root), self._engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self, change: Change = Change()) -> Iterator[Connection]:  # noqa: B008 (frozen)
        """The writing connection in an immediate transaction: committed at the end, rolled back by an exception.

        After the commit listeners are told ``change`` (or what the block assigned to :attr:`changed`), in this thread.
        A change with nothing set does not raise the generation and is not told.
        """
        self._check_writable()
        if self._lane_owner == threading.get_ident():
            raise RuntimeError("This thread is already writing; use the connection it has.")
        with self._lane:
            self._lane_owner, self.changed = threading.get_ident(), change
            try:
                with explained(self.root):
                    conn = self._writing_connection()
                    with conn.begin():
                        yield conn
                        if self.changed != Change():
                            meta.raise_generation(conn, photos=self.changed.photos)
                change = self.changed
            finally:
                self._lane_owner = None
        if change != Change():
            self._tell(change)

    def _writing_connection(self) -> Connection:
        self._check_writable()  # it may have been closed while this thread waited
        if self._writer is None:
            self._writer = self._engine.connect().execution_options(writing=True)
        return self._writer

    def _tell(self, change: Change) -> None:
        for listener in tuple(self.listeners):
            listener(change)

    # ------------------------------------------------------------ state

    @property
    def generation(self) -> int:
        """The number of visible writes so far."""
        with self.read() as conn:
            return meta.generation(conn)

    def vectors(self, name: str, version: str, dim: int) -> Vectors:
        """The vector file of one embedder, which is registered if new. In mode "read" it must exist (LibraryError)."""
        self._check_open()
        key = (name, version)
        if key not in self._vectors:
            self._vectors[key] = Vectors(self, name, version, dim)
        found = self._vectors[key]
        if found.dim != dim:
            raise LibraryError(f"Vectors of {name} {version} have {found.dim} numbers, not {dim}.")
        return found

    def _check_open(self) -> None:
        if self.closed:
            raise LibraryError("The library is closed.")

    def _check_writable(self) -> None:
        self._check_open()
        if self.mode == "read":
            raise LibraryError("The library was opened for reading only.")

    def close(self) -> None:
        """Wait for the write in progress, make today's backup if it is due and quick, let go of everything."""
        if self.closed:
            return
        if self._backup is not None:
            self._backup.finish()
        with self._lane:
            self.closed = True
            try:
                with explained(self.root):
                    self._close_writer()
            finally:
                self._engine.dispose()
                self.listeners.clear()
                if self._file_lock is not None:
                    self._file_lock.release()

    def _close_writer(self) -> None:
        if self._writer is not None:
            with self._writer as conn:
                conn.exec_driver_sql("PRAGMA optimize")
            self._writer = None


def _make_private(root: Path) -> None:
    """The library's folder, readable by its owner alone where it is made now."""
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        if not root.is_dir():
            root.mkdir(mode=0o700)
    except OSError as error:
        raise LibraryError(f"The library cannot be made at {root}: {error.strerror}.") from error


def _make_private_file(path: Path) -> None:
    """An empty file with mode 0600 where none is; SQLite gives its companions the same mode."""
    if path.exists():  # opening and closing it here could drop locks that SQLite holds in this process
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LibraryError(f"The library at {path.parent} cannot be written: {error.strerror}.") from error
