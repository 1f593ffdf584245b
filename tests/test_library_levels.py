"""Walls at any level of the album: cut by a threshold, nested, newest first, named as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from core.library import Library
from core.records import LEVELS, Change, Scope, Wall
from core.store import corrections, schema, wall_columns
from core.store.level_texts import moment, season
from core.store.store import Store
from core.store.wall_columns import Places
from tests.support.rows import DAY, MONDAY, add_folder, add_group, add_photo, add_volume

NOON = MONDAY + DAY / 2
STRENGTHS = {(1, 2): 0.2, (2, 3): 0.6, (3, 4): 0.95, (4, 5): 0.1, (5, 6): 0.99}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Photos 1 to 6 a day apart with the strengths above between them, 7 undated; an event of 1 and 2, a trip of 1 to
    3, the rest without stored groups."""
    opened = Store.open(tmp_path / "library")
    with opened.write(Change(photos=True, groups=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        for number in range(1, 7):
            add_photo(conn, number, NOON + number * DAY)
        add_photo(conn, 7, None)
        _boundaries(conn, [(a, b, s) for (a, b), s in STRENGTHS.items()])
        add_group(conn, 1, "trips", "Lisbon", [1, 2, 3])
        add_group(conn, 2, "events", "Sunday", [1, 2], parent_id=1, subtitle="Portugal")
        add_group(conn, 3, "kinds", "Food", [6, 1, 2])
    yield opened
    opened.close()


def _boundaries(conn: Any, rows: Sequence[tuple[int, int, float]], pin: int | None = None) -> None:
    names = ("before_id", "after_id", "strength", "gap_seconds", "camera_changed", "event", "raw", "pin")
    values = [(a, b, s, DAY, False, s >= 0.5, s, pin) for a, b, s in rows]
    conn.execute(insert(schema.boundary), [dict(zip(names, row, strict=True)) for row in values])


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store)


def _sections(wall: Wall) -> list[list[int]]:
    starts = wall.section_start.tolist()
    assert (starts[0], starts[-1]) == (0, len(wall.ids))
    assert len(wall.titles) == len(wall.subtitles) == len(starts) - 1
    return [wall.ids[a:b].tolist() for a, b in pairwise(starts)]


def _level(library: Library, level: float, group: int = 0) -> Wall:
    return library.wall(Scope("level", group, level=level))


def test_a_level_is_a_threshold(library: Library) -> None:
    assert _sections(_level(library, 0.15)) == [[6], [5, 4], [3], [2], [1], [7]]
    assert _sections(_level(library, 0.5)) == [[6], [5, 4], [3], [2, 1], [7]]
    assert _sections(_level(library, 0.93)) == [[6], [5, 4], [3, 2, 1], [7]]
    assert _sections(_level(library, 0.995)) == [[6, 5, 4, 3, 2, 1], [7]]


def test_levels_are_nested_and_chronological(library: Library) -> None:
    cuts: set[int] | None = None
    for level in np.linspace(0.0, 1.0, 41).tolist():
        wall = _level(library, level)
        found = set(wall.section_start.tolist())
        assert cuts is None or found <= cuts
        cuts = found
        known = wall.local[~np.isnan(wall.local)]
        assert bool(np.all(np.diff(known) <= 0))


def test_sections_that_are_stored_groups_carry_their_id(library: Library) -> None:
    assert _level(library, 0.5).section_id.tolist() == [0, 0, 0, 2, 0]
    assert _level(library, 0.93).section_id.tolist() == [0, 0, 1, 0]
    assert _level(library, 0.995).section_id.tolist() == [0, 0]


def test_titles_are_made_when_asked_for(library: Library) -> None:
    wall = _level(library, 0.5)
    assert not isinstance(wall.titles, list)
    assert wall.titles[3] == "Sunday"
    assert wall.subtitles[3] == "16–17 Sep 2025 · Portugal · 2 photos"
    assert wall.titles[-1] == "Undated"
    assert list(wall.titles[:2]) == ["Sunday afternoon, 12:00", "Friday afternoon, 12:00"]
    assert wall.subtitles[1] == "19–20 Sep 2025 · 2 photos"
    with pytest.raises(IndexError):
        wall.titles[5]
    assert _level(library, 0.93).titles[2] == "Lisbon"
    assert _level(library, 0.93).titles[1] == "19–20 Sep 2025"
    assert _level(library, LEVELS["seasons"]).titles[0] == "Autumn 2025"
    assert _level(library, LEVELS["years"]).titles[0] == "2025"
    assert all(isinstance(text, str) and text for text in (*wall.titles, *wall.subtitles))


def test_seasons_and_moments_in_words() -> None:
    january = 1704844800.0  # 10 January 2024
    assert season(january) == "Winter 2023/24"
    assert season(january, southern=True) == "Summer 2023/24"
    assert season(january + 180 * DAY) == "Summer 2024"
    assert season(january + 180 * DAY, southern=True) == "Winter 2024"
    assert season(january - 15 * DAY) == "Winter 2023/24"
    assert season(1e15) == "Undated"
    assert moment(np.array([january + 2 * 3600.0, january + 3600.0])) == "Tuesday night, 01:00"
    assert moment(np.array([january + 9 * 3600.0 + 300.0])) == "Wednesday morning, 09:05"


def test_edges_name_the_photos_either_side(library: Library, store: Store) -> None:
    edges = _level(library, 0.93).edges
    assert edges is not None
    assert edges.before.tolist() == [5, 3, 0, 0]
    assert edges.after.tolist() == [6, 4, 0, 0]
    assert edges.strength.tolist() == pytest.approx([0.99, 0.95, np.nan, np.nan], nan_ok=True)
    assert edges.gap_seconds.tolist() == pytest.approx([DAY, DAY, np.nan, np.nan], nan_ok=True)
    assert not edges.pinned.any()
    with store.write(Change(groups=True)) as conn:
        conn.exec_driver_sql("UPDATE boundary SET pin = 4, distance_km = 2.5 WHERE before_id = 3")
    edges = _level(library, 0.93).edges
    assert edges is not None
    assert edges.pinned.tolist() == [False, True, False, False]
    assert edges.distance_km[1] == 2.5


def test_one_group_at_a_level(library: Library) -> None:
    assert _sections(_level(library, 0.5, 1)) == [[3], [2, 1]]
    assert _level(library, 0.5, 1).section_id.tolist() == [0, 2]
    scattered = _level(library, 0.5, 3)
    assert _sections(scattered) == [[6], [2, 1]]
    assert scattered.edges is not None
    assert scattered.edges.before.tolist() == [0, 0]
    with pytest.raises(KeyError):
        _level(library, 0.5, 99)


def test_hidden_photos_leave_the_strongest_gap_between_their_neighbours(library: Library, store: Store) -> None:
    with store.write(Change(photos=True)) as conn:
        conn.exec_driver_sql("UPDATE photo SET hidden = 1 WHERE id IN (3, 4)")
    wall = _level(library, 0.93)
    assert _sections(wall) == [[6], [5], [2, 1], [7]]
    assert wall.edges is not None
    assert wall.edges.strength.tolist() == pytest.approx([0.99, 0.95, np.nan, np.nan], nan_ok=True)
    assert (wall.edges.before[1], wall.edges.after[1]) == (2, 5)


def test_new_photos_join_what_they_fall_into_until_they_are_grouped(library: Library, store: Store) -> None:
    with store.write(Change(photos=True)) as conn:
        add_photo(conn, 20, NOON + 5.5 * DAY)
    assert _sections(_level(library, 0.93)) == [[6, 20], [5, 4], [3, 2, 1], [7]]


def test_moved_photos_stand_with_their_anchor_at_every_level(library: Library, store: Store) -> None:
    with store.write(Change(groups=True)) as conn:
        corrections.add(conn, "move", {"photos": [[3, 3], [7, 7]], "anchors": [5]})
        conn.exec_driver_sql("DELETE FROM boundary WHERE before_id IN (2, 3)")
        _boundaries(conn, [(2, 4, 0.95)])
    for level in (0.15, 0.5, 0.93):
        assert [section for section in _sections(_level(library, level)) if 5 in section] == [[5, 3, 7, 4]]
    assert _sections(_level(library, 0.5)) == [[6], [5, 3, 7, 4], [2, 1]]


def test_photos_that_stand_apart_are_their_own_event_only(library: Library, store: Store) -> None:
    with store.write(Change(groups=True)) as conn:
        payload = {"group_kind": "events", "photos": [[5, 5]], "anchors": [4], "key": ""}
        corrections.add(conn, "exclude", payload)
        conn.exec_driver_sql("DELETE FROM boundary WHERE before_id IN (4, 5)")
        _boundaries(conn, [(4, 6, 0.2)])
    assert _sections(_level(library, 0.5)) == [[6], [5], [4], [3], [2, 1], [7]]
    assert _sections(_level(library, 0.6)) == [[6, 5, 4], [3], [2, 1], [7]]


def test_before_anything_is_grouped_levels_are_days(library: Library, store: Store) -> None:
    with store.write(Change(groups=True)) as conn:
        conn.exec_driver_sql("DELETE FROM boundary")
    wall = _level(library, 0.93)
    assert _sections(wall) == [[6], [5], [4], [3], [2], [1], [7]]
    assert wall.edges is not None
    assert np.isnan(wall.edges.strength).all()


def test_an_empty_library_has_empty_levels(tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty") as library:
        assert _sections(_level(library, 0.5)) == []
        assert library.level_groups("trips") == []


def test_level_groups_are_the_sections(library: Library) -> None:
    found = library.level_groups("trips")
    assert [(g.id, g.kind, g.title, g.n_photos) for g in found] == [
        (0, "level", "21 Sep 2025", 1),
        (0, "level", "19–20 Sep 2025", 2),
        (1, "trips", "Lisbon", 3),
        (0, "level", "Undated", 1),
    ]
    assert [g.strength for g in found[:2]] == pytest.approx([0.99, 0.95])
    assert (found[2].start, found[2].end) == (NOON + DAY, NOON + 3 * DAY)
    assert library.level_groups(0.93) == found
    with pytest.raises(KeyError):
        library.level_groups("aeons")


def test_walls_of_events_and_trips_have_edges(library: Library, store: Store) -> None:
    with store.write(Change(groups=True)) as conn:
        add_group(conn, 4, "events", "Monday", [3], parent_id=1, start=NOON + 3 * DAY, end=NOON + 3 * DAY)
    for scope in (Scope("events"), Scope("group", 1)):
        edges = library.wall(scope).edges
        assert edges is not None
        assert (edges.before[0], edges.after[0]) == (2, 3)
        assert edges.strength.tolist() == pytest.approx([0.6, np.nan], nan_ok=True)
    every = library.wall(Scope()).edges
    assert every is not None
    assert every.after.tolist() == [6, 0, 4, 3, 0, 0]
    assert library.wall(Scope("kinds")).edges is None


def test_places_of_scattered_ids() -> None:
    few = Places(np.array([5, 10**12, 7]))
    assert few.of(np.array([7, 5, 10**12, 6, -3])).tolist() == [2, 0, 1, -1, -1]
    many = Places(np.array([2, 0, 1]))
    assert many.of(np.array([1, 9, -1, 2])).tolist() == [2, -1, -1, 0]


def test_columns_are_read_again_only_when_photos_changed(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write(Change(photos=True)):
        pass
    before = _level(library, 0.5)
    with store.write(Change(groups=True)) as conn:
        conn.exec_driver_sql("UPDATE boundary SET strength = 0.7 WHERE before_id = 4")

    def refuse(_conn: object) -> None:
        raise AssertionError("read again")

    with monkeypatch.context() as patch:
        patch.setattr(wall_columns, "all_columns", refuse)
        after = _level(library, 0.5)
    assert after.ids is before.ids
    assert _sections(after) == [[6], [5], [4], [3], [2, 1], [7]]
    with store.write(Change(photos=True)) as conn:
        add_photo(conn, 8, NOON + 9 * DAY)
    assert _sections(_level(library, 0.5))[0] == [8, 6]
