"""SQLite through SQLAlchemy: how connections are opened, and how SQLite's failures become sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from core.errors import LibraryError

BUSY_SECONDS = 30.0
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32768")

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk could not be read or written",
    sqlite3.SQLITE_READONLY: "it cannot be written",
    sqlite3.SQLITE_BUSY: "another process keeps it busy",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_PERM: "permission is missing",
}


def make_engine(path: Path) -> Engine:
    """An engine on one database file. Transactions begin deferred; with the execution option ``writing``, IMMEDIATE."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=60,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": 256},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # no implicit BEGIN: ours is explicit, below
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def newest_backup(root: Path) -> Path | None:
    """The latest copy of the database, if any."""
    return max((root / "backups").glob("*.sqlite3"), key=lambda p: p.stat().st_mtime, default=None)


def damaged(root: Path) -> str:
    """What to say of a library that cannot be read."""
    backup = newest_backup(root)
    where = f"The newest backup is {backup}." if backup else f"There is no backup in {root / 'backups'} yet."
    return f"The library at {root} is damaged and was left as it is. {where} Photos themselves are never touched."


def explain(error: BaseException, root: Path) -> LibraryError | None:
    """The sentence for a failure of the database as a whole, or None when it is none of that sort."""
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(original, sqlite3.DatabaseError):
        return None
    code = getattr(original, "sqlite_errorcode", None)
    if code is None:
        return None
    if code & 0xFF in _DAMAGED:
        return LibraryError(damaged(root))
    reason = _REASONS.get(code & 0xFF)
    return LibraryError(f"The library at {root} cannot be used: {reason}.") if reason else None


@contextmanager
def explained(root: Path) -> Iterator[None]:
    """Failures of the database as a whole leave this block as :class:`LibraryError`; others pass unchanged."""
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        sentence = explain(error, root)
        if sentence is None:
            raise
        raise sentence from error
