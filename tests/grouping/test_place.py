"""New photos get their places in time proportional to their number, and the same ones as in a full grouping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from core.grouping import place, run, state
from core.library import Library
from core.progress import Progress
from core.records import Change
from core.store import schema
from core.store.store import Store
from tests.support.rows import DAY, MONDAY, add_folder, add_photo, add_volume

PHOTOS = 2000
EVENT = 20


def _times(n: int) -> list[float]:
    """Events of 20 photos two minutes apart, one a day."""
    return [MONDAY + (i // EVENT) * DAY + 36000.0 + (i % EVENT) * 120.0 for i in range(n)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "library")
    with opened.write(Change(photos=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        _insert(conn, range(1, PHOTOS + 1), _times(PHOTOS))
    run(opened, Progress())
    yield opened
    opened.close()


def _insert(conn: Any, numbers: Any, times: list[float]) -> None:
    fixed = {"stage": schema.STAGE_DONE, "width": 400, "height": 300, "camera": "Canon"}
    rows = [{"id": i, "local": t, "instant": t, **fixed} for i, t in zip(numbers, times, strict=True)]
    conn.execute(insert(schema.photo), rows)
    file = {"folder_id": 1, "role": "primary", "size": 9, "mtime_ns": 1, "inode": 1}
    conn.execute(insert(schema.file), [{**file, "photo_id": r["id"], "name": b"%d.jpg" % r["id"]} for r in rows])


def _events(store: Store) -> set[frozenset[int]]:
    with store.read() as conn:
        rows = conn.exec_driver_sql(
            'SELECT m.group_id, m.photo_id FROM membership m JOIN "group" g ON g.id = m.group_id'
            " WHERE g.kind = 'events'"
        ).fetchall()
    found: dict[int, set[int]] = {}
    for group, photo in rows:
        found.setdefault(group, set()).add(photo)
    return {frozenset(photos) for photos in found.values()}


def _add(store: Store, times: list[float | None]) -> list[int]:
    with store.write(Change(photos=True)) as conn:
        top = int(conn.exec_driver_sql("SELECT max(id) FROM photo").scalar() or 0)
        numbers = list(range(top + 1, top + 1 + len(times)))
        for number, time in zip(numbers, times, strict=True):
            add_photo(conn, number, time, camera="Canon")
    return numbers


def _ids_of(store: Store) -> dict[int, int]:
    with store.read() as conn:
        rows = conn.exec_driver_sql(
            'SELECT m.photo_id, m.group_id FROM membership m JOIN "group" g ON g.id = m.group_id'
            " WHERE g.kind = 'events'"
        )
        return {row[0]: row[1] for row in rows}


NEW: list[float | None] = [
    MONDAY + 10 * DAY + 36000.0 + 5 * 120.0 + 60.0,  # in the midst of an event
    MONDAY + 20 * DAY + 36000.0 + 20 * 120.0,  # at the end of one
    MONDAY + 30 * DAY + 36000.0 + 12 * 3600.0,  # an event of its own, in a gap
    MONDAY + 30 * DAY + 36000.0 + 12 * 3600.0 + 100.0,
    MONDAY + 30 * DAY + 36000.0 + 12 * 3600.0 + 200.0,
    MONDAY + 100 * DAY + 40000.0,  # after everything
    MONDAY - 2 * DAY,  # before everything
]


def test_new_photos_are_placed_as_a_full_grouping_would(store: Store) -> None:
    before = _ids_of(store)
    numbers = _add(store, NEW)
    placed = place.place_new(store, Progress())
    assert (placed.full, placed.new) == (False, len(NEW))
    incremental = _events(store)
    kept = _ids_of(store)
    assert {photo: kept[photo] for photo in before} == before
    run(store, Progress())
    assert incremental == _events(store)
    assert frozenset(numbers[2:5]) in incremental


def test_the_line_is_the_same_too(store: Store) -> None:
    _add(store, NEW)
    place.place_new(store, Progress())
    query = "SELECT before_id, after_id, gap_seconds, event FROM boundary ORDER BY before_id"
    with store.read() as conn:
        incremental = conn.exec_driver_sql(query).fetchall()
    run(store, Progress())
    with store.read() as conn:
        assert conn.exec_driver_sql(query).fetchall() == incremental


def test_the_work_grows_with_the_new_photos_only(store: Store) -> None:
    _add(store, NEW[:1])
    assert place.place_new(store, Progress()).read <= 2 * place.HALF + 1
    with store.write(Change(photos=True)) as conn:
        top = int(conn.exec_driver_sql("SELECT max(id) FROM photo").scalar() or 0)
        _insert(conn, range(top + 1, top + 6001), [t + 200 * DAY for t in _times(6000)])
    assert place.place_new(store, Progress()).full
    _add(store, NEW[1:2])
    placed = place.place_new(store, Progress())
    assert not placed.full
    assert placed.read <= 2 * place.HALF + 1


def test_nothing_new_is_nothing_to_do(store: Store) -> None:
    generation = store.generation
    assert place.place_new(store, Progress()) == place.Placed(full=False)
    assert store.generation == generation


def test_photos_without_a_time_join_the_undated(store: Store) -> None:
    (first,) = _add(store, [None])
    assert not place.place_new(store, Progress()).full
    (second,) = _add(store, [None])
    assert not place.place_new(store, Progress()).full
    assert frozenset({first, second}) in _events(store)
    with store.read() as conn:
        assert state.since(conn).whole


def test_what_was_hidden_and_comes_back_is_grouped_with_all(store: Store) -> None:
    with store.write(Change(photos=True)) as conn:
        conn.exec_driver_sql("UPDATE photo SET hidden = 1 WHERE id = 7")
    run(store, Progress())
    with store.write(Change(photos=True)) as conn:
        conn.exec_driver_sql("UPDATE photo SET hidden = 0 WHERE id = 7")
    assert place.place_new(store, Progress()).full
    assert 7 in _ids_of(store)


def test_too_much_that_waits_is_grouped_anew(store: Store) -> None:
    with store.write() as conn:
        state.note_placed(conn, np.empty(0, np.int64), PHOTOS // 10)
    _add(store, NEW[:1])
    assert place.place_new(store, Progress()).full
    with store.read() as conn:
        assert state.since(conn).unsorted == 0


def test_a_name_outlives_placing_and_regrouping(store: Store) -> None:
    library = Library(store)
    event = _ids_of(store)[201]
    library.correct.rename(event, "My birthday")
    _add(store, NEW[:2])
    library.place_new(Progress())
    library.regroup(Progress())
    assert {g.id: g.title for g in library.groups("events")}[event] == "My birthday"
