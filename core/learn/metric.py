"""A metric for look-alikes from pairs that the person called the same or not; used where it decides held-out pairs
better than plain cosines."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError
from core.group import metric
from core.group.base import F32
from core.learn import files
from core.learn.vectors import name_of, with_vectors
from core.progress import Progress
from core.records_corrections import LearnedPart
from core.store.queries_vectors import current_embedder
from core.store.store import Store

NAME, VERSION = "metric", 1
METRIC = "held-out pairs decided rightly"
FEWEST = 10
"""Pairs from which a metric may be used."""
MOST = 1000
SCOPES = ("lookalikes", "duplicates")


def learn(store: Store, progress: Progress, *, seed: int = 0) -> LearnedPart:
    """Fit the metric to the pairs in force and keep it if it is worth using."""
    from core.correct import replay
    from core.grouping.table import read_table

    with store.read() as conn:
        said = replay.read(conn)
        pairs = [(p.a, p.b, not p.cut) for scope in SCOPES for p in said.pairs.get(scope, [])][-MOST:]
        ids = sorted({photo for a, b, _ in pairs for photo in (a, b)})
        table = read_table(conn, ids, looks=False)
    progress.check()
    with with_vectors(store, table) as (seen, embedder):
        at = {int(photo): row for row, photo in enumerate(table.ids.tolist())}
        known = [(at[a], at[b], same) for a, b, same in pairs if a in at and b in at]
        left, right, same = _pairs(seen.vectors, known)
    part, found = _learn(left, right, same, seed)
    info = {"part": asdict(part), "embedder": embedder, "threshold": None if found is None else found.threshold}
    files.save(store.root, NAME, VERSION, info, {"scale": found.scale} if found is not None else None)
    return part


def _pairs(
    vectors: NDArray[np.float16] | None, known: list[tuple[int, int, bool]]
) -> tuple[F32, F32, NDArray[np.bool_]]:
    """Vectors of both sides of the pairs that have both, and which are the same."""
    if vectors is None or not known:
        return np.zeros((0, 1), np.float32), np.zeros((0, 1), np.float32), np.zeros(0, np.bool_)
    a, b, same = (np.array(column) for column in zip(*known, strict=True))
    left, right = np.asarray(vectors[a], np.float32), np.asarray(vectors[b], np.float32)
    good = left.any(axis=1) & right.any(axis=1)
    return left[good], right[good], same[good].astype(np.bool_)


def _learn(left: F32, right: F32, same: NDArray[np.bool_], seed: int) -> tuple[LearnedPart, metric.Metric | None]:
    n = len(same)
    if n < FEWEST or same.all() or not same.any():
        why = f"Learns from {FEWEST} pairs on, some the same and some not; so far there are {n}."
        return LearnedPart(NAME, METRIC, None, None, n, False, why), None
    found = metric.cross_validate(left, right, same, seed=seed)
    used = found.held_out >= FEWEST and found.learned > found.rule
    why = "Tells more of the pairs kept apart rightly than plain likeness." if used else "Plain likeness does as well."
    part = LearnedPart(NAME, METRIC, found.rule, found.learned, found.held_out, used, why)
    return part, metric.fit(left, right, same) if used else None


def learned(store: Store) -> LearnedPart | None:
    """How the metric did when it was learned last."""
    try:
        info = files.read_info(store.root, NAME, VERSION)
        return None if info is None else LearnedPart(**info["part"])
    except WeightsError as error:
        return LearnedPart(NAME, METRIC, None, None, 0, False, str(error))


def load(store: Store) -> F32 | None:
    """The scale float32 [d] in use for the vectors that the library uses now, or None."""
    try:
        kept = files.load(store.root, NAME, VERSION)
    except WeightsError:
        return None
    with store.read() as conn:
        used = current_embedder(conn)
    if kept is None or not kept.arrays or used is None or kept.info["embedder"] != name_of(used.name, used.version):
        return None
    return np.asarray(kept.arrays["scale"], dtype=np.float32)
