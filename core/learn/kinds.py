"""Probes of kinds from what the person said of photos: used where they decide held-out examples better than the cues,
and for every kind that the person taught, since no cue knows those."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError
from core.group import kinds, probes
from core.group.base import F32, F64, Inputs, PhotoTable
from core.learn import files
from core.learn.vectors import name_of
from core.progress import Progress
from core.records_corrections import LearnedPart
from core.store.queries_vectors import current_embedder
from core.store.store import Store

NAME, VERSION = "kinds", 1
METRIC = "held-out examples decided rightly"
FEWEST, TAUGHT_FROM = 6, 3
"""Examples of known kinds from which probes may be used; photos that a taught kind needs."""
BESIDE = 600
MOST = 400
"""Photos beside the examples; examples of one kind that are looked at, the newest."""

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """The examples of one kind: vectors, labels and the log odds of their cues."""

    vectors: F32
    label: NDArray[np.bool_]
    cues: F64


def learn(store: Store, progress: Progress, *, seed: int = 0) -> LearnedPart:
    """Train a probe for every kind with examples, and keep those that are worth using."""
    from core.correct import replay
    from core.grouping.people import with_counts
    from core.grouping.table import read_table
    from core.grouping.vectors import Scratch, with_vectors

    scratch = Scratch(store.root / "cache")
    try:
        with store.read() as conn:
            whole = read_table(conn, looks=False)  # only to know who is there
            said = replay.inputs(conn, whole)
            chosen = _chosen(whole, said, np.random.default_rng(seed))
            table = with_counts(store, read_table(conn, whole.ids[chosen].tolist()))
            table = with_vectors(store, table, scratch)
        progress.check()
        part, found = _learn(table, _moved(said, whole.ids, table.ids), seed)
    finally:
        scratch.close()
    _keep(store, part, found)
    return part


def _chosen(table: PhotoTable, said: Inputs, rng: np.random.Generator) -> I64:
    """Positions of all examples and of some photos beside them."""
    examples = [rows[-MOST:] for both in said.kinds.values() for rows in both]
    beside = rng.choice(len(table), min(BESIDE, len(table)), replace=False) if len(table) else np.zeros(0, np.int64)
    return np.unique(np.concatenate([*examples, beside])).astype(np.int64)


def _moved(said: Inputs, ids: I64, kept: I64) -> dict[str, tuple[I64, I64]]:
    """What was said, in positions of the smaller table."""
    order = np.argsort(kept, kind="stable")

    def at(rows: I64) -> I64:
        wanted = ids[rows]
        place = np.searchsorted(kept[order], wanted)
        known = (place < len(kept)) & (kept[order][np.minimum(place, len(kept) - 1)] == wanted)
        found: I64 = order[place[known]].astype(np.int64)
        return found

    return {kind: (at(yes), at(no)) for kind, (yes, no) in said.kinds.items()}


def _learn(
    table: PhotoTable, said: dict[str, tuple[I64, I64]], seed: int
) -> tuple[LearnedPart, dict[str, probes.Probe]]:
    """Probes by kind from a table with vectors, and how well they do."""
    if table.vectors is None:
        why = "No photo has been looked at by the network yet."
        return LearnedPart(NAME, METRIC, None, None, 0, False, why), {}
    plain = kinds.plain_strengths(table)
    every = np.asarray(table.vectors, dtype=np.float32)
    seen = np.asarray(every.any(axis=1), dtype=np.bool_)
    mentioned = np.zeros(len(table), dtype=np.bool_)
    for both in said.values():
        mentioned[np.concatenate(both)] = True
    beside = np.flatnonzero(seen & ~mentioned)[:BESIDE]
    lessons = {kind: _lesson(every, seen, plain, kind, *both) for kind, both in said.items()}
    beside_cues = {kind: probes.cue_logits(plain[kind][beside]) for kind in lessons if kind in plain}
    known = {kind: lesson for kind, lesson in lessons.items() if kind in plain and len(lesson.label)}
    found = probes.cross_validate(
        {kind: lesson.vectors for kind, lesson in known.items()},
        {kind: lesson.label for kind, lesson in known.items()},
        {kind: lesson.cues for kind, lesson in known.items()},
        every[beside],
        beside_cues,
        seed=seed,
    )
    helps = found.held_out >= FEWEST and found.learned > found.rule
    used = {
        kind: probes.fit(lesson.vectors, lesson.label, lesson.cues, every[beside], beside_cues[kind])
        for kind, lesson in known.items()
        if helps
    }
    taught = {
        kind: probes.fit_taught(lesson.vectors, lesson.label, every[beside])
        for kind, lesson in lessons.items()
        if kind not in plain and int(lesson.label.sum()) >= TAUGHT_FROM
    }
    return _part(found, helps, len(taught)), used | taught


def _lesson(every: F32, seen: NDArray[np.bool_], plain: dict[str, F32], kind: str, yes: I64, no: I64) -> _Lesson:
    rows = np.concatenate([yes, no])
    label = np.concatenate([np.ones(len(yes), dtype=np.bool_), np.zeros(len(no), dtype=np.bool_)])
    good = seen[rows]
    cues = probes.cue_logits(plain[kind][rows]) if kind in plain else np.full(len(rows), probes.RARE)
    return _Lesson(every[rows[good]], label[good], cues[good])


def _part(found: probes.Verdict, helps: bool, taught: int) -> LearnedPart:
    more = f" {taught} taught by you." if taught else ""
    if found.held_out < FEWEST:
        why = f"Learns from {FEWEST} answers about kinds on; so far there are {found.held_out}.{more}"
        return LearnedPart(NAME, METRIC, None, None, found.held_out, taught > 0, why)
    why = "Decides more of the examples kept apart rightly than the cues do." if helps else "The cues do as well."
    return LearnedPart(NAME, METRIC, found.rule, found.learned, found.held_out, helps or taught > 0, why + more)


# ---------------------------------------------------------------- on disk


def _keep(store: Store, part: LearnedPart, found: dict[str, probes.Probe]) -> None:
    with store.read() as conn:
        used = current_embedder(conn)
    info = {
        "part": asdict(part),
        "embedder": "" if used is None else name_of(used.name, used.version),
        "probes": {k: {"bias": p.bias, "yes": p.yes, "no": p.no} for k, p in found.items()},
    }
    arrays: files.Arrays = {"weights": np.stack([p.weight for p in found.values()])} if found else {}
    files.save(store.root, NAME, VERSION, info, arrays or None)


def learned(store: Store) -> LearnedPart | None:
    """How the probes did when they learned last."""
    try:
        info = files.read_info(store.root, NAME, VERSION)
        return None if info is None else LearnedPart(**info["part"])
    except WeightsError as error:
        return LearnedPart(NAME, METRIC, None, None, 0, False, str(error))


def load(store: Store) -> dict[str, probes.Probe]:
    """The probes in use for the vectors that the library uses now; none where they cannot be read."""
    try:
        kept = files.load(store.root, NAME, VERSION)
    except WeightsError:
        return {}
    with store.read() as conn:
        used = current_embedder(conn)
    if kept is None or not kept.arrays or used is None or kept.info["embedder"] != name_of(used.name, used.version):
        return {}
    rows = zip(kept.info["probes"].items(), kept.arrays["weights"], strict=True)
    return {
        kind: probes.Probe(np.asarray(weight, dtype=np.float32), float(p["bias"]), int(p["yes"]), int(p["no"]))
        for (kind, p), weight in rows
    }
