"""Where months, years and sections stand on the rail beside a wall. Pure arrays, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.wall.layout import Ints, Layout

IN_ORDER = 0.95
DAY = 86_400.0
MONTHS_LABELLED = 18
"""A wall that spans no more months than this has its months named, a longer one its years."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks from the top down: y int64 [k] on the wall, month int64 [k] since January 1970 (-1: a section, no date),
    label bool [k]: worth words, not just a tick. ``years``: the words are years, else months."""

    y: Ints
    month: Ints
    label: NDArray[np.bool_]
    years: bool


NO_MARKS = Marks(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_), False)


def months(local: NDArray[np.float64]) -> Ints:
    """Months since January 1970 of wall-clock seconds; NaN gives -1."""
    known = np.isfinite(local)
    seconds = np.where(known, local, 0).astype("datetime64[s]")
    return np.where(known, seconds.astype("datetime64[M]").astype(np.int64), -1)


def marks(layout: Layout, local: NDArray[np.float64]) -> Marks:
    """Dates where the wall runs back in time, else its sections."""
    if layout.n_rows == 0:
        return NO_MARKS
    first = np.asarray(local, np.float64)[layout.row_first[:-1]]
    return _dates(layout, first) if runs_back(first) else _sections(layout)


def runs_back(local: NDArray[np.float64]) -> bool:
    """True where most photos have a time and hardly any is newer than the one before it (by more than a day)."""
    known = local[np.isfinite(local)]
    if len(known) * 2 < len(local) or len(known) == 0:
        return False
    return len(known) < 2 or float(np.mean(np.diff(known) <= DAY)) >= IN_ORDER


def thinned(pixels: NDArray[np.float64], spacing: float, taken: NDArray[np.float64], room: float = 0.0) -> list[int]:
    """Marks to draw: none nearer than ``spacing`` to the one before it, nor than ``room`` to a ``taken`` place.

    pixels [k] and taken [t] ascend; the answer ascends.
    """
    _, coarse = np.unique(np.floor(pixels / spacing), return_index=True)
    kept: list[int] = []
    last = -np.inf
    for index in coarse[_clear_of(pixels[coarse], taken, room)].tolist():
        if pixels[index] - last >= spacing:
            kept.append(index)
            last = float(pixels[index])
    return kept


def _clear_of(pixels: NDArray[np.float64], taken: NDArray[np.float64], room: float) -> NDArray[np.bool_]:
    if len(taken) == 0:
        return np.ones(len(pixels), np.bool_)
    after = np.searchsorted(taken, pixels)
    above = taken[np.maximum(after - 1, 0)]
    below = taken[np.minimum(after, len(taken) - 1)]
    return np.minimum(np.abs(pixels - above), np.abs(pixels - below)) >= room


def _dates(layout: Layout, local: NDArray[np.float64]) -> Marks:
    """One mark where a month comes up that is older than all above it."""
    month = months(local)
    oldest = np.minimum.accumulate(np.where(month < 0, np.iinfo(np.int64).max, month))
    new = np.flatnonzero((month >= 0) & (np.diff(oldest, prepend=np.iinfo(np.int64).max) != 0))
    month = month[new]
    if len(month) == 0:
        return NO_MARKS
    years = int(month[0] - month[-1]) >= MONTHS_LABELLED
    label = np.diff(month // 12, prepend=-1) != 0 if years else np.ones(len(month), np.bool_)
    return Marks(layout.row_y[new], month, label, years)


def _sections(layout: Layout) -> Marks:
    filled = np.diff(layout.section_row) > 0
    y = layout.section_y[filled]
    return Marks(y, np.full(len(y), -1), np.zeros(len(y), np.bool_), False)
