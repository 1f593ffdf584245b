"""Titles that a person would write: when, and where if that is sure. "Weekend in Lisbon", "Sunday evening at home".

A place is said only when it covers at least half of the photos whose place is known, and those are not a mere few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import unit_vectors, valid
from core.group import dates
from core.group.base import F32, Found, FoundGroup, PhotoTable
from core.group.events import UNDATED
from core.group.homes import Home, at_home
from core.group.naming import NamedPhotos, covering, top_towns
from core.group.timeline import I64, passive

KNOWN_SHARE = 0.25
MEALS = ((5, 11, "Breakfast"), (11, 15, "Lunch"), (18, 23, "Dinner"))
SCENES = {"concert": "Concert", "seaside": "by the sea", "mountains": "in the mountains", "snow": "in the snow"}


@dataclass(frozen=True, slots=True)
class Context:
    """What titles rest on: the photos, their place names, which were taken at home and which no camera made (bool
    [n]), and how much each photo is of a kind."""

    table: PhotoTable
    named: NamedPhotos
    home: NDArray[np.bool_]
    passive: NDArray[np.bool_]
    kinds: Mapping[str, F32] = field(default_factory=dict)


def context_of(table: PhotoTable, named: NamedPhotos, bases: list[Home], kinds: Mapping[str, F32]) -> Context:
    """The context of a library with these bases."""
    return Context(table, named, at_home(table, bases, np.arange(len(table))), passive(table), kinds)


@dataclass(frozen=True, slots=True)
class Where:
    """``phrase``: "at home", "in Lisbon", or ""; ``detail``: for the subtitle; ``home`` at home."""

    phrase: str = ""
    detail: str = ""
    home: bool = False


def name_events(found: Found, context: Context) -> None:
    """Give every event its title and subtitle, and the middle of its positions."""
    for group in found.groups:
        if group.key == UNDATED:
            group.subtitle = dates.number(len(group.members), "photo", "photos") + " without a time of capture"
            continue
        rows = group.members[~context.passive[group.members]]
        if len(rows) == 0:
            group.title, group.subtitle = _drifted(context, group.members)
            continue
        where = place_of(context, rows)
        group.title = event_title(context, rows, where)
        group.subtitle = _subtitle(context, rows, where)
    set_positions(found.groups, context.table)


def _drifted(context: Context, rows: I64) -> tuple[str, str]:
    """Title and subtitle of pictures that no camera made: screenshots, or what others sent."""
    screens = context.kinds.get("screenshot")
    one, many = ("picture", "pictures")
    if screens is not None and (screens[rows] >= 0.5).all():
        one, many = "screenshot", "screenshots"
    elif screens is None or not (screens[rows] >= 0.5).any():
        one, many = "received picture", "received pictures"
    return dates.number(len(rows), one, many), _dates_text(context.table, rows)


def name_trips(found: Found, context: Context) -> None:
    """Give every trip its title and subtitle."""
    for group in found.groups:
        rows = group.members[~context.passive[group.members]]
        where = place_of(context, rows, trip=True)
        stops = stop_names(context, group)
        group.title = trip_title(context, rows, where, str(group.details.get("type", "trip")), stops)
        more = " – ".join(stops) if group.details.get("type") == "road trip" and len(stops) > 1 else where.detail
        group.subtitle = " · ".join(part for part in (_dates_text(context.table, rows), more) if part)


def name_lookalikes(found: Found, context: Context) -> None:
    """Call look-alikes by what the classes or kinds agree on, else by number; the subtitle says when."""
    for serial, group in enumerate(found.groups):
        word = _class_name(context.table, group.members) or _kind_name(context, group.members)
        group.title = word[:1].upper() + word[1:] if word else f"Look-alikes {serial + 1}"
        group.subtitle = _dates_text(context.table, group.members)


def name_bursts(found: Found, context: Context) -> None:
    """``Burst of 5`` with its day."""
    for group in found.groups:
        group.subtitle = _dates_text(context.table, group.members)


# ---------------------------------------------------------------- where


def place_of(context: Context, rows: I64, *, trip: bool = False) -> Where:
    """Where photos were taken, as far as it can be said of at least half of them."""
    code = context.named.code[rows]
    known = rows[code > 0]
    if len(known) == 0 or len(known) < KNOWN_SHARE * len(rows):
        return Where()
    if not trip and 2 * np.count_nonzero(context.home[known]) >= len(known):
        return Where("at home", _town_and_country(context, known), home=True)
    towns = top_towns(context.named, known)
    cover = covering(context.named, known, 0.8)
    if cover.level == "town" or (cover.level == "region" and trip):
        return Where(f"in {cover.name}", _detail(cover.name, cover.country))
    if towns and towns[0][1] >= 0.5:
        return Where(f"in {towns[0][0]}", _town_and_country(context, known))
    if len(towns) >= 2 and towns[0][1] + towns[1][1] >= 0.75:
        return Where(f"in {towns[0][0]} and {towns[1][0]}", cover.country)
    if not cover:
        cover = covering(context.named, known, 0.5)
    return Where(f"in {cover.name}", _detail(cover.name, cover.country)) if cover else Where()


def _town_and_country(context: Context, rows: I64) -> str:
    towns = top_towns(context.named, rows, 1)
    country = covering(context.named, rows, 0.5).country
    return _detail(towns[0][0], country) if towns and towns[0][1] >= 0.5 else country


def _detail(name: str, country: str) -> str:
    same = country and country in name
    return name if same or not country else f"{name[:1].upper()}{name[1:]}, {country}"


# ---------------------------------------------------------------- when, and the two together


def event_title(context: Context, rows: I64, where: Where) -> str:
    """The title of an event from its days, part of the day, kinds and place."""
    local = context.table.local[rows]
    ends = dates.days(local)
    if ends is None:
        return _without_time(rows, where)
    first, last = ends
    if first != last:
        return _several_days(first, last, where)
    part = dates.part_of_day(local)
    scene = _scene(context, rows, part)
    day = f"{dates.WEEKDAYS[first.weekday()]} {part}".strip()
    if scene[:1].isupper():
        return f"{scene} {where.phrase}".strip() if where.phrase else f"{scene}, {_short(first)}"
    if scene and not where.home:
        return f"{day} {scene}"
    if where.phrase:
        return f"{day} {where.phrase}"
    return f"{day}, {_short(first)}" if part else f"{_photos(rows)} on {_short(first)}"


def trip_title(context: Context, rows: I64, where: Where, type_: str = "trip", stops: Sequence[str] = ()) -> str:
    """``Weekend in Lisbon``, ``Three days in the Alps``, ``Day trip to Sintra``, ``Road trip from Porto to Faro``;
    ``Portugal and Spain`` is never guessed: only what covers."""
    ends = dates.days(context.table.local[rows])
    if type_ == "day trip":
        place = where.phrase.removeprefix("in ")
        return f"Day trip to {place}" if place else "Day trip" + (f", {_short(ends[0])}" if ends else "")
    if type_ == "road trip" and (where.phrase or len(stops) > 1):
        return f"Road trip {where.phrase}" if where.phrase else f"Road trip from {stops[0]} to {stops[-1]}"
    if ends is None:
        return f"Trip {where.phrase}".strip()
    return _several_days(*ends, where)


def stop_names(context: Context, group: FoundGroup, most: int = 6) -> list[str]:
    """The towns of a trip's stops in order, each once in a row; "" is left out."""
    names: list[str] = []
    for first, last in group.details.get("stops", []):
        towns = top_towns(context.named, group.members[first:last], 1)
        if towns and towns[0][1] >= 0.5 and towns[0][0] not in names[-1:]:
            names.append(towns[0][0])
    return names[:most]


