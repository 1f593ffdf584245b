"""A learner's vectors in use: made of the embedder's for every photo, and chosen for look-alikes and search.

They lie in the store as those of an embedder of its own, named after the learner, its version the run's id.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete

from core.errors import ReverieError
from core.lab import data, learners, runs
from core.progress import Progress
from core.records import Change
from core.records_lab import Run
from core.store import journal, meta, pending
from core.store import schema as s
from core.store.queries_vectors import current_embedder
from core.store.store import Store
from core.store.vectors import vector_file

I64 = NDArray[np.int64]
CNN = "cnn"
BLOCK = 2048


def derive(store: Store, run_id: str, progress: Progress) -> int:
    """Describe every photo that has a vector of the embedder and none of this run yet; how many that were.

    What was written before it is cancelled stays. Raises KeyError, WeightsError, Cancelled, LibraryError.
    """
    run = runs.read(store.root, run_id)
    missing, rows = _missing(store, run)
    if not len(missing):
        return 0
    estimator = learners.load(runs.folder_of(store.root, run_id), run)
    progress.phase(f"Describing photos: {run.spec.learner}", len(missing))
    with store.read() as conn:
        used = current_embedder(conn)
    assert used is not None  # since photos have its vectors
    stored = store.vectors(used.name, used.version, used.dim).rows()
    small = data.SmallPictures(store.root, store.root / "cache" / "lab")
    for block in learners.blocks(len(missing), BLOCK):
        progress.check()
        ids, seen = _seen(run, missing[block], rows[block], stored, small)
        if len(ids):
            _store(store, run, ids, learners.described(estimator, seen).astype(np.float16))
        progress.set(block.stop)
    return len(missing)


def _missing(store: Store, run: Run) -> tuple[I64, I64]:
    """(photos without a vector of the run, rows of their vectors by the embedder), by id."""
    with store.read() as conn:
        used = current_embedder(conn)
        if used is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        found = conn.exec_driver_sql(
            "SELECT v.photo_id, v.row FROM vector v WHERE v.embedder_id = ? AND v.photo_id NOT IN (SELECT o.photo_id"
            " FROM vector o JOIN embedder e ON e.id = o.embedder_id WHERE e.name = ? AND e.version = ?)"
            " ORDER BY v.photo_id",
            (used.id, run.spec.learner, run.id),
        ).fetchall()
    pairs = np.array([tuple(row) for row in found], np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _seen(
    run: Run, ids: I64, rows: I64, stored: NDArray[np.float16], small: data.SmallPictures
) -> tuple[I64, NDArray[Any]]:
    """(photos that the learner can see, what it sees of them)."""
    if not learners.sees_pictures(run.spec.parameters):
        return ids, stored[rows]
    pictures, there = small.get(ids, Progress())
    made = learners.CLASSES[run.spec.learner]
    return ids[there], learners.shaped(made, run.spec.parameters, pictures[there])


def _store(store: Store, run: Run, ids: I64, vectors: NDArray[np.float16]) -> None:
    kept = store.vectors(run.spec.learner, run.id, vectors.shape[1])
    rows = kept.append(vectors)
    with store.write() as conn:
        pending.insert_vectors(conn, kept.embedder_id, [(p, r, 1.0) for p, r in zip(ids.tolist(), rows, strict=True)])


# ---------------------------------------------------------------- choosing


def use(store: Store, run: Run | None, progress: Progress) -> Change:
    """From now on look-alikes and search go by this run's vectors, or (None) by the embedder's; it can be undone.

    Raises ReverieError for a run that is not finished or makes no vectors, and like :func:`derive`.
    """
    if run is not None:
        if run.state != "done" or run.spec.learner not in learners.CLASSES:
            raise ReverieError(f"The run {run.id} cannot be used: it is not finished, or makes no vectors of photos.")
        derive(store, run.id, progress)
    wanted = None if run is None else [run.spec.learner, run.id]
    with store.write() as conn:
        before = meta.get_meta(conn, meta.LOOKS)
        if before == wanted:
            return store.changed
        forward, inverse = ({"do": "use_vectors", "used": used} for used in (wanted, before))
        name = f"Use of {'the CNN' if run is None else run.id} for look-alikes"
        store.changed = journal.perform(conn, name, forward, inverse)
        return store.changed


def used(store: Store) -> str:
    """The run in use, empty where that is the embedder itself."""
    with store.read() as conn:
        found = meta.get_meta(conn, meta.LOOKS)
    return str(found[1]) if found else ""


def forget(store: Store, learner: str, run_id: str) -> None:
    """Drop the vectors of a run from the store."""
    c = s.embedder.c
    with store.write() as conn:
        number = conn.execute(s.embedder.select().where(c.name == learner, c.version == run_id)).first()
        if number is None:
            return
        conn.execute(delete(s.vector).where(s.vector.c.embedder_id == number.id))
        conn.execute(delete(s.embedder).where(c.id == number.id))
    path: Path = vector_file(store.root, learner, run_id)
    path.unlink(missing_ok=True)
    for left in (store.root / "neighbours").glob(f"{path.name.removesuffix('.f16')}.*"):
        left.unlink(missing_ok=True)
