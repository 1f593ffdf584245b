"""The stretches of the line that a correction touches: found, read, clamped, and written back.

Only the photos between the strong boundaries around the change are read. Strengths before corrections are stored
(``boundary.raw``), so nothing is measured again but gaps that are new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.correct.replay import Key, LineSaid, Said
from core.correct.rows import ids_holding
from core.group.base import F32, F64, LineConstraint
from core.group.constraints import clamp, on_line
from core.group.gaps import own_time_logits
from core.group.logistic import sigmoid
from core.records import LEVELS
from core.store.wall_columns import VISIBLE, Ints

EVENTS = np.float32(LEVELS["events"])
MOST_TIME = 0.98
"""Of what time alone says of a gap that is new."""

Span = tuple[Key, Key]
End = tuple[float, float, float, float]
"""strength, seconds, distance_km and visual (NaN unknown) of the gap at an end of a stretch."""

Row = tuple[int, float, float | None, float | None, int, float, int | None]
"""after_id, gap_seconds, distance_km, visual, camera_changed, raw, pin of a stored gap."""

_ROWS = """SELECT before_id, after_id, gap_seconds, distance_km, visual, camera_changed, raw, pin, strength
FROM boundary WHERE before_id IN (SELECT value FROM json_each(?))"""
_INSERT = "INSERT OR REPLACE INTO boundary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class Stretch:
    """m photos of the line in order of time, with the m - 1 gaps between them.

    ids int64, instant float64 [m]; raw, strength float32, gap_seconds float64, distance_km, visual float32 (NaN
    unknown), camera bool [m - 1]. ``chains``: gaps that lead over hidden photos, with the stored gaps they are made of.
    ``fresh``: gaps that are not stored. ``left``, ``right``: the gaps at the ends; None where the line ends.
    """

    ids: Ints
    instant: F64
    raw: F32
    gap_seconds: F64
    distance_km: F32
    visual: F32
    camera: NDArray[np.bool_]
    chains: dict[int, list[int]] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    left: End | None = None
    right: End | None = None
    strength: F32 = field(default_factory=lambda: np.zeros(0, np.float32))
    pin: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def cuts(self) -> NDArray[np.bool_]:
        return self.strength >= EVENTS


# ---------------------------------------------------------------- neighbours


def beside(conn: Connection, key: Key, off: Iterable[int], *, later: bool, own: bool = False) -> Key | None:
    """The next photo of the line after (or before) a place in time; with ``own`` the one that stands there, if any."""
    sign, order = (">", "ASC") if later else ("<", "DESC")
    away = set(off)
    cursor = conn.exec_driver_sql(
        f"SELECT instant, id FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} AND instant IS NOT NULL AND"
        f" (instant, id) {sign}{'=' if own else ''} (?, ?) ORDER BY instant {order}, id {order} LIMIT ?",
        (*key, len(away) + 1),
    )
    return next(((row[0], row[1]) for row in cursor if row[1] not in away), None)


def _outwards(conn: Connection, span: Span, off: Iterable[int], *, own: bool) -> Span:
    low = beside(conn, span[0], off, later=False, own=own)
    high = beside(conn, span[1], off, later=True, own=own)
    return low or span[0], high or span[1]


# ---------------------------------------------------------------- spans


def spans(conn: Connection, said: Said, touched: Sequence[Span], changed: set[int]) -> list[Span]:
    """Disjoint spans of the line, each from the beginning of an event to the end of one, around what was touched.

    ``changed``: photos that came to the line, left it or moved on it; they do not count for where events lie.
    """
    found: list[Span] = []
    for span in _joined([_outwards(conn, each, said.off, own=False) for each in touched]):
        while True:
            wider = _with_cuts(conn, said, span)
            wider = _with_events(conn, said, wider, changed)
            wider = _to_boundaries(conn, said, wider)
            if wider == span:
                break
            span = wider
        found.append(span)
    return _joined(found)


def _with_cuts(conn: Connection, said: Said, span: Span) -> Span:
    """Every "different" that touches the span lies in it, since any of its gaps may be the one that is raised."""
    for c in said.line:
        if c.cut and c.key_a < span[1] and c.key_b > span[0]:
            ends = _outwards(conn, (c.key_a, c.key_b), said.off, own=True)
            span = min(span[0], ends[0]), max(span[1], ends[1])
    return span


def _with_events(conn: Connection, said: Said, span: Span, changed: set[int]) -> Span:
    """Whole events: from the first to the last photo on the line of every event inside."""
    apart = changed | set(said.off)
    cursor = conn.exec_driver_sql(
        f"SELECT id FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} AND (instant, id) >= (?, ?)"
        " AND (instant, id) <= (?, ?)",
        (*span[0], *span[1]),
    )
    inside = [row[0] for row in cursor if row[0] not in apart]
    row = conn.exec_driver_sql(
        f"""SELECT min(p.instant), max(p.instant) FROM membership m CROSS JOIN photo p ON p.id = m.photo_id
        WHERE m.group_id IN (SELECT value FROM json_each(?)) AND {VISIBLE}
        AND p.id NOT IN (SELECT value FROM json_each(?))""",
        (json.dumps(ids_holding(conn, "events", inside)), json.dumps(sorted(apart))),
    ).one()
    if row[0] is None:
        return span
    low = beside(conn, (row[0], -1), said.off, later=True) if row[0] < span[0][0] else None
    high = beside(conn, (row[1], 2**62), said.off, later=False) if row[1] > span[1][0] else None
    return min(span[0], low or span[0]), max(span[1], high or span[1])


def _to_boundaries(conn: Connection, said: Said, span: Span) -> Span:
    """Beyond the ends too, as long as no boundary stands there."""
    low, high = span
    before, after = beside(conn, low, said.off, later=False), beside(conn, high, said.off, later=True)
    if before and _open(conn, before[1], low[1]):
        low = before
    if after and _open(conn, high[1], after[1]):
        high = after
    return low, high


def _open(conn: Connection, before: int, after: int) -> bool:
    found = conn.exec_driver_sql(
        "SELECT strength FROM boundary WHERE before_id = ? AND after_id = ?", (before, after)
    ).scalar()
    return found is not None and bool(np.float32(found) < EVENTS)


def _joined(found: list[Span]) -> list[Span]:
    out: list[Span] = []
    for span in sorted(found):
        if out and span[0] <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], span[1])
        else:
            out.append(span)
    return out


# ---------------------------------------------------------------- reading


class Gone:
    """Stored gaps that a correction replaced, so that undoing it gives them back: (before, after) -> row."""

    def __init__(self, rows: Iterable[Sequence[Any]] = ()) -> None:
        self.rows: dict[tuple[int, int], Row] = {(r[0], r[1]): tuple(r[1:]) for r in rows}

    def put(self, before: int, row: Row) -> None:
        self.rows[before, row[0]] = row

    def as_json(self) -> list[list[Any]]:
        return [[before, *row] for (before, _), row in self.rows.items()]


def read(conn: Connection, said: Said, span: Span, known: Gone) -> tuple[Stretch, Gone]:
    """A span as a stretch, and the stored gaps that it no longer has. ``known``: gaps that were stored earlier."""
    cursor = conn.exec_driver_sql(
        f"SELECT id, instant FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} AND (instant, id) >= (?, ?)"
        " AND (instant, id) <= (?, ?) ORDER BY instant, id",
        (*span[0], *span[1]),
    )
    photos = [(row[0], row[1]) for row in cursor if row[0] not in said.off]
    ids = np.array([p[0] for p in photos], np.int64)
    instant = np.array([p[1] for p in photos], np.float64)
    before = beside(conn, span[0], said.off, later=False)
    after = beside(conn, span[1], said.off, later=True)
    stored = _stored(conn, [*ids.tolist(), *([before[1]] if before else [])])
    gone = Gone()
    gaps = _Gaps(conn, ids, stored, known, gone)
    for u, v, seconds in zip(ids[:-1].tolist(), ids[1:].tolist(), np.diff(instant).tolist(), strict=True):
        gaps.add(u, v, seconds)
    if after is None and len(ids) and int(ids[-1]) in stored:
        gone.put(int(ids[-1]), stored[int(ids[-1])][:-1])
    out = gaps.stretch(ids, instant)
    if before and len(ids):
        out.left = _end(stored, before[1], int(ids[0]), float(instant[0]) - before[0])
    if after and len(ids):
        out.right = _end(stored, int(ids[-1]), after[1], after[0] - float(instant[-1]))
    return out, gone


def stored_rows(conn: Connection, before: Iterable[int]) -> dict[int, Row]:
    """The stored gaps after some photos."""
    return {photo: row[:-1] for photo, row in _stored(conn, sorted(before)).items()}


def drop(conn: Connection, gone: Gone) -> None:
    """Forget stored gaps."""
    stale = json.dumps(sorted({before for before, _ in gone.rows}))
    conn.exec_driver_sql("DELETE FROM boundary WHERE before_id IN (SELECT value FROM json_each(?))", (stale,))


def _stored(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in conn.exec_driver_sql(_ROWS, (json.dumps(list(ids)),))}


def _end(stored: dict[int, tuple[Any, ...]], before: int, after: int, seconds: float) -> End:
    row = stored.get(before)
    nan = float("nan")
    if row is None or row[0] != after:
        return 1.0, seconds, nan, nan
    _, gap, km, visual, _, _, _, strength = row
    return float(strength), float(gap), nan if km is None else km, nan if visual is None else visual


class _Gaps:
    """Gathers the gaps of a stretch from what is stored, what was stored earlier, and time."""

    def __init__(
        self, conn: Connection, ids: Ints, stored: dict[int, tuple[Any, ...]], known: Gone, gone: Gone
    ) -> None:
        self.conn, self.stored, self.known, self.gone = conn, stored, known, gone
        self.there = set(ids.tolist())
        self.rows: list[tuple[float, float, float, bool, float]] = []  # seconds, km, visual, camera, raw
        self.chains: dict[int, list[int]] = {}
        self.fresh: list[int] = []

    def add(self, u: int, v: int, seconds: float) -> None:
        row = self.stored.get(u)
        if row is not None and row[0] == v:
            self._take(row[1:6], seconds=row[1])
            return
        chain = self._hidden_chain(u, v)
        if chain:
            self.chains[len(self.rows)] = chain
            best = max((self._row(i) for i in chain), key=lambda r: float(r[5]))
            self._take(best[1:6], seconds=seconds)
            return
        self.fresh.append(len(self.rows))
        if row is not None:
            self.gone.put(u, row[:-1])
        earlier = self.known.rows.get((u, v))
        if earlier is not None:
            self._take(earlier[1:6], seconds=earlier[1])
        else:
            self._new(u, v, seconds)

    def _row(self, before: int) -> tuple[Any, ...]:
        if before not in self.stored:
            self.stored.update(_stored(self.conn, [before]))
        return self.stored.get(before, ())

    def _take(self, values: Sequence[Any], *, seconds: float) -> None:
        _, km, visual, camera, raw = values
        nan = float("nan")
        self.rows.append(
            (seconds, nan if km is None else km, nan if visual is None else visual, bool(camera), float(raw))
        )

    def _hidden_chain(self, u: int, v: int) -> list[int]:
        """Stored gaps that lead from u to v over photos that are hidden; empty where there is no such way."""
        chain, at = [u], self._row(u)
        while at and at[0] != v:
            hidden = self.conn.exec_driver_sql("SELECT hidden FROM photo WHERE id = ?", (at[0],)).scalar()
            if not hidden:
                return []
            chain.append(at[0])
            at = self._row(at[0])
        return chain if at else []

    def _new(self, u: int, v: int, seconds: float) -> None:
        """A gap that never was: as strong as the strongest that it replaces, or else as time alone says."""
        at, parts = self._row(u), list[tuple[Any, ...]]()
        while at and at[0] != v and at[0] not in self.there and len(parts) < 1000:
            parts.append(at)
            at = self._row(at[0])
        if at and at[0] == v:
            parts.append(at)
        else:
            parts = []
        if parts:
            best = max(parts, key=lambda r: float(r[5]))
            self._take(best[1:6], seconds=seconds)
        else:
            self.rows.append((seconds, float("nan"), float("nan"), False, by_time(seconds)))

    def stretch(self, ids: Ints, instant: F64) -> Stretch:
        columns = np.array(self.rows, np.float64).reshape(-1, 5)
        return Stretch(
            ids=ids,
            instant=instant,
            raw=columns[:, 4].astype(np.float32),
            gap_seconds=columns[:, 0],
            distance_km=columns[:, 1].astype(np.float32),
            visual=columns[:, 2].astype(np.float32),
            camera=columns[:, 3] > 0,
            chains=self.chains,
            fresh=self.fresh,
        )


def by_time(seconds: float) -> float:
    """The strength that the length of a gap alone gives it."""
    return float(min(sigmoid(own_time_logits(np.array([seconds])))[0], MOST_TIME))


# ---------------------------------------------------------------- clamping and writing


def hold(stretch: Stretch, line: Iterable[LineSaid]) -> None:
    """Give the gaps of a stretch their strengths with every accepted constraint kept."""
    if len(stretch.ids) < 2:
        stretch.strength, stretch.pin = stretch.raw.copy(), np.zeros(len(stretch.raw), np.int64)
        return
    first = (float(stretch.instant[0]), int(stretch.ids[0]))
    last = (float(stretch.instant[-1]), int(stretch.ids[-1]))
    near = [c for c in line if c.key_a <= last and c.key_b >= first]
    ends = [key for c in near for key in (c.key_a, c.key_b)]
    instant = np.concatenate([stretch.instant, [k[0] for k in ends]])
    ids = np.concatenate([stretch.ids, np.array([k[1] for k in ends], np.int64)])
    order = np.lexsort((ids, instant))
    new = np.concatenate([[True], (np.diff(instant[order]) != 0) | (np.diff(ids[order]) != 0)])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(new)
    m = len(stretch.ids)
    said = [LineConstraint(m + 2 * i, m + 2 * i + 1, c.threshold, c.cut, c.correction) for i, c in enumerate(near)]
    stretch.strength, stretch.pin = clamp(stretch.raw, on_line(said, rank, rank[:m]))


def write(conn: Connection, stretch: Stretch, gone: Gone) -> None:
    """Store the gaps of a stretch; what it no longer has goes."""
    drop(conn, gone)
    fresh, updates = [], []
    event = stretch.cuts().tolist()
    strength, pin = stretch.strength.tolist(), [int(p) or None for p in stretch.pin.tolist()]
    is_new = set(stretch.fresh)
    ids = stretch.ids.tolist()
    for i in range(len(strength)):
        if i in is_new:
            km, visual = (None if x != x else float(x) for x in (stretch.distance_km[i], stretch.visual[i]))
            numbers = (float(stretch.gap_seconds[i]), km, visual, bool(stretch.camera[i]), event[i])
            row = (ids[i], ids[i + 1], strength[i], *numbers, float(stretch.raw[i]), pin[i])
            fresh.append(row)
        elif i in stretch.chains:
            updates += _chain(conn, stretch.chains[i], strength[i], pin[i])
        else:
            updates.append((strength[i], pin[i], event[i], ids[i]))
    if fresh:
        conn.exec_driver_sql(_INSERT, fresh)
    if updates:
        conn.exec_driver_sql("UPDATE boundary SET strength = ?, pin = ?, event = ? WHERE before_id = ?", updates)


def _chain(
    conn: Connection, chain: list[int], strength: float, pin: int | None
) -> list[tuple[float, int | None, bool, int]]:
    """The gaps over hidden photos: the strongest of them carries the strength of the whole."""
    raw = {i: float(row[5]) for i, row in _stored(conn, chain).items()}
    best = max(chain, key=lambda i: raw[i])
    parts = [(i, strength if i == best else min(raw[i], strength)) for i in chain]
    return [(value, pin if i == best else None, bool(np.float32(value) >= EVENTS), i) for i, value in parts]
