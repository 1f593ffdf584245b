"""Homes and trips."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.geo.sphere import haversine_km
from core.group import events, homes, trips
from core.group.base import Found, PhotoTable
from core.group.homes import at_home, distance_from_base
from tests.group.builders import Life, seconds, table

LISBON, SINTRA = (38.7223, -9.1393), (38.79, -9.39)


def _found(t: PhotoTable) -> tuple[Found, Found]:
    found, _ = events.find(t)
    return found, trips.find(t, found, homes.homes(t))


def _weekend(life: Life, gps: bool = True) -> Life:
    life.add(seconds(2024, 5, 10, 17), 10, 3, *LISBON, 0.01)
    life.add(seconds(2024, 5, 11, 9), 40, 10, *LISBON, 0.01, gps)
    return life.add(seconds(2024, 5, 12, 9), 25, 6, *SINTRA, 0.005)


def test_home_is_where_most_days_and_nights_are_not_where_most_photos_are() -> None:
    life = Life().evenings_at_home().add(seconds(2024, 4, 20, 12), 900, 8, 48.2, 16.37)
    first = homes.homes(life.table())[0]
    assert float(haversine_km(first.lat, first.lon, 52.52, 13.405)) < 1
    assert (first.kind, first.days) == ("home", 30)


def test_a_weekend_away_is_one_trip_of_whole_events() -> None:
    t = _weekend(Life().evenings_at_home()).table()
    found, trip = _found(t)
    assert len(trip.groups) == 1
    assert len(trip.groups[0].members) == 75
    inside = [g for g in found.groups if g.parent == 0]
    assert sorted(m for g in inside for m in g.members.tolist()) == sorted(trip.groups[0].members.tolist())
    assert trip.groups[0].reasons[0]["distance_from_home_km"] > 2000


def test_a_day_without_gps_between_two_days_away_belongs_to_the_trip() -> None:
    t = _weekend(Life().evenings_at_home(), gps=False).table()
    _, trip = _found(t)
    assert len(trip.groups[0].members) == 75
    assert any("inferred" in str(r.get("place", "")) for r in trip.groups[0].reasons)


def test_an_afternoon_across_town_and_work_are_no_trips() -> None:
    life = Life().evenings_at_home().add(seconds(2024, 4, 7, 14), 20, 2, 52.45, 13.35)
    for day in range(4, 80, 3):
        life.add(seconds(2024, 3, 1, 11) + day * 86400, 3, 1, 52.40, 13.05)
    t = life.table()
    assert {base.kind for base in homes.homes(t)} >= {"home"}
    assert len(homes.homes(t)) == 2
    assert _found(t)[1].groups == []


def test_coming_home_between_ends_a_trip() -> None:
    life = Life().evenings_at_home(every=1)
    for day in (10, 11, 20, 21):
        life.rows = [r for r in life.rows if not seconds(2024, 3, 1, 0) <= r[0] - day * 86400 < seconds(2024, 3, 2, 0)]
        life.add(seconds(2024, 3, 1, 10) + day * 86400, 10, 5, *LISBON)
    assert [len(g.members) for g in _found(life.table())[1].groups] == [20, 20]


def test_moving_house_gives_two_homes_and_no_trip() -> None:
    life = Life().evenings_at_home(days=120)
    for day in range(150, 300, 3):
        life.add(seconds(2024, 3, 1, 18) + day * 86400, 6, 1.5, 48.137, 11.575, 0.0003)
    t = life.table()
    found = homes.homes(t)
    assert [h.kind for h in found] == ["home", "home"]
    assert _found(t)[1].groups == []
    assert at_home(t, found, np.arange(len(t))).all()


def test_without_positions_there_is_neither_home_nor_trip() -> None:
    t = table(np.arange(50) * 40000.0)
    assert homes.homes(t) == []
    assert _found(t)[1].groups == []
    assert np.isnan(distance_from_base(t, [], np.arange(50))).all()


@pytest.mark.parametrize("n", [0, 1])
def test_tiny_libraries(n: int) -> None:
    t = table(np.arange(n, dtype=float), 50.0, 8.0)
    assert _found(t)[1].groups == []


def test_home_on_the_antimeridian() -> None:
    t = Life().evenings_at_home(-16.8, 180.0).table()
    t.lon[t.lon > 180] -= 360
    assert len(homes.homes(t)) == 1
    assert at_home(t, homes.homes(t), np.arange(len(t))).mean() > 0.95


def test_a_long_day_far_away_is_a_day_trip_and_a_short_one_is_not() -> None:
    life = Life().evenings_at_home().add(seconds(2024, 4, 14, 9), 30, 8, 51.05, 13.74)
    _, found = _found(life.table())
    assert [(g.details["type"], g.details["days"]) for g in found.groups] == [("day trip", 1)]
    short = Life().evenings_at_home().add(seconds(2024, 4, 14, 9), 30, 1.5, 51.05, 13.74)
    assert _found(short.table())[1].groups == []


def test_moving_on_every_day_is_a_road_trip_with_its_stops() -> None:
    life = Life().evenings_at_home()
    towns = [(48.137, 11.575), (47.26, 11.39), (46.5, 11.35), (45.44, 10.99), (43.77, 11.25)]
    life.rows = [r for r in life.rows if not seconds(2024, 4, 9, 0) <= r[0] < seconds(2024, 4, 16, 0)]
    for day, town in enumerate(towns):
        life.add(seconds(2024, 4, 10 + day, 10), 15, 8, *town, 0.005)
    _, found = _found(life.table())
    assert [g.details["type"] for g in found.groups] == ["road trip"]
    stops = found.groups[0].details["stops"]
    assert len(stops) == 5
    assert stops[0][0] == 0
    assert stops[-1][1] == len(found.groups[0].members)
    assert all(a[1] == b[0] for a, b in pairwise(stops))


def test_staying_in_one_town_has_one_stop() -> None:
    _, found = _found(_weekend(Life().evenings_at_home()).table())
    assert found.groups[0].details["type"] == "trip"
    assert len(found.groups[0].details["stops"]) <= 2
