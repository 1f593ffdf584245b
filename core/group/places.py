"""Places at two scales: towns (25 km) and, inside them, spots (150 m). Named offline, weighed by population."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from core.geo.names import Namer, PlaceName
from core.geo.sphere import centroid, haversine_km, valid
from core.group.base import F32, F64, Found, FoundGroup, PhotoTable
from core.group.density import clusters
from core.group.homes import SPOT_KM, Home
from core.group.inferred import Inferred
from core.group.naming import NamedPhotos, covering, name_photos, top_towns
from core.group.timeline import I64

ALGORITHM, VERSION = "haversine-density", "2"
AROUND = " and around"
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True, slots=True)
class PlaceParams:
    """Reach, fewest photos and greatest width of the two scales. A town's spots hold at least ``spot_share`` of it;
    a town of fewer than ``spot_town_photos`` is not divided. Borrowed positions count within ``inferred_km``."""

    town_km: float = 25.0
    town_photos: int = 3
    town_extent_km: float = 75.0
    spot_km: float = 0.15
    spot_photos: int = 5
    spot_extent_km: float = 1.0
    spot_share: float = 0.02
    spot_town_photos: int = 30
    most_spots: int = 40
    inferred_km: float = 3.0


DEFAULT = PlaceParams()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where photos lie close together: positions in the table, int64, of each town from the largest down, and beside
    it those of each of its spots (no spots where there are not two worth telling apart)."""

    towns: list[I64]
    spots: list[list[I64]]


def lay_out(table: PhotoTable, params: PlaceParams = DEFAULT) -> Layout:
    """The part of :func:`find` that takes long. It needs nothing but positions and leaves other threads at work."""
    rows = np.flatnonzero(valid(table.lat, table.lon)).astype(np.int64)
    rows = rows[np.argsort(table.ids[rows], kind="stable")]
    town = clusters(table.lat[rows], table.lon[rows], params.town_km, params.town_photos, params.town_extent_km)
    towns = [rows[part] for part in _parts(town)]
    return Layout(towns, [_lay_out_town(table, rows, params) for rows in towns])


def _lay_out_town(table: PhotoTable, rows: I64, params: PlaceParams) -> list[I64]:
    fewest = max(params.spot_photos, round(params.spot_share * len(rows)))
    if len(rows) < params.spot_town_photos:
        return []
    label = clusters(table.lat[rows], table.lon[rows], params.spot_km, params.spot_photos, params.spot_extent_km)
    parts = [rows[part] for part in _parts(label) if len(part) >= fewest][: params.most_spots]
    return parts if len(parts) > 1 else []


def find(
    table: PhotoTable,
    namer: Namer,
    bases: list[Home],
    *,
    params: PlaceParams = DEFAULT,
    named: NamedPhotos | None = None,
    inferred: Inferred | None = None,
    layout: Layout | None = None,
) -> Found:
    """Towns from the largest down, then their spots with ``parent`` = index of their town in this same list.

    ``details``: scale ("town" or "spot"), region, country. Photos without a position, and lonely ones, are in none;
    those with a borrowed one (``inferred``, of a small enough radius) are in the town, and their reason says so.
    ``named`` are the names of the table's own positions, ``layout`` what :func:`lay_out` said of them.
    """
    named = name_photos(table, namer) if named is None else named
    found = _located(table, named, bases, params, lay_out(table, params) if layout is None else layout)
    if inferred is not None:
        _add_borrowed(found, table, inferred, params)
    return found


def _located(table: PhotoTable, named: NamedPhotos, bases: list[Home], params: PlaceParams, layout: Layout) -> Found:
    """Towns and spots of the photos that have a position of their own."""
    towns = [_town(table, named, rows, i) for i, rows in enumerate(layout.towns)]
    spots: list[FoundGroup] = []
    for index, parts in enumerate(layout.spots):
        spots += _spots(table, named, parts, towns[index], index, bases)
    return Found("places", [*towns, *spots], ALGORITHM, VERSION, asdict(params))


def _add_borrowed(found: Found, table: PhotoTable, inferred: Inferred, params: PlaceParams) -> None:
    """Photos with a borrowed position join the town of the neighbour that lent it, with the radius as a reason."""
    near = np.flatnonzero(inferred.radius_km <= params.inferred_km)
    lender = np.where(inferred.side[near] == 1, inferred.after[near], inferred.before[near])
    lender = np.where(lender >= 0, lender, np.maximum(inferred.before[near], inferred.after[near]))
    town = np.full(len(table), -1, dtype=np.int64)
    for index, group in enumerate(found.groups):
        if group.parent is None:
            town[group.members] = index
    for index in np.unique(town[lender]):
        if index < 0:
            continue
        mine = near[town[lender] == index]
        radius = np.round(inferred.radius_km[mine], 2)
        group = found.groups[int(index)]
        group.members = np.concatenate([group.members, inferred.rows[mine]])
        sure = (0.8 * np.exp(-inferred.radius_km[mine] / params.inferred_km)).astype(np.float32)
        group.strengths = np.concatenate([group.strengths, sure])
        group.reasons = [*group.reasons, *({"inferred_radius_km": r} for r in radius.tolist())]


