"""Where a person lives and goes every week: the places of which one is not "away".

Home is the densest spot by distinct days and nights, not by photos (a wedding has more photos than a year of evenings).
The thresholds start from Ente's base places (10 photos on 10 days over 45 days) and shrink for short libraries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import cells, haversine_km, valid
from core.group.base import F64, PhotoTable
from core.group.timeline import I64

CELL_KM, SPOT_KM, AWAY_KM, HAUNT_KM = 0.6, 1.5, 10.0, 60.0
MIN_PHOTOS, MIN_DAYS, MIN_SPAN_DAYS = 10, 10, 45
MOVE_SHARE, HAUNT_WEEKS = 0.25, 4
MOST = 8
MARGIN_SECONDS = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class Home:
    """A base: ``kind`` "home" or "haunt" (work, family: often visited, within reach of home). Seconds are instants."""

    lat: float
    lon: float
    kind: str
    start: float
    end: float
    days: int
    nights: int
    photos: int


@dataclass(frozen=True, slots=True)
class _Visits:
    """Cells of 0.6 km with the visits to them: one row per photo, ordered by cell. ``all_times`` ascending, and the
    serial number of each one's day."""

    cell: I64
    day: I64
    night: NDArray[np.bool_]
    time: F64
    offsets: I64
    lat: F64
    lon: F64
    score: I64
    all_times: F64
    all_days: I64

    def days_between(self, start: float, end: float) -> int:
        """On how many days photos were taken, wherever, from one instant to another."""
        low, high = np.searchsorted(self.all_times, start, "left"), np.searchsorted(self.all_times, end, "right")
        return int(np.count_nonzero(np.bincount(self.all_days[low:high])))


def homes(table: PhotoTable) -> list[Home]:
    """The bases of a library, the first home first; empty where no spot was visited often enough to tell."""
    visits = _visits(table)
    if visits is None:
        return []
    total_days = int(visits.all_days.max()) + 1
    span = (visits.time.max() - visits.time.min()) / 86400.0
    need_days = max(3, min(MIN_DAYS, round(0.15 * total_days)))
    need_span = min(float(MIN_SPAN_DAYS), 0.4 * span)
    found: list[Home] = []
    free = np.ones(len(visits.lat), dtype=np.bool_)
    for spot in np.argsort(-visits.score, kind="stable").tolist():
        if len(found) >= MOST or visits.score[spot] < need_days:
            break
        if not free[spot]:
            continue
        free &= haversine_km(visits.lat, visits.lon, visits.lat[spot], visits.lon[spot]) > SPOT_KM
        home = _judge(visits, spot, found, need_days, need_span)
        if home is not None:
            found.append(home)
            free &= haversine_km(visits.lat, visits.lon, home.lat, home.lon) > AWAY_KM
    return found


def _visits(table: PhotoTable) -> _Visits | None:
    rows = np.flatnonzero(valid(table.lat, table.lon) & np.isfinite(table.instant) & np.isfinite(table.local))
    if len(rows) == 0:
        return None
    rows = rows[np.lexsort((table.ids[rows], table.instant[rows]))]
    cell, lat, lon, _ = cells(table.lat[rows], table.lon[rows], CELL_KM)
    all_days = np.floor((table.local[rows] - 4 * 3600.0) / 86400.0).astype(np.int64)
    order = np.argsort(cell, kind="stable")
    local = table.local[rows][order]
    cell, day = cell[order], all_days[order]
    hour = np.mod(local, 86400.0) / 3600.0
    night = (hour >= 20.0) | (hour < 8.0)
    pair = cell * (1 << 32) + (day - day.min())
    visits, nights = np.unique(pair) >> 32, np.unique(pair[night]) >> 32
    score = np.bincount(visits, minlength=len(lat)) + np.bincount(nights, minlength=len(lat))
    offsets = np.searchsorted(cell, np.arange(len(lat) + 1)).astype(np.int64)
    all_times = table.instant[rows]
    serial = np.unique(all_days, return_inverse=True)[1]
    return _Visits(cell, day, night, all_times[order], offsets, lat, lon, score.astype(np.int64), all_times, serial)


def _judge(visits: _Visits, spot: int, found: list[Home], need_days: int, need_span: float) -> Home | None:
    """The base around a cell, or None where it was not visited enough, or is no home and too far from one."""
    near = np.flatnonzero(haversine_km(visits.lat, visits.lon, visits.lat[spot], visits.lon[spot]) <= SPOT_KM)
    rows = np.concatenate([np.arange(visits.offsets[c], visits.offsets[c + 1]) for c in near])
    days, time = np.unique(visits.day[rows]), visits.time[rows]
    if len(days) < need_days or len(rows) < min(MIN_PHOTOS, 2 * need_days):
        return None
    if (time.max() - time.min()) / 86400.0 < need_span:
        return None
    share = len(days) / max(visits.days_between(time.min(), time.max()), 1)
    kind = "home" if not found or share >= MOVE_SHARE else "haunt"
    if kind == "haunt":
        distance = min(float(haversine_km(visits.lat[spot], visits.lon[spot], h.lat, h.lon)) for h in found)
        if distance > HAUNT_KM or len(np.unique(days // 7)) < HAUNT_WEEKS:
            return None
    nights = len(np.unique(visits.day[rows][visits.night[rows]]))
    lat, lon = float(visits.lat[spot]), float(visits.lon[spot])
    return Home(lat, lon, kind, float(time.min()), float(time.max()), len(days), nights, len(rows))


def distance_from_base(table: PhotoTable, bases: list[Home], rows: I64) -> F64:
    """km from each photo in ``rows`` to the nearest base lived in at that time; NaN without position or base.

    A base counts from a month before its first photo to a month after its last; the first home counts always where no
    other home of that time does.
    """
    lat, lon, time = table.lat[rows], table.lon[rows], table.instant[rows]
    out = np.full(len(rows), np.nan)
    if not bases:
        return out
    known = valid(lat, lon)
    lived = np.zeros(len(rows), dtype=np.bool_)
    best = np.full(len(rows), np.inf)
    for base in bases:
        active = (time >= base.start - MARGIN_SECONDS) & (time <= base.end + MARGIN_SECONDS)
        lived |= active & (base.kind == "home")
        best = np.where(active, np.minimum(best, haversine_km(lat, lon, base.lat, base.lon)), best)
    first = haversine_km(lat, lon, bases[0].lat, bases[0].lon)
    best = np.where(lived, best, np.minimum(best, first))
    out[known] = best[known]
    return out


def at_home(table: PhotoTable, bases: list[Home], rows: I64, km: float = SPOT_KM) -> NDArray[np.bool_]:
    """Which photos in ``rows`` were taken within ``km`` of a home (not of a mere haunt), bool [len(rows)]."""
    own = [base for base in bases if base.kind == "home"]
    return np.nan_to_num(distance_from_base(table, own, rows), nan=np.inf) <= km
