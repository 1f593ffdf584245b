"""Embedders and trained learners compared on the person's own photos, judged by what the person said of them.

A learner is trained again with other seeds, in a process of its own, so that what is chance shows as such; its scores
are means over seeds. The CNN does not change with a seed: its spread is that over as many parts of the questions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.lab import data, judging, learners, runs, said, train
from core.lab.data import Material
from core.learn import process
from core.nn import checkpoints
from core.progress import Progress
from core.records_lab import Comparison, ComparisonRow, Run
from core.store.queries_vectors import EmbedderRow, current_embedder, looks_embedder
from core.store.store import Store

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
FILE = Path("models") / "comparison.json"
MOST = 2000
"""Photos that a comparison looks at, those with labels first."""

SHORTLIST = 1000
CNN = "cnn"


@dataclass(frozen=True, slots=True)
class Sample:
    """The photos judged: ``ids`` int64 [n], ``exact`` float32 [n, d] by the CNN, ``labels`` int64 [n] (-1: none),
    ``foreign`` float32 [m, d]: pictures from elsewhere, ``foreign_small`` uint8 [m, 32, 32, 3] of them."""

    ids: I64
    exact: F32
    labels: I64
    judged_by: str
    foreign: F32
    foreign_small: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one embedder or one trained network makes of the sample: unit rows float32 [n, k], the same of the foreign
    pictures, and seconds per 1,000 photos."""

    own: F32
    foreign: F32
    seconds: float


def compare(store: Store, material: Material, found: Sequence[Run], progress: Progress, seeds: int) -> Comparison:
    """Judge the CNN, every other embedder with vectors of these photos, and the latest finished run of each learner.

    Raises ReverieError where there are too few photos with vectors, Cancelled.
    """
    sample = take(store, material, progress)
    with store.read() as conn:
        base, used = current_embedder(conn), looks_embedder(conn)
    if base is None or used is None:
        raise ReverieError("No photo has been looked at by the network yet.")
    progress.phase("Comparing", 1 + seeds * len(found), "steps")
    rows = [_judged([Seen(sample.exact, sample.foreign, 0.0)] * seeds, sample, CNN, "", f"CNN ({base.name})", seeds)]
    rows += [_other(store, other, sample, seeds) for other in _others(store, base)]
    done = 1
    for run in found:
        tries = []
        for seed in range(seeds):
            progress.check()
            tries.append(_tried(store, run, seed, material, sample, progress))
            done += 1
            progress.phase("Comparing", 1 + seeds * len(found), "steps")
            progress.set(done)
        rows.append(_judged(tries, sample, run.spec.learner, run.id, learners.TITLES[run.spec.learner], seeds))
    in_use = used.version if used != base else CNN
    rows = [replace(row, in_use=in_use in (row.run_id, row.name)) for row in rows]
    scores = {row.name: (row.retrieval_map, row.retrieval_map_sd) for row in rows}
    best, why = judging.winner(scores, CNN, {row.name: row.title for row in rows})
    known = int((sample.labels >= 0).sum())
    result = Comparison(tuple(rows), best, why, len(sample.ids), known, sample.judged_by, seeds)
    keep(store.root, result)
    return result


def take(store: Store, material: Material, progress: Progress) -> Sample:
    """The photos to judge by, the same for every embedder; those with labels first, by chance of their ids."""
    with store.read() as conn:
        labels, judged_by = said.labels(conn, material.ids)
        base = current_embedder(conn)
    if base is None:
        raise ReverieError("No photo has been looked at by the network yet.")
    order = np.lexsort((data.mixed(material.ids), labels < 0))[:MOST]
    order = np.sort(order)
    stored = data.stored_vectors(material)
    exact = learners.unit(np.asarray(stored[material.rows[order]], np.float32))
    foreign, small = _foreign(base, exact, progress)
    return Sample(material.ids[order], exact, said.sound(labels[order]), judged_by, foreign, small)


def _foreign(base: EmbedderRow, own: F32, progress: Progress) -> tuple[F32, NDArray[np.uint8]]:
    """Pictures that installed packages carry, seen by the library's embedder; none where it is not on this machine.

    Those that the library holds itself (the sample album is made of them) are left out.
    """
    nothing = np.empty((0, own.shape[1]), np.float32), np.empty((0, data.SIDE, data.SIDE, 3), np.uint8)
    from core.embed import registry

    try:
        embedder = registry.create(base.name)
    except ReverieError:
        return nothing
    if embedder.version != base.version:
        return nothing
    from core.embed.preprocess import prepare
    from core.sample.sources import SUBJECTS, load

    progress.phase("Looking at pictures from elsewhere", len(SUBJECTS), "pictures")
    pictures = []
    for subject in SUBJECTS.values():
        progress.check()
        source = load(subject.source)
        left, top, right, bottom = subject.window
        box = (left * source.width, top * source.height, right * source.width, bottom * source.height)
        pictures.append(source.crop(tuple(round(edge) for edge in box)))  # type: ignore[arg-type]
    seen = embedder.embed(np.stack([prepare(picture, embedder.spec) for picture in pictures])).vectors
    vectors = learners.unit(seen.astype(np.float32))
    small = np.stack([data.fitted(picture) for picture in pictures])
    strange = (vectors @ own.T).max(axis=1) < KNOWN
    return vectors[strange], small[strange]


