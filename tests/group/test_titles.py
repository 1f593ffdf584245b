"""Titles, read as a person reads them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.group import find_all
from core.group.base import Found, PhotoTable
from core.group.dates import duration, part_of_day, span
from tests.group.builders import Life, seconds, table

LISBON = (38.7223, -9.1393)


def _titles(found: Found) -> list[str]:
    return [g.title for g in found.groups]


def _holidays() -> PhotoTable:
    life = Life().evenings_at_home()
    life.add(seconds(2024, 5, 10, 17), 10, 3, *LISBON, 0.01).add(seconds(2024, 5, 11, 9), 40, 10, *LISBON, 0.01)
    life.add(seconds(2024, 5, 12, 9), 12, 6, *LISBON, 0.01)
    life.add(seconds(2024, 7, 22, 9), 20, 6, 46.02, 7.75, 0.01).add(seconds(2024, 7, 23, 8), 20, 8, 46.62, 8.04, 0.02)
    life.add(seconds(2024, 7, 24, 8), 20, 8, 46.5, 9.84, 0.02)
    life.add(seconds(2024, 8, 10, 15), 12, 1, 0, 0, gps=False)
    return life.table()


def test_a_small_life_in_titles() -> None:
    found, _ = find_all(_holidays())
    assert _titles(found["trips"]) == ["Weekend in Lisbon", "Three days in the Alps"]
    assert found["trips"].groups[0].subtitle == "10–12 May 2024 · Lisbon, Portugal"
    titles = _titles(found["events"])
    assert "Sunday evening at home" in titles
    assert "Saturday in Lisbon" in titles
    assert titles[-1] == "Saturday afternoon, 10 August 2024"
    home = next(g for g in found["events"].groups if g.title == "Sunday evening at home")
    assert home.subtitle.endswith("Berlin, Germany")


def test_a_place_that_covers_less_than_half_is_never_said() -> None:
    life = Life()
    for i, spot in enumerate([(48.857, 2.352), (52.52, 13.405), (41.9, 12.5), (35.68, 139.69)]):
        life.add(seconds(2024, 5, 4, 9 + i), 10, 0.9, *spot)
    found, _ = find_all(life.table())
    merged = Found("events", found["events"].groups, "", "", {})
    for group in merged.groups:
        group.members = np.arange(40)
    from core.geo.names import Namer
    from core.group.naming import name_photos
    from core.group.titles import context_of, name_events

    t = life.table()
    name_events(merged, context_of(t, name_photos(t, Namer()), [], {}))
    assert not re.search("Paris|Berlin|Rome|Tokyo|France|Germany|Italy|Japan", " ".join(_titles(merged)))


def test_few_positions_name_no_place() -> None:
    lat = np.full(20, np.nan)
    lat[:2] = LISBON[0]
    t = table(seconds(2024, 5, 4, 10) + np.arange(20) * 60.0, lat, np.where(np.isnan(lat), np.nan, LISBON[1]))
    assert "Lisbon" not in _titles(find_all(t)[0]["events"])[0]


def test_without_time_and_without_place() -> None:
    found, beside = find_all(table([np.nan] * 3))
    assert _titles(found["events"]) == ["Undated"]
    assert len(beside.gaps.strength) == 0
    whole_day = table(seconds(2024, 5, 3, 9) + np.arange(12) * 3300.0)
    assert _titles(find_all(whole_day)[0]["events"]) == ["12 photos on 3 May 2024"]
    night = table(seconds(2024, 5, 3, 23.5) + np.arange(10) * 900.0)
    assert _titles(find_all(night)[0]["events"]) == ["Friday night, 3 May 2024"]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2024, 5, 4), (2024, 5, 5), "Weekend"),
        ((2024, 5, 3), (2024, 5, 5), "Weekend"),
        ((2024, 5, 3), (2024, 5, 6), "Long weekend"),
        ((2024, 5, 6), (2024, 5, 8), "Three days"),
        ((2024, 5, 6), (2024, 5, 12), "A week"),
        ((2024, 5, 6), (2024, 5, 19), "Two weeks"),
        ((2024, 5, 6), (2024, 8, 19), ""),
    ],
)
def test_durations(first: tuple[int, int, int], last: tuple[int, int, int], words: str) -> None:
    from datetime import date

    assert duration(date(*first), date(*last)) == words


def test_spans_and_parts_of_the_day() -> None:
    from datetime import date

    assert span(date(2024, 5, 3), date(2024, 5, 3)) == "3 May 2024"
    assert span(date(2024, 5, 3), date(2024, 5, 5)) == "3–5 May 2024"
    assert span(date(2024, 4, 30), date(2024, 5, 2)) == "30 April – 2 May 2024"
    assert span(date(2023, 12, 30), date(2024, 1, 2)) == "30 December 2023 – 2 January 2024"
    hours = {7: "morning", 14: "afternoon", 20: "evening", 24: "night", 26: "night"}
    for hour, name in hours.items():
        assert part_of_day(np.array([seconds(2024, 5, 3, hour)])) == name
    assert part_of_day(seconds(2024, 5, 3, 0) + np.array([8.0, 20.0]) * 3600) == ""
    assert part_of_day(np.array([np.nan])) == ""


def test_times_beyond_the_calendar_do_not_stop_anything() -> None:
    found, _ = find_all(table([-1e15, 0.0, 1e15]))
    assert sum(len(g.members) for g in found["events"].groups) == 3
