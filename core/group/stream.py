"""Events and trips of the line, with every correction kept: found, lifted to all levels, clamped last.

What the rule (or a network) says of the gaps is clamped once, so that events and the trips made of them keep to it;
the levels above are worked in; and the whole is clamped again, so that nothing undoes a correction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.group import events, levels, moves, trips
from core.group.base import F32, Found, FoundGroup, Gaps, Inputs, LineConstraint, PhotoTable
from core.group.constraints import clamp, on_line
from core.group.events import UNDATED, EventParams
from core.group.homes import Home
from core.group.timeline import I64, Timeline, timeline
from core.records import LEVELS


@dataclass(frozen=True, slots=True)
class Stream:
    """What was found: ``gaps`` with every level and correction worked in, ``raw`` float32 [g] their strengths before
    corrections, ``pin`` int64 [g] the correction that decides each, 0 for none."""

    events: Found
    trips: Found
    gaps: Gaps
    raw: F32
    pin: NDArray[np.int64]


def line_of(table: PhotoTable, inputs: Inputs) -> Timeline:
    """The dated photos in order of time, without those that were moved elsewhere."""
    return moves.leave(timeline(table), inputs.moves[:, 0])


def find(table: PhotoTable, inputs: Inputs, bases: list[Home], line: Timeline | None = None) -> Stream:
    """Events, trips and gaps of a library with these homes; moved photos are in the groups of their anchors."""
    line = line_of(table, inputs) if line is None else line
    params = EventParams() if inputs.gap_model is None else EventParams(model=inputs.gap_model)
    found, gaps = events.find(table, params=params, line=line, logits=inputs.logits)
    said = constraints_on(line, inputs.line)
    plain = gaps.strength
    if said and len(plain):
        gaps = _cut(gaps, clamp(plain, said)[0])
        undated = [group for group in found.groups if group.key == UNDATED]
        found = replace(found, groups=[*events.event_groups(line, gaps), *undated])
    away = trips.find(table, found, bases)
    strength, raw, pin = _every_level(table, line, gaps, plain, away, said)
    if said:
        _follow_line(table, line, found, away, strength, bases)
    moves.join(found, away, table, inputs.moves)
    return Stream(found, away, _cut(gaps, strength), raw, pin)


def constraints_on(line: Timeline, said: tuple[LineConstraint, ...]) -> list[LineConstraint]:
    """Constraints between positions of the table as constraints between positions on the line."""
    if not said or len(line) == 0:
        return []
    top = int(max(line.order.max(), *(max(c.a, c.b) for c in said))) + 1
    place = np.arange(top)  # the table is in order of time
    return on_line(said, place, line.order)


def _cut(gaps: Gaps, strength: F32) -> Gaps:
    return replace(gaps, strength=strength, is_boundary=strength >= np.float32(LEVELS["events"]))


def _every_level(
    table: PhotoTable, line: Timeline, gaps: Gaps, plain: F32, away: Found, said: list[LineConstraint]
) -> tuple[F32, F32, NDArray[np.int64]]:
    """(strengths with trips, seasons and years worked in and corrections kept, the same without corrections, pins)."""
    if len(plain) == 0:
        return plain, plain, np.zeros(0, np.int64)
    trip = np.full(len(table), -1, dtype=np.int64)
    for index, group in enumerate(away.groups):
        trip[group.members] = index
    raw = _lifted(table, line, plain, trip)
    if not said:
        return raw, raw, np.zeros(len(raw), np.int64)
    strength, pin = clamp(_lifted(table, line, gaps.strength, trip), said)
    return strength, raw, pin


def _lifted(table: PhotoTable, line: Timeline, strength: F32, trip: I64) -> F32:
    """Strengths with the levels above events worked in: trips whole, seasons and years cut."""
    lifted = levels.lift_trips(strength, trip[line.order])
    return levels.lift_calendar(lifted, table.local[line.order], line.gap)


def _follow_line(
    table: PhotoTable, line: Timeline, found: Found, away: Found, strength: F32, bases: list[Home]
) -> None:
    """Make the trips agree with the line: each is all events between two cuts of the trips' level that hold one of its
    events. What the person joined is one trip, what they parted is two."""
    cuts = np.flatnonzero(strength >= np.float32(LEVELS["trips"])) + 1
    piece = np.zeros(len(table), dtype=np.int64)
    offsets = np.concatenate([[0], cuts, [len(line)]])
    for number, (low, high) in enumerate(pairwise(offsets.tolist())):
        piece[line.order[low:high]] = number
    dated = [group for group in found.groups if group.key != UNDATED]
    by_piece: dict[int, list[FoundGroup]] = {}
    for group in dated:
        by_piece.setdefault(int(piece[group.members[0]]), []).append(group)
    kept: list[FoundGroup] = []
    for inside in by_piece.values():
        parents = {group.parent for group in inside}
        trip = _trip_of_piece(table, away, inside, parents, bases)
        for group in inside:
            group.parent = None if trip is None else len(kept)
        if trip is not None:
            trip.key = str(len(kept))
            kept.append(trip)
    away.groups[:] = kept


def _trip_of_piece(
    table: PhotoTable, away: Found, inside: list[FoundGroup], parents: set[int | None], bases: list[Home]
) -> FoundGroup | None:
    """The trip that some neighbouring events make, or None where none of them was on a trip."""
    known = [parent for parent in parents if parent is not None]
    if not known:
        return None
    members = [group.members for group in inside]
    whole = away.groups[known[0]]
    if len(parents) == 1 and len(whole.members) == sum(len(m) for m in members):
        return whole
    return trips.trip_of(table, members, bases)
