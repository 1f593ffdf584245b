"""Two cameras, two clocks: how far one is off, from what both of them saw. Found only, never applied here.

Photos by two cameras that show the same thing were mostly taken at the same time, so their differences of time heap up
at the difference of the clocks. The heap is tested against the differences around it, which chance and recurring things
make; where the heap lies at nought, the clock is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import haversine_km
from core.group.base import F32, F64, PhotoTable
from core.group.change import centre
from core.group.timeline import I64, Timeline

REACH = 26 * 3600.0
"""Seconds: no clock further off is found."""
ASKED = 8000  # photos of a camera, evenly spread, that are compared at all
MOST = 400  # photos of the other camera that one photo is compared with
WINDOW = 240.0  # seconds: how wide a heap is
AROUND = 3 * 3600.0  # seconds each side that tell how many differences chance makes
RIGHT = 180.0  # a heap this close to nought says that the clock is right
FEWEST, OCCASIONS = 6, 4
FAR_ZONE = 14 * 3600.0
OCCASION = 600.0
CHANCE, CHANCE_ZONE = 1e-9, 1e-4
ALIKE, TOO_FAR_KM = 0.6, 1.5
ZONE = 1800.0
FEW_PHOTOS = 20


@dataclass(frozen=True, slots=True)
class ClockSuggestion:
    """A camera whose clock is probably wrong. ``seconds``: what to add to its times; ``start`` and ``end``: instants of
    its own clock between which it was so, None where it always was. ``pairs``: positions (photo of this camera, photo
    of the other) that show the same thing, the most alike first. ``strength`` in [0, 1]; ``reason`` in plain values."""

    camera: int
    seconds: float
    start: float | None
    end: float | None
    strength: float
    pairs: tuple[tuple[int, int], ...]
    reason: dict[str, float]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Look-alikes across two cameras: positions int64 [p], their difference of time (first less second) and cosine."""

    first: I64
    second: I64
    difference: F64
    cosine: F64

    def take(self, rows: NDArray[np.bool_] | I64) -> Pairs:
        return Pairs(self.first[rows], self.second[rows], self.difference[rows], self.cosine[rows])

    def __len__(self) -> int:
        return len(self.first)


def suggest(table: PhotoTable, line: Timeline) -> list[ClockSuggestion]:
    """Cameras that disagree with the one that most likely has the right time; needs vectors."""
    if table.vectors is None or len(line) == 0:
        return []
    rows = line.order[~line.passive & (table.camera[line.order] >= 0)]
    codes, counts = np.unique(table.camera[rows], return_counts=True)
    codes = codes[counts >= FEW_PHOTOS]
    if len(codes) < 2:
        return []
    middle = centre(table.vectors, rows)
    reference = _trusted(table, rows, codes)
    found: list[ClockSuggestion] = []
    for camera in codes.tolist():
        if camera != reference:
            pairs = alike(table, rows[table.camera[rows] == camera], rows[table.camera[rows] == reference], middle)
            found += _judge(table, rows[table.camera[rows] == camera], camera, pairs)
    return _outvoted(reference, found, len(codes) - 1)


def _outvoted(reference: int, found: list[ClockSuggestion], others: int) -> list[ClockSuggestion]:
    """Where two or more cameras disagree with the trusted one by the same, it is that one whose clock is wrong."""
    always = [each for each in found if each.start is None]
    if len(always) < 2 or len(always) < others or np.ptp([each.seconds for each in always]) > WINDOW / 2:
        return found
    best = max(always, key=lambda each: each.reason["pairs"])
    reason = {**best.reason, "seconds_ahead": -best.reason["seconds_ahead"], "cameras_that_agree": float(len(always))}
    pairs = tuple((second, first) for first, second in best.pairs)
    return [ClockSuggestion(reference, -best.seconds, None, None, best.strength, pairs, reason)]


def _trusted(table: PhotoTable, rows: I64, codes: NDArray[np.int32]) -> int:
    """The camera whose photos most often have a position, since satellites tell the time too; then the busiest."""
    best, trusted = (-1.0, -1), -1
    for code in codes.tolist():
        own = rows[table.camera[rows] == code]
        score = (round(float(np.isfinite(table.lat[own]).mean()), 1), len(own))
        if score > best:
            best, trusted = score, code
    return trusted


# ---------------------------------------------------------------- pairs


