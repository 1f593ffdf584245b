"""Where photos without a position were probably taken: borrowed from neighbours in time, with a radius.

Positions are interpolated by kriging at the scale at which people moved just then (:mod:`core.group.kriging`), so that
jitter averages out where the person stood and the path is followed where they moved. Where the neighbours before and
after lie apart and nothing says that the photo was taken on the way, one side is chosen by time and look. Last, the
fixes of other days at the same place sharpen it (:mod:`core.group.fixes`). Scales, choice and radius are learned
from the library itself: every located photo can be hidden and asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import EARTH_KM, haversine_km, valid
from core.group.base import F64, PhotoTable
from core.group.fixes import OWN, Cells
from core.group.kriging import EVEN, fit_prior, krige
from core.group.logistic import sigmoid
from core.group.timeline import I64, Timeline, timeline

Bools = NDArray[np.bool_]

ALGORITHM, VERSION = "kriging-and-side", "2"
SIDE = 4  # located neighbours each side
BLOCK = 4096
LEAST_NOISE = 4e-6  # km²: two metres
WITHIN = 0.8


@dataclass(frozen=True, slots=True)
class InferParams:
    """A position is borrowed from at most ``seconds`` away. Neighbours are at one place within ``place`` times the
    usual distance of two fixes seconds apart, kept within ``least_km``..``jump_km``. Positions less sure than
    ``most_km`` are not told. ``learn_from``: photos hidden to learn the radius."""

    seconds: float = 7200.0
    place: float = 5.0
    least_km: float = 0.03
    jump_km: float = 0.25
    most_km: float = 25.0
    learn_from: int = 20_000


DEFAULT = InferParams()


@dataclass(frozen=True, slots=True)
class Inferred:
    """For m photos: rows int64 [m] in the table; lat, lon float64 [m] degrees; radius_km float64 [m], within which
    about four of five lie; before, after int64 [m]: the located neighbours in the table (-1: none); seconds float64 [m]
    to the nearer one; side int8 [m]: -1 taken from the photos before, 1 after, 0 between both."""

    rows: I64
    lat: F64
    lon: F64
    radius_km: F64
    before: I64
    after: I64
    seconds: F64
    side: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class _Path:
    """The located photos in time: rows in the table, seconds, degrees, event; and the table with the event of each of
    its photos."""

    rows: I64
    time: F64
    lat: F64
    lon: F64
    event: I64
    table: PhotoTable
    events: I64


@dataclass(frozen=True, slots=True)
class _Asked:
    """Photos asked for, in one block: their neighbours, cosines with them, and the fix of each that must not be used
    (degrees), where it has one."""

    around: _Around
    cosine: F64
    own: tuple[F64, F64] | None = None


@dataclass(frozen=True, slots=True)
class _Around:
    """For m photos their located neighbours, nearest first, SIDE before and SIDE after: index [m, 2 * SIDE] into the
    path, good [m, 2 * SIDE], dt [m, 2 * SIDE] seconds (negative: before), x, y km from the nearest (lat0, lon0)."""

    index: I64
    good: Bools
    dt: F64
    x: F64
    y: F64
    lat0: F64
    lon0: F64


@dataclass(frozen=True, slots=True)
class _Model:
    """``noise``: variance of a fix along an axis, km²; ``scales``: how often each scale of movement occurs; ``side``:
    weights of :func:`_side_terms` for choosing a side; ``stretch``: from the predicted to the told radius;
    ``place_km``: two fixes this near are of one place."""

    noise: float = 2e-4
    scales: tuple[float, ...] = EVEN
    side: tuple[float, ...] = (1.0, 2.0, 2.0, 0.0)
    stretch: float = 1.5
    place_km: float = 0.1


def infer(
    table: PhotoTable, line: Timeline | None = None, *, event: I64 | None = None, params: InferParams = DEFAULT
) -> Inferred:
    """Positions for the dated photos that a camera made and that have none; ``event`` int64 [n]: neighbours count only
    within the photo's own event (-1: none known)."""
    line = timeline(table) if line is None else line
    event = np.zeros(len(table), dtype=np.int64) if event is None else event
    known = valid(table.lat, table.lon)[line.order]
    path = _path(table, line.order[known & ~line.passive], event)
    asked = line.order[~known & ~line.passive]
    if len(path.rows) == 0 or len(asked) == 0:
        return _nothing()
    cells = Cells.of(path.lat, path.lon, float(np.sqrt(_noise(path, params).noise)))
    model = learn(path, cells, params)
    parts = [_answer(path, asked[i : i + BLOCK], cells, model, params) for i in range(0, len(asked), BLOCK)]
    found = Inferred(*(np.concatenate([getattr(p, name) for p in parts]) for name in Inferred.__slots__))
    keep = np.isfinite(found.lat) & (found.radius_km <= params.most_km)
    return Inferred(*(getattr(found, name)[keep] for name in Inferred.__slots__))


