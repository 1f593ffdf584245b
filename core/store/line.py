"""The line: all photos of the library in the order of walls, with the strength of the boundary below each.

Kept in memory while the store does not change, so that a level of the album is one comparison (``levels``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.records import LEVELS
from core.store.columns import int_columns
from core.store.moves import moves
from core.store.wall_columns import Columns, Ints, Places, all_columns

F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]

_EXACT = 1 << 40
"""Strengths travel as integers of this many parts, which is exact for every float32 of 0.06 or more."""
_NO_KM = -1
BOUNDARY = (
    "before_id",
    "after_id",
    f"CAST(strength * {_EXACT} AS INTEGER)",
    "CAST(gap_seconds * 1000 AS INTEGER)",
    f"ifnull(CAST(distance_km * 1000 AS INTEGER), {_NO_KM})",
    "ifnull(pin, 0)",
)


@dataclass(frozen=True, slots=True)
class Line:
    """n photos newest first, undated ones last; photos moved by a correction stand beside the one they belong to.

    strength float32 [n]: the boundary between photo i and photo i + 1: 0 where they never part, inf between the dated
    and the undated; gap_seconds float64 [n], distance_km float32 [n] (NaN unknown), newer, older int64 [n]: the photos
    either side of it that are neighbours in the stream (0: there is no such boundary); pinned bool [n].
    ``undated``: where the undated photos begin.
    """

    columns: Columns
    strength: F32
    gap_seconds: NDArray[np.float64]
    distance_km: F32
    newer: Ints
    older: Ints
    pinned: Bools
    undated: int

    def __len__(self) -> int:
        return len(self.columns.ids)

    def take(self, rows: Ints) -> Line:
        """Some photos (ascending positions) as a line of their own; of several boundaries between two neighbours the
        strongest counts, and only neighbours have a boundary that is named."""
        if len(rows) == 0:
            return _line_without_boundaries(self.columns.take(rows), 0)
        strongest = _strongest(self.strength, rows)
        beside = np.append(np.diff(rows) == 1, False)
        return Line(
            columns=self.columns.take(rows),
            strength=self.strength[strongest],
            gap_seconds=self.gap_seconds[strongest],
            distance_km=self.distance_km[strongest],
            newer=np.where(beside, self.newer[rows], 0),
            older=np.where(beside, self.older[rows], 0),
            pinned=self.pinned[strongest],
            undated=int(np.searchsorted(rows, self.undated)),
        )


def _strongest(strength: F32, rows: Ints) -> Ints:
    """For each of ``rows`` the position of the strongest boundary from it to the next one."""
    if len(rows) == int(rows[-1]) - int(rows[0]) + 1:
        return rows
    top = np.maximum.reduceat(strength, rows)
    owner = np.repeat(np.arange(len(rows)), np.diff(np.append(rows, len(strength))))
    inside = np.arange(rows[0], len(strength))
    hits = inside[strength[rows[0] :] == top[owner]]
    found = np.full(len(rows), -1, np.int64)
    found[owner[hits[::-1] - rows[0]]] = hits[::-1]
    return found


def read_line(conn: Connection, columns: Columns | None = None) -> Line:
    """The line of all photos that are shown. ``columns``: of ``all_columns``, where they are at hand."""
    columns = all_columns(conn) if columns is None else columns
    undated = _first_undated(columns.local)
    before, after, parts, milliseconds, metres, pin = int_columns(conn, BOUNDARY, "FROM boundary")
    if not len(before) or not len(columns.ids):
        return _by_day(columns, undated)
    values = boundary_values(parts, milliseconds, metres, pin)
    place = Places(columns.ids)
    left, right = place.of(before), place.of(after)
    left, right, values = _over_hidden(before, after, left, right, values)
    anchors = _anchors(conn, columns, undated, place)
    order = _order(len(columns.ids), anchors)
    return _lay(columns.take(order) if anchors else columns, order, left, right, values, undated, anchors)


@dataclass(frozen=True, slots=True)
class Values:
    """What is known of some gaps, one entry each."""

    strength: F32
    gap_seconds: NDArray[np.float64]
    distance_km: F32
    pinned: Bools

    def take(self, rows: Ints | Bools) -> Values:
        return Values(self.strength[rows], self.gap_seconds[rows], self.distance_km[rows], self.pinned[rows])


def boundary_values(parts: Ints, milliseconds: Ints, metres: Ints, pin: Ints) -> Values:
    """The columns of ``BOUNDARY`` after the two ids."""
    km = np.where(metres < 0, np.nan, metres / 1e3)
    return Values((parts / _EXACT).astype(np.float32), milliseconds / 1e3, km.astype(np.float32), pin > 0)


def _first_undated(local: NDArray[np.float64]) -> int:
    """Undated photos stand together at the end."""
    known = np.flatnonzero(~np.isnan(local))
    return int(known[-1]) + 1 if len(known) else 0


# ---------------------------------------------------------------- gaps


def _over_hidden(before: Ints, after: Ints, left: Ints, right: Ints, values: Values) -> tuple[Ints, Ints, Values]:
    """Gaps between shown photos: where a neighbour is hidden the strongest gap up to the next shown one counts."""
    whole = (left >= 0) & (right >= 0)
    if whole.all():
        return left, right, values
    following = {int(b): i for i, b in zip(np.flatnonzero(left < 0).tolist(), before[left < 0].tolist(), strict=True)}
    starts, ends, picked = [], [], []
    for row in np.flatnonzero((left >= 0) & (right < 0)).tolist():
        best, at = row, row
        while right[at] < 0 and int(after[at]) in following:
            at = following[int(after[at])]
            best = at if values.strength[at] > values.strength[best] else best
        if right[at] >= 0:
            starts.append(int(left[row]))
            ends.append(int(right[at]))
            picked.append(best)
    rows = np.concatenate([np.flatnonzero(whole), np.array(picked, np.int64)])
    return (
        np.concatenate([left[whole], np.array(starts, np.int64)]),
        np.concatenate([right[whole], np.array(ends, np.int64)]),
        values.take(rows),
    )


def _lay(
    columns: Columns, order: Ints, left: Ints, right: Ints, values: Values, undated: int, anchors: dict[int, int]
) -> Line:
    """The line from gaps between the positions ``left`` (older) and ``right`` (newer) before reordering."""
    dated_now = sum(1 for photo, anchor in anchors.items() if anchor < undated <= photo)
    line = _line_without_boundaries(columns, undated + dated_now)
    if anchors:
        new = np.empty(len(order), np.int64)
        new[order] = np.arange(len(order))
        left, right = new[left], new[right]
    good = right < left  # times may have changed since the gaps were found
    left, right, values = left[good], right[good], values.take(good)
    below = left - 1  # the photo just above the older one: itself the newer, or something that belongs to it
    line.strength[below] = values.strength
    line.gap_seconds[below], line.distance_km[below] = values.gap_seconds, values.distance_km
    line.pinned[below] = values.pinned
    line.newer[below], line.older[below] = columns.ids[right], columns.ids[left]
    _set_apart(line, order, anchors)
    if 0 < line.undated < len(line):
        line.strength[line.undated - 1] = np.inf
    return line


def _line_without_boundaries(columns: Columns, undated: int) -> Line:
    n = len(columns.ids)
    return Line(
        columns=columns,
        strength=np.zeros(n, np.float32),
        gap_seconds=np.full(n, np.nan),
        distance_km=np.full(n, np.nan, np.float32),
        newer=np.zeros(n, np.int64),
        older=np.zeros(n, np.int64),
        pinned=np.zeros(n, np.bool_),
        undated=undated,
    )


def _by_day(columns: Columns, undated: int) -> Line:
    """Before anything was grouped every level is cut by day."""
    line = _line_without_boundaries(columns, undated)
    days = np.floor(columns.local[:undated] / 86400.0)
    line.strength[: max(undated - 1, 0)] = np.where(days[1:] != days[:-1], 1.0, 0.0)
    if 0 < undated < len(columns.ids):
        line.strength[undated - 1] = np.inf
    return line


# ---------------------------------------------------------------- moved photos


def _anchors(conn: Connection, columns: Columns, undated: int, place: Places) -> dict[int, int]:
    """Position -> position of the photo it belongs to, for photos that left the stream."""
    shown = _Known(place, len(columns.ids))
    dated = _Known(place, undated)
    found = moves(conn, dated, shown)
    ids = np.array(list(found.items()), np.int64).reshape(-1, 2)
    return dict(zip(place.of(ids[:, 0]).tolist(), place.of(ids[:, 1]).tolist(), strict=True))


class _Known:
    """Photos that stand before a position; what ``moves`` asks is only ``in``."""

    def __init__(self, place: Places, limit: int) -> None:
        self._place, self._limit = place, limit

    def __contains__(self, photo: object) -> bool:
        at = int(self._place.of(np.array([photo], np.int64))[0])
        return 0 <= at < self._limit


def _order(n: int, anchors: dict[int, int]) -> Ints:
    """Positions in the order of walls with every moved photo right after its anchor."""
    order = np.arange(n)
    if not anchors:
        return order
    key = order.astype(np.float64)
    for photo, anchor in anchors.items():
        key[photo] = anchor + 0.5
    return np.lexsort((order, key)).astype(np.int64)


def _set_apart(line: Line, order: Ints, anchors: dict[int, int]) -> None:
    """Photos that stand apart are parted from their neighbours up to the level of events."""
    level = np.float32(LEVELS["events"])
    own = {anchor for photo, anchor in anchors.items() if photo == anchor}
    if not own:
        return
    group = np.array([anchors[i] if anchors.get(i) in own else -1 for i in order.tolist()], np.int64)
    inside = group >= 0
    same = inside[:-1] & (group[1:] == group[:-1])
    parted = (inside[1:] | inside[:-1]) & ~same
    line.strength[:-1][parted] = np.maximum(line.strength[:-1][parted], level)
