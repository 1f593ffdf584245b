"""A tag taught by a few examples: a kind of photograph that the person adds, and the head that tells it best.

The examples are recorded as the kind correction that "new kind" makes, with its undo. The probe on the vectors judges
all photos; where a head over feature maps (convolutions, capsules) does better on examples kept apart, the photos that
the probe finds most likely are judged by that head instead. Which one is kept in ``models/`` beside the kind's probe.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError
from core.group.base import F32, F64, Inputs, PhotoTable
from core.group.kinds import KINDS, Taught, decided
from core.group.probes import RARE, Probe
from core.learn import files, kinds, process, teaching
from core.learn.files import Kept
from core.paths import thumb_path
from core.progress import Progress
from core.records import Change
from core.records_lab import TeachReport
from core.store import corrections
from core.store.store import Store

VERSION = 1
NEGATIVES = 300
"""Photos of the rest of the library that stand for what is not of the tag."""
MOST_EXAMPLES = 400
SHORTLIST = (200, 2000)
"""A head decides four times as many photos as the probe accepts, within these bounds."""
FEWEST = kinds.TAUGHT_FROM
TITLES = {"probe": "the logistic probe", "cnn": "the convolutional head", "capsule": "the capsule head"}

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Material:
    """Positions in the table: examples, photos that are not of the tag, and the most likely ones by the probe."""

    yes: I64
    no: I64
    likely: I64


def teach(store: Store, name: str, photo_ids: Sequence[int], progress: Progress, *, seed: int = 0) -> TeachReport:
    """Photos are examples of the tag ``name``; learn it from all that were given so far, and tag its like at once.

    Raises ValueError (in words for the person) for an empty name or no photos, Cancelled and ReverieError (the examples
    stay, and the probe), OSError.
    """
    from core.correct.corrections import Corrections

    Corrections(store).new_kind(name, photo_ids)
    with store.read() as conn:
        kind = corrections.read(conn, "kind")[-1].payload["kind"]
    return again(store, kind, progress, seed=seed)


def again(store: Store, kind: str, progress: Progress, *, seed: int = 0) -> TeachReport:
    """Learn a kind (by its key or its title) anew from all its examples, and tag its like. Raises as :func:`teach`."""
    from core.correct import replay
    from core.grouping.table import read_table
    from core.learn.vectors import with_vectors

    with store.read() as conn:
        table = read_table(conn)
        inputs = replay.inputs(conn, table)
    kind = next((key for key, title in inputs.taught.items() if title.lower() == kind.lower()), kind)
    if kind not in inputs.kinds:
        raise ValueError(f"No photo was named as an example of {kind}.")
    kinds.learn(store, progress, seed=seed)
    title = inputs.taught.get(kind, kind)
    examples = len(inputs.kinds[kind][0])
    probe = kinds.load(store).get(kind)
    if kind in KINDS:
        why = "Reverie knows this kind already; the examples correct what it says of it."
        return TeachReport(KINDS[kind][0], examples, {}, "cues", why, examples)
    if probe is None:
        why = f"It is looked for in other photos from {FEWEST} examples on that the network has looked at."
        return TeachReport(title, examples, {}, "examples", why, examples)
    with with_vectors(store, table) as (table, _):
        found = _learn(store, table, _material(table, inputs, kind, probe, seed), kind, seed, progress)
        count = _tag(store, table, inputs, kind, title, {kind: probe})
    details = {"learned_from": found.examples, "kind": kind}
    return TeachReport(title, examples, found.scores, found.used, _why(found), count, details)


def taught(store: Store) -> dict[str, TeachReport]:
    """Kind -> how its heads did when it was taught last, as far as that can be read; ``photos`` is not counted."""
    with store.read() as conn:
        named = {c.payload["kind"]: c.payload["title"] for c in corrections.read(conn, "new_kind")}
    out = {}
    for kind, title in named.items():
        try:
            info = files.read_info(store.root, _file(kind), VERSION)
        except WeightsError:
            info = None
        if info is not None:
            scores = {name: (mean, sd) for name, (mean, sd) in info["scores"].items()}
            out[kind] = TeachReport(title, info["examples"], scores, info["used"], info["why"], 0)
    return out


def decisions(
    store: Store, table: PhotoTable, found: Mapping[str, Probe], progress: Progress | None = None
) -> dict[str, tuple[I64, F32]]:
    """What heads say of a table with vectors, for those of the learned kinds that have one: positions, strengths.

    Photos that no head has seen yet are looked at, in a process of their own. Raises Cancelled, ReverieError.
    """
    out = {}
    for kind, probe in found.items():
        kept = None if kind in KINDS else _kept(store, kind)
        if kept is not None and table.vectors is not None and len(probe.weight) == table.vectors.shape[1]:
            rows = _likely(probe.logits(table.vectors, np.full(len(table), RARE)))
            strength = _strength(store, kind, kept, table.ids[rows], progress or Progress())
            known = np.isfinite(strength)
            out[kind] = rows[known], strength[known]
    return out


# ---------------------------------------------------------------- learning


def _material(table: PhotoTable, inputs: Inputs, kind: str, probe: Probe, seed: int) -> _Material:
    assert table.vectors is not None
    yes, no = inputs.kinds[kind]
    logits = probe.logits(table.vectors, np.full(len(table), RARE))
    rest = np.flatnonzero(table.vectors.any(axis=1))
    rest = rest[~np.isin(rest, np.concatenate([yes, no]))]
    rng = np.random.default_rng(seed)
    beside = np.sort(rng.choice(rest, min(NEGATIVES, len(rest)), replace=False))
    negatives = np.concatenate([no[-MOST_EXAMPLES:], beside]).astype(np.int64)
    return _Material(yes[-MOST_EXAMPLES:], negatives, _likely(logits))


def _likely(logits: F64) -> I64:
    """Positions of the photos that a head is asked about, the most likely by the probe."""
    count = int(np.clip(4 * int((logits >= 0).sum()), *SHORTLIST))
    return np.sort(np.argsort(-logits, kind="stable")[:count]).astype(np.int64)


def _learn(
    store: Store, table: PhotoTable, material: _Material, kind: str, seed: int, progress: Progress
) -> teaching.Learned:
    """Compare the heads in a process of their own and keep the best."""
    rows = np.concatenate([material.yes, material.no])
    label = np.arange(len(rows)) < len(material.yes)
    assert table.vectors is not None
    vectors = np.asarray(table.vectors[rows], np.float32)
    seen = vectors.any(axis=1)
    lesson = teaching.Lesson(
        thumbs=_thumbs(store, table.ids[rows[seen]]),
        vectors=vectors[seen],
        label=label[seen],
        shortlist=_thumbs(store, table.ids[material.likely]),
        seed=seed,
    )
    found = process.run(teaching.learn, lesson, progress)
    info = {
        "kind": kind, "used": found.used, "scores": found.scores, "examples": found.examples, "bar": found.bar,
        "why": _why(found),
    }  # fmt: skip
    arrays = _with_scores(found.arrays, table.ids[material.likely], found.strength) if found.arrays else None
    files.save(store.root, _file(kind), VERSION, info, arrays)
    return found


def _why(found: teaching.Learned) -> str:
    scores = ", ".join(f"{TITLES[name]} {mean:.2f} ± {sd:.2f}" for name, (mean, sd) in found.scores.items())
    best = max(mean for mean, _ in found.scores.values())
    how = "the best" if found.scores[found.used][0] >= best else "as good as any within the error, and the simplest"
    return f"Average precision on examples kept apart: {scores}. {TITLES[found.used].capitalize()} is used: {how}."


def _thumbs(store: Store, ids: I64) -> tuple[str, ...]:
    return tuple(thumb_path(os.fspath(store.root), int(photo)) for photo in ids.tolist())


# ---------------------------------------------------------------- kept heads


def _file(kind: str) -> str:
    """Kinds have names in any script and of any length; none may be the beginning of another's file."""
    return f"taught-{hashlib.sha256(kind.encode()).hexdigest()[:16]}"


