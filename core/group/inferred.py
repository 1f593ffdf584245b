"""Where photos without a position were probably taken: borrowed from neighbours in time, with a radius.

Positions are interpolated by ordinary kriging (Matheron 1963; Cressie 1993) of a Brownian path with measurement noise,
so that jitter averages out where the person stood and the path is followed where they moved. Where the neighbours
before and after lie apart and nothing says that the photo was taken on the way, one side is chosen by time and look.
Both the choice and the radius are learned from the library itself: every located photo can be hidden and asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import EARTH_KM, haversine_km, valid
from core.group.base import F64, PhotoTable
from core.group.gaps import sigmoid
from core.group.timeline import I64, Timeline, timeline

Bools = NDArray[np.bool_]

ALGORITHM, VERSION = "kriging-and-side", "1"
SIDE = 6  # located neighbours each side
UNIT = 600.0  # seconds that count as one in the equations
FAR = 1e6  # noise of a neighbour that is not there
BLOCK = 4096
WITHIN = 0.8


@dataclass(frozen=True, slots=True)
class InferParams:
    """A position is borrowed from at most ``seconds`` away. Neighbours are at one place within ``place`` times the
    usual distance of two fixes seconds apart, kept within ``least_km``..``jump_km``. Positions less sure than
    ``most_km`` are not told. ``learn_from``: photos hidden to learn the radius."""

    seconds: float = 7200.0
    place: float = 3.0
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
    """``noise``: seconds (in UNIT) of movement that equal the noise of a fix; ``spread`` km² per UNIT; ``side``:
    weights of :func:`_side_terms` for choosing a side; ``stretch``: from the predicted to the told radius;
    ``place_km``: two fixes this near are of one place."""

    noise: float = 1.0
    spread: float = 0.02
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
    model = learn(path, params)
    parts = [_answer(path, asked[i : i + BLOCK], model, params) for i in range(0, len(asked), BLOCK)]
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


# ---------------------------------------------------------------- kriging


def _krige(around: _Around, good: Bools, noise: float) -> tuple[F64, F64, F64]:
    """Ordinary kriging from the neighbours in ``good``: x, y [m] km and the variance in units of the path's spread."""
    dt = around.dt / UNIT
    m, k = dt.shape
    system = np.zeros((m, k + 1, k + 1))
    system[:, :k, :k] = -np.abs(dt[:, :, None] - dt[:, None, :])
    diagonal = np.arange(k)
    system[:, diagonal, diagonal] = np.where(good, noise, FAR)
    system[:, k, :k] = system[:, :k, k] = 1.0
    right = np.ones((m, k + 1))
    right[:, :k] = -np.abs(dt)
    answer = np.linalg.solve(system, right[:, :, None])[:, :, 0]
    weight = np.where(good, answer[:, :k], 0.0)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    variance = (weight * np.abs(dt)).sum(axis=1) - answer[:, k] + noise
    x, y = (weight * around.x).sum(axis=1), (weight * around.y).sum(axis=1)
    return x, y, np.maximum(variance, 0.05 * noise)


@dataclass(frozen=True, slots=True)
class _Guess:
    x: F64
    y: F64
    scale_km: F64
    side: NDArray[np.int8]


def _guess(around: _Around, cosine: F64, model: _Model) -> _Guess:
    """Where photos with these neighbours were taken, before the radius is stretched to what the library shows."""
    before, after, apart, steady = _sides(around, model.place_km)
    chosen = before & after & (apart > model.place_km) & ~steady
    odds = _side_terms(around, cosine) @ np.asarray(model.side)  # log odds of "before"
    first = np.where(chosen, odds >= 0, before)
    good = around.good.copy()
    good[:, :SIDE] &= ~(chosen & ~first)[:, None]
    good[:, SIDE:] &= ~(chosen & first)[:, None]
    good = _one_place(around, good, model.place_km)
    x, y, variance = _krige(around, good, model.noise)
    doubt = np.where(chosen, sigmoid(-np.abs(odds)), 0.0) * apart
    on_the_way = np.where(steady & (apart > model.place_km), 0.15 * apart, 0.0)
    scale = np.sqrt(model.spread * variance) + doubt + on_the_way
    side = np.where(before & after & ~chosen, 0, np.where(first, -1, 1)).astype(np.int8)
    return _Guess(x, y, scale, side)


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