def alike(table: PhotoTable, ours: I64, others: I64, middle: F32) -> Pairs:
    """Photos of two cameras within a day that show the same thing, at most three for each of ``ours``.

    Pairs whose positions are known and apart are left out. Positions ascend in time.
    """
    time = table.instant
    ours = ours[np.unique(np.linspace(0, len(ours) - 1, min(len(ours), ASKED)).astype(np.int64))]
    low = np.searchsorted(time[others], time[ours] - REACH)
    high = np.searchsorted(time[others], time[ours] + REACH)
    parts: list[tuple[I64, I64, F64]] = []
    block = np.zeros((0, 0), dtype=np.float32)
    held: tuple[int, int] = (0, 0)
    for photo, a, b in zip(ours.tolist(), low.tolist(), high.tolist(), strict=True):
        if b <= a:
            continue
        if not (held[0] <= a and b <= held[1]):
            held = (a, min(b + MOST, len(others)))
            block = _units(table, others[held[0] : held[1]], middle)
        candidates = np.arange(a, b)
        if len(candidates) > MOST:
            candidates = np.unique(np.linspace(a, b - 1, MOST).astype(np.int64))
        cosine = block[candidates - held[0]] @ _units(table, np.array([photo]), middle)[0]
        best = np.argsort(-cosine, kind="stable")[:3]
        best = best[cosine[best] >= ALIKE]
        parts.append((np.full(len(best), photo), others[candidates[best]], cosine[best].astype(np.float64)))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, np.zeros(0), np.zeros(0))
    first, second, cosine = (np.concatenate(each) for each in zip(*parts, strict=True))
    km = haversine_km(table.lat[first], table.lon[first], table.lat[second], table.lon[second])
    pairs = Pairs(first, second, time[first] - time[second], cosine)
    return pairs.take(~(km > TOO_FAR_KM))


def _units(table: PhotoTable, rows: I64, middle: F32) -> F32:
    """Vectors less what all share, float32 [n, d] of length 1; zeros where there is none."""
    assert table.vectors is not None
    raw = table.vectors[rows].astype(np.float32)
    raw -= middle * (np.abs(raw).max(axis=1, keepdims=True) > 0)
    out: F32 = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    return out


# ---------------------------------------------------------------- heaps of differences


def _judge(table: PhotoTable, ours: I64, camera: int, pairs: Pairs) -> list[ClockSuggestion]:
    """What the pairs say of one camera: nothing, or that it was wrong always, or by a zone for a time."""
    if len(pairs) < FEWEST:
        return []
    right = np.abs(pairs.difference) <= RIGHT
    middle, chance = heap(table, pairs)
    if np.isfinite(middle) and abs(middle) > RIGHT:
        support = np.abs(pairs.difference - middle) <= WINDOW / 2
        if _occasions(table, pairs.first[right]) * 3 <= _occasions(table, pairs.first[support]):
            return [_suggestion(table, camera, pairs.take(support), (None, None), chance)]
    return _for_a_time(table, ours, camera, pairs, right)


def _for_a_time(
    table: PhotoTable, ours: I64, camera: int, pairs: Pairs, right: NDArray[np.bool_]
) -> list[ClockSuggestion]:
    """Stretches between pairs that say the clock is right in which it is off by a zone."""
    from scipy.stats import poisson

    time = table.instant[pairs.first]
    run = np.searchsorted(np.sort(time[right]), time)
    zone = np.round(pairs.difference / ZONE).astype(np.int64)
    close = (np.abs(pairs.difference - zone * ZONE) <= WINDOW / 2) & (zone != 0) & (np.abs(zone * ZONE) <= FAR_ZONE)
    keys, member = np.unique(np.stack([run[close], zone[close]]), axis=1, return_inverse=True)
    found: list[ClockSuggestion] = []
    trials = float(len(np.unique(run))) * 2 * FAR_ZONE / ZONE
    for index in np.flatnonzero(np.bincount(member.ravel(), minlength=keys.shape[1]) >= FEWEST).tolist():
        rows = np.flatnonzero(close)[member.ravel() == index]
        times = _occasions(table, pairs.first[rows])
        offset = float(keys[1, index]) * ZONE
        beside = (run == keys[0, index]) & (np.abs(pairs.difference - offset) <= AROUND)
        beside[rows] = False
        expected = (_occasions(table, pairs.first[beside]) + 1.0) * WINDOW / (2 * AROUND)
        chance = float(poisson.sf(times - 1, expected)) * trials
        if times >= OCCASIONS and chance < CHANCE_ZONE:
            span = _stretch(table, ours, pairs.first[rows], pairs.first[right])
            found.append(_suggestion(table, camera, pairs.take(rows), span, chance))
    return found


