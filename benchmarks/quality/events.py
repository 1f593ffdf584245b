"""Where do events end? Boundary F1 on labelled photo streams, from times alone: ``--streams CSV``.

The CSV has the columns ``person``, ``unix_time`` and ``poi`` (more are ignored; position is never an input). A change
of ``poi`` between neighbours in time stands in for an event boundary. Five folds by person, repeated; whatever is tuned
is tuned on the training people only, by pooled F1. F1, precision and recall are pooled over the people of a test fold,
then averaged over folds and repeats, with the standard deviation over them; ``f1_person`` is the mean over people;
``f1_within_k`` forgives k photos; WindowDiff and B³ beside them (:mod:`benchmarks.quality.segmentation`).

``ours`` is the rule of ``core.group.gaps`` and the segmentation of ``core.group.levels`` as the program runs them, its
weights fitted to the training people; ``ours_default`` is the program as installed, with weights for personal albums.
Of the program's terms and penalties the sets averaged in ``ours`` were settled on these same streams: differences of
some thousandths are within what that may have cost.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.segmentation import b_cubed, f1, window_diff
from core.group.base import PhotoTable
from core.group.events import EventParams, find
from core.group.gaps import TIME_TERMS, Features, GapModel, fit, join, unit_features
from core.group.logistic import sigmoid
from core.group.segment import LengthPrior
from core.group.timeline import timeline

FOLDS, REPEATS = 5, 5
PRIORS = (LengthPrior(weight=0.0), LengthPrior(weight=0.3), LengthPrior(weight=0.6))
PLAIN = tuple(name for name in TIME_TERMS if name not in ("busy", "stay"))
TERMS = (
    PLAIN,
    (*PLAIN, "stay"),
    TIME_TERMS,
    (*PLAIN, "mean_10"),
    (*PLAIN, "stay", "mean_10"),
    (*PLAIN, "stay", "median_20"),
)
PENALTIES = (10.0, 30.0)
Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]
Scores = list[F64]


@dataclass(frozen=True, slots=True)
class Stream:
    """One person's photos in time: the table as the program sees it, log gaps and labels of the n - 1 gaps."""

    table: PhotoTable
    log_gap: F64
    label: Bools
    features: Features
    rows: NDArray[np.int64]


def read_streams(path: Path) -> list[Stream]:
    """The streams of all people with at least two photos."""
    rows: dict[str, list[tuple[float, str]]] = {}
    with open(path, encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            rows.setdefault(row["person"], []).append((float(row["unix_time"]), row["poi"]))
    return [_stream(sorted(photos, key=lambda p: p[0])) for _, photos in sorted(rows.items()) if len(photos) > 1]


def _stream(photos: list[tuple[float, str]]) -> Stream:
    time = np.array([t for t, _ in photos])
    poi = np.array([p for _, p in photos])
    table = time_only(time)
    features, gaps = unit_features(table, timeline(table))
    log_gap = np.log(np.maximum(np.diff(time), 1.0))
    return Stream(table, log_gap, poi[1:] != poi[:-1], features, gaps)


def time_only(time: F64) -> PhotoTable:
    """A table that knows nothing but when the photos were taken."""
    n = len(time)
    unknown, zero = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    size, never = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.bool_)
    camera = np.full(n, -1, dtype=np.int32)
    return PhotoTable(np.arange(n), time, time, unknown, unknown, camera, size, size, zero, never, zero - 1)


# ---------------------------------------------------------------- methods: train on people, answer for people

Answers = list[Bools]
Method = Callable[[list[Stream], list[Stream]], Answers]


