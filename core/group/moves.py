"""Photos that a correction moved: they leave the line, and come back into the groups of the photo they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import Exclusion, Found, FoundGroup, PhotoTable
from core.group.events import UNDATED
from core.group.timeline import I64, Timeline, units

REASON: dict[str, Any] = {"moved": "by hand"}
APART: dict[str, Any] = {"apart": "by hand"}


def leave(line: Timeline, rows: NDArray[np.int64]) -> Timeline:
    """The line without some positions of the table."""
    if len(rows) == 0:
        return line
    kept = ~np.isin(line.order, rows)
    time = line.time[kept]
    gap = np.round(np.diff(time), 3)
    return Timeline(
        order=line.order[kept],
        time=time,
        gap=gap,
        passive=line.passive[kept],
        unit=units(gap, len(time)),
        undated=line.undated[~np.isin(line.undated, rows)],
    )


def join(events: Found, trips: Found, table: PhotoTable, moves: NDArray[np.int64]) -> None:
    """Put moved photos (int64 [k, 2]: photo, anchor) into the event of their anchor and that event's trip; those whose
    anchor left the line too stand in an event of their own."""
    if len(moves) == 0:
        return
    event = np.full(len(table), -1, dtype=np.int64)
    for index, group in enumerate(events.groups):
        event[group.members] = index
    target = event[moves[:, 1]]
    for index in np.unique(target[target >= 0]).tolist():
        rows = moves[target == index, 0]
        group = events.groups[index]
        _add(group, rows)
        if group.parent is not None:
            _add(trips.groups[group.parent], rows)
    alone = moves[target < 0]
    apart = [_apart(table, anchor, alone[alone[:, 1] == anchor, 0]) for anchor in np.unique(alone[:, 1]).tolist()]
    at = len(events.groups) - bool(events.groups and events.groups[-1].key == UNDATED)
    events.groups[at:at] = apart


def _add(group: FoundGroup, rows: I64) -> None:
    """More members, all of them sure, in the order of the table."""
    members = np.concatenate([group.members, rows])
    order = np.argsort(members, kind="stable")
    group.members = members[order]
    group.strengths = np.concatenate([group.strengths, np.ones(len(rows), np.float32)])[order]
    reasons = [*group.reasons, *[REASON] * len(rows)]
    group.reasons = [reasons[i] for i in order.tolist()]


def _apart(table: PhotoTable, anchor: int, rows: I64) -> FoundGroup:
    rows = np.sort(rows)
    sure = np.ones(len(rows), np.float32)
    key = f"apart {int(table.ids[anchor])}"
    return FoundGroup(key, "Event", "", rows, sure, [APART] * len(rows), 1.0)


def exclude(found: Found, excluded: Iterable[Exclusion], *, keep_empty: bool = False) -> None:
    """Take photos out of the groups that hold one of their anchors or have the key; groups left empty go, unless
    others name them as parent by their place in the list (``keep_empty``)."""
    for each in excluded:
        anchors = np.array(each.anchors, dtype=np.int64)
        for group in found.groups:
            if group.key == each.key or bool(np.isin(anchors, group.members).any()):
                _drop(group, np.isin(group.members, np.array(each.photos, dtype=np.int64)))
    if not keep_empty:
        found.groups[:] = [group for group in found.groups if len(group.members)]


def _drop(group: FoundGroup, gone: NDArray[np.bool_]) -> None:
    if not gone.any():
        return
    if group.cover is not None and bool(gone[group.members == group.cover].any()):
        group.cover = None
    group.reasons = [reason for reason, out in zip(group.reasons, gone.tolist(), strict=True) if not out]
    group.members, group.strengths = group.members[~gone], group.strengths[~gone]