KNOWN = 0.9
"""A picture from elsewhere that is this much like a photo is no stranger."""


# ---------------------------------------------------------------- what each makes of the sample


def _others(store: Store, base: EmbedderRow) -> list[EmbedderRow]:
    """Other embedders with vectors, learners left out."""
    marks = ", ".join("?" for _ in learners.CLASSES)
    with store.read() as conn:
        found = conn.exec_driver_sql(
            f"SELECT id, name, version, dim FROM embedder WHERE id != ? AND name NOT IN ({marks}) ORDER BY id",
            (base.id, *learners.CLASSES),
        ).fetchall()
    return [EmbedderRow(*row) for row in found]


def _other(store: Store, other: EmbedderRow, sample: Sample, seeds: int) -> ComparisonRow:
    from core.grouping.table import vector_rows

    with store.read() as conn:
        rows = vector_rows(conn, other.name, other.version, sample.ids)[0]
    known = rows >= 0
    stored = store.vectors(other.name, other.version, other.dim).rows()
    own = learners.unit(np.asarray(stored[rows[known]], np.float32))
    part = replace(sample, ids=sample.ids[known], exact=sample.exact[known], labels=said.sound(sample.labels[known]))
    seen = Seen(own, np.empty((0, other.dim), np.float32), float("nan"))
    return _judged([seen] * seeds, part, other.name, "", other.name, seeds)


def _tried(store: Store, run: Run, seed: int, material: Material, sample: Sample, progress: Progress) -> Seen:
    """The run itself, or trained again with another seed on the same photos."""
    folder = runs.folder_of(store.root, run.id)
    small = np.empty(0, np.uint8)
    pictures = learners.sees_pictures(run.spec.parameters)
    if pictures:
        cache = Path(material.cache)
        small, _ = data.SmallPictures(Path(material.root), cache).get(sample.ids, progress)
    made = learners.CLASSES[run.spec.learner]
    x = learners.shaped(made, run.spec.parameters, small) if pictures else sample.exact
    away = learners.shaped(made, run.spec.parameters, sample.foreign_small) if pictures else sample.foreign
    if seed == 0:
        return Seen(*learners.seen_by(learners.load(folder, run), x, away))
    ids, held_out = runs.photos(folder)
    own = train.of_photos(material, ids, held_out)
    task = train.Task("", run.spec.learner, run.id, made, dict(run.spec.parameters), run.spec.seed + seed, own)
    return Seen(*process.run(train.again, train.Again(task, x, away), progress))


# ---------------------------------------------------------------- judging


def _judged(tries: Sequence[Seen], sample: Sample, name: str, run_id: str, title: str, seeds: int) -> ComparisonRow:
    """One row of the table, of as many tries as there are seeds."""
    rows = np.flatnonzero(sample.labels >= 0)
    labels, count = sample.labels[rows], len(np.unique(sample.labels[rows]))
    binary = name == "codes"
    fixed = not run_id
    if count < said.FEWEST_LABELS:
        maps, agreed, grouped = [], [], []
    else:
        maps = _over_parts(tries[0].own[rows], labels, seeds) if fixed else [
            float(np.nanmean(judging.average_precisions(each.own[rows], labels))) for each in tries
        ]  # fmt: skip
        grouped = [judging.clusters(each.own[rows], count, seed) for seed, each in enumerate(tries)]
        agreed = [judging.rand_index(found, labels) for found in grouped]
    together = [judging.rand_index(a, b) for i, a in enumerate(grouped) for b in grouped[:i]]
    dim = tries[0].own.shape[1]
    shortlist = min(SHORTLIST, max(len(sample.ids) // 10, judging.RECALLED)) if binary else None
    retrieval, cluster = judging.mean_sd(maps), judging.mean_sd(agreed)
    return ComparisonRow(
        name=name,
        run_id=run_id,
        title=title,
        dim=dim,
        code_bytes=dim // 8 if binary else 2 * dim,
        retrieval_map=retrieval[0],
        retrieval_map_sd=retrieval[1],
        cluster_ari=cluster[0],
        cluster_ari_sd=cluster[1],
        stability=judging.mean_sd(together)[0],
        oddness=judging.mean_sd([judging.oddness(each.own, each.foreign) for each in tries])[0],
        recall=judging.recall(tries[0].own, sample.exact, shortlist),
        seconds_per_1000=judging.mean_sd([each.seconds for each in tries])[0],
    )


def _over_parts(vectors: F32, labels: I64, parts: int) -> list[float]:
    """The mean average precision of each of so many parts of the questions, the answers being sought among all."""
    each = judging.average_precisions(vectors, labels)
    return [float(np.nanmean(each[part::parts])) for part in range(parts) if np.isfinite(each[part::parts]).any()]


# ---------------------------------------------------------------- kept


def keep(root: Path, result: Comparison) -> None:
    """Keep a comparison for the next start. Raises ReverieError when the disk refuses."""
    try:
        checkpoints.write_whole(root / FILE, json.dumps(asdict(result), indent=1).encode())
    except OSError as error:
        raise ReverieError(f"The comparison cannot be kept: {error.strerror}.") from error


def kept(root: Path) -> Comparison | None:
    """The comparison that was made last; None before the first, or where it is damaged."""
    try:
        values = json.loads((root / FILE).read_text(encoding="utf-8"))
        return Comparison(**{**values, "rows": tuple(ComparisonRow(**row) for row in values["rows"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
