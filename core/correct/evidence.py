"""The photos around one gap as a small table, and the terms that speak for and against a boundary there.

Everything is read for the neighbourhood alone, so that the answer takes as long in a library of a million photos as in
one of a thousand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.correct import replay
from core.group import gaps as rule
from core.group import rhythm
from core.group.base import F32, F64, PhotoTable
from core.group.change import PAIRED, centre, looks_across
from core.group.timeline import Timeline, timeline
from core.grouping.table import read_table
from core.store import corrections
from core.store import schema as s
from core.store.queries_vectors import current_embedder
from core.store.store import Store
from core.store.wall_columns import VISIBLE

HALF = 120
"""Photos read whole on each side of a gap: enough for 20 units and their bursts."""

LOOKED_AT = 5
"""Units whose looks are compared on each side of a gap."""

FAMILIES = {
    "log_gap": "gap",
    "mean_10": "neighbourhood",
    "mean_20": "neighbourhood",
    "median_10": "neighbourhood",
    "median_20": "neighbourhood",
    "busy": "neighbourhood",
    "stay": "neighbourhood",
    "rhythm": "rhythm",
    "company": "rhythm",
    "far": "distance",
    "moving": "distance",
    "near": "distance",
    "placeless": "distance",
    "speed": "distance",
    "visual": "look",
    "nearest": "look",
    "again": "look",
    "camera": "camera",
    "day": "day",
    "hour_sin": "hour",
    "hour_cos": "hour",
}
"""Feature -> what it is called where its share is shown."""

_PERCENTILES = (25, 50, 75)
_SAMPLE = 1500
_LOOKS = 512
_WIDE = ("rhythm", "company")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The photos around a gap in order of time. ``at``: index of the photo before the gap in ``line``."""

    table: PhotoTable
    line: Timeline
    at: int


def stretch(conn: Connection, before: int, after: int) -> Stretch:
    """The stream around the gap between two neighbours. Raises KeyError when either has no place in it."""
    table = read_table(conn, _around(conn, before, after))
    line = timeline(table)
    places = np.flatnonzero(table.ids[line.order] == before)
    if not len(places) or places[0] + 1 >= len(line) or table.ids[line.order[places[0] + 1]] != after:
        raise KeyError(before)
    return Stretch(table, line, int(places[0]))


def _around(conn: Connection, before: int, after: int) -> list[int]:
    """Photos of the stream up to ``HALF`` each side of a gap."""
    c = s.photo.c
    ends = {row.id: row.instant for row in conn.execute(select(c.id, c.instant).where(c.id.in_([before, after])))}
    if len(ends) != 2 or None in ends.values():
        raise KeyError(before)
    away = moved_away(conn)
    found: list[int] = []
    for sign, order, photo in (("<=", "DESC", before), (">=", "ASC", after)):
        tail = f"FROM photo WHERE (instant, id) {sign} (?, ?) AND {VISIBLE} ORDER BY instant {order}, id {order}"
        rows = conn.exec_driver_sql(f"SELECT id {tail} LIMIT {HALF}", (ends[photo], photo)).scalars()
        found += [int(i) for i in rows if i not in away]
    return found


def moved_away(conn: Connection) -> set[int]:
    """Photos that a correction moved to another event; they have left the stream."""
    return set(replay.off_line(conn, corrections.read(conn, "move", "exclude")))


def shown_beside(conn: Connection, before: int, after: int) -> tuple[int, int]:
    """The photos nearest to the two ends of a gap that can be seen and are in the stream: themselves, mostly.

    Raises KeyError where there is none on one side.
    """
    c = s.photo.c
    ends = {row.id: row.instant for row in conn.execute(select(c.id, c.instant).where(c.id.in_([before, after])))}
    away, found = moved_away(conn), []
    for sign, order, photo in (("<=", "DESC", before), (">=", "ASC", after)):
        tail = f"FROM photo WHERE (instant, id) {sign} (?, ?) AND {VISIBLE} ORDER BY instant {order}, id {order}"
        rows = conn.exec_driver_sql(f"SELECT id {tail} LIMIT ?", (ends.get(photo), photo, len(away) + 1)).scalars()
        found.append(next((int(i) for i in rows if i not in away), 0))
    if not all(found):
        raise KeyError(before)
    return found[0], found[1]


