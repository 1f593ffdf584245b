"""Place names: what a person standing there would say."""

from __future__ import annotations

import numpy as np
import pytest

from core.geo.names import NOWHERE, Namer


@pytest.fixture(scope="module")
def namer() -> Namer:
    return Namer()


@pytest.mark.parametrize(
    ("lat", "lon", "name", "country"),
    [
        (48.8584, 2.2945, "Paris", "France"),  # Eiffel Tower: the nearest centre is Neuilly or Vanves
        (48.8216, 2.2880, "Vanves", "France"),
        (38.6916, -9.2160, "Lisbon", "Portugal"),  # Belém
        (38.7876, -9.3906, "Sintra", "Portugal"),
        (40.6892, -74.0445, "New York City", "United States"),  # Statue of Liberty
        (37.8199, -122.4783, "San Francisco", "United States"),
        (37.8716, -122.2727, "Berkeley", "United States"),
        (51.5390, -0.1426, "London", "United Kingdom"),  # Camden
        (35.6580, 139.7016, "Tokyo", "Japan"),  # Shibuya
        (52.5200, 13.4050, "Berlin", "Germany"),
        (52.3989, 13.0657, "Potsdam", "Germany"),
        (45.9766, 7.6585, "Zermatt", "Switzerland"),  # Matterhorn: the countryside is not swallowed by Milan
        (48.8049, 2.1204, "Versailles", "France"),
        (-33.8568, 151.2153, "Sydney", "Australia"),
    ],
)
def test_landmarks(namer: Namer, lat: float, lon: float, name: str, country: str) -> None:
    place = namer.name(lat, lon)
    assert (place.name, place.country) == (name, country)


def test_nowhere(namer: Namer) -> None:
    names = namer.names([np.nan, 0.0, 30.0, 95.0], [1.0, 0.0, -40.0, 0.0])
    assert names == [NOWHERE] * 4
    assert not any(names)
    assert namer.names([], []) == []


def test_names_of_many_are_the_names_of_each(namer: Namer) -> None:
    rng = np.random.default_rng(0)
    lat, lon = rng.uniform(-60, 70, 40), rng.uniform(-180, 180, 40)
    assert namer.names(lat, lon) == [namer.name(a, o) for a, o in zip(lat, lon, strict=True)]


def test_either_side_of_the_antimeridian_is_one_country(namer: Namer) -> None:
    west, east = namer.names([-16.8, -16.8], [179.95, -179.95])
    assert west.country == east.country == "Fiji"
