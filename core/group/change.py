"""What changes across a gap: the place, and the look of the photos before and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import haversine_km
from core.group.base import F32, F64, PhotoTable
from core.group.timeline import I64, Timeline

PLACE_SECONDS, PLACE_PHOTOS = 2 * 3600.0, 5  # how far a position is carried to a neighbour without one
LOOKED_AT = 10  # photos each side whose looks are compared
PAIRED = 8  # photos each side of which any two may be the same thing
APART = 8 * 3600.0  # seconds of a pause that ends the photos looked at on a side
FADES = 5400.0  # seconds in which a look that may be seen again fades to 1/e
BLOCK = 128  # gaps: small enough that their vectors stay in the processor's cache
NEAR_BLOCK = 32  # gaps whose pairs are compared at once: products so small that threads do not get in their way
CENTRE_ROWS, CENTRE_PRIOR = 4096, 50.0


def distances(table: PhotoTable, line: Timeline) -> F64:
    """km between the photos either side of each gap, float64 [m - 1]; a photo without a position borrows one from at
    most five photos and two hours away on its own side. NaN where there is none."""
    return between(table, line, np.arange(len(line) - 1), np.arange(1, len(line)), None)


def between(table: PhotoTable, line: Timeline, before: I64, after: I64, ready: F64 | None) -> F64:
    """km between timeline indices ``before`` and ``after``; taken from ``ready`` where they are neighbours."""
    if ready is not None and bool((before + 1 == after).all()):
        return ready[before]
    lat, lon = table.lat[line.order], table.lon[line.order]
    known = np.isfinite(lat) & np.isfinite(lon)
    index = np.arange(len(line))
    last = np.maximum.accumulate(np.where(known, index, -1))
    following = np.minimum.accumulate(np.where(known, index, len(line))[::-1])[::-1]
    a, b = last[before], following[after]
    good = (a >= 0) & (b < len(line))
    a, b = np.where(good, a, 0), np.where(good, b, 0)
    good &= (before - a <= PLACE_PHOTOS) & (b - after <= PLACE_PHOTOS)
    good &= (line.time[before] - line.time[a] <= PLACE_SECONDS) & (line.time[b] - line.time[after] <= PLACE_SECONDS)
    return np.where(good, haversine_km(lat[a], lon[a], lat[b], lon[b]), np.nan)


def least_beside(values: F64) -> F64:
    """The smaller of the values before and after each one, float64 [g]; NaN at the ends and where one is NaN."""
    wide = np.concatenate([[np.nan], values, [np.nan]])
    out: F64 = np.minimum(wide[:-2], wide[2:])
    return out


def centre(vectors: NDArray[np.float16] | F32, rows: I64) -> F32:
    """float32 [d]: the mean look of at most 4096 photos spread over ``rows``, drawn towards zero where they are few.

    What all photos of a library have in common tells none of its events apart.
    """
    some = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), CENTRE_ROWS)).astype(np.int64))]
    total = np.zeros(vectors.shape[1], dtype=np.float64)
    n = 0
    for start in range(0, len(some), BLOCK):
        block = vectors[some[start : start + BLOCK]].astype(np.float32)
        total += block.sum(axis=0, dtype=np.float64)
        n += int((np.abs(block).max(axis=1) > 0).sum())
    return (total / (n + CENTRE_PRIOR)).astype(np.float32)


def visual_change(
    vectors: NDArray[np.float16] | F32,
    rows: I64,
    k: int = LOOKED_AT,
    *,
    gap: F64 | None = None,
    middle: F32 | None = None,
) -> F64:
    """1 - cosine between the mean vectors of up to k photos before and after each gap, float64 [len(rows) - 1].

    ``rows``: the photos in time order; ``gap`` float64 [len(rows) - 1] seconds: photos beyond a pause of ``APART`` do
    not count; ``middle`` float32 [d] is taken off every vector. Zero rows (no vector) do not count; NaN where a side
    has none. Works through blocks, so that memory does not grow with the library.
    """
    g = len(rows) - 1
    out = np.full(max(g, 0), np.nan)
    if g < 1:
        return out
    low, high = _windows(len(rows), k, gap)
    for start in range(0, g, BLOCK):
        stop = min(start + BLOCK, g)
        first, last = int(low[start]), int(high[stop - 1])
        part = vectors[rows[first:last]].astype(np.float32)
        if middle is not None:
            part -= middle * (np.abs(part).max(axis=1, keepdims=True) > 0)
        window = slice(start, stop)
        out[window] = _change(part, np.arange(start, stop) + 1 - first, low[window] - first, high[window] - first)
    return out


def looks_across(
    vectors: NDArray[np.float16] | F32, rows: I64, begin: F64, end: F64, k: int = PAIRED, *, middle: F32 | None = None
) -> tuple[F64, F64]:
    """(nearest, again), float64 [len(rows) - 1]: what the looks of the k photos before and after each gap share.

    ``nearest``: 1 - the highest cosine of any of them before with any after, as :func:`visual_change` takes them: small
    where the same thing is seen on both sides. ``again``: the highest cosine, 0 to 1, of those that fade
    with the seconds that lie between the gap and the two photos: times exp(-seconds / ``FADES``). NaN where a side has
    no vector.

    ``begin``, ``end`` float64 [len(rows)] seconds: when each photo or burst begins and ends.
    """
    g = len(rows) - 1
    nearest, again = np.full(max(g, 0), np.nan), np.full(max(g, 0), np.nan)
    if g < 1:
        return nearest, again
    low, high = _windows(len(rows), k, begin[1:] - end[:-1])
    for start in range(0, g, NEAR_BLOCK):
        stop = min(start + NEAR_BLOCK, g)
        first, last = int(low[start]), int(high[stop - 1])
        part = vectors[rows[first:last]].astype(np.float32)
        known = np.abs(part).max(axis=1) > 0
        if middle is not None:
            part -= middle
        part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6)
        part[~known] = 0.0
        cosine = part @ part.T
        cosine[~known] = cosine[:, ~known] = -np.inf
        window = slice(start, stop)
        pairs = _Pairs.between(np.arange(start, stop) - first, low[window] - first, high[window] - first, k)
        nearest[window], again[window] = pairs.highest(cosine, begin[first:last], end[first:last])
    return nearest, again


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs of photos either side of n gaps. left, right int64 [k * k, n]: rows; ``inside``: whether it is one."""

    at: I64
    left: I64
    right: I64
    inside: NDArray[np.bool_]

    @classmethod
    def between(cls, at: I64, low: I64, high: I64, k: int) -> _Pairs:
        """Of rows low..at with rows at+1..high-1, at most k each."""
        back, ahead = np.divmod(np.arange(k * k)[:, None], k)
        left, right = at - back, at + 1 + ahead
        inside = (left >= low) & (right < high)
        return cls(at, np.where(inside, left, 0), np.where(inside, right, 0), inside)

    def highest(self, cosine: F32, begin: F64, end: F64) -> tuple[F64, F64]:
        """1 - the highest of ``cosine`` [rows, rows], and the highest faded one; NaN where no pair is known."""
        found = np.where(self.inside, cosine[self.left, self.right], -np.inf)
        away = (end[self.at] - begin[self.left]) + (begin[self.right] - begin[self.at + 1])
        faded = np.maximum(found, 0.0) * np.exp(-np.where(self.inside, away, 0.0) / FADES)
        best = found.max(axis=0)
        seen = np.isfinite(best)
        return np.where(seen, 1.0 - best, np.nan).astype(np.float64), np.where(seen, faded.max(axis=0), np.nan)


