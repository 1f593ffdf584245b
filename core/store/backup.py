"""Copies of the database: one a day, verified, fourteen kept; and one before every migration."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from contextlib import closing
from datetime import date
from pathlib import Path

from core.paths import DATABASE

KEPT = 14
QUICK_BYTES = 64 << 20
"""A database up to this size is copied while closing; a larger one only in the background."""

_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The library is closing."""


def backup_path(root: Path, day: date) -> Path:
    return root / "backups" / f"library-{day.isoformat()}.sqlite3"


def daily_backups(root: Path) -> list[Path]:
    """The daily copies, oldest first."""
    return sorted((root / "backups").glob("library-????-??-??.sqlite3"))


def copy_database(source: Path, target: Path, stop: threading.Event | None = None) -> None:
    """A consistent, verified copy that appears whole or not at all.

    Writers are not held up: the copy reads one state of the database for as long as it takes.
    Raises sqlite3.DatabaseError when the source is damaged, OSError when the copy cannot be placed.
    """
    target.parent.mkdir(mode=0o700, exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        _copy_and_verify(source, part, stop)
        with open(part, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _copy_and_verify(source: Path, part: Path, stop: threading.Event | None) -> None:
    def step(*_counts: int) -> int:
        if stop is not None and stop.is_set():
            raise StoppedError
        return 0

    with (
        closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as src,
        closing(sqlite3.connect(part, isolation_level=None)) as dst,
    ):
        dst.execute("PRAGMA synchronous=OFF")
        src.execute("BEGIN")
        src.execute("SELECT count(*) FROM sqlite_master").fetchone()  # pins the state that is copied
        src.backup(dst, pages=1024, progress=lambda *counts: step(*counts) and None)
        src.execute("COMMIT")
        dst.set_progress_handler(lambda: int(stop is not None and stop.is_set()), 10_000)
        _verify(dst, stop)
        dst.execute("PRAGMA journal_mode=DELETE")


def _verify(copy: sqlite3.Connection, stop: threading.Event | None) -> None:
    try:
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        if stop is not None and stop.is_set():
            raise StoppedError from None
        raise
    if found != "ok":
        raise sqlite3.DatabaseError(f"the copy failed its integrity check: {found}")


def is_due(root: Path, day: date) -> bool:
    """True unless today's copy exists or nothing was written since the last."""
    if backup_path(root, day).exists():
        return False
    earlier = daily_backups(root)
    if not earlier:
        return True
    return _generation(root / DATABASE) != _generation(earlier[-1])


def _generation(path: Path) -> int | None:
    """How many changes a database or a copy of it has seen; None where it cannot tell."""
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    except sqlite3.Error:
        return None
    return int(row[0]) if row else 0


def make_daily(root: Path, day: date, stop: threading.Event | None = None) -> Path | None:
    """Today's copy if it is due, and only the latest fourteen kept. Returns the new file."""
    if not is_due(root, day):
        return None
    target = backup_path(root, day)
    copy_database(root / DATABASE, target, stop)
    for old in daily_backups(root)[:-KEPT]:
        old.unlink()
    return target


def before_migration(root: Path, revision: str) -> Path:
    """A copy of the file as it is, before its tables change."""
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    target = root / "backups" / f"before-migration-of-{revision}-{stamp}.sqlite3"
    copy_database(root / DATABASE, target)
    return target


class BackupThread:
    """Makes the daily copy some time after the library was opened, or while it closes if that is quick."""

    def __init__(self, root: Path, delay: float = 60.0) -> None:
        self._root = root
        self._closing = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(delay,), name="backup", daemon=True)
        self.thread.start()

    def _run(self, delay: float) -> None:
        if not self._closing.wait(delay):
            self._make(self._closing)

    def _make(self, stop: threading.Event | None) -> None:
        try:
            make_daily(self._root, date.today(), stop)
        except StoppedError:
            _log.info("Today's backup of the library was put off")
        except (OSError, sqlite3.Error) as error:
            _log.warning("The library could not be backed up: %s", error)

    def finish(self) -> None:
        """Stop waiting; make the copy now if it is due and quick."""
        self._closing.set()
        self.thread.join()
        path = self._root / DATABASE
        if path.is_file() and path.stat().st_size <= QUICK_BYTES:
            self._make(None)