def _nothing() -> Inferred:
    none, ids = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Inferred(ids, none, none, none, ids, ids, none, np.zeros(0, dtype=np.int8))


def _path(table: PhotoTable, rows: I64, event: I64) -> _Path:
    return _Path(rows, table.instant[rows], table.lat[rows], table.lon[rows], event[rows], table, event)


# ---------------------------------------------------------------- neighbours


def _around(path: _Path, time: F64, event: I64, params: InferParams, own: I64 | None = None) -> _Around:
    """The located neighbours of photos at ``time``; ``own``: their index in the path where they lie on it."""
    left = np.searchsorted(path.time, time, side="left") if own is None else own
    right = left if own is None else own + 1
    steps = np.arange(SIDE)
    index = np.hstack([left[:, None] - 1 - steps, right[:, None] + steps])
    good = (index >= 0) & (index < len(path.time))
    index = np.clip(index, 0, len(path.time) - 1)
    dt = path.time[index] - time[:, None]
    good &= (np.abs(dt) <= params.seconds) & (path.event[index] == event[:, None])
    nearest = np.argmin(np.where(good, np.abs(dt), np.inf), axis=1)
    at = index[np.arange(len(index)), nearest]
    lat0, lon0 = path.lat[at], path.lon[at]
    east = (path.lon[index] - lon0[:, None] + 180.0) % 360.0 - 180.0
    x = np.radians(east) * np.cos(np.radians(lat0))[:, None] * EARTH_KM
    y = np.radians(path.lat[index] - lat0[:, None]) * EARTH_KM
    return _Around(index, good, dt, np.where(good, x, 0.0), np.where(good, y, 0.0), lat0, lon0)


def _sides(around: _Around, place_km: float) -> tuple[Bools, Bools, F64, Bools]:
    """(one before, one after, km between the nearest of each, whether the path goes on steadily through the gap: each
    step either side leads on in the same direction, further than fixes scatter, and about as fast)."""
    before, after = around.good[:, 0], around.good[:, SIDE]
    east, north = around.x[:, SIDE] - around.x[:, 0], around.y[:, SIDE] - around.y[:, 0]
    apart = np.where(before & after, np.hypot(east, north), 0.0)
    hours = np.maximum(around.dt[:, SIDE] - around.dt[:, 0], 1.0) / 3600.0
    speed = apart / hours
    steady = before & after & (speed >= 1.0) & (speed <= 300.0)
    for earlier, later, second in ((1, 0, 1), (SIDE, SIDE + 1, SIDE + 1)):
        x, y = around.x[:, later] - around.x[:, earlier], around.y[:, later] - around.y[:, earlier]
        km, span = np.hypot(x, y), np.maximum(around.dt[:, later] - around.dt[:, earlier], 30.0) / 3600.0
        onward = x * east + y * north >= 0.7 * km * apart
        steady &= around.good[:, second] & onward & (km >= place_km) & (km / span >= 0.4 * speed)
    return before, after, apart, steady


def _looks(path: _Path, rows: I64, around: _Around) -> F64:
    """Cosines of photos with their neighbours, float64 [m, 2 * SIDE]; NaN where one cannot be known."""
    out = np.full(around.good.shape, np.nan)
    vectors = path.table.vectors
    if vectors is None:
        return out
    own = np.asarray(vectors[rows], dtype=np.float32)
    for column in range(2 * SIDE):
        other = np.asarray(vectors[path.rows[around.index[:, column]]], dtype=np.float32)
        seen = around.good[:, column] & other.any(axis=1) & own.any(axis=1)
        out[:, column] = np.where(seen, np.einsum("ij,ij->i", own, other), np.nan)
    return out


def _look(cosine: F64) -> F64:
    """Mean cosine with the neighbours before, less that with those after; 0 where it cannot be known."""
    seen = np.isfinite(cosine)
    count = np.stack([seen[:, :SIDE].sum(axis=1), seen[:, SIDE:].sum(axis=1)], axis=1)
    known = np.where(seen, cosine, 0.0)
    total = np.stack([known[:, :SIDE].sum(axis=1), known[:, SIDE:].sum(axis=1)], axis=1)
    mean = total / np.maximum(count, 1)
    out: F64 = np.where((count > 0).all(axis=1), mean[:, 0] - mean[:, 1], 0.0)
    return out


