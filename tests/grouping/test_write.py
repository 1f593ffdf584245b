"""What a regrouping stores: only what changed, under the ids that groups have or had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.group.base import Found, FoundGroup, PhotoTable
from core.grouping import place, run, write
from core.library import Library
from core.progress import Progress
from core.records import Change
from core.store.store import Store
from tests.group.builders import table
from tests.support.rows import DAY, MONDAY, add_folder, add_photo, add_volume


def _library(root: Path, n: int = 60) -> Store:
    store = Store.open(root)
    with store.write(Change(photos=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        for number in range(1, n + 1):
            add_photo(conn, number, MONDAY + number // 10 * DAY + number * 60.0, camera="Canon")
    return store


def _rows(store: Store, query: str) -> list[Any]:
    with store.read() as conn:
        return conn.exec_driver_sql(query).fetchall()


def _found(*members: list[int]) -> Found:
    groups = [
        FoundGroup(
            str(i), f"Group {i}", "", np.array(m), np.full(len(m), 0.5, np.float32), [{"n": len(m)}] * len(m), 0.5
        )
        for i, m in enumerate(members)
    ]
    return Found("events", groups, "test", "1", {})


def _write(store: Store, photos: PhotoTable, *members: list[int]) -> list[int]:
    with store.write(Change(groups=True)) as conn:
        return write.write_found(conn, _found(*members), photos, 0.0)


def test_a_second_regrouping_writes_no_membership_and_no_boundary_again(tmp_path: Path) -> None:
    store = _library(tmp_path / "library")
    run(store, Progress())
    queries = ("SELECT * FROM membership ORDER BY 1, 2", "SELECT * FROM boundary ORDER BY 1")
    before = [_rows(store, query) for query in queries]
    with store.write() as conn:
        for name in ("membership", "boundary"):
            for act in ("INSERT", "UPDATE", "DELETE"):
                conn.exec_driver_sql(
                    f"CREATE TRIGGER t_{name}_{act} BEFORE {act} ON {name} BEGIN SELECT RAISE(FAIL, 'written'); END"
                )
    run(store, Progress())
    assert [_rows(store, query) for query in queries] == before
    store.close()


def test_what_is_not_known_of_a_gap_is_null_and_flags_are_numbers(tmp_path: Path) -> None:
    store = _library(tmp_path / "library")
    run(store, Progress())
    columns = ("distance_km", "visual", "pin", "camera_changed", "event")
    types = _rows(store, f"SELECT DISTINCT {', '.join(f'typeof({name})' for name in columns)} FROM boundary")
    assert types == [("null", "null", "null", "integer", "integer")]
    store.close()


def test_what_changed_is_written(tmp_path: Path) -> None:
    store = _library(tmp_path / "library", 6)
    photos = table(np.arange(6.0), ids=np.arange(1, 7))
    first = _write(store, photos, [0, 1, 2], [3, 4, 5])
    again = _write(store, photos, [0, 1], [2, 3, 4, 5])
    assert again == first
    members = _rows(store, "SELECT group_id, photo_id, reason FROM membership ORDER BY 2")
    assert [(g, p) for g, p, _ in members] == [(first[0], 1), (first[0], 2), *((first[1], p) for p in (3, 4, 5, 6))]
    assert {text for _, _, text in members} == {'{"n":2}', '{"n":4}'}
    assert _rows(store, 'SELECT n_photos FROM "group" ORDER BY id') == [(2,), (4,)]
    store.close()


def test_a_group_that_comes_back_is_the_same_one(tmp_path: Path) -> None:
    store = _library(tmp_path / "library", 6)
    photos = table(np.arange(6.0), ids=np.arange(1, 7))
    whole = _write(store, photos, [0, 1], [2, 3, 4, 5])
    joined = _write(store, photos, [0, 1, 2, 3, 4, 5])
    assert joined == [whole[1]]
    assert [row[0] for row in _rows(store, "SELECT id FROM group_past")] == [whole[0]]
    assert _write(store, photos, [0, 1], [2, 3, 4, 5]) == whole
    assert _rows(store, "SELECT id FROM group_past") == []
    store.close()


def test_the_past_is_bounded(tmp_path: Path) -> None:
    store = _library(tmp_path / "library", 6)
    photos = table(np.arange(6.0), ids=np.arange(1, 7))
    for number in range(write.KEPT + 5):
        with store.write() as conn:
            write.identity.remember(conn, 1000 + number, "events", "", None, [number])
    _write(store, photos, [0, 1, 2])
    assert _rows(store, "SELECT count(*) FROM group_past") == [(write.KEPT,)]
    store.close()


def test_a_library_grouped_by_an_earlier_version_is_grouped_whole(tmp_path: Path) -> None:
    store = _library(tmp_path / "library")
    run(store, Progress())
    with store.write() as conn:
        conn.exec_driver_sql("DELETE FROM meta WHERE key IN ('grouped', 'unsorted', 'photos_generation')")
    assert place.place_new(store, Progress()).full
    assert not place.place_new(store, Progress()).full
    with Library(store) as library:
        assert len(library.groups("events")) > 0


def test_names_of_places_are_written_where_they_differ_and_nowhere_else(tmp_path: Path) -> None:
    store = _library(tmp_path / "library", 9)
    photos = table(np.arange(8.0), ids=np.array([1, 2, 3, 5, 6, 9, 8, 7]))  # 4 is no row of it
    for names in (["A", "A", "B", "B", "B", None, "B", "A"], ["A", "A", "A", "A", "B", "C", "C", None], [None] * 8):
        with store.write() as conn:
            write.write_places(conn, names, photos)
        stored = dict(_rows(store, "SELECT id, place FROM photo"))
        assert stored == {4: None, **dict(zip(photos.ids.tolist(), names, strict=True))}
    store.close()