def ours(train: list[Stream], test: list[Stream]) -> Answers:
    """The program's rule, its weights the mean of fits with several sets of terms and penalties, so that no single
    choice decides (a committee of linear rules is one linear rule); the length prior is chosen on the training people.
    """
    fits = [_fitted(train, terms, l2) for terms in TERMS for l2 in PENALTIES]
    names = dict.fromkeys(name for one in fits for name in one.weights)
    model = GapModel({name: float(np.mean([one.weights.get(name, 0.0) for one in fits])) for name in names})
    cut = expected_best(sigmoid(np.concatenate([model.logits(s.features) for s in train])))
    model = GapModel({**model.weights, "bias": model.weights["bias"] - np.log(cut / (1.0 - cut))})
    choices = [EventParams(model=model, prior=prior) for prior in PRIORS]
    best = max(choices, key=lambda params: f1(_program(train, params), [s.label for s in train])[0])
    return _program(test, best)


def _fitted(people: list[Stream], terms: tuple[str, ...], l2: float) -> GapModel:
    labels = np.concatenate([s.label[s.rows] for s in people])
    return fit(join([s.features for s in people]), labels, terms, l2)


def expected_best(probability: F64) -> float:
    """The threshold with the best expected F1 if the probabilities are right. It is less at the mercy of single labels
    than the threshold that was best on them (Lipton, Elkan and Narayanaswamy 2014)."""
    p = np.sort(probability)[::-1]
    score = 2 * np.cumsum(p) / (np.arange(len(p)) + 1 + p.sum())
    at = int(np.argmax(score))
    below = p[at + 1] if at + 1 < len(p) else p[at] / 2
    return float(np.clip((p[at] + below) / 2, 1e-6, 1 - 1e-6))


def ours_default(_train: list[Stream], test: list[Stream]) -> Answers:
    """The program as installed."""
    return _program(test, EventParams())


def _program(streams: list[Stream], params: EventParams) -> Answers:
    return [find(s.table, params=params)[1].is_boundary for s in streams]


def tuned_gap(train: list[Stream], test: list[Stream]) -> Answers:
    """A boundary wherever the gap exceeds one threshold, the best on the training people."""
    cut = best_threshold([s.log_gap for s in train], [s.label for s in train])
    return [s.log_gap > cut for s in test]


def fixed(hours: float) -> Method:
    """A boundary wherever the gap exceeds ``hours``."""
    return lambda _train, test: [s.log_gap > np.log(hours * 3600.0) for s in test]


def phototoc_published(_train: list[Stream], test: list[Stream]) -> Answers:
    """Platt 2003: log gap over log 17 + the mean log gap of ten neighbours each side."""
    return [contrast(s.log_gap, 10) >= np.log(17.0) for s in test]


def phototoc(train: list[Stream], test: list[Stream]) -> Answers:
    """PhotoTOC with its constant and window chosen on the training people."""
    labels = [s.label for s in train]
    options = []
    for half in (3, 5, 10, 20, 40):
        scores = [contrast(s.log_gap, half) for s in train]
        cut = best_threshold(scores, labels)
        options.append((f1([x > cut for x in scores], labels)[0], half, cut))
    _, half, cut = max(options)
    return [contrast(s.log_gap, half) > cut for s in test]


def contrast(log_gap: F64, half: int) -> F64:
    """Log gap less the mean of the gaps up to ``half`` away, itself among them, as published."""
    total = np.concatenate([[0.0], np.cumsum(log_gap)])
    index = np.arange(len(log_gap))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(log_gap))
    return log_gap - (total[high] - total[low]) / (high - low)


METHODS: dict[str, Method] = {
    "ours": ours,
    "ours_default": ours_default,
    "tuned_gap": tuned_gap,
    "fixed_1h": fixed(1.0),
    "fixed_6h": fixed(6.0),
    "phototoc": phototoc,
    "phototoc_published": phototoc_published,
    "every_gap": lambda _train, test: [np.ones(len(s.label), dtype=np.bool_) for s in test],
}


def best_threshold(scores: Scores, labels: Answers) -> float:
    """The threshold with the best pooled F1 for "score above it"; halfway to the next score."""
    score, label = np.concatenate(scores), np.concatenate(labels)
    order = np.argsort(-score, kind="stable")
    score, label = score[order], label[order]
    last = np.append(score[1:] < score[:-1], True)
    f1 = np.where(last, 2 * np.cumsum(label) / (np.arange(len(score)) + 1 + label.sum()), -1.0)
    best = int(np.argmax(f1))
    below = score[best + 1] if best + 1 < len(score) else score[best] - 1.0
    return float((score[best] + below) / 2)