def _kept(store: Store, kind: str) -> Kept | None:
    """The head of a kind; None where the probe is used, or it cannot be read."""
    try:
        kept = files.load(store.root, _file(kind), VERSION)
    except WeightsError:
        return None
    return kept if kept is not None and kept.arrays else None


def _with_scores(head: files.Arrays, photos: I64, strength: F32) -> files.Arrays:
    known = np.isfinite(strength)
    return {f"head/{name}": array for name, array in head.items()} | {
        "photos": photos[known],
        "strength": strength[known],
    }


def _strength(store: Store, kind: str, kept: Kept, photos: I64, progress: Progress) -> F32:
    """float32: the head's word on each photo, NaN where it has none; new photos are looked at and remembered."""
    known = dict(zip(kept.arrays["photos"].tolist(), kept.arrays["strength"].tolist(), strict=True))
    new = np.array([photo for photo in photos.tolist() if photo not in known], np.int64)
    if len(new) and store.mode == "write":
        head = {name.removeprefix("head/"): a for name, a in kept.arrays.items() if name.startswith("head/")}
        bar = (float(kept.info["bar"][0]), float(kept.info["bar"][1]))
        question = teaching.Question(kept.info["used"], head, bar, _thumbs(store, new))
        said = process.run(teaching.answer, question, progress)
        known.update(zip(new.tolist(), said.tolist(), strict=True))
        both = np.array(list(known), np.int64), np.array(list(known.values()), np.float32)
        files.save(store.root, _file(kind), VERSION, kept.info, _with_scores(head, *both))
    return np.array([known.get(photo, np.nan) for photo in photos.tolist()], np.float32)


# ---------------------------------------------------------------- tagging


def _tag(store: Store, table: PhotoTable, inputs: Inputs, kind: str, title: str, found: Mapping[str, Probe]) -> int:
    """Put what was learned into the kind's group at once; returns how many photos carry the tag."""
    from core.correct import kinds as memberships
    from core.correct import replay

    heads = decisions(store, table, found)
    lessons = Taught(inputs.kinds, {kind: title}, found, heads)
    strength, reasons = decided(table, kind, lessons)
    members = {int(table.ids[row]): (float(strength[row]), reason) for row, reason in reasons.items()}
    with store.write(Change(groups=True)) as conn:
        return memberships.spread(conn, replay.read(conn), kind, members)