def heap(table: PhotoTable, pairs: Pairs) -> tuple[float, float]:
    """(the middle of the highest heap of differences, the chance that it is one): NaN where none stands out.

    Each occasion of ten minutes counts once in a heap. What chance makes is taken from the hours beside it, and the
    heap with the least chance wins (Poisson, with as many trials as there are windows).
    """
    from scipy.stats import poisson

    if len(pairs) < FEWEST:
        return float("nan"), 1.0
    order = np.argsort(pairs.difference, kind="stable")
    difference = pairs.difference[order]
    occasion = np.floor(table.instant[pairs.first[order]] / OCCASION).astype(np.int64)
    key = np.floor(difference / (WINDOW / 2)).astype(np.int64)
    low = np.searchsorted(difference, difference)
    high = np.searchsorted(difference, difference + WINDOW, side="right")
    best = (1.0, float("nan"))
    # only windows that hold enough photos can win
    for i in np.flatnonzero(high - low >= OCCASIONS).tolist():
        inside = slice(int(low[i]), int(high[i]))
        times = len(np.unique(occasion[inside]))
        if times < OCCASIONS or high[i] - low[i] < FEWEST:
            continue
        a, b = np.searchsorted(difference, [difference[i] - AROUND, difference[i] + WINDOW + AROUND])
        beside = np.concatenate([np.arange(a, low[i]), np.arange(high[i], b)])
        expected = (len(np.unique(np.stack([occasion[beside], key[beside]]), axis=1).T) + 1.0) * WINDOW / (2 * AROUND)
        chance = float(poisson.sf(times - 1, expected)) * 2 * REACH / WINDOW
        if chance < best[0]:
            best = (chance, float(np.median(difference[inside])))
    return (best[1], best[0]) if best[0] < CHANCE else (float("nan"), 1.0)


def _occasions(table: PhotoTable, photos: I64) -> int:
    return len(np.unique(np.floor(table.instant[photos] / OCCASION)))


def _stretch(table: PhotoTable, ours: I64, wrong: I64, right: I64) -> tuple[float | None, float | None]:
    """From when to when the clock was wrong: None, None where no photo around says that it was ever right.

    The ends lie in the longest pause of the camera between the photos that say so and those that say otherwise.
    """
    time = table.instant[ours]
    first, last = table.instant[wrong].min(), table.instant[wrong].max()
    before, after = (
        table.instant[right][table.instant[right] < first],
        table.instant[right][table.instant[right] > last],
    )
    if len(before) + len(after) < OCCASIONS:
        return None, None
    start = _pause(time, float(before.max()), float(first))[1] if len(before) else float(time[0])
    end = _pause(time, float(last), float(after.min()))[0] if len(after) else float(time[-1])
    return start, end


def _pause(time: F64, low: float, high: float) -> tuple[float, float]:
    """The ends of the longest pause of the camera between two instants."""
    inside = time[(time >= low) & (time <= high)]
    at = int(np.argmax(np.diff(inside)))
    return float(inside[at]), float(inside[at + 1])


def _suggestion(
    table: PhotoTable, camera: int, pairs: Pairs, span: tuple[float | None, float | None], chance: float
) -> ClockSuggestion:
    """The heap refined to seconds; a whole or half hour where the pairs allow one."""
    middle = float(np.median(pairs.difference))
    spread = float(1.4826 * np.median(np.abs(pairs.difference - middle)))
    doubt = 2.0 * spread / np.sqrt(len(pairs)) + 10.0
    zone = round(middle / ZONE) * ZONE
    seconds = zone if zone != 0 and abs(middle - zone) <= doubt else middle
    best = np.argsort(-pairs.cosine, kind="stable")
    times = _occasions(table, pairs.first)
    reason = {
        "seconds_ahead": round(seconds, 1),
        "pairs": float(len(pairs)),
        "occasions": float(times),
        "spread_seconds": round(spread, 1),
        "chance": chance,
    }
    shown = tuple((int(pairs.first[i]), int(pairs.second[i])) for i in best[:50].tolist())
    strength = 1.0 - 1.0 / (1.0 + times / 3.0)
    return ClockSuggestion(camera, -round(seconds, 1), *span, round(strength, 3), shown, reason)
