"""Odd ones: photos that do not belong where they are, few of them and each with its reason.

Blank or blurred against the rest of the library; a screenshot among the photos of an outing; a date that cameras give
when they know none, or that those beside it contradict; a position that could not be reached; a picture unlike anything
else, by its distance to its nearest neighbours against theirs (the idea of the local outlier factor, Breunig et al.
2000). Precision comes before recall: what is merely unusual is not odd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import haversine_km
from core.group.base import F64, Found, FoundGroup, PhotoTable
from core.group.neighbours import Neighbours, nearest
from core.group.timeline import I64, column

ALGORITHM, VERSION = "reasons", "1"
Bools = NDArray[np.bool_]
TITLES = {
    "blank": "Blank",
    "blurred": "Blurred",
    "screenshot": "Screenshots among photos",
    "date": "Date looks wrong",
    "place": "Place looks wrong",
    "alone": "Unlike anything else",
}
DAY = 86400.0
MOST = 200
UNSET_YEARS = (1970, 1980, 1990, 2000, 2001)
"""What clocks say that were never set: the first of January of one of these."""


@dataclass(frozen=True, slots=True)
class OddParams:
    """``blank_contrast``, ``blank_detail``: spread of luma and sharpness below which a picture shows nothing.
    ``blur``: how many robust deviations of log sharpness below the library's middle, and ``blur_within`` below that of
    photos alike. ``screens``: largest share of screenshots in an event where they are strangers, among at least
    ``fellows`` photos. ``lonely_years``: a date further than this from all others'. ``speed_kmh``, ``jump_km``: a
    position that is further from both neighbours in time, and could only be reached faster. ``alone``: ratio of a
    photo's distance to its neighbours and theirs; ``alone_beyond``: its distance to the nearest three above the
    library's median, in units of what the farthest tenth exceeds that by. ``most``: largest share of the library under
    one reason that rests on measures."""

    blank_contrast: float = 0.02
    blank_detail: float = 6.0
    blur: float = 4.0
    blur_within: float = 1.6
    screens: float = 0.2
    fellows: int = 8
    lonely_years: float = 3.0
    speed_kmh: float = 1000.0
    jump_km: float = 100.0
    alone: float = 1.12
    alone_beyond: float = 2.6
    k: int = 10
    most: float = 0.01


DEFAULT = OddParams()


@dataclass(frozen=True, slots=True)
class Marks:
    """How odd each of n photos is under one reason: ``score`` float64 (0: not at all; ranks), ``odd`` bool, and the
    figures, each float64 [n]."""

    score: F64
    odd: Bools
    figures: Mapping[str, F64]


def find(
    table: PhotoTable,
    *,
    params: OddParams = DEFAULT,
    neighbours: Neighbours | None = None,
    events: Found | None = None,
    seed: int = 0,
    by_look: Neighbours | None = None,
) -> Found:
    """Odd ones by reason, a group each. A photo that shows nothing is under that alone. ``by_look``: the neighbours
    by which a photo is unlike anything else, where they are others (an autoencoder's codes)."""
    reasons = all_marks(table, params=params, neighbours=neighbours, events=events, seed=seed, by_look=by_look)
    taken = reasons["blank"].odd.copy()
    groups = []
    for key, marks in reasons.items():
        odd = marks.odd if key in ("blank", "date", "place") else marks.odd & ~taken
        if key == "blurred":
            taken |= odd
        rows = np.flatnonzero(odd).astype(np.int64)
        if len(rows):
            groups.append(_group(table, key, rows, marks))
    return Found("odd", groups, ALGORITHM, VERSION, asdict(params), seed)


def all_marks(
    table: PhotoTable,
    *,
    params: OddParams = DEFAULT,
    neighbours: Neighbours | None = None,
    events: Found | None = None,
    seed: int = 0,
    by_look: Neighbours | None = None,
) -> dict[str, Marks]:
    """The marks under every reason, by the keys of TITLES."""
    if neighbours is None and table.vectors is not None:
        neighbours = nearest(table.vectors, params.k, seed=seed)
    return {
        "blank": blank(table, params),
        "blurred": blurred(table, neighbours, params),
        "screenshot": screenshots(table, events, params),
        "date": dates(table, neighbours, params),
        "place": places(table, params),
        "alone": alone(table, neighbours if by_look is None else by_look, params),
    }


def _group(table: PhotoTable, key: str, rows: I64, marks: Marks) -> FoundGroup:
    rows = rows[np.lexsort((table.ids[rows], -np.round(marks.score[rows], 6)))]
    strengths = np.clip(1.0 - 0.5 * np.exp(-np.maximum(marks.score[rows], 0.0)), 0.0, 1.0).astype(np.float32)
    reasons: list[dict[str, Any]] = []
    for row in rows.tolist():
        figures = {name: round(float(values[row]), 3) for name, values in marks.figures.items()}
        reasons.append({"reason": key, **{name: value for name, value in figures.items() if np.isfinite(value)}})
    return FoundGroup(key, TITLES[key], "", rows, strengths, reasons, float(strengths.mean()), cover=int(rows[0]))


# ---------------------------------------------------------------- what the picture shows


def blank(table: PhotoTable, params: OddParams = DEFAULT) -> Marks:
    """Pictures that show nothing: a lens cap, a pocket, a white wall."""
    contrast = column(table, "contrast", np.nan).astype(np.float64)
    detail = column(table, "sharpness", np.nan).astype(np.float64)
    score = np.nan_to_num(np.log(params.blank_contrast / np.maximum(contrast, 1e-4)), nan=-9.0)
    odd = (contrast < params.blank_contrast) & (detail < params.blank_detail)
    return Marks(score, odd, {"contrast": contrast, "sharpness": detail})


def blurred(table: PhotoTable, neighbours: Neighbours | None, params: OddParams = DEFAULT) -> Marks:
    """Camera photos far less sharp than the library's, and than those that show the like."""
    n = len(table)
    detail = np.log(np.maximum(column(table, "sharpness", np.nan).astype(np.float64), 1e-2))
    parts = np.log(np.maximum(column(table, "subject_sharpness", np.nan).astype(np.float64), 1e-2))
    detail = np.where(np.isfinite(parts), parts, detail)
    usual, spread = _middle(detail)
    below = (usual - detail) / max(spread, 0.35)
    fellows = np.full(n, np.nan)
    if neighbours is not None and len(neighbours.index):
        others = np.where(neighbours.index >= 0, detail[np.maximum(neighbours.index, 0)], np.nan)
        some = np.isfinite(others).sum(axis=1) >= 3
        fellows[some] = np.nanmedian(others[some], axis=1)
    within = np.where(np.isfinite(fellows), fellows - detail, usual - detail)
    odd = (below >= params.blur) & (within >= params.blur_within)
    score = np.nan_to_num(np.minimum(below - params.blur, within - params.blur_within), nan=-9.0)
    return Marks(score, _few(score, odd, params.most), {"deviations_below": below, "log_below_alike": within})


def alone(table: PhotoTable, neighbours: Neighbours | None, params: OddParams = DEFAULT) -> Marks:
    """Pictures whose nearest neighbours are much further away than these have theirs."""
    n = len(table)
    if neighbours is None or len(neighbours.index) == 0 or n < 50:
        return Marks(np.full(n, -9.0), np.zeros(n, np.bool_), {})
    k = min(params.k, neighbours.index.shape[1])
    index, cosine = neighbours.index[:, :k], neighbours.score[:, :k].astype(np.float64)
    known = index >= 0
    some = known.sum(axis=1) >= 3
    far = np.where(known, np.sqrt(np.maximum(2.0 - 2.0 * cosine, 0.0)), np.nan)
    own, nearby = np.full(n, np.nan), np.full(n, np.nan)
    own[some], nearby[some] = np.nanmean(far[some], axis=1), np.nanmean(far[some, :3], axis=1)
    theirs = np.full(n, np.nan)
    theirs[some] = np.nanmean(np.where(known, own[np.maximum(index, 0)], np.nan)[some], axis=1)
    ratio = own / np.maximum(theirs, 1e-3)
    middle, high = np.nanquantile(nearby, [0.5, 0.9]) if some.any() else (0.0, 1.0)
    beyond = (nearby - middle) / max(float(high - middle), 0.02)
    odd = (ratio >= params.alone) & (beyond >= params.alone_beyond)
    best = np.where(known[:, 0], cosine[:, 0], np.nan)
    figures = {"distance_ratio": ratio, "distance_beyond": beyond, "nearest_cosine": best}
    rank = np.nan_to_num(beyond - params.alone_beyond, nan=-9.0)
    return Marks(rank, _few(rank, odd, params.most), figures)


def screenshots(table: PhotoTable, events: Found | None, params: OddParams = DEFAULT) -> Marks:
    """Screenshots in an event that is otherwise made of a camera's photos."""
    n = len(table)
    screen = np.nan_to_num(column(table, "screenshot_name", 0.0)) > 0.5
    photo = np.nan_to_num(column(table, "has_camera", 0.0)) > 0.5
    share, fellows = np.full(n, np.nan), np.zeros(n)
    for group in [] if events is None else events.groups:
        rows = group.members
        share[rows], fellows[rows] = screen[rows].mean(), np.count_nonzero(photo[rows])
    odd = screen & (share <= params.screens) & (fellows >= params.fellows)
    score = np.where(screen, np.nan_to_num(params.screens - share, nan=-9.0), -9.0)
    return Marks(score, odd, {"share_of_event": share, "photos_of_event": fellows})


# ---------------------------------------------------------------- when and where


def dates(table: PhotoTable, neighbours: Neighbours | None, params: OddParams = DEFAULT) -> Marks:
    """Dates that cameras give when they know none, and dates far from all others that even pictures alike contradict.

    A clock that was never set says the first of January of a round year. What is years away from every other photo is
    wrong only when the photos that look most like it lie elsewhere in time.
    """
    local = np.where(np.isfinite(table.local), table.local, table.instant)
    known = np.isfinite(local)
    day = np.where(known, local, 0.0).astype("datetime64[s]").astype("datetime64[D]")
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    lonely = _lonely_years(local)
    unset = known & (day == day.astype("datetime64[Y]")) & np.isin(year, UNSET_YEARS) & (_fellows(local) < 5)
    unset |= known & (year <= 1970)
    contradicted = _against_alike(local, neighbours) / (365.25 * DAY)
    crowd = known & (lonely > params.lonely_years) & (contradicted > params.lonely_years)
    score = np.where(unset, 3.0, np.nan_to_num(np.minimum(lonely, contradicted) - params.lonely_years, nan=-9.0))
    odd = unset | _few(score, crowd & ~unset, params.most)
    return Marks(score, odd, {"year": np.where(known, year, np.nan), "years_from_others": lonely})


def _fellows(local: F64) -> I64:
    """int64 [n]: other photos within a year of each, not counting those within a month."""
    time = np.sort(local[np.isfinite(local)])

    def within(days: float) -> NDArray[np.int64]:
        last, first = np.searchsorted(time, local + days * DAY, side="right"), np.searchsorted(time, local - days * DAY)
        return (last - first).astype(np.int64)

    out: I64 = within(365.0) - within(31.0)
    return out


def _lonely_years(local: F64) -> F64:
    """Years to the fifth nearest other photo in time; NaN for undated ones and in small libraries."""
    out = np.full(len(local), np.nan)
    rows = np.flatnonzero(np.isfinite(local))
    if len(rows) < 20:
        return out
    order = rows[np.argsort(local[rows], kind="stable")]
    time = np.pad(local[order], 5, constant_values=np.inf)
    time[:5] = -np.inf
    m = len(order)
    centre = time[5 : 5 + m]
    steps = [np.maximum(centre - time[5 - left : 5 - left + m], time[10 - left : 10 - left + m] - centre)
             for left in range(6)]  # fmt: skip
    out[order] = np.min(steps, axis=0) / (365.25 * DAY)
    return out


def _against_alike(local: F64, neighbours: Neighbours | None) -> F64:
    """Seconds from each photo's date to the nearest date of those most alike; infinite where there are none."""
    if neighbours is None or len(neighbours.index) == 0:
        return np.full(len(local), np.inf)
    index = neighbours.index[:, :5]
    when = np.where(index >= 0, local[np.maximum(index, 0)], np.nan)
    off = np.abs(when - local[:, None])
    some = np.isfinite(off).any(axis=1)
    out = np.full(len(local), np.inf)
    out[some] = np.nanmin(off[some], axis=1)
    return out


def places(table: PhotoTable, params: OddParams = DEFAULT) -> Marks:
    """Positions that could not be reached from the one before nor left for the next while these two agree; (0, 0)."""
    n = len(table)
    rows = np.flatnonzero(np.isfinite(table.instant) & np.isfinite(table.lat) & np.isfinite(table.lon))
    rows = rows[np.lexsort((table.ids[rows], table.instant[rows]))]
    jump, speed = np.full(n, np.nan), np.full(n, np.nan)
    if len(rows) >= 3:
        before, here, after = rows[:-2], rows[1:-1], rows[2:]
        there = [_km(table, here, before), _km(table, here, after)]
        hours = [np.maximum(np.abs(table.instant[here] - table.instant[o]) / 3600.0, 1 / 60) for o in (before, after)]
        around = _km(table, before, after)
        jump[here] = np.minimum(*there) - around
        speed[here] = np.minimum(there[0] / hours[0], there[1] / hours[1])
    nowhere = (np.abs(table.lat) < 0.01) & (np.abs(table.lon) < 0.01)
    odd = (jump > params.jump_km) & (speed > params.speed_kmh) | nowhere
    score = np.where(nowhere, 9.0, np.nan_to_num(np.log(np.maximum(speed, 1e-3) / params.speed_kmh), nan=-9.0))
    score = np.where(np.nan_to_num(jump, nan=-1.0) > params.jump_km, score, np.where(nowhere, 9.0, -9.0))
    return Marks(score, odd, {"km_away": jump, "least_speed_kmh": speed})


def _km(table: PhotoTable, a: I64, b: I64) -> F64:
    return np.asarray(haversine_km(table.lat[a], table.lon[a], table.lat[b], table.lon[b]), dtype=np.float64)


# ---------------------------------------------------------------- tools


def _middle(values: F64) -> tuple[float, float]:
    """Median and robust standard deviation of the known values."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0, 1.0
    middle = float(np.median(known))
    return middle, 1.4826 * float(np.median(np.abs(known - middle)))


def _few(score: F64, odd: Bools, most: float) -> Bools:
    """No more than that share of the library, the oddest of them (at least two, at most MOST)."""
    rows = np.flatnonzero(odd)
    room = min(max(2, round(most * len(odd))), MOST)
    out = np.zeros(len(odd), np.bool_)
    out[rows[np.argsort(-score[rows], kind="stable")[:room]]] = True
    return out
