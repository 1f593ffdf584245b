"""The level of a wall of time: five named stops, from moments to years, with every strength between them. No Qt.

A position runs from 0 (moments) to 4 (years); between two stops the boundary strength runs evenly in log odds, so that
a step of the slider feels alike everywhere.
"""

from __future__ import annotations

import math

from app.navigation import Location
from core.records import LEVELS, Scope

STOPS = tuple(LEVELS)
"""Names of the stops, the finest first."""
END = float(len(STOPS) - 1)
CATCH = 0.06
"""A position so near a stop is that stop."""
OF_TIME = ("all", "events", "trips")
OF_GROUPS = ("events", "trips")


def _logit(strength: float) -> float:
    return math.log(strength / (1 - strength))


_ODDS = tuple(_logit(strength) for strength in LEVELS.values())


def strength_at(position: float) -> float:
    """The boundary strength from which a wall at this position is cut."""
    position = snapped(position)
    below = min(int(position), len(STOPS) - 2)
    share = position - below
    if share in (0.0, 1.0):
        return LEVELS[STOPS[below + round(share)]]
    odds = _ODDS[below] + share * (_ODDS[below + 1] - _ODDS[below])
    return 1 / (1 + math.exp(-odds))


def snapped(position: float) -> float:
    """Within the range, and exactly on a stop where it is near one."""
    position = min(max(position, 0.0), END)
    return float(round(position)) if abs(position - round(position)) <= CATCH else position


def words_at(position: float) -> str:
    """``Events``, or ``Between events and trips``."""
    position = snapped(position)
    if position == round(position):
        return STOPS[round(position)].capitalize()
    return f"Between {STOPS[int(position)]} and {STOPS[int(position) + 1]}"


def level_to_cut(position: float) -> str:
    """The level at which a boundary must be held so that a wall at this position is cut there: the finest that is not
    finer than the position."""
    return STOPS[math.ceil(snapped(position))]


def level_to_join(position: float) -> str:
    """The level at which two photos must be held together so that a wall at this position shows them as one."""
    return STOPS[math.floor(snapped(position))]


def of_time(location: Location) -> bool:
    """Whether a location shows a wall whose sections follow each other in time, so that it has a level."""
    scope = location.scope
    if location.page != "wall":
        return False
    return scope.kind in OF_TIME or (scope.kind == "group" and location.section in OF_GROUPS)


def usual(location: Location) -> float:
    """The position at which a location is shown unless the person chose another."""
    return float(STOPS.index("trips" if location.scope.kind == "trips" else "events"))


def scope_at(location: Location, position: float) -> Scope:
    """What to ask the library for: a location as it is, or cut at a position of the slider."""
    if not of_time(location) or snapped(position) == usual(location):
        return location.scope
    return Scope("level", level=strength_at(position), id=location.scope.id)
