"""The boundaries between the sections of a wall whose sections are events or made of them."""

from __future__ import annotations

import numpy as np
from sqlalchemy.engine import Connection

from core.records import Edges
from core.store.columns import int_columns
from core.store.line import BOUNDARY, boundary_values
from core.store.wall_columns import Ints, Places


def section_edges(conn: Connection, ids: Ints, starts: Ints) -> Edges:
    """The boundary between each of the m sections and the next: the event's end whose two photos lie in them."""
    m = len(starts) - 1
    edges = no_edges(m)
    before, after, *rest = int_columns(conn, BOUNDARY, "FROM boundary WHERE event")
    if m < 2 or not len(before):
        return edges
    values, place = boundary_values(*rest), Places(ids)
    left, right = place.of(before), place.of(after)
    older = np.searchsorted(starts, left, side="right") - 1
    newer = np.searchsorted(starts, right, side="right") - 1
    rows = np.flatnonzero((left >= 0) & (right >= 0) & (older == newer + 1))
    at = newer[rows]
    edges.strength[at], edges.gap_seconds[at] = values.strength[rows], values.gap_seconds[rows]
    edges.distance_km[at], edges.pinned[at] = values.distance_km[rows], values.pinned[rows]
    edges.before[at], edges.after[at] = before[rows], after[rows]
    return edges


def no_edges(m: int) -> Edges:
    """Nothing known below any of m sections."""
    return Edges(
        strength=np.full(m, np.nan, np.float32),
        gap_seconds=np.full(m, np.nan),
        distance_km=np.full(m, np.nan, np.float32),
        before=np.zeros(m, np.int64),
        after=np.zeros(m, np.int64),
        pinned=np.zeros(m, np.bool_),
    )
