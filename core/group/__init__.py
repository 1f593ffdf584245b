"""Groupers: arrays in, groups out. :func:`find_all` runs them in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, NO_PAIRS, Found, FoundGroup, Gaps, Inputs, PhotoTable

if TYPE_CHECKING:
    from core.group.duplicates import Verify
    from core.group.homes import Home
    from core.group.inferred import Inferred
    from core.group.naming import NamedPhotos
    from core.group.stream import Stream
    from core.group.titles import Context

__all__ = ["Beside", "Found", "FoundGroup", "Gaps", "Inputs", "PhotoTable", "find_all"]

SHARED_NEIGHBOURS = 15
NOTHING = Inputs()

SHARED = ("scipy.ndimage", "scipy.sparse.csgraph", "scipy.spatial")
"""What both threads of :func:`find_all` use, loaded beforehand: two that load scipy at once break each other now and
then (a KeyError of the import system)."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the groups: the stream with its gaps, the name of every photo's place, and where photos
    without a position were probably taken."""

    stream: Stream
    named: NamedPhotos
    inferred: Inferred

    @property
    def gaps(self) -> Gaps:
        return self.stream.gaps


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
    verify: Verify | None = None,
    looks: bool = True,
    shares: Mapping[str, F32] | None = None,
    seed: int = 0,
    progress_hook: Callable[[str], None] | None = None,
) -> tuple[dict[str, Found], Beside]:
    """Every kind of group of a library, keyed by ``records.GROUP_KINDS``, and the gaps between its photos.

    ``inputs``: corrections and what was learned. ``copies``: for positions that have several identical files, how
    many. ``verify`` lays pairs of photos over each other (``duplicates``). ``looks`` False: only what follows from
    time and place is found; titles then know the kinds by ``shares``, float32 [n] by kind. ``progress_hook`` is called
    with the kind that begins; it may raise to stop. An event's ``parent`` is the index of its trip; that of a spot (in
    "places") its town's, that of look-alikes the broader group's, in the same list. The gaps' strengths have the trips
    and the turns of the year worked in (``levels``).
    """
    from core.geo.names import Namer
    from core.group import kinds, naming, places

    work = _Work(table, inputs, seed, progress_hook if progress_hook is not None else lambda _kind: None)
    namer = Namer()
    for name in SHARED:
        import_module(name)
    with ThreadPoolExecutor(1) as beside:  # what needs nothing but positions, and hardly the interpreter's lock
        names, layout = beside.submit(naming.name_photos, table, namer), beside.submit(places.lay_out, table)
        found, bases = _stream(work)
        borrowed = _borrowed(work)
        if looks:
            _looks(work, copies, verify)
            shares = kinds.shares(work.found["kinds"], len(table))
        named = names.result()
        context = _name_events(work, named, bases, shares or {})
        laid = layout.result()
    work.found["places"] = places.find(table, namer, bases, named=named, inferred=borrowed, layout=laid)
    _titles(work, context)
    return work.found, Beside(found, named, borrowed)


def _stream(work: _Work) -> tuple[Stream, list[Home]]:
    """Events and trips, the line's gaps with every level and correction worked in, and the homes of the library."""
    from core.group import homes, stream

    work.begin("events")
    bases = homes.homes(work.table)
    work.begin("trips")
    found = stream.find(work.table, work.inputs, bases)
    work.found["events"], work.found["trips"] = found.events, found.trips
    return found, bases


def _borrowed(work: _Work) -> Inferred:
    """Positions borrowed within an event."""
    from core.group import inferred

    work.begin("places")
    return inferred.infer(work.table, event=events_of(work.found["events"], len(work.table)))


def events_of(events: Found, n: int) -> NDArray[np.int64]:
    """int64 [n]: the event of each photo, -1 for none."""
    out = np.full(n, -1, dtype=np.int64)
    for index, group in enumerate(events.groups):
        out[group.members] = index
    return out


def _looks(work: _Work, copies: Mapping[int, int] | None, verify: Verify | None) -> None:
    """All that is found in the pictures: kinds, look-alikes, copies, bursts, odd ones."""
    from core.group import bursts, duplicates, kinds, lookalikes, neighbours, odd, topics

    table, found, seed, inputs = work.table, work.found, work.seed, work.inputs
    work.begin("kinds")
    taught = kinds.Taught(inputs.kinds, inputs.taught, inputs.probes, inputs.heads)
    found["kinds"] = kinds.find(table, taught=taught)
    work.begin("topics")
    found["topics"] = topics.find(inputs.texts or topics.nothing(len(table)), seed=seed)
    work.begin("lookalikes")
    near = inputs.neighbours
    if near is None and table.vectors is not None:
        near = neighbours.nearest(table.vectors, SHARED_NEIGHBOURS, seed=seed)
    pairs = {kind: inputs.pairs.get(kind, NO_PAIRS) for kind in ("lookalikes", "duplicates", "bursts")}
    if inputs.looks is None:
        looked, close, metric = table, near, inputs.metric
    else:  # the learned metric is one of the embedder's vectors
        looked, close, metric = replace(table, vectors=inputs.looks), inputs.looks_neighbours, None
        if close is None:
            close = neighbours.nearest(inputs.looks, SHARED_NEIGHBOURS, seed=seed)
    found["lookalikes"] = lookalikes.find(looked, seed=seed, neighbours=close, pairs=pairs["lookalikes"], metric=metric)
    work.begin("identical")
    found["identical"] = duplicates.find_identical(table, copies)
    work.begin("duplicates")
    found["duplicates"] = duplicates.find(table, neighbours=near, verify=verify, pairs=pairs["duplicates"], seed=seed)
    work.begin("bursts")
    found["bursts"] = bursts.find(table, pairs=pairs["bursts"])
    work.begin("odd")
    alone = close if inputs.looks_odd else near
    found["odd"] = odd.find(table, neighbours=near, events=found["events"], seed=seed, by_look=alone)


def _name_events(work: _Work, named: NamedPhotos, bases: list[Home], shares: Mapping[str, F32]) -> Context:
    """What titles rest on, once events have theirs (photos never leave them by an exclusion)."""
    from core.group import titles

    work.begin("titles")
    context = titles.context_of(work.table, named, bases, shares)
    titles.name_events(work.found["events"], context)
    return context


def _titles(work: _Work, context: Context) -> None:
    """Titles and covers of everything else, once what the person excluded has left its groups."""
    from core.group import moves, quality, titles

    found = work.found
    for kind, excluded in work.inputs.excluded.items():
        if kind in found and kind != "events":
            moves.exclude(found[kind], excluded, keep_empty=kind in ("trips", "places", "lookalikes"))
    titles.name_trips(found["trips"], context)
    if "lookalikes" in found:
        titles.name_lookalikes(found["lookalikes"], context)
        titles.name_bursts(found["bursts"], context)
    for each in found.values():
        quality.choose_covers(work.table, each.groups)