# ---------------------------------------------------------------- measuring


def _folds(n: int, seed: int) -> list[NDArray[np.int64]]:
    return np.array_split(np.random.default_rng(seed).permutation(n), FOLDS)


def evaluate(streams: list[Stream], repeats: int = REPEATS) -> dict[str, dict[str, Any]]:
    """Every method on the same folds."""
    results: dict[str, list[tuple[float, ...]]] = {name: [] for name in METHODS}
    for seed in range(repeats):
        for fold in _folds(len(streams), seed):
            inside = set(fold.tolist())
            train = [s for i, s in enumerate(streams) if i not in inside]
            test = [streams[i] for i in sorted(inside)]
            for name, method in METHODS.items():
                results[name].append(_judge(method(train, test), test))
    summaries = {name: _summary(np.array(rows)) for name, rows in results.items()}
    for name, rows in results.items():
        over = np.array(results["ours"])[:, 0] - np.array(rows)[:, 0]
        summaries[name]["ours_over_it"] = round(float(over.mean()), 4)
        summaries[name]["ours_over_it_sd"] = round(float(over.std(ddof=1)), 4)
        summaries[name]["ours_over_it_by_repeat"] = np.round(over.reshape(repeats, FOLDS).mean(axis=1), 4).tolist()
        summaries[name]["folds_won"] = int((over > 0).sum())
    return summaries


MEASURES = ("f1", "precision", "recall", "f1_person", "f1_within_1", "f1_within_5", "window_diff", "b_cubed")


def _judge(answers: Answers, test: list[Stream]) -> tuple[float, ...]:
    labels = [s.label for s in test]
    people = [f1([a], [b])[0] for a, b in zip(answers, labels, strict=True) if b.any()]
    near = (f1(answers, labels, 1)[0], f1(answers, labels, 5)[0])
    mean = float(np.mean(people)) if people else 0.0
    return (*f1(answers, labels), mean, *near, window_diff(answers, labels), b_cubed(answers, labels))


def _summary(rows: NDArray[np.float64]) -> dict[str, Any]:
    means = dict(zip(MEASURES, (round(float(x), 4) for x in rows.mean(axis=0)), strict=True))
    return {**means, "sd": round(float(rows[:, 0].std(ddof=1)), 4)}


def best_fixed_gap(streams: Sequence[Stream]) -> dict[str, Any]:
    """The one gap that would have been best on everybody: not a method, a bound on all fixed gaps."""
    labels = [s.label for s in streams]
    cut = best_threshold([s.log_gap for s in streams], labels)
    return {"seconds": round(float(np.exp(cut))), "f1": round(f1([s.log_gap > cut for s in streams], labels)[0], 4)}


def run(path: Path, repeats: int = REPEATS) -> dict[str, Any]:
    """The whole benchmark as one mapping."""
    streams = read_streams(path)
    if len(streams) < FOLDS:
        raise SystemExit(f"{path}: {len(streams)} people with two photos or more; at least {FOLDS} are needed.")
    sizes = {
        "people": len(streams),
        "gaps": sum(len(s.label) for s in streams),
        "boundaries": sum(int(s.label.sum()) for s in streams),
    }
    methods = evaluate(streams, repeats)
    return {
        "streams": path.name,
        **sizes,
        "folds": FOLDS,
        "repeats": repeats,
        "methods": methods,
        "best_fixed_gap_in_hindsight": best_fixed_gap(streams),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.events --streams CSV [--repeats N] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.events", description=__doc__.split("\n\n")[0])
    parser.add_argument("--streams", type=Path, required=True, help="CSV with the columns person, unix_time, poi")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="repeats of the five folds")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    emit(run(chosen.streams, chosen.repeats), chosen.json, "Event boundaries from times alone")


if __name__ == "__main__":
    main()
