"""One number per gap, every level of the album: moments, events, trips, seasons, years.

A level is a threshold on the strengths, so levels are nested and chronological by construction and changing level is
a comparison and a running sum. The minimum-length prior is worked into the strengths themselves: the segmentation is
swept upwards, each level choosing among the cuts of the level below; a gap's strength ends where it last survived.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64
from core.group.logistic import sigmoid
from core.group.segment import LengthPrior, segment
from core.group.timeline import I64
from core.records import LEVELS

Bools = NDArray[np.bool_]


SWEEP = tuple(np.arange(0.0, 4.01, 0.5).tolist())  # log odds above the events level at which the prior is applied
SEASON_MONTHS = (1, 3, 6, 9)  # winter ends with February; the turn of the year is one of the four, so that years nest
NEAR_TURN = {"seasons": 14 * 86400.0, "years": 14 * 86400.0}
LONG_PAUSE = 60 * 86400.0


def level(strengths: F32, threshold: float) -> I64:
    """int64 [g + 1]: the piece each of the g + 1 photos belongs to when cut wherever strength reaches ``threshold``."""
    return np.concatenate([[0], np.cumsum(strengths >= threshold)]).astype(np.int64)


def strengths(logits: F64, unit: I64, prior: LengthPrior) -> F32:
    """float32 [g] in [0, 1] from log odds [g]; ``unit`` int64 [g + 1] numbers the bursts and single photos.

    Strengths from 0.98 upwards are pressed together below the seasons' threshold, which only :func:`lift_calendar`
    passes. A gap that the length prior rejects at a level ends just below it.
    """
    if len(logits) == 0:
        return np.zeros(0, dtype=np.float32)
    before = unit[:-1] + 1
    ceiling = np.full(len(logits), np.inf)
    alive = np.ones(len(logits), dtype=np.bool_)
    for step in SWEEP:
        rows = np.flatnonzero(alive & (logits > step))
        keep = segment(logits[rows] - step, before[rows], prior)
        ceiling[rows[~keep]] = step - 1e-3
        alive = np.zeros(len(logits), dtype=np.bool_)
        alive[rows[keep]] = True
    raw = sigmoid(np.minimum(logits, ceiling))
    return np.where(raw > 0.98, 0.98 + (raw - 0.98) * 0.2, raw).astype(np.float32)


def lift_trips(strength: F32, trip: I64) -> F32:
    """Strengths with trips whole: gaps at a trip's ends reach the trips' level, gaps inside one stay below it.

    ``trip`` int64 [g + 1]: the trip of each photo in time order, -1 for none. Only cuts of the events' level rise.
    """
    threshold = LEVELS["trips"]
    out = strength.copy()
    inside = (trip[1:] == trip[:-1]) & (trip[1:] >= 0)
    ends = (trip[1:] != trip[:-1]) & (strength >= LEVELS["events"])
    low = LEVELS["events"] + (strength - LEVELS["events"]) * (threshold - 0.001 - LEVELS["events"]) / 0.5
    out[inside] = np.where(strength >= LEVELS["events"], np.minimum(strength, low), strength)[inside]
    out[ends] = np.maximum(strength, threshold + (LEVELS["seasons"] - 0.001 - threshold) * strength)[ends]
    return out.astype(np.float32)


def lift_calendar(strength: F32, local: F64, gap: F64) -> F32:
    """Strengths with the turns of seasons and years: near each turn the strongest cut rises to that level.

    ``local`` float64 [g + 1] wall-clock seconds, ``gap`` float64 [g] seconds. Pauses of two months end a season too.
    Cuts below the trips' level do not rise while a stronger one is within two weeks of the turn.
    """
    out = strength.astype(np.float64)
    for name, top in (("seasons", LEVELS["years"] - 1e-4), ("years", 1.0)):
        rows = _turns(strength, local, name)
        if name == "seasons":
            rows = np.union1d(rows, np.flatnonzero((gap >= LONG_PAUSE) & (strength >= LEVELS["events"])))
        out[rows] = np.maximum(out[rows], LEVELS[name] + (top - LEVELS[name]) * strength[rows])
    return out.astype(np.float32)


def _turns(strength: F32, local: F64, name: str) -> I64:
    """The strongest cut near each turn of a season or year that the photos span, int64 indices of gaps."""
    cuts = np.flatnonzero(strength >= LEVELS["events"])
    if len(cuts) == 0 or not np.isfinite(local).any():
        return np.zeros(0, dtype=np.int64)
    middle = (local[cuts] + local[cuts + 1]) / 2
    turn = _nearest_turn(middle, SEASON_MONTHS if name == "seasons" else (1,))
    spanning = (local[cuts] < turn) & (turn <= local[cuts + 1])
    held = (turn > np.nanmin(local)) & (turn <= np.nanmax(local))
    near = held & (spanning | (np.abs(middle - turn) <= NEAR_TURN[name]))
    cuts, turn, middle, spanning = cuts[near], turn[near], middle[near], spanning[near]
    best = np.lexsort((cuts, np.abs(middle - turn), ~spanning, -strength[cuts], turn))
    first = np.concatenate([[True], turn[best][1:] != turn[best][:-1]]) if len(best) else np.zeros(0, dtype=np.bool_)
    return cuts[best[first]].astype(np.int64)


def _nearest_turn(local: F64, months: tuple[int, ...]) -> F64:
    """The turn (first second of one of ``months``) nearest to each wall-clock time; NaN stays NaN."""
    known = np.where(np.isfinite(local), local, 0.0)
    year = known.astype("datetime64[s]").astype("datetime64[Y]")
    turns = []
    for shift in (-1, 0, 1):
        start = (year + shift).astype("datetime64[M]")
        turns += [(start + (month - 1)).astype("datetime64[s]").astype(np.float64) for month in months]
    stack = np.stack(turns, axis=1)
    pick = np.argmin(np.abs(stack - known[:, None]), axis=1)
    return np.where(np.isfinite(local), stack[np.arange(len(local)), pick], np.nan)
