"""Stretches of time in which a clock that is right otherwise was off by a zone: forgotten on a journey, or afterwards.

A journey has few photos, so every pair of photos counts by what its look says (:func:`core.group.twins.look_ratio`),
not only those that are alike beyond doubt. For each occasion of some minutes and each zone the evidence is the log
likelihood ratio of "off by that zone" against "right"; a stretch is the run of occasions with the highest sum
(Bentley 1984), the likelihood ratio test of a change for a time (Siegmund 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.group.base import F64
from core.group.timeline import I64
from core.group.twins import AT_ONCE, Pairs

ZONE = 1800.0
FAR_ZONE = 14 * 3600.0
OCCASION = 600.0
SHARED = 0.6
"""Share of the occasions with company at which both cameras see the same."""
ENOUGH = 8.0
"""Log likelihood ratio that a stretch needs: e^8 against one zone in one stretch. Of the highest for zones and for
offsets that are none, in 80 simulated libraries with right clocks, none was above 7 (seeds 300,000 on)."""
TELLING = 3.0
FEWEST_OCCASIONS = 3
MOST_STRETCHES = 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """``seconds`` that the clock is ahead; ``rows`` int64: the pairs that say so; ``evidence``: log likelihood ratio
    against a right clock."""

    seconds: float
    rows: I64
    evidence: float


def stretches(pairs: Pairs, ratio: F64, time: F64) -> list[Stretch]:
    """Stretches in which a clock is off by a zone; ``ratio`` float64 [p] beside the pairs, ``time`` float64 [p] seconds
    of their first photos, ascending."""
    found: list[Stretch] = []
    if len(pairs) == 0:
        return found
    slot = np.floor(time / OCCASION)
    occasion = np.concatenate([[0], np.cumsum(np.diff(slot) > 0)]).astype(np.int64)
    zones = np.arange(-FAR_ZONE, FAR_ZONE + ZONE, ZONE)
    zones = zones[zones != 0]
    n = int(occasion[-1]) + 1
    order = np.argsort(pairs.difference)
    ordered = pairs.difference[order]
    low, high = (np.searchsorted(ordered, np.append(zones, 0.0) + edge) for edge in (-AT_ONCE, AT_ONCE))
    windows = [order[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    evidence = np.stack([_evidence(ratio[rows], occasion[rows], n) for rows in windows])
    gain = evidence[:-1] - np.maximum(evidence[-1], 0.0)
    for _ in range(MOST_STRETCHES):
        zone, first, last, total = _best_run(gain)
        if total < ENOUGH:
            break
        inside = (occasion >= first) & (occasion <= last) & (ratio >= TELLING)
        rows = np.flatnonzero(inside & (np.abs(pairs.difference - zones[zone]) <= AT_ONCE))
        if len(np.unique(occasion[rows])) >= FEWEST_OCCASIONS:
            found.append(Stretch(float(zones[zone]), rows, total))
        gain[:, first : last + 1] = -np.inf  # a further stretch does not run through this one
    return found


def _evidence(ratio: F64, occasion: I64, n: int) -> F64:
    """float64 [n]: log likelihood ratio of a shift against one that nothing is known of, for each of n occasions, from
    the pairs that would be of one moment with it."""
    count = np.bincount(occasion, minlength=n)
    total = np.bincount(occasion, weights=ratio, minlength=n)
    mean = np.where(count > 0, total / np.maximum(count, 1), 1.0)
    out: F64 = np.log(1.0 - SHARED + SHARED * mean)
    return out


def _best_run(gain: F64) -> tuple[int, int, int, float]:
    """(row, first, last column, sum) of the run in a row of ``gain`` with the highest sum."""
    best = (0, 0, 0, -np.inf)
    blocked = ~np.isfinite(gain[0])
    starts = np.flatnonzero(np.diff(np.concatenate([[True], blocked, [True]]).astype(np.int8)))
    for begin, end in zip(starts[::2].tolist(), starts[1::2].tolist(), strict=True):
        total = np.cumsum(np.pad(gain[:, begin:end], ((0, 0), (1, 0))), axis=1)
        rise = total[:, 1:] - np.minimum.accumulate(total[:, :-1], axis=1)
        row, last = divmod(int(np.argmax(rise)), rise.shape[1])
        if rise[row, last] > best[3]:
            first = int(np.argmin(total[row, : last + 1]))
            best = (row, begin + first, begin + last, float(rise[row, last]))
    return best
