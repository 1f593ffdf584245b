"""Daily copies of the database."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from core.paths import DATABASE
from core.records import Change
from core.store import backup, schema
from core.store.store import Store

DAY = date(2025, 9, 15)


def _write(store: Store, photo_id: int) -> None:
    with store.write(Change(photos=True)) as conn:
        conn.execute(insert(schema.photo).values(id=photo_id))


def _photos(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT id FROM photo")]


def test_a_copy_is_whole_while_the_library_is_being_written(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "library")
    _write(store, 1)
    with store.write(Change(photos=True)) as conn:
        conn.execute(insert(schema.photo).values(id=2))
        made = backup.make_daily(store.root, DAY)  # the write in progress is not in it, and does not hold it up
    assert made == store.root / "backups" / "library-2025-09-15.sqlite3"
    assert _photos(made) == [1]
    store.close()


def test_one_a_day_and_fourteen_kept(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "library")
    made = []
    for number in range(20):
        _write(store, number + 1)
        made.append(backup.make_daily(store.root, DAY + timedelta(days=number)))
        assert backup.make_daily(store.root, DAY + timedelta(days=number)) is None
    assert backup.daily_backups(store.root) == made[-backup.KEPT :]
    store.close()


def test_nothing_new_needs_no_new_copy(tmp_path: Path) -> None:
    root = tmp_path / "library"
    Store.open(root).close()
    (today,) = backup.daily_backups(root)
    earlier = today.rename(backup.backup_path(root, DAY))
    assert not backup.is_due(root, date.today())
    store = Store.open(root)
    _write(store, 1)
    assert backup.is_due(root, date.today())
    store.close()
    assert _photos(today) == [1]
    assert _photos(earlier) == []


def test_a_damaged_library_never_replaces_a_good_copy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = tmp_path / "library"
    store = Store.open(root)
    for number in range(1, 400):
        _write(store, number)
    store.close()
    (good,) = backup.daily_backups(root)
    content = good.read_bytes()
    with open(root / DATABASE, "r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 12)
    with pytest.raises(sqlite3.DatabaseError):
        backup.copy_database(root / DATABASE, good)
    assert good.read_bytes() == content
    assert not list((root / "backups").glob("*.part"))


def test_a_closing_library_stops_a_copy(tmp_path: Path) -> None:
    root = tmp_path / "library"
    Store.open(root).close()
    stop = threading.Event()
    stop.set()
    target = backup.backup_path(root, DAY)
    thread = backup.BackupThread(root, delay=3600)
    with pytest.raises(backup.StoppedError):
        backup.copy_database(root / DATABASE, target, stop)
    thread.finish()
    assert not target.exists()


def test_the_background_copy_comes_by_itself(tmp_path: Path) -> None:
    root = tmp_path / "library"
    Store.open(root).close()
    (today,) = backup.daily_backups(root)
    today.unlink()
    thread = backup.BackupThread(root, delay=0)
    thread.thread.join()
    assert today.exists()
    thread.finish()


def test_a_disk_that_refuses_is_logged_not_raised(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = tmp_path / "library"
    root.mkdir()
    (root / "backups").write_text("in the way")
    Store.open(root).close()
    assert "could not be backed up" in caplog.text
