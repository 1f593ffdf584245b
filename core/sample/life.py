"""One person's months: where they live and go, what happens there, and with which camera. Plain tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """A spot on the Earth. ``utc_offset``: minutes east of Greenwich in summer; ``altitude`` in metres."""

    name: str
    city: str
    country: str
    lat: float
    lon: float
    utc_offset: int
    altitude: float


def _near_home(name: str, city: str, lat: float, lon: float) -> Place:
    return Place(name, city, "Germany", lat, lon, 120, 115.0)


HOME = {
    "home": _near_home("home", "Leipzig", 51.3301, 12.3332),
    "work": _near_home("work", "Leipzig", 51.3312, 12.3868),
    "garden": _near_home("garden", "Markkleeberg", 51.2778, 12.3702),
    "garage": _near_home("garage", "Taucha", 51.3801, 12.4935),
    "museum": _near_home("museum", "Leipzig", 51.3379, 12.3887),
    "friends": _near_home("friends", "Leipzig", 51.3104, 12.3731),
}

ROCKETS = (
    (
        Place("hotel", "Orlando", "United States", 28.5384, -81.3789, -240, 32.0),
        Place("space centre", "Cape Canaveral", "United States", 28.5233, -80.6819, -240, 3.0),
        Place("seaside", "Cocoa Beach", "United States", 28.3200, -80.6076, -240, 2.0),
    ),
    (
        Place("hotel", "Houston", "United States", 29.7604, -95.3698, -300, 15.0),
        Place("space centre", "Webster", "United States", 29.5519, -95.0973, -300, 5.0),
        Place("seaside", "Galveston", "United States", 29.3013, -94.7977, -300, 2.0),
    ),
    (
        Place("hotel", "Huntsville", "United States", 34.7304, -86.5861, -300, 195.0),
        Place("space centre", "Huntsville", "United States", 34.7114, -86.6540, -300, 190.0),
        Place("seaside", "Decatur", "United States", 34.6059, -86.9833, -300, 180.0),
    ),
)
"""Destinations of the short trip: (hotel, space centre, seaside)."""

PAGODAS = (
    (
        Place("hotel", "Beijing", "China", 39.9289, 116.4164, 480, 45.0),
        Place("palace", "Beijing", "China", 39.9996, 116.2755, 480, 60.0),
        Place("hills", "Huairou", "China", 40.4319, 116.5704, 480, 480.0),
    ),
    (
        Place("hotel", "Kyoto", "Japan", 35.0116, 135.7681, 540, 50.0),
        Place("palace", "Kyoto", "Japan", 34.9949, 135.7850, 540, 120.0),
        Place("hills", "Nara", "Japan", 34.6851, 135.8048, 540, 95.0),
    ),
    (
        Place("hotel", "Seoul", "South Korea", 37.5665, 126.9780, 540, 38.0),
        Place("palace", "Seoul", "South Korea", 37.5796, 126.9770, 540, 40.0),
        Place("hills", "Suwon", "South Korea", 37.2636, 127.0286, 540, 55.0),
    ),
)
"""Destinations of the long trip: (hotel, palace, hills)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``day`` counts from the season's first Monday, ``hour`` is local, ``hours`` its length.

    ``weight``: share of the photos. ``camera_share``: share taken with the camera instead of the telephone.
    ``light``: "day", "warm", "dusk" or "night". ``lively``: bursts are taken. ``place`` and ``trip`` are filled in.
    """

    title: str
    where: str
    day: int
    hour: float
    hours: float
    subjects: tuple[str, ...]
    weight: float
    camera_share: float = 0.0
    light: str = "day"
    lively: bool = False
    trip: str = ""
    place: Place | None = None


DAYS_IN_SEASON = 98

_AT_HOME = (
    Event("A new cat", "home", 0, 18.5, 1.2, ("cat", "cat_face"), 9, light="warm", lively=True),
    Event("Whiteboard at work", "work", 2, 10.2, 2.5, ("whiteboard", "page", "coffee"), 8),
    Event("Saturday in the garden", "garden", 5, 14.0, 3.0, ("flower", "flower_close", "grass"), 14, 0.3),
    Event("Coffee", "home", 8, 7.6, 0.1, ("coffee",), 1, light="warm"),
    Event("Motorcycle repair", "garage", 12, 11.0, 4.0, ("motorcycle", "engine", "front_wheel"), 16, 0.3, lively=True),
    Event("Microscope at work", "work", 25, 13.5, 2.0, ("slide", "slide_close", "page"), 8),
    Event("Sunday with the cat", "home", 27, 10.0, 2.0, ("cat", "cat_face", "coffee"), 8, light="warm", lively=True),
    Event("Museum of coins", "museum", 33, 13.0, 2.5, ("coins", "coins_left", "cameraman"), 12, 0.5, "warm"),
    Event("Coffee", "work", 36, 9.1, 0.1, ("cup",), 1),
    Event("Birthday party", "friends", 40, 20.0, 5.5, ("face", "cup", "astronaut", "coffee"), 30, 0.4, "night", True),
    Event("First ride", "garage", 47, 15.0, 1.5, ("motorcycle_right", "gravel"), 7),
    Event("Eye test", "work", 66, 11.0, 0.5, ("retina",), 4),
    Event("Evening with the cat", "home", 71, 19.5, 1.0, ("cat_face", "cat"), 6, light="warm"),
    Event("Garden in July", "garden", 75, 15.5, 2.5, ("grass", "flower"), 10, 0.3),
    Event("Moon from the balcony", "home", 82, 22.6, 1.0, ("moon", "galaxies"), 7, 1.0, "night"),
    Event("Coffee", "home", 85, 8.2, 0.1, ("coffee",), 1, light="warm"),
    Event("Notes at work", "work", 87, 14.0, 1.5, ("page", "whiteboard"), 6),
    Event("Breakfast at home", "home", 90, 9.5, 1.5, ("coffee", "cup", "cat"), 7, light="warm"),
)

_ROCKET_TRIP = (
    Event("Arrival", "hotel", 17, 18.6, 1.0, ("brick", "coffee"), 5, light="dusk"),
    Event("Rockets", "space centre", 18, 9.6, 4.0, ("rocket", "launch_pad", "shuttle"), 20, 0.4),
    Event("Night launch", "seaside", 18, 20.8, 1.2, ("launch_pad", "rocket"), 9, 0.3, "night", True),
    Event("By the sea", "seaside", 19, 11.0, 3.0, ("gravel", "flower"), 8),
    Event("Space museum", "hotel", 20, 14.0, 2.5, ("astronaut", "helmet", "galaxies"), 11, 0.4, "warm"),
    Event("Last breakfast", "hotel", 21, 8.5, 0.6, ("coffee", "cup"), 3),
)

_PAGODA_TRIP = (
    Event("Arrival", "hotel", 52, 17.5, 1.0, ("coffee", "brick"), 4, light="dusk"),
    Event("The palace", "palace", 53, 10.0, 5.0, ("pagoda", "pagoda_close", "lake"), 25, 0.4),
    Event("Old town", "hotel", 54, 11.0, 3.0, ("brick", "cup", "gravel"), 8),
    Event("Palace gardens", "palace", 55, 14.0, 2.5, ("flower", "flower_close", "lake"), 12, 0.3),
    Event("In the hills", "hills", 57, 9.0, 6.0, ("pagoda", "lake", "gravel"), 16, 0.4),
    Event("Dinner", "hotel", 58, 19.0, 1.5, ("cup", "coffee"), 5, light="night"),
    Event("Flea market", "hotel", 59, 10.0, 2.5, ("coins", "flower", "brick"), 9, 0.2),
)


def first_day(season: int) -> date:
    """The first Monday from 14 April of 2025, 2024, …: one season a year, so that summer time holds throughout."""
    day = date(2025 - season, 4, 14)
    return day + timedelta(days=-day.weekday() % 7)


def _on_trip(events: tuple[Event, ...], places: tuple[Place, ...]) -> list[Event]:
    by_name = {place.name: place for place in places}
    return [replace(event, place=by_name[event.where], trip=places[0].city) for event in events]


def season(number: int) -> list[Event]:
    """All events of a season in the order of time, places filled in. Seasons differ in where the trips go."""
    trips = _on_trip(_ROCKET_TRIP, ROCKETS[number % len(ROCKETS)])
    trips += _on_trip(_PAGODA_TRIP, PAGODAS[number % len(PAGODAS)])
    home = [replace(event, place=HOME[event.where]) for event in _AT_HOME]
    return sorted(home + trips, key=lambda event: (event.day, event.hour))
