"""Trips that the person splits and merges, in a library with a home and two journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library import Library
from core.records import Change
from tests.correct.support import groups, regroup, state
from tests.support.rows import DAY, MONDAY, add_folder, add_photo, add_volume

HOME, NEAR, FAR = (52.09, 5.12), (38.72, -9.14), (41.15, -8.61)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Twelve days at home, four in Lisbon, six at home, three in Porto, twelve at home; two outings of four a day."""
    opened = Library.open(tmp_path / "library")
    days = [HOME] * 12 + [NEAR] * 4 + [HOME] * 6 + [FAR] * 3 + [HOME] * 12
    with opened._store.write(Change(photos=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        number = 0
        for day, (lat, lon) in enumerate(days):
            for hour in (9.0, 20.0):
                for minute in range(4):
                    number += 1
                    moment = MONDAY + day * DAY + hour * 3600.0 + minute * 180.0
                    add_photo(conn, number, moment, lat=lat + minute / 1e4, lon=lon, camera="Pixel")
    regroup(opened)
    yield opened
    opened.close()


def _whole(library: Library) -> list[list[int]]:
    """Every trip's photos; each is made of whole events."""
    parents = {group.id: group.parent for group in library.groups("events")}
    events = groups(library)
    for trip, photos in groups(library, "trips").items():
        assert sorted(p for event, parent in parents.items() if parent == trip for p in events[event]) == photos
    return sorted(groups(library, "trips").values())


def test_trips_are_split_merged_and_given_back(library: Library) -> None:
    before = _whole(library)
    assert len(before) == 2
    first, second = before
    rows = state(library)
    middle = next(i for i in range(1, len(first)) if _event(library, first[i]) != _event(library, first[i - 1]))
    library.correct.split(first[middle - 1], first[middle], "trips")
    assert _whole(library) == [first[:middle], first[middle:], second]
    regroup(library)
    assert _whole(library) == [first[:middle], first[middle:], second]
    library.undo()
    assert _whole(library) == before
    regroup(library)
    assert _whole(library) == before
    assert [row[:2] for row in state(library)] == [row[:2] for row in rows]


def test_merged_trips_take_in_what_lies_between(library: Library) -> None:
    first, second = _whole(library)
    before = state(library)
    library.correct.merge(sorted(groups(library, "trips")))
    assert _whole(library) == [list(range(first[0], second[-1] + 1))]
    regroup(library)
    assert _whole(library) == [list(range(first[0], second[-1] + 1))]
    library.undo()
    assert _whole(library) == [first, second]
    library.redo()
    library.undo()
    assert _whole(library) == [first, second]
    regroup(library)
    assert _whole(library) == [first, second]
    assert [row[:2] for row in state(library)][: len(groups(library))] == [row[:2] for row in before][
        : len(groups(library))
    ]


def _event(library: Library, photo: int) -> int:
    return next(group for group, photos in groups(library).items() if photo in photos)
