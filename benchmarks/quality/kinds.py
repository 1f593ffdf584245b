"""Kinds of photograph: precision and coverage at the strength from which they are shown. ``--images DIR [DIR …]``.

Each DIR holds one folder a class, of Caltech101 or the TensorFlow flowers; ``kind_labels`` says which classes are of
which kind, and which cannot be told. Pictures go through the second pass's own code (decoding, measures, network) and
:func:`core.group.kinds.find`; there is no EXIF in these sets. The bars of the kinds were set on the pictures with an
even number, but that of pets, and where taught kinds decide, were moved after a look at the odd ones; figures are of
the odd ones, and so a little optimistic with the default ``--per-class``. ``precision`` = of those shown as the kind,
those that are; ``coverage`` = of those that are, those shown; ``base`` = share that are of the kind, the precision of
guessing.

``learned``: the same after 5 and 20 corrections of the kind (drawn at random from the even pictures, half of them
photos of the kind), with the probe that the program trains. ``taught``: new kinds, each a class that no cue knows, from
3, 5 and 10 photos. Means over seeds, with the standard deviation over seeds of the mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.kind_labels import KIND_LABELS, expected
from core.embed import registry
from core.embed.base import Embedder, Embedding
from core.group import kinds, probes
from core.group.base import F32, PhotoTable
from core.media.describe import describe
from core.records import Described
from core.store.pending import MEASURES

BATCH, BESIDE = 16, 400
CORRECTIONS, TAUGHT = (5, 20), (3, 5, 10)
NEW = ("watch", "windsor_chair", "revolver", "grand_piano", "umbrella", "stop_sign", "yin_yang", "soccer_ball")
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pictures:
    """A table of pictures with the folder (class) of each."""

    table: PhotoTable
    folder: NDArray[np.str_]

    def take(self, rows: I64) -> PhotoTable:
        t = self.table
        assert t.vectors is not None
        assert t.probabilities is not None
        plain = (t.ids, t.instant, t.local, t.lat, t.lon, t.camera, t.width, t.height, t.dhash, t.has_dhash, t.content)
        columns = {name: column[rows] for name, column in t.columns.items()}
        more = (t.vectors[rows], t.probabilities[rows], columns, t.labels)
        return PhotoTable(*(column[rows] for column in plain), *more)


def read(roots: Sequence[Path], per_class: int) -> Pictures:
    """At most ``per_class`` pictures of every class, seen and measured."""
    embedder = registry.create(device="cpu")
    files = [path for root in roots for folder in _folders(root) for path in _some(folder, per_class)]
    seen: list[tuple[str, Described]] = []
    parts: list[Embedding] = []
    waiting: list[NDArray[np.uint8]] = []
    for path in files:
        found = describe(str(path), thumb_to=None, spec=embedder.spec)
        if found.problem is not None or found.network_input is None:
            continue
        seen.append((path.parent.name, found))
        waiting.append(found.network_input)
        if len(waiting) == BATCH:
            parts.append(embedder.embed(np.stack(waiting)))
            waiting = []
    if waiting:
        parts.append(embedder.embed(np.stack(waiting)))
    return Pictures(_table(seen, parts, embedder), np.array([name for name, _ in seen]))


def _folders(root: Path) -> list[Path]:
    found = sorted(path for path in root.iterdir() if path.is_dir())
    if not found:
        raise SystemExit(f"{root}: no folders of pictures in it.")
    return found


def _some(folder: Path, most: int) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    order = np.random.default_rng(0).permutation(len(files))[:most]
    return [files[i] for i in sorted(order.tolist())]


def _table(seen: list[tuple[str, Described]], parts: list[Embedding], embedder: Embedder) -> PhotoTable:
    n = len(seen)
    whole = Embedding(np.concatenate([p.vectors for p in parts]), np.concatenate([p.norms for p in parts]))
    unknown, one = np.full(n, np.nan), np.ones(n, dtype=np.bool_)
    names = [name for name in MEASURES if hasattr(seen[0][1], name)]
    columns = {name: np.array([getattr(d, name) for _, d in seen], dtype=np.float32) for name in names}
    columns["has_camera"] = np.zeros(n, dtype=np.float32)
    return PhotoTable(
        ids=np.arange(n),
        instant=unknown,
        local=unknown,
        lat=unknown,
        lon=unknown,
        camera=np.full(n, -1, dtype=np.int32),
        width=np.array([d.width for _, d in seen], dtype=np.int32),
        height=np.array([d.height for _, d in seen], dtype=np.int32),
        dhash=np.array([d.dhash for _, d in seen], dtype=np.int64),
        has_dhash=one,
        content=np.full(n, -1, dtype=np.int64),
        vectors=whole.vectors,
        probabilities=embedder.classify(whole),
        columns=columns,
        labels=embedder.labels,
    )


# ---------------------------------------------------------------- figures


def strengths(table: PhotoTable, kind: str, taught: kinds.Taught = kinds.NOTHING) -> F32:
    """float32 [n]: the strength shown for a kind, 0 where the photo is not shown as one."""
    return kinds.shares(kinds.find(table, taught=taught), len(table)).get(kind, np.zeros(len(table), dtype=np.float32))


def figures(shown: F32, truth: NDArray[np.int8]) -> dict[str, float]:
    """``truth``: 1 of the kind, 0 not, -1 cannot be told."""
    hit = shown >= kinds.DEFAULT.threshold
    right, wrong = int((hit & (truth == 1)).sum()), int((hit & (truth == 0)).sum())
    positives = int((truth == 1).sum())
    return {
        "photos": positives,
        "shown": right + wrong,
        "precision": right / max(right + wrong, 1),
        "coverage": right / max(positives, 1),
        "base": positives / max(int((truth >= 0).sum()), 1),
    }


def truths(folder: NDArray[np.str_], kind: str) -> NDArray[np.int8]:
    answers = {name: expected(kind, name) for name in np.unique(folder).tolist()}
    return np.array([-1 if answers[f] is None else int(bool(answers[f])) for f in folder.tolist()], dtype=np.int8)


def learned(pictures: Pictures, kind: str, train: I64, test: I64, count: int, seed: int) -> dict[str, float]:
    """Figures after ``count`` corrections of one kind."""
    rng = np.random.default_rng([seed, count])
    truth = truths(pictures.folder, kind)
    yes = rng.choice(train[truth[train] == 1], (count + 1) // 2, replace=False)
    no = rng.choice(train[truth[train] == 0], count // 2, replace=False)
    vectors, cues = _seen(pictures), probes.cue_logits(_plain(pictures.table, kind))
    chosen = np.concatenate([yes, no])
    beside = rng.choice(train, min(BESIDE, len(train)), replace=False)
    probe = probes.fit(vectors[chosen], truth[chosen] == 1, cues[chosen], vectors[beside], cues[beside])
    shown = strengths(pictures.take(test), kind, kinds.Taught(probes={kind: probe}))
    return figures(shown, truth[test])


def taught(pictures: Pictures, name: str, train: I64, test: I64, count: int, seed: int) -> dict[str, float]:
    """Figures of a kind taught from ``count`` photos."""
    rng = np.random.default_rng([seed, count])
    truth = (np.char.lower(pictures.folder) == name).astype(np.int8)
    yes = rng.choice(train[truth[train] == 1], count, replace=False)
    vectors = _seen(pictures)
    beside = rng.choice(train, min(BESIDE, len(train)), replace=False)
    probe = probes.fit_taught(vectors[yes], np.ones(count, dtype=np.bool_), vectors[beside])
    shown = strengths(pictures.take(test), "new", kinds.Taught(titles={"new": "New"}, probes={"new": probe}))
    return figures(shown, truth[test])


def _seen(pictures: Pictures) -> F32:
    assert pictures.table.vectors is not None
    return pictures.table.vectors.astype(np.float32)


def _plain(table: PhotoTable, kind: str) -> F32:
    """Strengths of the cues alone, also below the threshold."""
    return kinds.plain_strengths(table)[kind]


def mean(runs: list[list[dict[str, float]]]) -> dict[str, float]:
    """Precision and coverage over the kinds, averaged over seeds; ``sd`` over seeds."""
    per = np.array([[np.mean([f[name] for f in run]) for name in ("precision", "coverage")] for run in runs])
    sd = per.std(axis=0, ddof=1) if len(per) > 1 else np.zeros(2)
    return {
        "precision": float(per[:, 0].mean()),
        "precision_sd": float(sd[0]),
        "coverage": float(per[:, 1].mean()),
        "coverage_sd": float(sd[1]),
    }


def _runs(seeds: int, names: Sequence[str], figure: Callable[[str, int], dict[str, float]]) -> dict[str, float]:
    return mean([[figure(name, seed) for name in names] for seed in range(seeds)])


def evaluate(pictures: Pictures, seeds: int) -> dict[str, Any]:
    """All figures on the odd pictures."""
    rows = np.arange(len(pictures.folder))
    train, test = rows[rows % 2 == 0], rows[rows % 2 == 1]
    half = pictures.take(test)
    by_kind = {kind: figures(strengths(half, kind), truths(pictures.folder[test], kind)) for kind in KIND_LABELS}
    found = kinds.find(half)
    unsure = next((len(g.members) for g in found.groups if g.key == kinds.UNSURE), 0)
    judged = [kind for kind, f in by_kind.items() if f["photos"]]
    shown = [kind for kind in judged if by_kind[kind]["shown"] >= 5]
    names = np.char.lower(pictures.folder)
    new = [n for n in NEW if min((names[train] == n).sum() - max(TAUGHT), (names[test] == n).sum()) >= 3]
    result: dict[str, Any] = {"pictures": len(rows), "unsure": unsure / max(len(test), 1), "kinds": by_kind}
    result["mean_precision"] = float(np.mean([by_kind[k]["precision"] for k in shown]))
    result["mean_coverage"] = float(np.mean([by_kind[k]["coverage"] for k in judged]))
    result["least_precision"] = min((by_kind[k]["precision"] for k in shown), default=0.0)
    result["learned"] = {
        str(n): _runs(seeds, judged, lambda kind, seed, n=n: learned(pictures, kind, train, test, n, seed))
        for n in CORRECTIONS
    }
    result["taught"] = {
        str(n): _runs(seeds, new, lambda name, seed, n=n: taught(pictures, name, train, test, n, seed)) for n in TAUGHT
    }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--per-class", type=int, default=45)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    emit(evaluate(read(options.images, options.per_class), options.seeds), options.json, "Kinds of photograph")


if __name__ == "__main__":
    main()