def _several_days(first: date, last: date, where: Where) -> str:
    words = dates.duration(first, last)
    if (last.month, last.day, first.month) == (1, 1, 12) and (last - first).days <= 1:
        words = "New Year’s Eve"
    if not words:
        return f"{dates.months(first, last)} {where.phrase}".strip()
    if where.phrase:
        return f"{words} {where.phrase}"
    if words.endswith("eekend"):
        return f"{words} of {dates.span(first, last)}"
    return f"{words} in {dates.months(first, last)}"


def _without_time(rows: I64, where: Where) -> str:
    return f"{_photos(rows)} {where.phrase}".strip()


def _scene(context: Context, rows: I64, part: str) -> str:
    """What most photos of one day show, as far as it makes a title: "Dinner", "Concert", "by the sea"."""

    def share(kind: str) -> float:
        column = context.kinds.get(kind)
        return np.count_nonzero(column[rows] >= 0.5) / len(rows) if column is not None else 0.0

    if len(rows) < 3:
        return ""
    if share("food") >= 0.6 and part:
        hours = np.mod(context.table.local[rows], 86400.0) / 3600.0
        middle = float(np.nanmedian(hours))
        return next((meal for start, end, meal in MEALS if start <= middle < end), "")
    return next((words for kind, words in SCENES.items() if share(kind) >= 0.6), "")


def _subtitle(context: Context, rows: I64, where: Where) -> str:
    return " · ".join(part for part in (_dates_text(context.table, rows), where.detail) if part)


def _dates_text(table: PhotoTable, rows: I64) -> str:
    ends = dates.days(table.local[rows])
    return dates.span(*ends) if ends else ""


def _short(day: date) -> str:
    return dates.span(day, day)


def _photos(rows: I64) -> str:
    return dates.number(len(rows), "photo", "photos")


def set_positions(groups: list[FoundGroup], table: PhotoTable) -> None:
    """Set ``lat``, ``lon`` of every group to the middle of its located photos."""
    if not groups:
        return
    rows = np.concatenate([group.members for group in groups])
    owner = np.repeat(np.arange(len(groups)), [len(group.members) for group in groups])
    good = valid(table.lat[rows], table.lon[rows])
    vectors = unit_vectors(table.lat[rows[good]], table.lon[rows[good]])
    x, y, z = (np.bincount(owner[good], vectors[:, axis], len(groups)) for axis in range(3))
    located = np.bincount(owner[good], minlength=len(groups)) > 0
    lat, lon = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
    for index in np.flatnonzero(located).tolist():
        groups[index].lat, groups[index].lon = float(lat[index]), float(lon[index])


def _class_name(table: PhotoTable, rows: I64) -> str:
    """The class that the photos have in common, where its mean probability reaches 0.4; "" otherwise."""
    if table.probabilities is None or not table.labels:
        return ""
    p = np.asarray(table.probabilities[rows[:64]], dtype=np.float32)
    p = p[np.isfinite(p[:, 0])]
    if len(p) == 0:
        return ""
    mean = p.mean(axis=0)
    top = int(np.argmax(mean))
    return table.labels[top] if mean[top] >= 0.4 else ""


def _kind_name(context: Context, rows: I64) -> str:
    from core.group.kinds import KINDS

    shares = {kind: float((column[rows] >= 0.5).mean()) for kind, column in context.kinds.items()}
    kind = max(shares, key=lambda k: shares[k], default="")
    return KINDS[kind][0] if kind and shares[kind] >= 0.6 else ""