# ---------------------------------------------------------------- terms


def terms(
    store: Store, conn: Connection, around: Stretch, visual: float | None, model: rule.GapModel
) -> list[tuple[str, float]]:
    """(family of features, log odds it adds) of the gap, strongest first; what is not known or adds nothing left out.

    ``visual``: the stored change of look at the gap. The constant of the rule is counted with the length of the gap, so
    that 0 means a gap that says nothing by itself.
    """
    features, tails = rule.unit_features(around.table, around.line)
    row = int(np.searchsorted(tails, around.at, side="right")) - 1
    if row < 0 or len(features) == 0:
        own = float(rule.own_time_logits(around.line.gap[around.at : around.at + 1])[0])
        return [("gap", own)]
    one = features.take(np.array([row], np.int64))
    known = {"visual": np.array([_usual_change(conn, visual)]), "again": _again(store, conn, around, row)}
    if any(wide in name for name in model.weights for wide in _WIDE):
        known |= _wide_features(conn, around)
    one = replace(one, columns={**one.columns, **known})
    total: dict[str, float] = {}
    for name, weight in model.weights.items():
        base = name.split("*")[0].split(">")[0]
        share = weight if name == "bias" else weight * float(np.nan_to_num(rule.term(one, name))[0])
        family = "gap" if name == "bias" else FAMILIES.get(base, base)
        total[family] = total.get(family, 0.0) + share
    shown = [(name, round(value, 4)) for name, value in total.items() if abs(value) >= 0.005]
    return sorted(shown, key=lambda each: -abs(each[1]))


def _usual_change(conn: Connection, visual: float | None) -> float:
    """A change of look against the library's usual one, in its own spread, within ±2; NaN where it is not known."""
    if visual is None:
        return float("nan")
    last = conn.exec_driver_sql("SELECT max(before_id) FROM boundary").scalar_one() or 0
    some = np.unique(np.linspace(1, max(last, 1), _SAMPLE).astype(np.int64)).tolist()
    rows = conn.exec_driver_sql(
        "SELECT visual FROM boundary WHERE before_id IN (SELECT value FROM json_each(?)) AND visual IS NOT NULL",
        (json.dumps(some),),
    ).scalars()
    values = np.array(rows.all(), np.float64)
    if not len(values):
        return float("nan")
    low, middle, high = np.percentile(values, _PERCENTILES)
    spread = max((high - low) / 1.349, 0.02)
    return float(np.clip((visual - middle) / spread, -2.0, 2.0))


def _again(store: Store, conn: Connection, around: Stretch, row: int) -> F64:
    """The rule's feature "again" of the gap after unit ``row``, float64 [1], from the looks of the units around it."""
    line = around.line
    heads, tails = (ends[max(row + 1 - PAIRED, 0) : row + 1 + PAIRED] for ends in rule.units_that_count(line))
    ids = around.table.ids[line.order[heads]].tolist()
    seen, found = vectors_of(store, conn, ids)
    looks = np.zeros((len(ids), found.shape[1]), np.float32)
    looks[[ids.index(each) for each in seen]] = found
    middle = _usual_look(store, conn)
    again = looks_across(looks, np.arange(len(ids)), line.time[heads], line.time[tails], middle=middle)[1]
    at = min(row, PAIRED - 1)
    return again[at : at + 1]


def _usual_look(store: Store, conn: Connection) -> F32 | None:
    """What the looks of some photos of the library have in common, float32 [d]; None before any has one."""
    embedder = current_embedder(conn)
    if embedder is None:
        return None
    rows = store.vectors(embedder.name, embedder.version, embedder.dim).rows()
    return centre(rows, np.linspace(0, len(rows) - 1, _LOOKS).astype(np.int64)) if len(rows) else None


