"""Trips: maximal runs of events away from every base. Rules after Ente's, made of whole events so that they nest.

A run on one day is a day trip where it went far and long enough; one that moved on from stop to stop is a road trip.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import centroid, haversine_km, valid
from core.group.base import F64, Found, FoundGroup, PhotoTable
from core.group.events import UNDATED
from core.group.homes import AWAY_KM, Home, distance_from_base
from core.group.timeline import I64, passive

ALGORITHM, VERSION = "away-from-home", "2"
HOME, AWAY, UNKNOWN = 0, 1, -1


@dataclass(frozen=True, slots=True)
class TripParams:
    """An event is away when half its located photos lie over ``away_km`` from every base; a run of away events ends at
    a base or at a pause of ``pause_days`` (near home sooner: a day per ``km_per_day`` of distance, since one sleeps at
    home between outings nearby); it is a trip from ``min_photos`` photos on ``min_days`` days. One day is a day trip
    from ``day_photos`` photos over ``day_hours``, half of them over ``day_km`` from every base. Events within
    ``stop_km`` of each other are one stop; a trip of ``road_stops`` stops is a road trip."""

    away_km: float = AWAY_KM
    pause_days: float = 15.0
    km_per_day: float = 50.0
    least_pause_days: float = 0.75
    min_photos: int = 5
    min_days: int = 2
    day_photos: int = 8
    day_hours: float = 3.0
    day_km: float = 25.0
    stop_km: float = 25.0
    road_stops: int = 4


DEFAULT = TripParams()


def find(table: PhotoTable, events: Found, bases: list[Home], *, params: TripParams = DEFAULT) -> Found:
    """Trips, oldest first; sets ``parent`` of the events inside to the index of their trip."""
    dated = [i for i, g in enumerate(events.groups) if g.key != UNDATED]
    for group in events.groups:
        group.parent = None
    groups: list[FoundGroup] = []
    if bases and dated:
        members = [events.groups[i].members for i in dated]
        drifting = passive(table)
        states, km = _states(table, members, bases, params)
        for run in _runs(table, members, states, km, params):
            trip = _trip(table, [members[i] for i in run], [km[i] for i in run], drifting, params)
            if trip is not None:
                for i in run:
                    events.groups[dated[i]].parent = len(groups)
                trip.key = str(len(groups))
                groups.append(trip)
    parameters: dict[str, Any] = {**asdict(params), "bases": [asdict(base) for base in bases]}
    return Found("trips", groups, ALGORITHM, VERSION, parameters)


def trip_of(
    table: PhotoTable, members: list[I64], bases: list[Home], *, params: TripParams = DEFAULT
) -> FoundGroup | None:
    """The trip that these events make, however short: the person said so. None where no place is known."""
    km = [distance_from_base(table, bases, rows) for rows in members]
    if not np.isfinite(np.concatenate(km)).any():
        return None
    return _trip(table, members, km, passive(table), replace(params, min_photos=0, min_days=0))


def _states(
    table: PhotoTable, members: list[I64], bases: list[Home], params: TripParams
) -> tuple[NDArray[np.int64], list[F64]]:
    """HOME, AWAY or UNKNOWN for each event, and km from the nearest base for its photos."""
    sizes = np.array([len(m) for m in members])
    distance = distance_from_base(table, bases, np.concatenate(members))
    event = np.repeat(np.arange(len(members)), sizes)
    known = np.isfinite(distance)
    located = np.bincount(event[known], minlength=len(members))
    away = np.bincount(event[known & (np.nan_to_num(distance) > params.away_km)], minlength=len(members))
    states = np.where(located == 0, UNKNOWN, np.where(2 * away >= located, AWAY, HOME))
    return states.astype(np.int64), np.split(distance, np.cumsum(sizes)[:-1])


def _pause_allowed(km: list[F64], params: TripParams) -> F64:
    """Seconds that may pass before or after each event within one trip, by its distance from home."""
    event, distance = np.repeat(np.arange(len(km)), [len(d) for d in km]), np.concatenate(km)
    known = np.isfinite(distance)
    count = np.bincount(event[known], minlength=len(km))
    total = np.bincount(event[known], distance[known], len(km))
    middle = np.where(count > 0, total / np.maximum(count, 1), np.inf)
    days: F64 = np.clip(middle / params.km_per_day, params.least_pause_days, params.pause_days)
    return days * 86400.0


def _runs(
    table: PhotoTable, members: list[I64], states: NDArray[np.int64], km: list[F64], params: TripParams
) -> list[list[int]]:
    """Runs of away events; events of unknown place between two away events of one run belong to it."""
    start = np.array([table.instant[m[0]] for m in members])
    end = np.array([table.instant[m[-1]] for m in members])
    runs: list[list[int]] = []
    waiting: list[int] = []
    open_run = False
    allowed = _pause_allowed(km, params)
    last = 0  # the event before, among those whose place is known
    for i in range(len(states)):
        pause = bool(i) and start[i] - end[i - 1] > params.pause_days * 86400.0
        if states[i] != UNKNOWN:
            pause |= start[i] - end[last] > min(allowed[i], allowed[last])
            last = i
        if pause or states[i] == HOME:
            open_run, waiting = False, []
        if states[i] == UNKNOWN and open_run:
            waiting.append(i)
        if states[i] == AWAY:
            if open_run:
                runs[-1] += [*waiting, i]
            else:
                runs.append([i])
            open_run, waiting = True, []
    return runs


def _trip(
    table: PhotoTable, members: list[I64], km: list[F64], drifting: NDArray[np.bool_], params: TripParams
) -> FoundGroup | None:
    """The trip of a run of events, or None where it is too short to be one."""
    rows, distance = np.concatenate(members), np.concatenate(km)
    own = rows[~drifting[rows]]
    days = np.unique(np.floor((table.local[own][np.isfinite(table.local[own])] - 4 * 3600.0) / 86400.0))
    if len(days) < params.min_days and not _is_day_trip(table, own, distance, params):
        return None
    if len(own) < params.min_photos:
        return None
    located = np.isfinite(distance)
    stops = _stops(table, members, params)
    road = len(stops) >= params.road_stops and len(days) >= params.min_days
    fixed = rows[valid(table.lat[rows], table.lon[rows])]
    lat, lon = centroid(table.lat[fixed], table.lon[fixed])
    farthest, middle = float(np.nanmax(distance)), float(np.nanmedian(distance))
    reason: dict[str, Any] = {"distance_from_home_km": round(middle, 1), "days": len(days), "photos": len(rows)}
    inferred: dict[str, Any] = {**reason, "place": "inferred from the photos around it"}
    sure = np.where(located, np.nan_to_num(distance) / (np.nan_to_num(distance) + params.away_km / 2), 0.6)
    return FoundGroup(
        key="",
        title="Trip",
        subtitle="",
        members=rows,
        strengths=sure.astype(np.float32),
        reasons=[reason if known else inferred for known in located.tolist()],
        strength=float(sure.mean()),
        lat=lat,
        lon=lon,
        details={
            "farthest_km": round(farthest, 1),
            "days": len(days),
            "events": len(members),
            "type": "day trip" if len(days) < params.min_days else "road trip" if road else "trip",
            "stops": stops,
        },
    )


def _is_day_trip(table: PhotoTable, own: I64, distance: F64, params: TripParams) -> bool:
    """Did one day lead far enough, for long enough?"""
    known = distance[np.isfinite(distance)]
    if len(own) < params.day_photos or len(known) == 0:
        return False
    hours = float(np.ptp(table.instant[own])) / 3600.0
    return hours >= params.day_hours and float(np.median(known)) >= params.day_km


def _stops(table: PhotoTable, members: list[I64], params: TripParams) -> list[list[int]]:
    """Where the trip stayed, in order: [first, last + 1] positions within its photos of each chain of events that keep
    within ``stop_km`` of the stop's beginning. Events without a position stay with the stop before."""
    stops: list[list[int]] = []
    middle: tuple[float, float] | None = None
    first = 0
    for rows in members:
        last = first + len(rows)
        fixed = rows[valid(table.lat[rows], table.lon[rows])]
        here = centroid(table.lat[fixed], table.lon[fixed]) if len(fixed) else None
        near = here is None or (middle is not None and float(haversine_km(*middle, *here)) <= params.stop_km)
        if stops and near:
            stops[-1][1] = last
        else:
            stops.append([first, last])
            middle = here
        first = last
    return stops
