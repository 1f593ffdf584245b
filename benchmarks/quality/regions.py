"""Does a tree over superpixels tell what they are? CamVid at half size, 11 classes, class-average accuracy.

On the same superpixels and the same features: ``leaves``: logistic regression on each superpixel alone, classes
balanced; ``rnn``: the plain recursive network (V = 0); ``rntn``: with the tensor; ``majority``: the most frequent class
everywhere; ``oracle``, ``oracle_pixels``: the best class-average and pixel accuracy that these superpixels allow.

``class_accuracy``: over points of the pictures (not superpixels), the mean over the 11 classes of the share that is
right; ``pixel_accuracy``: of all points. Void points do not count. Hyper-parameters were chosen on the validation part;
the epoch of a network and the strength of the regression are chosen there in each run. ``curve``: class-average
accuracy on the test part against the number of training pictures, chosen by the seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from benchmarks.common import emit
from core.recognise.region_learner import RegionTreeNetwork
from core.recognise.regions import STAGES, graph_of
from core.recognise.superpixels import COMPACTNESS, COUNT, RegionGraph

PARTS = ("train", "val", "test")
CLASSES = ("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist")
SEEDS, SIZES = "0,1,2", "45,120"
STRENGTHS = (0.003, 0.03, 0.3)
"""C of the logistic regression, chosen on the validation part."""
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(slots=True)
class Part:
    """Pictures of one part: their graphs, the points of each class in each superpixel int64 [s, 11], and what share of
    all of its points they are, float64 [s, 11]."""

    graphs: list[RegionGraph]
    counts: list[I64]
    shares: list[F64]

    def take(self, chosen: Sequence[int]) -> Part:
        graphs, counts, shares = self.graphs, self.counts, self.shares
        return Part([graphs[i] for i in chosen], [counts[i] for i in chosen], [shares[i] for i in chosen])


def read(folder: Path, name: str, kept: Path) -> Part:
    """One part of CamVid, from the cache where it is there."""
    own = f"camvid-{name}-{COUNT}-{COMPACTNESS:g}-{'-'.join(map(str, STAGES))}.npz"
    kept.mkdir(parents=True, exist_ok=True)
    if not (kept / own).exists():
        with (kept / own).open("wb") as file:
            np.savez(file, allow_pickle=False, **_describe(folder, name))
    with np.load(kept / own) as arrays:
        return _part(dict(arrays))


def _describe(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    out: dict[str, list[NDArray[Any]]] = {key: [] for key in ("features", "edges", "area", "counts", "sizes")}
    for path in sorted((folder / name).glob("*.png")):
        with Image.open(path) as image, Image.open(folder / f"{name}annot" / path.name) as wanted:
            half = (image.width // 2, image.height // 2)
            pixels = np.array(image.convert("RGB").resize(half, Image.Resampling.BOX))
            label = np.minimum(np.array(wanted.resize(half, Image.Resampling.NEAREST)), len(CLASSES)).astype(np.int64)
        leaves, graph = graph_of(pixels)
        codes = leaves.ravel().astype(np.int64) * (len(CLASSES) + 1) + label.ravel()
        counts = np.bincount(codes, minlength=len(graph.area) * (len(CLASSES) + 1)).reshape(len(graph.area), -1)
        sizes = np.array([len(graph.area), len(graph.edges)])
        own: dict[str, NDArray[Any]] = {"features": graph.features, "edges": graph.edges, "area": graph.area}
        for key, value in {**own, "counts": counts, "sizes": sizes}.items():
            out[key].append(value)
    if not out["sizes"]:
        sys.exit(f"No pictures in {folder / name}.")
    return {key: np.stack(values) if key == "sizes" else np.concatenate(values) for key, values in out.items()}


def _part(arrays: dict[str, NDArray[Any]]) -> Part:
    nodes, edges = (np.cumsum(column)[:-1] for column in arrays["sizes"].T)
    pieces = [np.split(arrays[key], nodes) for key in ("features", "area", "counts")]
    graphs = [
        RegionGraph(features, edge, area)
        for features, area, edge in zip(pieces[0], pieces[1], np.split(arrays["edges"], edges), strict=True)
    ]
    counts = [each[:, : len(CLASSES)] for each in pieces[2]]
    shares = [own / each.sum(axis=1, keepdims=True) for own, each in zip(counts, pieces[2], strict=True)]
    return Part(graphs, counts, shares)


# ---------------------------------------------------------------- methods: the label of every superpixel


Method = Callable[[Part, Part, Part, int], list[I64]]


def leaves(train: Part, val: Part, test: Part, seed: int) -> list[I64]:
    """Logistic regression on the components that the networks get; a superpixel counts for each of its classes by the
    points it has of it, and every class weighs the same, as for the networks."""
    from sklearn.linear_model import LogisticRegression

    made = RegionTreeNetwork()
    made._learn_features(train.graphs)
    counts = np.concatenate(train.counts)
    row, y = np.nonzero(counts)
    x = made._features(train.graphs).numpy()[row]
    weight = counts[row, y] / counts.sum(axis=0)[y]
    weight *= len(counts) / weight.sum()
    best: tuple[float, Any] = (-1.0, None)
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
        model.fit(x, y, sample_weight=weight)
        score = accuracies(_said(model, made, val), val)["class_accuracy"]
        best = max(best, (score, model), key=lambda pair: pair[0])
    return _said(best[1], made, test)


def _said(model: Any, made: RegionTreeNetwork, part: Part) -> list[I64]:
    said = model.predict(made._features(part.graphs).numpy())
    return np.split(said, np.cumsum([len(g.area) for g in part.graphs])[:-1])


def network(**parameters: Any) -> Method:
    def method(train: Part, val: Part, test: Part, seed: int) -> list[I64]:
        made = RegionTreeNetwork(random_state=seed, **parameters)
        made.fit(train.graphs, train.shares, X_held_out=val.graphs, y_held_out=val.shares)
        return made.predict(test.graphs)

    return method


def majority(train: Part, val: Part, test: Part, seed: int) -> list[I64]:
    most = int(np.concatenate(train.counts).sum(axis=0).argmax())
    return [np.full(len(counts), most) for counts in test.counts]


def oracle(train: Part, val: Part, test: Part, seed: int) -> list[I64]:
    """The answer with the best class-average accuracy: the class of which a superpixel holds the largest share."""
    total = np.maximum(np.concatenate(test.counts).sum(axis=0), 1)
    return [(counts / total).argmax(axis=1) for counts in test.counts]


def oracle_pixels(train: Part, val: Part, test: Part, seed: int) -> list[I64]:
    """The answer with the best pixel accuracy."""
    return [counts.argmax(axis=1) for counts in test.counts]


METHODS: dict[str, Method] = {
    "majority": majority,
    "leaves": leaves,
    "rnn": network(tensor=False),
    "rntn": network(tensor=True),
    "oracle": oracle,
    "oracle_pixels": oracle_pixels,
}
LEARNED = ("leaves", "rnn", "rntn")


def accuracies(said: Sequence[I64], part: Part) -> dict[str, Any]:
    """Class-average and overall accuracy over points, and that of each class."""
    counts = np.concatenate(part.counts).astype(np.float64)
    right = counts * (np.concatenate(said)[:, None] == np.arange(len(CLASSES)))
    total = counts.sum(axis=0)
    each = right.sum(axis=0)[total > 0] / total[total > 0]
    return {
        "class_accuracy": float(each.mean()),
        "pixel_accuracy": float(right.sum() / total.sum()),
        "classes": each,
    }


Row = dict[str, Any]
Task = tuple[int, int, str]
"""Seed, number of training pictures, method."""


def tasks(seeds: Sequence[int], sizes: Sequence[int], whole: int) -> list[Task]:
    """Every method with all training pictures, and those that learn with fewer."""
    out = [(seed, whole, name) for seed in seeds for name in METHODS]
    return out + [(seed, size, name) for seed in seeds for size in sizes if size < whole for name in LEARNED]


def run(task: Task, parts: dict[str, Part]) -> tuple[Task, Row]:
    seed, size, name = task
    train, val, test = (parts[part] for part in PARTS)
    chosen = np.random.default_rng(seed).permutation(len(train.graphs)).tolist()[:size]
    began = perf_counter()
    row = accuracies(METHODS[name](train.take(chosen), val, test, seed), test)
    return task, {**row, "seconds": perf_counter() - began}


def _run_apart(task: Task, folder: Path, cache: Path) -> tuple[Task, Row]:
    torch.set_num_threads(1)
    return run(task, _parts(folder, cache))


@cache
def _parts(folder: Path, kept: Path) -> dict[str, Part]:
    return {name: read(folder, name, kept) for name in PARTS}


def compare(rows: dict[Task, Row], whole: int) -> dict[str, Any]:
    """The table of all training pictures, and the curve over their number."""
    table = {name: [row for (_, size, own), row in rows.items() if own == name and size == whole] for name in METHODS}
    curve: dict[str, dict[str, list[float]]] = {name: {} for name in LEARNED}
    for (_, size, name), row in sorted(rows.items()):
        if name in curve:
            curve[name].setdefault(str(size), []).append(row["class_accuracy"])
    return {
        "methods": {name: _summary(own) for name, own in table.items()},
        "rntn_over_rnn": _over(table, "rntn", "rnn"),
        "rntn_over_leaves": _over(table, "rntn", "leaves"),
        "rnn_over_leaves": _over(table, "rnn", "leaves"),
        "curve": {name: {n: _mean_sd(v) for n, v in points.items()} for name, points in curve.items()},
    }


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {key: _mean_sd([row[key] for row in rows]) for key in ("class_accuracy", "pixel_accuracy")}
    classes = np.mean([row["classes"] for row in rows], axis=0)
    out["seconds"] = round(float(np.mean([row["seconds"] for row in rows])), 1)
    return {**out, "classes": {name: round(float(v), 3) for name, v in zip(CLASSES, classes, strict=False)}}


def _over(table: dict[str, list[dict[str, Any]]], ours: str, other: str) -> dict[str, Any]:
    """The paired difference in class-average accuracy."""
    pairs = zip(table[ours], table[other], strict=True)
    over = [a["class_accuracy"] - b["class_accuracy"] for a, b in pairs]
    return {**_mean_sd(over), "seeds_better": sum(value > 0 for value in over)}


def _mean_sd(values: Sequence[float]) -> dict[str, float]:
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "sd": round(sd, 4)}


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.regions --camvid DIR [--cache DIR] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.regions", description=__doc__.split("\n\n")[0])
    parser.add_argument("--camvid", type=Path, required=True, help="folder with train, trainannot, val, ...")
    parser.add_argument("--cache", type=Path, help="folder that keeps the superpixels' features for the next run")
    parser.add_argument("--seeds", default=SEEDS, help="which, with commas")
    parser.add_argument("--sizes", default=SIZES, help="numbers of training pictures of the curve")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time, a process each")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    seeds, sizes = ([int(n) for n in text.split(",") if n] for text in (chosen.seeds, chosen.sizes))
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        kept = chosen.cache or Path(temporary)
        parts = _parts(chosen.camvid, kept)
        whole = len(parts["train"].graphs)
        rows: dict[Task, Row] = {}
        with ProcessPoolExecutor(chosen.jobs, get_context("spawn")) as pool:
            futures = [pool.submit(_run_apart, task, chosen.camvid, kept) for task in tasks(seeds, sizes, whole)]
            for future in as_completed(futures):
                task, rows[task] = future.result()
                print(task, round(rows[task]["class_accuracy"], 4), file=sys.stderr, flush=True)
    facts = {
        "pictures": {name: len(part.graphs) for name, part in parts.items()},
        "superpixels": round(float(np.mean([len(g.area) for g in parts["train"].graphs])), 1),
        "seeds": seeds,
    }
    emit({**facts, **compare(dict(sorted(rows.items())), whole)}, chosen.json, "Regions of street scenes")


if __name__ == "__main__":
    main()
