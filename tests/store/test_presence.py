"""Disks and folders that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from core.library import Library
from core.records import FLAG_MISSING, Change, Scope
from core.store import presence, schema
from core.store.store import Store

MOUNTS = {"disk-a": "/mnt/a", "disk-b": "/mnt/b"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Photos 1 and 2 on disk a, 3 on disk b, 4 on both."""
    opened = Store.open(tmp_path / "library")
    with opened.write(Change(photos=True)) as conn:
        volumes = [{"id": i, "uuid": uuid, "mount_point": m.encode()} for i, (uuid, m) in enumerate(MOUNTS.items(), 1)]
        conn.execute(insert(schema.volume), volumes)
        folders = [(1, 1, b"one", True), (2, 1, b"one/deep", False), (3, 2, b"two", True)]
        conn.execute(
            insert(schema.folder), [dict(zip(("id", "volume_id", "path", "root"), f, strict=True)) for f in folders]
        )
        conn.execute(insert(schema.photo), [{"id": i, "instant": float(i)} for i in range(1, 5)])
        for number, (folder, photo, role) in enumerate(
            [
                (1, 1, "primary"),
                (2, 2, "primary"),
                (3, 3, "primary"),
                (1, 4, "primary"),
                (3, 4, "copy"),
                (3, 1, "sidecar"),
            ]
        ):
            values = {"folder_id": folder, "name": b"%d" % number, "photo_id": photo, "role": role}
            conn.execute(insert(schema.file).values(**values, size=1, mtime_ns=1, inode=1))
    yield opened
    opened.close()


def _missing(store: Store) -> list[int]:
    with store.read() as conn:
        rows = conn.execute(select(schema.photo.c.id, schema.photo.c.flags).order_by(schema.photo.c.id))
        return [row.id for row in rows if row.flags & FLAG_MISSING]


def test_nothing_changed_writes_nothing(store: Store) -> None:
    before = store.generation
    assert presence.refresh(store, MOUNTS, lambda path: True) == Change()
    assert store.generation == before


def test_a_disk_goes_and_comes_back_elsewhere(store: Store) -> None:
    assert presence.refresh(store, {"disk-b": "/mnt/b"}, lambda path: True).photos
    assert _missing(store) == [1, 2]
    library = Library(store)
    assert len(library.wall(Scope()).ids) == 4
    assert library.status().missing == 2
    assert [row.missing for row in library.rows([1, 3])] == [True, False]
    assert [row.path for row in library.rows([4])] == ["/mnt/b/two/4"]  # the copy that can be opened
    assert [folder.missing for folder in library.folders()] == [True, True, False]
    assert "The volume /mnt/a is not connected" in library.check()[0]
    presence.refresh(store, {"disk-a": "/media/else", "disk-b": "/mnt/b"}, lambda path: True)
    assert _missing(store) == []
    assert library.rows([2])[0].path == "/media/else/one/deep/1"
    assert library.find("/media/else/one/deep/1") == 2
    assert library.find("/mnt/a/one/deep/1") is None


def test_a_root_folder_goes_and_comes_back(store: Store) -> None:
    presence.refresh(store, MOUNTS, lambda path: path != b"/mnt/a/one")
    assert _missing(store) == [1, 2]
    assert Library(store).check() == ["The folder one is not there; its photos show as missing."]
    presence.refresh(store, MOUNTS, lambda path: True)
    assert _missing(store) == []


def test_flags_that_an_import_set_for_a_disk_that_is_away_are_mended(store: Store) -> None:
    presence.refresh(store, {"disk-b": "/mnt/b"}, lambda path: True)
    with store.write() as conn:
        conn.execute(schema.photo.update().values(flags=0))
    assert presence.refresh(store, {"disk-b": "/mnt/b"}, lambda path: True).photos
    assert _missing(store) == [1, 2]
    assert presence.refresh(store, {"disk-b": "/mnt/b"}, lambda path: True) == Change()


def test_a_file_that_is_gone_stays_missing(store: Store) -> None:
    with store.write() as conn:
        conn.execute(schema.file.update().where(schema.file.c.photo_id == 2).values(missing=True))
    presence.refresh(store, {}, lambda path: True)
    assert _missing(store) == [1, 2, 3, 4]
    presence.refresh(store, MOUNTS, lambda path: True)
    assert _missing(store) == [2]