def learn(path: _Path, params: InferParams) -> _Model:
    """Noise and spread of the path, the weights of the choice of a side, and the stretch of the radius, from the
    located photos of the library, each asked for as if it had no position."""
    model = _walk(path, params)
    own = np.unique(np.linspace(0, len(path.rows) - 1, min(len(path.rows), params.learn_from)).astype(np.int64))
    sides: list[tuple[F64, Bools]] = []
    hidden = [_hidden(path, own[i : i + BLOCK], params) for i in range(0, len(own), BLOCK)]
    for around, cosine, x, y in hidden:
        before, after, apart, steady = _sides(around, model.place_km)
        asked = before & after & (apart > model.place_km) & ~steady
        to_before = np.hypot(x - around.x[:, 0], y - around.y[:, 0])
        to_after = np.hypot(x - around.x[:, SIDE], y - around.y[:, SIDE])
        sides.append((_side_terms(around, cosine)[asked], (to_before < to_after)[asked]))
    model = replace(model, side=_fit_side(sides), stretch=1.0)
    ratios = []
    for around, cosine, x, y in hidden:
        guess = _guess(around, cosine, model)
        error = np.hypot(guess.x - x, guess.y - y) / np.maximum(guess.scale_km, 1e-6)
        ratios.append(error[around.good.any(axis=1)])
    ratio = np.concatenate(ratios) if ratios else np.zeros(0)
    stretch = float(np.quantile(ratio, WITHIN)) if len(ratio) >= 20 else 2.0
    return replace(model, stretch=float(np.clip(stretch, 0.5, 10.0)))


def _hidden(path: _Path, own: I64, params: InferParams) -> tuple[_Around, F64, F64, F64]:
    """Located photos asked for: neighbours, cosines, and where they really were (km from the nearest neighbour)."""
    around = _around(path, path.time[own], path.event[own], params, own)
    east = (path.lon[own] - around.lon0 + 180.0) % 360.0 - 180.0
    x = np.radians(east) * np.cos(np.radians(around.lat0)) * EARTH_KM
    y = np.radians(path.lat[own] - around.lat0) * EARTH_KM
    return around, _looks(path, path.rows[own], around), x, y


def _walk(path: _Path, params: InferParams) -> _Model:
    """Noise against spread: how far two fixes of one place lie apart at once, and after some minutes (medians, so that
    a flight or a broken fix does not count)."""
    gap = np.diff(path.time)
    square = haversine_km(path.lat[1:], path.lon[1:], path.lat[:-1], path.lon[:-1]) ** 2
    soon = gap < 30.0
    usual = float(np.median(square[soon])) if soon.sum() >= 10 else 0.0008
    noise = max(usual / 2.0, 4e-6)  # two metres
    place_km = float(np.clip(params.place * np.sqrt(usual), params.least_km, params.jump_km))
    later = (gap >= 120.0) & (gap < 1200.0) & (square <= place_km**2)
    if later.sum() >= 10:
        spread = (float(np.median(square[later])) - 2 * noise) / (2 * float(np.median(gap[later])) / UNIT)
    else:
        spread = noise
    spread = max(spread, noise / 20.0)
    return _Model(noise=noise / spread, spread=spread, place_km=place_km)


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


def _answer(path: _Path, rows: I64, model: _Model, params: InferParams) -> Inferred:
    table = path.table
    around = _around(path, table.instant[rows], path.events[rows], params)
    guess = _guess(around, _looks(path, rows, around), model)
    some = around.good.any(axis=1)
    lat = around.lat0 + np.degrees(guess.y / EARTH_KM)
    lon = around.lon0 + np.degrees(guess.x / (EARTH_KM * np.maximum(np.cos(np.radians(around.lat0)), 1e-6)))
    lon = (lon + 180.0) % 360.0 - 180.0
    before = np.where(around.good[:, 0], path.rows[around.index[:, 0]], -1)
    after = np.where(around.good[:, SIDE], path.rows[around.index[:, SIDE]], -1)
    return Inferred(
        rows=rows,
        lat=np.where(some, lat, np.nan),
        lon=np.where(some, lon, np.nan),
        radius_km=np.where(some, np.maximum(guess.scale_km * model.stretch, 0.01), np.inf),
        before=before.astype(np.int64),
        after=after.astype(np.int64),
        seconds=np.where(around.good, np.abs(around.dt), np.inf).min(axis=1),
        side=guess.side,
    )