# ---------------------------------------------------------------- the guess


@dataclass(frozen=True, slots=True)
class _Guess:
    """lat, lon degrees, scale_km: expected error before it is stretched to what the library shows; side; evidence of
    the scales of movement."""

    lat: F64
    lon: F64
    scale_km: F64
    side: NDArray[np.int8]
    evidence: F64


def _guess(asked: _Asked, cells: Cells, model: _Model) -> _Guess:
    """Where photos with these neighbours were taken."""
    around = asked.around
    before, after, apart, steady = _sides(around, model.place_km)
    chosen = before & after & (apart > model.place_km) & ~steady
    odds = _side_terms(around, asked.cosine) @ np.asarray(model.side)  # log odds of "before"
    first = np.where(chosen, odds >= 0, before)
    good = around.good.copy()
    good[:, :SIDE] &= ~(chosen & ~first)[:, None]
    good[:, SIDE:] &= ~(chosen & first)[:, None]
    good = _one_place(around, good, model.place_km)
    found = krige(around.dt, around.x, around.y, good, model.noise, model.scales)
    lat, lon = _degrees(around.lat0, around.lon0, found.x, found.y)
    east, north, fixes = cells.drawn(lat, lon, asked.own)
    lat, lon = _degrees(lat, lon, east, north)
    variance = (OWN**2 * found.sd**2 + fixes * model.noise) / (OWN + fixes) ** 2
    doubt = np.where(chosen, sigmoid(-np.abs(odds)), 0.0) * apart
    on_the_way = np.where(steady & (apart > model.place_km), 0.15 * apart, 0.0)
    scale = np.sqrt(model.noise + variance) + doubt + on_the_way
    side = np.where(before & after & ~chosen, 0, np.where(first, -1, 1)).astype(np.int8)
    return _Guess(lat, lon, scale, side, found.evidence)


def _degrees(lat: F64, lon: F64, east: F64, north: F64) -> tuple[F64, F64]:
    """Positions moved by km east and north."""
    moved = lon + np.degrees(east / (EARTH_KM * np.maximum(np.cos(np.radians(lat)), 1e-6)))
    return lat + np.degrees(north / EARTH_KM), (moved + 180.0) % 360.0 - 180.0


def _one_place(around: _Around, good: Bools, place_km: float) -> Bools:
    """Neighbours further back on one side count only while they are at the same place as the nearest of that side."""
    out = good.copy()
    for first in (0, SIDE):
        for column in range(first + 1, first + SIDE):
            km = np.hypot(around.x[:, column] - around.x[:, first], around.y[:, column] - around.y[:, first])
            out[:, column] &= (km <= place_km) & good[:, first]
    return out


def _side_terms(around: _Around, cosine: F64) -> F64:
    """float64 [m, 4]: log ratio of the times to both sides, change of look over all neighbours and over the nearest of
    each side, constant."""
    to_before = 5.0 - around.dt[:, 0]
    to_after = 5.0 + around.dt[:, SIDE]
    near = np.nan_to_num(cosine[:, 0] - cosine[:, SIDE])
    with np.errstate(invalid="ignore", divide="ignore"):  # a side without neighbours is never asked about
        ratio = np.nan_to_num(np.log(to_after / to_before), posinf=0.0, neginf=0.0)
    return np.column_stack([ratio, _look(cosine), near, np.ones(len(near))])


# ---------------------------------------------------------------- learning from the located photos


