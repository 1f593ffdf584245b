"""Photos by two cameras that may show the same thing: all pairs within a day, and how telling the look of each is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import haversine_km
from core.group.base import F32, F64, PhotoTable
from core.group.logistic import primal_weights
from core.group.timeline import I64

Bools = NDArray[np.bool_]

REACH = 26 * 3600.0
"""Seconds: photos further apart by their clocks are not compared."""
ASKED = 8000  # photos of a camera, evenly spread, that are compared at all
MOST = 400  # photos of the other camera that one photo is compared with
ALIKE, BEST = 0.6, 3
TOO_FAR_KM = 1.5
AT_ONCE, APART = 90.0, 1200.0  # seconds: photos of one moment; photos of another
KNEES = (0.3, 0.5, 0.7)
USUAL = (-1.1, 3.95, -5.3, 14.9, -7.4)
"""Weights of :func:`_terms` on simulated lives (seeds 300,000 to 300,089) with the looks of the default embedder."""
SHIFT_FREE, PULL = 0.1, 10.0  # how strongly a library's own weights are drawn to the usual ones: constant, the rest
FEW, ENOUGH = 30, 50_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """p pairs across two cameras: positions int64 [p], their difference of time (first less second), cosine, and
    whether their positions are known and too far apart for one moment. ``first`` ascends in time."""

    first: I64
    second: I64
    difference: F64
    cosine: F64
    far: Bools

    def take(self, rows: Bools | I64) -> Pairs:
        return Pairs(self.first[rows], self.second[rows], self.difference[rows], self.cosine[rows], self.far[rows])

    def __len__(self) -> int:
        return len(self.first)


def compare(table: PhotoTable, ours: I64, others: I64, middle: F32) -> Pairs:
    """All pairs of photos of two cameras within :data:`REACH`, of at most ``ASKED`` of ``ours`` that have company, each
    with at most ``MOST`` of ``others``. Positions ascend in time; ``middle`` is taken off every vector."""
    time = table.instant
    low = np.searchsorted(time[others], time[ours] - REACH)
    high = np.searchsorted(time[others], time[ours] + REACH)
    company = np.flatnonzero(high > low)
    company = company[np.unique(np.linspace(0, len(company) - 1, min(len(company), ASKED)).astype(np.int64))]
    parts: list[tuple[I64, I64, F32]] = []
    block, held = np.zeros((0, 0), dtype=np.float32), (0, 0)
    ours, low, high = ours[company], low[company], high[company]
    look = _units(table, ours, middle)
    for i, (photo, a, b) in enumerate(zip(ours.tolist(), low.tolist(), high.tolist(), strict=True)):
        if not (held[0] <= a and b <= held[1]):
            held = (a, min(b + MOST, len(others)))
            block = _units(table, others[held[0] : held[1]], middle)
        some = np.arange(a, b) if b - a <= MOST else np.linspace(a, b - 1, MOST).astype(np.int64)
        cosine = block[some - held[0]] @ look[i]
        parts.append((np.full(len(some), photo), others[some], cosine))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.bool_))
    first, second, cosine = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Pairs(first, second, time[first] - time[second], cosine.astype(np.float64), _far(table, first, second))


def _far(table: PhotoTable, first: I64, second: I64) -> Bools:
    located = np.isfinite(table.lat[first]) & np.isfinite(table.lat[second])
    out = np.zeros(len(first), dtype=np.bool_)
    a, b = first[located], second[located]
    out[located] = haversine_km(table.lat[a], table.lon[a], table.lat[b], table.lon[b]) > TOO_FAR_KM
    return out


def _units(table: PhotoTable, rows: I64, middle: F32) -> F32:
    """Vectors less what all share, float32 [n, d] of length 1; zeros where there is none."""
    assert table.vectors is not None
    raw = table.vectors[rows].astype(np.float32)
    raw -= middle * (np.abs(raw).max(axis=1, keepdims=True) > 0)
    out: F32 = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    return out


def alike(pairs: Pairs) -> Pairs:
    """The most alike pairs of each photo, at most ``BEST``, without those that are far apart."""
    rows = np.flatnonzero(pairs.cosine >= ALIKE)
    rows = rows[np.lexsort((-pairs.cosine[rows], pairs.first[rows]))]
    start = np.searchsorted(pairs.first[rows], pairs.first[rows])
    rows = np.sort(rows[np.arange(len(rows)) - start < BEST])
    return pairs.take(rows[~pairs.far[rows]])


def look_ratio(pairs: Pairs, ahead: float = 0.0) -> F64:
    """float64 [p]: how much likelier a cosine is between two photos of one moment than between others (likelihood
    ratio), 0 where the places are too far apart.

    A ratio of densities by logistic regression (Qin 1998; Bickel, Brückner and Scheffer 2007) of the pairs taken at
    once, where the first camera is ``ahead`` seconds, against those taken at other times; drawn to :data:`USUAL`.
    """
    off = np.abs(pairs.difference - ahead)
    once, other = np.flatnonzero(off <= AT_ONCE), np.flatnonzero(off > APART)
    once, other = (each[:: max(len(each) // ENOUGH, 1)] for each in (once, other))
    apart, weights = _terms(pairs.cosine[other]), np.array(USUAL)
    if len(once) >= FEW and len(other) >= FEW:
        weights = _fit(_terms(pairs.cosine[once]), apart)
    if len(other):
        weights[0] -= np.log(np.exp(apart @ weights).mean())  # between other photos it must be 1 on average
    bends = np.array([-1.0, *KNEES, 1.0])
    ratio: F64 = np.exp(np.interp(pairs.cosine, bends, _terms(bends) @ weights))
    return np.where(pairs.far, 0.0, ratio)


def _terms(cosine: F64) -> F64:
    """float64 [p, 5]: constant, and a line in the cosine that may bend at ``KNEES``."""
    return np.column_stack([np.ones(len(cosine)), cosine, *(np.maximum(cosine - knee, 0.0) for knee in KNEES)])


def _fit(once: F64, other: F64) -> F64:
    terms = np.concatenate([once, other])
    label = np.concatenate([np.ones(len(once)), np.zeros(len(other))])
    weight = np.where(label > 0, 1.0, len(once) / len(other))
    usual, ridge = np.array(USUAL), np.array([SHIFT_FREE, *[PULL] * (terms.shape[1] - 1)])
    return usual + primal_weights(terms, label, weight, terms @ usual, ridge)