def photo_places(named: NamedPhotos) -> tuple[I64, list[str]]:
    """The place of every photo as lists show it ("Lisbon, Portugal"): codes int64 [n] into texts, "" for none."""
    return named.code, [place_text(name) for name in named.names]


def place_text(name: PlaceName) -> str:
    parts = [name.name or name.region, name.country]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _parts(labels: I64) -> list[I64]:
    """Rows of each cluster 0, 1, …"""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(int(labels.max(initial=-1)) + 2))
    return [order[a:b].astype(np.int64) for a, b in pairwise(bounds)]


def _town(table: PhotoTable, named: NamedPhotos, rows: I64, serial: int) -> FoundGroup:
    lat, lon = centroid(table.lat[rows], table.lon[rows])
    cover = covering(named, rows, 0.8)
    towns = top_towns(named, rows)
    title = cover.name
    if towns and towns[0][1] >= 0.5 and cover.level != "town":
        title = towns[0][0] + AROUND
    title = title or f"Near {abs(lat):.1f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.1f}° {'E' if lon >= 0 else 'W'}"
    distance = haversine_km(table.lat[rows], table.lon[rows], lat, lon)
    country = cover.country
    return _group(
        f"town:{serial}",
        title[:1].upper() + title[1:],
        country if country and country not in title else "",
        rows,
        distance,
        max(float(np.median(distance)), 1.0),
        (lat, lon),
        {"scale": "town", "country": country, "towns": [[name, round(part, 3)] for name, part in towns]},
    )


def _spots(
    table: PhotoTable, named: NamedPhotos, parts: list[I64], town: FoundGroup, index: int, bases: list[Home]
) -> list[FoundGroup]:
    """The spots of a town, with titles that differ."""
    groups, used = [], set[str]()
    for serial, part in enumerate(parts):
        lat, lon = centroid(table.lat[part], table.lon[part])
        spot = _spot_title(named, part, lat, lon, town, bases, used)
        used.add(spot)
        distance = haversine_km(table.lat[part], table.lon[part], lat, lon)
        details = {"scale": "spot", "town": town.title}
        middle = town.title.removesuffix(AROUND)
        title = spot if middle in spot else f"{spot}, {middle}"
        group = _group(f"spot:{index}:{serial}", title, town.subtitle, part, distance, 0.15, (lat, lon), details)
        group.parent = index
        groups.append(group)
    return groups


def _spot_title(
    named: NamedPhotos, rows: I64, lat: float, lon: float, town: FoundGroup, bases: list[Home], used: set[str]
) -> str:
    """ "Home", a quarter's name, or where it lies as seen from the middle of the town."""
    for base in bases:
        if (
            base.kind == "home"
            and float(haversine_km(lat, lon, base.lat, base.lon)) <= SPOT_KM / 3
            and "Home" not in used
        ):
            return "Home"
    name = town.title.removesuffix(AROUND)
    place = named.of(int(rows[len(rows) // 2]))
    for quarter in (place.district, place.name):
        if quarter and quarter not in used and quarter != name:
            return quarter
    assert town.lat is not None
    assert town.lon is not None
    km = float(haversine_km(town.lat, town.lon, lat, lon))
    east = (lon - town.lon + 180) % 360 - 180
    angle = np.degrees(np.arctan2(east * np.cos(np.radians(lat)), lat - town.lat))
    where = COMPASS[round(float(angle) / 45.0) % 8]
    text, number = "", 1
    while not text or text in used:
        suffix = f" ({number})" if number > 1 else ""
        text = f"{name}, {km:.1f} km {where} of the middle{suffix}" if km >= 0.2 else f"The middle of {name}{suffix}"
        number += 1
    return text


def _group(
    key: str,
    title: str,
    subtitle: str,
    rows: I64,
    distance: F64,
    scale: float,
    centre: tuple[float, float],
    details: dict[str, Any],
) -> FoundGroup:
    """A place; a photo is the surer of it the nearer it lies to the middle, on the place's own scale (km)."""
    sure: F32 = np.exp(-np.maximum(distance - scale, 0.0) / (4.0 * scale)).astype(np.float32)
    km = np.round(distance, 1 if scale >= 1 else 2)
    shared = {value: {"distance_km": value} for value in np.unique(km).tolist()}
    return FoundGroup(
        key=key,
        title=title,
        subtitle=subtitle,
        members=rows,
        strengths=sure,
        reasons=[shared[value] for value in km.tolist()],
        strength=float(sure.mean()) if len(sure) else 0.0,
        lat=centre[0],
        lon=centre[1],
        details=details,
    )