def learn(path: _Path, cells: Cells, params: InferParams) -> _Model:
    """Noise of a fix, scales of movement, weights of the choice of a side, and stretch of the radius, from the located
    photos of the library, each asked for as if it had no position."""
    model = _noise(path, params)
    own = np.unique(np.linspace(0, len(path.rows) - 1, min(len(path.rows), params.learn_from)).astype(np.int64))
    blocks = [own[i : i + BLOCK] for i in range(0, len(own), BLOCK)]
    hidden = [_hidden(path, block, params) for block in blocks]
    model = replace(
        model, side=_fit_side([_side_known(path, *each, model) for each in zip(blocks, hidden, strict=True)])
    )
    told = [each.around.good.sum(axis=1) >= 3 for each in hidden]  # of fewer fixes no scale can be seen
    evidence = [_guess(each, cells, model).evidence[:, seen] for each, seen in zip(hidden, told, strict=True)]
    model = replace(model, scales=fit_prior(np.concatenate(evidence, axis=1)) if evidence else EVEN)
    ratios = []
    for block, each in zip(blocks, hidden, strict=True):
        guess = _guess(each, cells, model)
        error = haversine_km(guess.lat, guess.lon, path.lat[block], path.lon[block])
        ratios.append((error / np.maximum(guess.scale_km, 1e-6))[each.around.good.any(axis=1)])
    ratio = np.concatenate(ratios) if ratios else np.zeros(0)
    stretch = float(np.quantile(ratio, WITHIN)) if len(ratio) >= 20 else 2.0
    return replace(model, stretch=float(np.clip(stretch, 0.5, 10.0)))


def _hidden(path: _Path, own: I64, params: InferParams) -> _Asked:
    """Located photos asked for as if they were not."""
    around = _around(path, path.time[own], path.event[own], params, own)
    return _Asked(around, _looks(path, path.rows[own], around), (path.lat[own], path.lon[own]))


def _side_known(path: _Path, own: I64, asked: _Asked, model: _Model) -> tuple[F64, Bools]:
    """Terms of the choice of a side and whether "before" was right, of the hidden photos that need one."""
    around = asked.around
    before, after, apart, steady = _sides(around, model.place_km)
    chosen = before & after & (apart > model.place_km) & ~steady
    lat, lon = path.lat[own], path.lon[own]
    to_before, to_after = (
        haversine_km(lat, lon, path.lat[around.index[:, side]], path.lon[around.index[:, side]]) for side in (0, SIDE)
    )
    return _side_terms(around, asked.cosine)[chosen], (to_before < to_after)[chosen]


def _noise(path: _Path, params: InferParams) -> _Model:
    """Noise from how far two fixes seconds apart lie (the median, so that a flight or a broken fix does not count)."""
    square = haversine_km(path.lat[1:], path.lon[1:], path.lat[:-1], path.lon[:-1]) ** 2
    soon = np.diff(path.time) < 30.0
    usual = float(np.median(square[soon])) if soon.sum() >= 10 else 0.0008
    place_km = float(np.clip(params.place * np.sqrt(usual), params.least_km, params.jump_km))
    # the square of a distance of two fixes is exponential with mean four times the variance
    return _Model(noise=max(usual / (4 * np.log(2)), LEAST_NOISE), place_km=place_km)


def _fit_side(parts: list[tuple[F64, Bools]]) -> tuple[float, ...]:
    """Weights of :func:`_side_terms`, drawn towards "the nearer in time" where the library has few jumps."""
    terms = np.concatenate([p[0] for p in parts]) if parts else np.zeros((0, 4))
    label = np.concatenate([p[1] for p in parts]).astype(np.float64) if parts else np.zeros(0)
    prior, ridge = np.array([1.0, 2.0, 2.0, 0.0]), np.array([5.0, 0.5, 0.5, 20.0])
    beta = prior.copy()
    for _ in range(60):
        p = sigmoid(terms @ beta)
        gradient = terms.T @ (p - label) + ridge * (beta - prior)
        hessian = (terms * (p * (1 - p))[:, None]).T @ terms + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta -= step / max(1.0, float(np.abs(step).max()))  # whole steps overshoot where the odds are saturated
        if np.abs(step).max() < 1e-8:
            break
    return tuple(beta.tolist())


# ---------------------------------------------------------------- answers


def _answer(path: _Path, rows: I64, cells: Cells, model: _Model, params: InferParams) -> Inferred:
    table = path.table
    around = _around(path, table.instant[rows], path.events[rows], params)
    guess = _guess(_Asked(around, _looks(path, rows, around)), cells, model)
    some = around.good.any(axis=1)
    before = np.where(around.good[:, 0], path.rows[around.index[:, 0]], -1)
    after = np.where(around.good[:, SIDE], path.rows[around.index[:, SIDE]], -1)
    return Inferred(
        rows=rows,
        lat=np.where(some, guess.lat, np.nan),
        lon=np.where(some, guess.lon, np.nan),
        radius_km=np.where(some, np.maximum(guess.scale_km * model.stretch, 0.01), np.inf),
        before=before.astype(np.int64),
        after=after.astype(np.int64),
        seconds=np.where(around.good, np.abs(around.dt), np.inf).min(axis=1),
        side=guess.side,
    )
