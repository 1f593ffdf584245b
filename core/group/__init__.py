"""Groupers: arrays in, groups out. :func:`find_all` runs them in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from core.group.base import Found, FoundGroup, Gaps, PhotoTable

__all__ = ["Found", "FoundGroup", "Gaps", "PhotoTable", "find_all"]

SHARED_NEIGHBOURS = 15


def find_all(
    table: PhotoTable,
    *,
    copies: Mapping[int, int] | None = None,
    seed: int = 0,
    progress_hook: Callable[[str], None] | None = None,
) -> tuple[dict[str, Found], Gaps]:
    """Every kind of group of a library, keyed by ``records.GROUP_KINDS``, and the gaps of its stream.

    ``copies``: for positions that have several identical files, how many. ``progress_hook`` is called with the kind
    that begins; it may raise to stop. An event's ``parent`` is the index of its trip; a spot's (in "places") the index
    of its town in the same list. The gaps' strengths have the trips and the turns of the year worked in (``levels``).
    """
    from core.geo.names import Namer
    from core.group import (
        bursts,
        duplicates,
        events,
        homes,
        kinds,
        lookalikes,
        naming,
        neighbours,
        places,
        quality,
        timeline,
        titles,
        trips,
    )

    begin = progress_hook if progress_hook is not None else lambda _kind: None
    found: dict[str, Found] = {}
    begin("events")
    line = timeline.timeline(table)
    found["events"], gaps = events.find(table, line=line)
    begin("trips")
    bases = homes.homes(table)
    found["trips"] = trips.find(table, found["events"], bases)
    begin("places")
    namer = Namer()
    named = naming.name_photos(table, namer)
    found["places"] = places.find(table, namer, bases, named=named)
    begin("kinds")
    found["kinds"] = kinds.find(table)
    begin("lookalikes")
    near = None if table.vectors is None else neighbours.nearest(table.vectors, SHARED_NEIGHBOURS, seed=seed)
    found["lookalikes"] = lookalikes.find(table, seed=seed, neighbours=near)
    begin("identical")
    found["identical"] = duplicates.find_identical(table, copies)
    begin("duplicates")
    found["duplicates"] = duplicates.find(table, neighbours=near, seed=seed)
    begin("bursts")
    found["bursts"] = bursts.find(table)
    begin("odd")
    found["odd"] = Found("odd", [], "none", "0", {})
    begin("titles")
    context = titles.context_of(table, named, bases, kinds.shares(found["kinds"], len(table)))
    titles.name_events(found["events"], context)
    titles.name_trips(found["trips"], context)
    titles.name_lookalikes(found["lookalikes"], context)
    titles.name_bursts(found["bursts"], context)
    for kind in found.values():
        quality.choose_covers(table, kind.groups)
    return found, _lifted(gaps, table, found["trips"])


def _lifted(gaps: Gaps, table: PhotoTable, trips: Found) -> Gaps:
    """The gaps with the levels above events worked into their strengths: trips whole, seasons and years cut."""
    from core.group import levels

    if len(gaps.strength) == 0:
        return gaps
    order = np.append(gaps.before, gaps.after[-1])
    trip = np.full(len(table), -1, dtype=np.int64)
    for index, group in enumerate(trips.groups):
        trip[group.members] = index
    strength = levels.lift_trips(gaps.strength, trip[order])
    strength = levels.lift_calendar(strength, table.local[order], gaps.gap_seconds)
    return replace(gaps, strength=strength)