def _windows(n: int, k: int, gap: F64 | None) -> tuple[I64, I64]:
    """For each of n - 1 gaps the first photo looked at before it, and one past the last after it, int64."""
    index = np.arange(n - 1)
    cuts = np.zeros(0, dtype=np.int64) if gap is None else np.flatnonzero(gap > APART) + 1
    begin, end = np.concatenate([[0], cuts]), np.concatenate([cuts, [n]])
    low = np.maximum(begin[np.searchsorted(cuts, index, side="right")], index + 1 - k)
    high = np.minimum(end[np.searchsorted(cuts, index + 1, side="right")], index + 1 + k)
    return low.astype(np.int64), high.astype(np.int64)


def _change(part: F32, at: I64, low: I64, high: I64) -> F64:
    """Change between the sums of rows low..at-1 and at..high-1 of ``part``, float64 [len(at)]."""
    total = np.concatenate([np.zeros((1, part.shape[1]), dtype=np.float32), np.cumsum(part, axis=0)])
    before, after = total[at] - total[low], total[high] - total[at]
    dot = np.einsum("ij,ij->i", before, after)
    norm = np.sqrt(np.einsum("ij,ij->i", before, before) * np.einsum("ij,ij->i", after, after))
    with np.errstate(invalid="ignore", divide="ignore"):
        change = 1.0 - dot / norm
    return np.where(norm > 1e-4, np.clip(change, 0.0, 2.0), np.nan).astype(np.float64)
