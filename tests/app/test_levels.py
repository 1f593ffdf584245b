"""Positions of the level slider and the strengths they stand for."""

import math

import pytest

from app.levels import (
    END,
    STOPS,
    level_to_cut,
    level_to_join,
    of_time,
    scope_at,
    snapped,
    strength_at,
    usual,
    words_at,
)
from app.navigation import ALL, HEALTH, PROBLEMS, Location, kind_location
from core.records import LEVELS, Scope

TRIP = Location("wall", Scope("group", 7), "Lisbon", "trips")
PLACE = Location("wall", Scope("group", 8), "Lisbon", "places")


def test_each_stop_is_its_level_exactly():
    assert [strength_at(float(stop)) for stop in range(len(STOPS))] == list(LEVELS.values())
    assert strength_at(-1) == LEVELS["moments"]
    assert strength_at(99) == LEVELS["years"]


def test_strength_rises_evenly_in_log_odds_between_stops():
    found = [strength_at(position / 100) for position in range(int(END) * 100 + 1)]
    assert found == sorted(found)
    odds = [math.log(s / (1 - s)) for s in (strength_at(1.25), strength_at(1.5), strength_at(1.75))]
    assert odds[1] - odds[0] == pytest.approx(odds[2] - odds[1])


def test_a_stop_catches_what_is_near_it():
    assert snapped(1.05) == 1.0
    assert snapped(1.2) == 1.2
    assert (words_at(0.97), words_at(1.4)) == ("Events", "Between events and trips")


def test_a_correction_holds_at_the_level_that_is_seen():
    """A cut must reach the strength of the wall, a join must stay below it."""
    for hundredth in range(int(END) * 100 + 1):
        position = hundredth / 100
        assert LEVELS[level_to_cut(position)] >= strength_at(position)
        assert LEVELS[level_to_join(position)] <= strength_at(position)
    assert level_to_cut(1.0) == level_to_join(1.0) == "events"


def test_walls_of_time_have_a_level_and_others_do_not():
    assert all(of_time(location) for location in (ALL, kind_location("events"), kind_location("trips"), TRIP))
    assert not any(of_time(location) for location in (HEALTH, PROBLEMS, PLACE, kind_location("duplicates")))


def test_the_usual_level_asks_for_the_location_itself():
    assert scope_at(ALL, usual(ALL)) == ALL.scope
    assert scope_at(kind_location("trips"), usual(kind_location("trips"))) == Scope("trips")
    assert scope_at(PLACE, 3.0) == PLACE.scope


def test_another_level_cuts_the_whole_library_or_one_branch():
    assert scope_at(ALL, 4.0) == Scope("level", level=LEVELS["years"])
    assert scope_at(TRIP, 0.0) == Scope("level", level=LEVELS["moments"], id=7)
