"""When a photo says no time zone: its neighbours in time say it, so that two cameras on one trip stay together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.index.rows import instant
from core.records import Change
from core.store.store import Store

NEAR_SECONDS = 36 * 3600.0
"""A photo with a known offset this close on the wall clock lends it."""

USUAL_FROM = 10
"""So many known offsets make a library's usual one."""

F64 = NDArray[np.float64]


def borrowed_offsets(local: F64, offset: F64) -> F64:
    """The offset in minutes for each photo: its own, the nearest neighbour's, the library's usual one, or NaN.

    local float64 [n]: wall-clock seconds, ascending; offset float64 [n]: minutes, NaN where unknown.
    """
    known = np.flatnonzero(np.isfinite(offset))
    if len(known) == 0:
        return offset.copy()
    at = np.searchsorted(local[known], local)
    before, after = known[np.maximum(at - 1, 0)], known[np.minimum(at, len(known) - 1)]
    nearer = np.where(np.abs(local - local[before]) <= np.abs(local[after] - local), before, after)
    near = np.abs(local - local[nearer]) <= NEAR_SECONDS
    values, counts = np.unique(offset[known], return_counts=True)
    usual = values[np.argmax(counts)] if len(known) >= USUAL_FROM else np.nan
    borrowed = np.where(near, offset[nearer], usual)
    return np.where(np.isfinite(offset), offset, borrowed)


def settle(store: Store) -> int:
    """Bring the instants of photos without an offset in line with their neighbours; returns how many changed."""
    with store.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT id, local, utc_offset, instant FROM photo WHERE local IS NOT NULL ORDER BY local, id"
        ).fetchall()
    if not rows:
        return 0
    ids, local, offset, stored = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    borrowed = borrowed_offsets(local, offset)
    unknown = np.flatnonzero(~np.isfinite(offset))
    wanted = local - 60.0 * borrowed
    for i in unknown[~np.isfinite(borrowed[unknown])]:
        wanted[i] = instant(float(local[i]), None)
    changed = unknown[np.abs(wanted[unknown] - stored[unknown]) > 1.0]
    if len(changed):
        with store.write(Change(photos=True)) as conn:
            conn.exec_driver_sql(
                "UPDATE photo SET instant = ? WHERE id = ?", [(float(wanted[i]), int(ids[i])) for i in changed]
            )
    return len(changed)
