"""Transactions, listeners, the generation, and what happens beside and after them."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from core.errors import LibraryError
from core.paths import DATABASE
from core.records import Change
from core.store import meta, schema
from core.store.store import Store

PHOTOS = Change(photos=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "library")
    yield opened
    opened.close()


def _ids(store: Store) -> list[int]:
    with store.read() as conn:
        return [row.id for row in conn.execute(select(schema.photo.c.id).order_by(schema.photo.c.id))]


def test_a_write_is_told_once_after_its_commit(store: Store) -> None:
    heard: list[tuple[Change, list[int]]] = []
    store.listeners.append(lambda change: heard.append((change, _ids(store))))
    with store.write(PHOTOS) as conn:
        conn.execute(insert(schema.photo).values(id=7))
        assert heard == []
    assert heard == [(PHOTOS, [7])]
    assert store.generation == 1


def test_a_block_may_say_at_its_end_what_it_changed(store: Store) -> None:
    heard: list[Change] = []
    store.listeners.append(heard.append)
    with store.write():
        store.changed = Change(groups=True, ids=(3,))
    with store.write():
        pass
    assert heard == [Change(groups=True, ids=(3,))]
    assert store.generation == 1


def test_a_failed_write_leaves_nothing_and_is_not_told(store: Store) -> None:
    heard: list[Change] = []
    store.listeners.append(heard.append)
    with pytest.raises(IntegrityError):
        _add(store, 1, 1)
    assert (heard, _ids(store), store.generation) == ([], [], 0)
    with store.write(PHOTOS) as conn:
        conn.execute(insert(schema.photo).values(id=2))
    assert _ids(store) == [2]


def test_a_reader_sees_one_state_while_another_thread_writes(store: Store) -> None:
    with store.read() as conn:
        count = select(schema.photo.c.id)
        assert conn.execute(count).all() == []
        writer = threading.Thread(target=_add, args=(store, 1))
        writer.start()
        writer.join()
        assert conn.execute(count).all() == []
    assert _ids(store) == [1]


def _add(store: Store, *photo_ids: int) -> None:
    with store.write(PHOTOS) as conn:
        for photo_id in photo_ids:
            conn.execute(insert(schema.photo).values(id=photo_id))


def test_writers_of_many_threads_take_turns(store: Store) -> None:
    threads = [threading.Thread(target=_add, args=(store, i)) for i in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _ids(store) == list(range(1, 21))
    assert store.generation == 20


def test_a_listener_may_write(store: Store) -> None:
    def answer(change: Change) -> None:
        if change == PHOTOS:
            with store.write(Change(groups=True)) as conn:
                meta.set_meta(conn, "heard", [1, "two"])

    store.listeners.append(answer)
    _add(store, 1)
    with store.read() as conn:
        assert meta.get_meta(conn, "heard") == [1, "two"]


def test_writing_within_writing_is_a_mistake_that_says_so(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError, match="already writing"), store.write():
        pass


def test_foreign_keys_are_enforced(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as conn:
        conn.execute(insert(schema.vector).values(embedder_id=5, photo_id=5, row=0, norm=1.0))


@pytest.mark.skipif(os.name == "nt", reason="permissions are of POSIX")
def test_only_the_owner_can_look_inside(tmp_path: Path) -> None:
    root = tmp_path / "library"
    store = Store.open(root)
    _add(store, 1)
    inside = [root / DATABASE, root / f"{DATABASE}-wal", root / f"{DATABASE}-shm", root / "library.lock"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in inside] == [0o600] * 4
    store.close()
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "backups").stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (root / "backups").iterdir())


def test_a_reader_works_beside_the_writer_and_may_not_write(store: Store) -> None:
    _add(store, 1)
    reader = Store.open(store.root, "read")
    assert _ids(reader) == [1]
    _add(store, 2)
    assert _ids(reader) == [1, 2]
    with pytest.raises(LibraryError, match="reading only"), reader.write():
        pass
    reader.close()


def test_reading_a_library_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library"):
        Store.open(tmp_path / "nowhere", "read")
    assert not (tmp_path / "nowhere").exists()


def test_a_library_inside_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(LibraryError, match="cannot be made"):
        Store.open(tmp_path / "file" / "library")


def test_a_closed_store_says_so_and_closes_twice(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "library")
    store.close()
    store.close()
    with pytest.raises(LibraryError, match="closed"), store.read():
        pass
    assert not (tmp_path / "library" / f"{DATABASE}-wal").exists()
