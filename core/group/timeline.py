"""The photo stream in time: who comes after whom, which photos only drift by, and which belong to one burst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64, PhotoTable

I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

BURST_SECONDS = 2.0
"""Photos no further apart than this count once in every local statistic."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The m dated photos of a table in order of instant (equal instants by id).

    order int64 [m]: positions in the table; time float64 [m] seconds; gap float64 [m - 1] seconds between neighbours;
    passive bool [m]: screenshots and received pictures, which must not break an event; unit int64 [m]: running number
    of the burst or single photo each one belongs to; undated int64: positions without a time, by id.
    """

    order: I64
    time: F64
    gap: F64
    passive: Bools
    unit: I64
    undated: I64

    def __len__(self) -> int:
        return len(self.order)


def timeline(table: PhotoTable) -> Timeline:
    """Order a table by time. The table may come in any order; the answer does not depend on it."""
    dated = np.flatnonzero(np.isfinite(table.instant))
    order = dated[np.lexsort((table.ids[dated], table.instant[dated]))].astype(np.int64)
    time = table.instant[order]
    gap = np.round(np.diff(time), 3)
    rest = np.flatnonzero(~np.isfinite(table.instant))
    return Timeline(
        order=order,
        time=time,
        gap=gap,
        passive=passive(table)[order],
        unit=units(gap, len(order)),
        undated=rest[np.argsort(table.ids[rest], kind="stable")].astype(np.int64),
    )


def units(gap: F64, n: int) -> I64:
    """int64 [n]: running number of the burst each photo belongs to, from the n - 1 gaps in seconds."""
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(gap > BURST_SECONDS)]).astype(np.int64)


def passive(table: PhotoTable) -> Bools:
    """bool [n]: screenshots by name, and pictures of no camera and no position in a library mostly made by cameras."""
    n = len(table)
    screenshot = np.nan_to_num(column(table, "screenshot_name", 0.0)) > 0.5
    has_camera = column(table, "has_camera", np.nan)
    known = np.isfinite(has_camera)
    if n == 0 or not known.any() or np.mean(has_camera[known] > 0.5) < 0.5:
        return screenshot
    received = (has_camera < 0.5) & ~np.isfinite(table.lat)
    return screenshot | received


def column(table: PhotoTable, name: str, default: float) -> NDArray[np.float32]:
    """A measurement of the table, or ``default`` for all n photos where it was not measured."""
    found = table.columns.get(name)
    return np.full(len(table), default, dtype=np.float32) if found is None else found


def spans(starts: Bools) -> I64:
    """Offsets int64 [k + 1] of the segments that begin where ``starts`` (bool [n], first entry taken as True) says."""
    if len(starts) == 0:
        return np.zeros(1, dtype=np.int64)
    begin = np.flatnonzero(np.concatenate([[True], starts[1:]]))
    return np.append(begin, len(starts)).astype(np.int64)