def _wide_features(conn: Connection, around: Stretch) -> dict[str, F64]:
    """The features that look further than the stretch: the rhythm of 500 gaps and the company of 400 days each side."""
    time = around.line.time[[around.at, around.at + 1]].tolist()
    sides = []
    for sign, order, end in (("<", "DESC", time[0]), (">", "ASC", time[1])):
        tail = f"FROM photo WHERE instant {sign} ? AND {VISIBLE} ORDER BY instant {order} LIMIT {rhythm.WIDE}"
        rows = conn.exec_driver_sql(f"SELECT instant {tail}", (end,)).scalars()
        sides.append(np.array(rows.all(), np.float64))
    stream = np.concatenate([sides[0][::-1], time, sides[1]])
    log_gap = np.log(np.maximum(np.round(np.diff(stream), 3), 1.0))
    at = len(sides[0])
    counts = [
        conn.exec_driver_sql(
            f"SELECT count(*) FROM photo WHERE instant BETWEEN ? AND ? AND {VISIBLE}", (low, high)
        ).scalar_one()
        for low, high in ((time[0] - rhythm.SEASON_SECONDS, time[0]), (time[1], time[1] + rhythm.SEASON_SECONDS))
    ]
    usual = rhythm.local_mean(log_gap, rhythm.WIDE)[at : at + 1]
    return {"rhythm": usual, "company": np.array([np.log1p(float(min(counts)))])}


def compared(around: Stretch) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The photos whose looks are compared either side of the gap, nearest to it first: one of each burst, no
    screenshots or received pictures."""
    line, at = around.line, around.at
    ids = around.table.ids[line.order]
    active = ~line.passive if not line.passive.all() else np.ones(len(line), np.bool_)

    def side(places: NDArray[np.int64]) -> tuple[int, ...]:
        seen: list[int] = []
        units: set[int] = set()
        for place in places.tolist():
            if active[place] and int(line.unit[place]) not in units:
                units.add(int(line.unit[place]))
                seen.append(int(ids[place]))
            if len(seen) == LOOKED_AT:
                break
        return tuple(seen)

    return side(np.arange(at, -1, -1)), side(np.arange(at + 1, len(line)))


# ---------------------------------------------------------------- looks


def vectors_of(store: Store, conn: Connection, ids: Sequence[int]) -> tuple[list[int], F32]:
    """The photos of ``ids`` that have a vector, in that order, and the vectors float32 [n, d]."""
    embedder = current_embedder(conn)
    if embedder is None or not ids:
        return [], np.zeros((0, 1), np.float32)
    wanted = json.dumps([int(i) for i in ids])
    found = conn.exec_driver_sql(
        "SELECT photo_id, row FROM vector WHERE embedder_id = ? AND photo_id IN (SELECT value FROM json_each(?))",
        (embedder.id, wanted),
    )
    at = {int(row[0]): int(row[1]) for row in found}
    rows = store.vectors(embedder.name, embedder.version, embedder.dim).rows()
    seen = [int(i) for i in ids if at.get(int(i), len(rows)) < len(rows)]
    return seen, np.asarray(rows[[at[i] for i in seen]], np.float32)


def most_alike(
    store: Store, conn: Connection, photo_id: int, others: Sequence[int], top: int
) -> list[tuple[int, float]]:
    """(photo, cosine) of the ``top`` of ``others`` most like one photo, best first; none where it has no vector."""
    seen, vectors = vectors_of(store, conn, [photo_id, *(i for i in others if i != photo_id)])
    if not seen or seen[0] != photo_id:
        return []
    cosine: F64 = (vectors[1:] @ vectors[0]).astype(np.float64)
    order = np.argsort(-cosine, kind="stable")[:top]
    return [(seen[1 + i], round(float(cosine[i]), 4)) for i in order.tolist()]
