"""Kinds of photograph: precision and coverage at the strength from which they are shown.

``--labelled FILE [FILE …] --root DIR``: pictures of many sets in one heap, labelled as ``kind_labels`` says; those of
``--images`` are added where given. Every kind is judged against the pictures of all sets that are certainly not of it.
Settings are chosen on ``--half tuning``; figures are of the other half. ``low``, ``high``: Wilson's 95 % interval of
the precision, which takes pictures for independent. ``wrong``: the classes of those shown wrongly.

``--images DIR [DIR …]`` alone: each DIR holds one folder a class, of Caltech101 or the TensorFlow flowers;
``kind_labels`` says which classes are of which kind, and which cannot be told. Figures are of the pictures with an odd
number; half of these are among those for tuning, so that they are a little optimistic.

Pictures go through the second pass's own code (decoding, measures, network) and :func:`core.group.kinds.find`; none has
EXIF here. ``precision`` = of those shown as the kind, those that are; ``coverage`` = of those that are, those shown;
``base`` = share that are of the kind, the precision of guessing.

``learned``: the same after 5 and 20 corrections of the kind (drawn at random from the even pictures, half of them
photos of the kind), with the probe that the program trains. ``taught``: new kinds, each a class that no cue knows, from
3, 5 and 10 photos. Means over seeds, with the standard deviation over seeds of the mean.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.kind_labels import HALVES, KIND_LABELS, Labelled, by_folder, expected, labelled, truth_of
from benchmarks.quality.kind_pictures import I64, Pictures, read, see
from core.group import kinds, probes
from core.group.base import F32, PhotoTable

BESIDE = 400
CORRECTIONS, TAUGHT = (5, 20), (3, 5, 10)
NEW = ("watch", "windsor_chair", "revolver", "grand_piano", "umbrella", "stop_sign", "yin_yang", "soccer_ball")


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


def interval(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); (0, 1) where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    share, room = right / n, z * z / n
    middle, half = share + room / 2, z * float(np.sqrt(share * (1 - share) / n + room / (4 * n)))
    return (middle - half) / (1 + room), (middle + half) / (1 + room)


def evaluate_labelled(table: PhotoTable, pictures: Sequence[Labelled]) -> dict[str, Any]:
    """Figures of every kind that some picture is of, on all pictures that are of it or certainly not."""
    found = kinds.find(table)
    shares = kinds.shares(found, len(table))
    none = np.zeros(len(table), dtype=np.float32)
    by_kind: dict[str, dict[str, Any]] = {}
    for kind in kinds.KINDS:
        truth, shown = truth_of(pictures, kind), shares.get(kind, none)
        figure: dict[str, Any] = figures(shown, truth)
        wrong = Counter(pictures[i].name for i in np.flatnonzero((shown >= kinds.DEFAULT.threshold) & (truth == 0)))
        figure["low"], figure["high"] = interval(figure["shown"] - wrong.total(), figure["shown"])
        figure["wrong"] = ", ".join(f"{name} {count}" for name, count in wrong.most_common(5))
        if figure["photos"] or figure["shown"]:
            by_kind[kind] = figure
    sets = Counter(picture.name.partition("/")[0] for picture in pictures)
    return {"pictures": len(pictures), "sets": dict(sets), "kinds": by_kind}


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


def _heap(options: argparse.Namespace) -> dict[str, Any]:
    chosen = [
        picture
        for labels in options.labelled
        for picture in labelled(labels, options.root, options.half, options.per_class, options.helping)
    ]
    chosen += by_folder(options.images, options.half, options.per_class, options.helping)
    pictures = see([picture.path for picture in chosen])
    return evaluate_labelled(pictures.table, [chosen[index] for index in pictures.asked])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, nargs="+", default=[])
    parser.add_argument("--labelled", type=Path, nargs="+", default=[])
    parser.add_argument("--root", type=Path, help="where the sets that --labelled names lie")
    parser.add_argument("--half", choices=HALVES, default=HALVES[1])
    parser.add_argument("--helping", type=int, default=0, help="1: the next pictures of every folder that has more")
    parser.add_argument("--per-class", type=int, default=45)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (options.images or options.labelled) or (options.labelled and options.root is None):
        parser.error("give --images, or --labelled with --root")
    found = _heap(options) if options.labelled else evaluate(read(options.images, options.per_class), options.seeds)
    emit(found, options.json, "Kinds of photograph")


if __name__ == "__main__":
    main()
