"""Two cameras, two clocks: how far one is off, from what both of them saw. Found only, never applied here.

Photos by two cameras that show the same thing were mostly taken at the same time, so their differences of time heap up
at the difference of the clocks. The heap is tested against the differences around it, which chance and recurring things
make; where the heap lies at nought, the clock is right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64, PhotoTable
from core.group.change import centre
from core.group.timeline import I64, Timeline
from core.group.twins import REACH, Pairs, alike, compare, look_ratio
from core.group.zones import OCCASION, ZONE, stretches

WINDOW = 240.0  # seconds: how wide a heap is
AROUND = 3 * 3600.0  # seconds each side that tell how many differences chance makes
RIGHT = 180.0  # a heap this close to nought says that the clock is right
FEWEST, OCCASIONS = 6, 4
CHANCE = 1e-9
DRIFTS = np.arange(-20, 21) / 20.0 / 86400.0  # seconds a second: up to one a day
DRIFTED, TIGHT = 1200.0, 60.0  # seconds: how far a drift may lead, and how wide the heap is without it
GAINED = 1.15
NIGHT = (3.0, 7.0)  # hours of the wall clock at which few photos are taken
RECEIVER = 0.2  # a camera has a receiver where this share of its photos has a position
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
            ours, others = rows[table.camera[rows] == camera], rows[table.camera[rows] == reference]
            found += _judge(table, ours, camera, compare(table, ours, others, middle))
    agreed = _outvoted(reference, found, len(codes) - 1)
    if agreed is not None:
        return [agreed]
    return [_awake(table, rows, reference, each) if each.start is None else each for each in found]


def _outvoted(reference: int, found: list[ClockSuggestion], others: int) -> ClockSuggestion | None:
    """Where two or more cameras disagree with the trusted one by the same, it is that one whose clock is wrong."""
    always = [each for each in found if each.start is None]
    if len(always) < 2 or len(always) < others or np.ptp([each.seconds for each in always]) > WINDOW / 2:
        return None
    best = max(always, key=lambda each: each.reason["pairs"])
    return _turned(best, reference, {"cameras_that_agree": float(len(always))})


def _awake(table: PhotoTable, rows: I64, reference: int, found: ClockSuggestion) -> ClockSuggestion:
    """The clock of which both cameras photograph at night much more often is the wrong one of the two."""
    ours, others = rows[table.camera[rows] == found.camera], rows[table.camera[rows] == reference]
    ours_wrong = _at_night(table, ours, found.seconds) + _at_night(table, others, 0.0)
    others_wrong = _at_night(table, ours, 0.0) + _at_night(table, others, -found.seconds)
    if ours_wrong <= 3 * others_wrong + 10:
        return found
    return _turned(found, reference, {"occasions_at_night": float(ours_wrong)})


def _turned(found: ClockSuggestion, other: int, more: dict[str, float]) -> ClockSuggestion:
    """The same disagreement as an error of the ``other`` camera."""
    reason = {**found.reason, "seconds_ahead": -found.reason["seconds_ahead"], **more}
    pairs = tuple((second, first) for first, second in found.pairs)
    return ClockSuggestion(other, -found.seconds, None, None, found.strength, pairs, reason)


def _trusted(table: PhotoTable, rows: I64, codes: NDArray[np.int32]) -> int:
    """The busiest camera with a receiver, since satellites tell the time too; where none has one, the busiest."""
    best, trusted = (False, -1), -1
    for code in codes.tolist():
        own = rows[table.camera[rows] == code]
        score = (bool(np.isfinite(table.lat[own]).mean() >= RECEIVER), len(own))
        if score > best:
            best, trusted = score, code
    return trusted


# ---------------------------------------------------------------- heaps of differences


def _judge(table: PhotoTable, ours: I64, camera: int, every: Pairs) -> list[ClockSuggestion]:
    """What the pairs say of one camera: nothing, or that it was wrong always, or by a zone for a time."""
    pairs = alike(every)
    right = np.abs(pairs.difference) <= RIGHT
    middle, chance = heap(table, pairs)
    if np.isfinite(middle) and abs(middle) > RIGHT:
        support = np.abs(pairs.difference - middle) <= WINDOW / 2
        if _occasions(table, pairs.first[right]) * 3 <= _occasions(table, pairs.first[support]):
            return [_always(table, ours, camera, pairs, support, chance)]
    found = []
    for each in stretches(every, look_ratio(every), table.instant[every.first]):
        said = every.take(each.rows)
        span = _stretch(table, ours, said.first, pairs.first[right])
        found.append(_suggestion(table, camera, said, span, float(np.exp(-each.evidence)), each.seconds))
    return found


def _always(
    table: PhotoTable, ours: I64, camera: int, pairs: Pairs, support: NDArray[np.bool_], chance: float
) -> ClockSuggestion:
    """A camera that was wrong throughout, told for the middle of its photos where it goes wrong further."""
    drift = _drift(table, pairs, float(np.median(pairs.difference[support])))
    if drift != 0.0:
        gone = drift * (table.instant[pairs.first] - float(np.median(table.instant[ours])))
        level = replace(pairs, difference=pairs.difference - gone)
        middle = _tightest(level.difference, WINDOW / 2)[1]
        pairs, support = level, np.abs(level.difference - middle) <= WINDOW / 4
    found = _suggestion(table, camera, pairs.take(support), (None, None), chance)
    found.reason["drift_a_day"] = round(drift * 86400.0, 2)
    return found


def _drift(table: PhotoTable, pairs: Pairs, middle: float) -> float:
    """Seconds a second by which the clock goes wrong further: the drift with the tightest heap, 0 where none is
    clearly better than no drift."""
    near = np.abs(pairs.difference - middle) <= DRIFTED
    difference, time = pairs.difference[near], table.instant[pairs.first[near]]
    since = time - float(np.median(time))
    counts = np.array([_tightest(difference - rate * since, TIGHT)[0] for rate in DRIFTS])
    still = counts[len(DRIFTS) // 2]
    best = np.flatnonzero(counts == counts.max())
    return float(DRIFTS[best].mean()) if counts.max() >= GAINED * still + 2 else 0.0


def _tightest(difference: F64, window: float) -> tuple[int, float]:
    """(how many, their median) of the window that holds most differences."""
    ordered = np.sort(difference)
    high = np.searchsorted(ordered, ordered + window, side="right")
    count = high - np.arange(len(ordered))
    at = int(np.argmax(count))
    return int(count[at]), float(np.median(ordered[at : high[at]]))


def _at_night(table: PhotoTable, rows: I64, add: float) -> int:
    """Occasions of a camera at night, were ``add`` seconds added to its clock."""
    local = table.local[rows] + add
    hour = local / 3600.0 % 24.0
    return len(np.unique(np.floor(local[(hour >= NIGHT[0]) & (hour < NIGHT[1])] / OCCASION)))


def heap(table: PhotoTable, pairs: Pairs) -> tuple[float, float]:
    """(the middle of the highest heap of differences, the chance that it is one): NaN where none stands out.

    Each occasion of ten minutes counts once in a heap. What chance makes is taken from the hours beside it, and the
    heap with the least chance wins (Poisson, with as many trials as there are windows).
    """
    from scipy.special import pdtrc

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
        chance = float(pdtrc(times - 1, expected)) * 2 * REACH / WINDOW
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
    table: PhotoTable,
    camera: int,
    pairs: Pairs,
    span: tuple[float | None, float | None],
    chance: float,
    ahead: float | None = None,
) -> ClockSuggestion:
    """A clock that is ``ahead``; None: the middle of the pairs, or a whole or half hour where they allow one."""
    middle = float(np.median(pairs.difference))
    spread = float(1.4826 * np.median(np.abs(pairs.difference - middle)))
    doubt = 2.0 * spread / np.sqrt(len(pairs)) + 10.0
    zone = round(middle / ZONE) * ZONE
    seconds = zone if zone != 0 and abs(middle - zone) <= doubt else middle
    seconds = seconds if ahead is None else ahead
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
