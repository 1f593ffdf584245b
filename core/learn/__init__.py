"""Learning from the person: every part is trained from corrections, judged on held-out ones, and used only if it helps.

A part is a module with a ``NAME``, a ``VERSION`` and what it keeps in ``models/`` (:mod:`core.learn.files`); how well
it did is a :class:`LearnedPart`. Here are the two that learn boundaries; parts that learn something else are listed in
``OTHERS``: each is ``learn(store, progress) -> LearnedPart`` and ``learned(store) -> LearnedPart | None``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.errors import Cancelled, ReverieError, WeightsError
from core.group.base import F32, F64, Inputs, PhotoTable
from core.group.gaps import GapModel
from core.group.probes import Probe
from core.group.stream import line_of
from core.group.timeline import Timeline
from core.learn import boundaries, examples, files, folders, kinds, metric, network, teach
from core.progress import Progress
from core.records_corrections import LearnedPart
from core.store import corrections
from core.store.queries_vectors import current_embedder
from core.store.store import Store

_log = logging.getLogger(__name__)
DUE = 10
"""New corrections after which learning anew is worth its time."""
_COUNTED = ("same", "different", "kind", "exclude")

Logits = Callable[[PhotoTable, Timeline], F64 | None]


class Part(Protocol):
    """A module that learns something other than boundaries."""

    NAME: str

    def learn(self, store: Store, progress: Progress) -> LearnedPart: ...

    def learned(self, store: Store) -> LearnedPart | None: ...


OTHERS: tuple[Part, ...] = (kinds, metric)


@dataclass(frozen=True, slots=True)
class Learned:
    """What is in use. ``gap_model``: weights for the rule, None: those installed. ``logits``: the network, None: the
    rule; called with a table (with vectors) and its line it gives float64 [m - 1] or None, as ``Inputs.logits`` takes
    them. ``parts``: how each did."""

    gap_model: GapModel | None = None
    logits: Logits | None = None
    parts: tuple[LearnedPart, ...] = ()


def learn(store: Store, progress: Progress, *, cell: str = network.CELL, seed: int = 0) -> tuple[LearnedPart, ...]:
    """Learn from all that the person said and keep it; a regrouping then uses it.

    ``cell``: "lstm" or "rnn". Raises Cancelled (the network goes on from there next time), ReverieError.
    """
    from core.grouping.table import read_table
    from core.learn.vectors import with_vectors

    progress.phase("Learning from corrections", 0, "steps")
    with store.read() as conn:
        table = read_table(conn, looks=False)
        said = _said(conn, table)
    with with_vectors(store, table) as (table, embedder):
        progress.check()
        stream = examples.stream_of(table, said.inputs, said.shown, said.folder)
        model, first = boundaries.learn(stream, seed)
        _keep(store, boundaries.NAME, boundaries.VERSION, first, boundaries.as_info(model))
        rule = model if first.used else GapModel()
        known = examples.labels(stream, examples.said(stream), rule.logits(stream.features), folders=True)
        progress.check()
        trained, second = network.learn(stream, known, rule, store.root, progress, cell=cell, seed=seed)
    info, arrays = ({}, None) if trained is None else (trained.info, trained.arrays)
    _keep(store, network.NAME, network.VERSION, second, {**info, "embedder": embedder, "said": said.count}, arrays)
    return (first, second, *(other.learn(store, progress) for other in OTHERS))


def learn_if_due(store: Store, progress: Progress) -> bool:
    """Learn where enough was said since the last time; True where that was so. What goes wrong is told, not raised.

    Raises Cancelled.
    """
    if not due(store):
        return False
    try:
        learn(store, progress)
    except Cancelled:
        raise
    except ReverieError as error:
        _log.warning("Learning failed: %s", error)
        progress.notice(str(error))
    return True


def learned(store: Store) -> tuple[LearnedPart, ...]:
    """How each part did when it learned last; empty before the first learning."""
    found = [_part(store, module.NAME, module.VERSION) for module in (boundaries, network)]
    found += [other.learned(store) for other in OTHERS]
    return tuple(part for part in found if part is not None)


def load(store: Store) -> Learned:
    """What regroupings are to use. What cannot be read is left out, and said so in its part."""
    model: GapModel | None = None
    first = _part(store, boundaries.NAME, boundaries.VERSION)
    if first is not None and first.used:
        info = files.read_info(store.root, boundaries.NAME, boundaries.VERSION)
        model = None if info is None else boundaries.of_info(info)
    return Learned(model, _network(store), learned(store))


def with_learned(store: Store, table: PhotoTable, inputs: Inputs, progress: Progress | None = None) -> Inputs:
    """What a grouping of this table takes, and what was learned. Imports torch only where a network is in use.

    With ``progress`` the heads of taught tags are asked too, about photos that are new to them. Raises Cancelled.
    """
    found, probes = load(store), kinds.load(store)
    logits = None if found.logits is None else found.logits(table, line_of(table, inputs))
    heads = {} if progress is None else _heads(store, table, probes, progress)
    return replace(
        inputs, gap_model=found.gap_model, logits=logits, probes=probes, heads=heads, metric=metric.load(store)
    )


def _heads(
    store: Store, table: PhotoTable, probes: dict[str, Probe], progress: Progress
) -> dict[str, tuple[NDArray[np.int64], F32]]:
    try:
        return teach.decisions(store, table, probes, progress)
    except Cancelled:
        raise
    except ReverieError as error:
        _log.warning("Taught tags go by their probes alone: %s", error)
        progress.notice(str(error))
        return {}


def _network(store: Store) -> Logits | None:
    """The network, where it is in use, whole, and of the vectors that the library uses now."""
    part = _part(store, network.NAME, network.VERSION)
    if part is None or not part.used:
        return None
    from core.learn.vectors import name_of

    with store.read() as conn:
        used = current_embedder(conn)
    try:
        kept = files.load(store.root, network.NAME, network.VERSION)
    except WeightsError as error:
        _log.warning("The learned network is left out: %s", error)
        return None
    now = "" if used is None else name_of(used.name, used.version)
    if kept is None or (kept.info["vectors"] and kept.info["embedder"] != now):
        return None
    return network.scorer(kept)


def due(store: Store) -> bool:
    """Whether enough was said since the last learning to learn anew."""
    try:
        info = files.read_info(store.root, network.NAME, network.VERSION)
    except WeightsError:
        info = None
    with store.read() as conn:
        said = len(corrections.read(conn, *_COUNTED))
    return said - (0 if info is None else int(info.get("said", 0))) >= DUE


# ---------------------------------------------------------------- inside


@dataclass(frozen=True, slots=True)
class _Said:
    """What the store knows beside the table: ``count`` of corrections, the rest as ``examples.stream_of`` takes it."""

    inputs: Inputs
    shown: NDArray[np.int64] | None
    folder: NDArray[np.int64]
    count: int


def _said(conn: Connection, table: PhotoTable) -> _Said:
    from core.correct import replay

    folder = folders.event_like(folders.read(conn), table.ids, table.instant)
    return _Said(replay.inputs(conn, table), _shown(conn), folder, len(corrections.read(conn, *_COUNTED)))


def _shown(conn: Connection) -> NDArray[np.int64] | None:
    """Ids of the photos after which the album ends an event; None where nothing was grouped yet."""
    rows = conn.exec_driver_sql("SELECT before_id, event FROM boundary").fetchall()
    return np.array([row[0] for row in rows if row[1]], np.int64) if rows else None


def _keep(
    store: Store, name: str, version: int, part: LearnedPart, info: dict[str, Any], arrays: files.Arrays | None = None
) -> None:
    files.save(store.root, name, version, {**info, "part": asdict(part)}, arrays)


def _part(store: Store, name: str, version: int) -> LearnedPart | None:
    try:
        info = files.read_info(store.root, name, version)
        return None if info is None else LearnedPart(**info["part"])
    except WeightsError as error:
        return LearnedPart(name, "", None, None, 0, False, str(error))


__all__ = ["DUE", "Learned", "LearnedPart", "due", "learn", "learn_if_due", "learned", "load", "with_learned"]
