"""Groupers: arrays in, groups out. :func:`find_all` runs them in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from core.group.base import Found, FoundGroup, Gaps, Inputs, PhotoTable

if TYPE_CHECKING:
    from core.group.homes import Home
    from core.group.naming import NamedPhotos

__all__ = ["Found", "FoundGroup", "Gaps", "Inputs", "PhotoTable", "find_all"]

SHARED_NEIGHBOURS = 15
NOTHING = Inputs()


@dataclass(slots=True)
class _Work:
    """One run of all groupers: what they take, and what was found so far."""

    table: PhotoTable
    inputs: Inputs
    seed: int
    begin: Callable[[str], None]
    found: dict[str, Found] = field(default_factory=dict)


def find_all(
    table: PhotoTable,
    *,
    inputs: Inputs = NOTHING,
    copies: Mapping[int, int] | None = None,
    seed: int = 0,
    progress_hook: Callable[[str], None] | None = None,
) -> tuple[dict[str, Found], Gaps]:
    """Every kind of group of a library, keyed by ``records.GROUP_KINDS``, and the gaps of its stream.

    ``inputs``: corrections and what was learned. ``copies``: for positions that have several identical files, how
    many. ``progress_hook`` is called with the kind that begins; it may raise to stop. An event's ``parent`` is the
    index of its trip; a spot's (in "places") the index of its town in the same list. The gaps' strengths have the
    trips and the turns of the year worked in (``levels``).
    """
    work = _Work(table, inputs, seed, progress_hook if progress_hook is not None else lambda _kind: None)
    gaps, bases = _stream(work)
    named = _places(work, bases)
    _looks(work, copies)
    _titles(work, named, bases)
    return work.found, gaps


def _stream(work: _Work) -> tuple[Gaps, list[Home]]:
    """Events and trips, the line's gaps with every level worked in, and the homes of the library."""
    from core.group import events, homes, timeline, trips

    table = work.table
    work.begin("events")
    work.found["events"], gaps = events.find(table, line=timeline.timeline(table))
    work.begin("trips")
    bases = homes.homes(table)
    work.found["trips"] = trips.find(table, work.found["events"], bases)
    return _lifted(gaps, table, work.found["trips"]), bases


def _places(work: _Work, bases: list[Home]) -> NamedPhotos:
    """Towns and spots; the name of every photo's place."""
    from core.geo.names import Namer
    from core.group import naming, places

    work.begin("places")
    namer = Namer()
    named = naming.name_photos(work.table, namer)
    work.found["places"] = places.find(work.table, namer, bases, named=named)
    return named


def _looks(work: _Work, copies: Mapping[int, int] | None) -> None:
    """All that is found in the pictures: kinds, look-alikes, copies, bursts, odd ones."""
    from core.group import bursts, duplicates, kinds, lookalikes, neighbours

    table, found, seed = work.table, work.found, work.seed
    work.begin("kinds")
    found["kinds"] = kinds.find(table)
    work.begin("lookalikes")
    near = work.inputs.neighbours
    if near is None and table.vectors is not None:
        near = neighbours.nearest(table.vectors, SHARED_NEIGHBOURS, seed=seed)
    found["lookalikes"] = lookalikes.find(table, seed=seed, neighbours=near)
    work.begin("identical")
    found["identical"] = duplicates.find_identical(table, copies)
    work.begin("duplicates")
    found["duplicates"] = duplicates.find(table, neighbours=near, seed=seed)
    work.begin("bursts")
    found["bursts"] = bursts.find(table)
    work.begin("odd")
    found["odd"] = Found("odd", [], "none", "0", {})


def _titles(work: _Work, named: NamedPhotos, bases: list[Home]) -> None:
    """Titles and covers of everything found."""
    from core.group import kinds, quality, titles

    found = work.found
    work.begin("titles")
    context = titles.context_of(work.table, named, bases, kinds.shares(found["kinds"], len(work.table)))
    titles.name_events(found["events"], context)
    titles.name_trips(found["trips"], context)
    titles.name_lookalikes(found["lookalikes"], context)
    titles.name_bursts(found["bursts"], context)
    for kind in found.values():
        quality.choose_covers(work.table, kind.groups)


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
