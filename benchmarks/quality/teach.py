"""A tag taught by 5, 10, 50 examples: capsules against a logistic probe, convolutions, and the nearest mean.

``--images DIR``: a folder of labelled photos, one sub-folder a class (as Caltech101 comes); without it windows of the
photographs that installed packages carry, which are few and easy. Of every tagged class some photos are examples and
others are kept apart; negatives are photos drawn from the rest, as in a library, without asking what they show, so a
few of them are of the class. Average precision and balanced accuracy (each way at its own threshold; always saying no
has one half) are on photos kept apart: those of the class, and a thousand of others.

``--choose`` also lets the program choose as it does when a tag is taught, which takes five times as long: ``chosen`` is
what it took, at the bar that it sets. The numbers of epochs and rates of both networks were settled on the classes
named in ``SETTLED_ON``, which are left out.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.common import emit
from benchmarks.quality.looks import ENDINGS, pictures_of_packages

SIZES = (5, 10, 50)
REPEATS, CLASSES, APART, FEWEST = 3, 5, 30, 4
NEGATIVES, OTHERS, PER_OTHER = 300, 1000, 14
WAYS = ("capsule", "cnn", "probe", "nearest_mean")
SETTLED_ON = ("airplanes", "menorah", "brain", "Leopards", "Faces", "Faces_easy")
VERSION = "1"

Bools = NDArray[np.bool_]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Photos:
    """maps float16 [n, 7, 7, c], vectors float32 [n, d] of length one, label int64 [n] into ``names``."""

    maps: NDArray[np.float16]
    vectors: F32
    label: I64
    names: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Rows to learn from, with their labels, and rows kept apart, with theirs."""

    rows: I64
    label: Bools
    apart: I64
    answer: Bools


def evaluate(
    photos: Photos, tagged: list[int], *, choose: bool = False, sizes: tuple[int, ...] = SIZES
) -> dict[str, Any]:
    """Every way at every number of examples that the classes have photos for."""
    from core.recognise.heads import CapsuleHead, CnnHead

    channels = photos.maps.shape[-1]
    out: dict[str, Any] = {
        "parameters": {"capsule": CapsuleHead().n_parameters(channels), "cnn": CnnHead().n_parameters(channels)}
    }
    for size in sizes:
        trials = [
            (repeat, trial)
            for repeat in range(REPEATS)
            for target in tagged
            if (trial := trial_of(photos.label, target, size, np.random.default_rng([repeat, target]))) is not None
        ]
        if trials:
            out[f"examples_{size}"] = _figures(photos, trials, choose)
    return out


def trial_of(label: I64, target: int, size: int, rng: np.random.Generator) -> Trial | None:
    """One class with ``size`` examples, None where it has too few photos; nothing learned from is kept apart."""
    ours = rng.permutation(np.flatnonzero(label == target))
    others = rng.permutation(np.flatnonzero(label != target))
    apart = ours[size:][-APART:]
    if len(apart) < FEWEST:
        return None
    spare = ours[size : len(ours) - len(apart)]  # of the class, unlabelled: they may be drawn as negatives
    away = others[: min(OTHERS, len(others) // 2)]
    pool = np.concatenate([others[len(away) :], spare])
    share = len(spare) * len(np.unique(label)) / max(len(pool), 1)
    if share > 1:  # in the pool the class is as frequent as any
        pool = np.concatenate([others[len(away) :], spare[: max(round(len(spare) / share), 1)]])
    negatives = rng.permutation(pool)[:NEGATIVES]
    rows, held_out = np.concatenate([ours[:size], negatives]), np.concatenate([apart, away])
    return Trial(rows, np.arange(len(rows)) < size, held_out, np.arange(len(held_out)) < len(apart))


def _figures(photos: Photos, trials: list[tuple[int, Trial]], choose: bool) -> dict[str, Any]:
    """Means over trials, with the standard deviation over repeats (of the mean over classes)."""
    ways = (*WAYS, "chosen") if choose else WAYS
    found: dict[str, list[tuple[int, float, float]]] = {way: [] for way in ways}
    taken: list[str] = []
    for repeat, trial in trials:
        scores = {way: _scored(photos, trial, way, repeat) for way in WAYS}
        for way, score in scores.items():
            found[way].append((repeat, *_judged(trial.answer, score)))
        if choose:
            name, at = _chosen(photos, trial, repeat)
            taken.append(name)
            found["chosen"].append((repeat, *_judged(trial.answer, scores[name] - at)))
    out: dict[str, Any] = {way: _spread(rows) for way, rows in found.items()}
    out["share_of_examples_apart"] = float(np.mean([trial.answer.mean() for _, trial in trials]))
    return out | ({"taken": {name: taken.count(name) for name in WAYS[:3]}} if choose else {})


def _scored(photos: Photos, trial: Trial, way: str, seed: int) -> F64:
    """float64: what a way says of the photos kept apart, above zero for the tag."""
    from core.recognise import choosing

    if way == "nearest_mean":
        ours, others = (_mean(photos.vectors[trial.rows[side]]) for side in (trial.label, ~trial.label))
        return np.asarray(photos.vectors[trial.apart] @ (ours - others), np.float64)
    x = choosing.seen_by(way, photos.maps, photos.vectors)
    with choosing.one_thread():
        return choosing.head(way, seed).fit(x[trial.rows], trial.label).decision_function(x[trial.apart])


def _mean(vectors: F32) -> F32:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _chosen(photos: Photos, trial: Trial, seed: int) -> tuple[str, float]:
    """What the program would take, and where its bar is (zero for the probe, which has its own)."""
    from core.recognise import choosing

    found = choosing.compare(photos.maps[trial.rows], photos.vectors[trial.rows], trial.label, seed=seed)
    name = choosing.best(found)
    return name, 0.0 if name == "probe" else choosing.bar(found[name].score, trial.label).at


def _judged(answer: Bools, score: F64) -> tuple[float, float]:
    from sklearn.metrics import average_precision_score, balanced_accuracy_score

    return float(average_precision_score(answer, score)), float(balanced_accuracy_score(answer, score > 0))


def _spread(rows: list[tuple[int, float, float]]) -> dict[str, float]:
    table = np.array(rows)
    means = np.array([table[table[:, 0] == repeat, 1:].mean(axis=0) for repeat in np.unique(table[:, 0])])
    mean, sd = means.mean(axis=0), means.std(axis=0, ddof=1) if len(means) > 1 else np.zeros(2)
    return {"ap": float(mean[0]), "ap_sd": float(sd[0]), "accuracy": float(mean[1]), "accuracy_sd": float(sd[1])}


# ---------------------------------------------------------------- photos


def read(images: Path | None, cache: Path | None, classes: int) -> tuple[Photos, list[int]]:
    """The photos with their maps, and the classes that are taught."""
    chosen = list(_packaged() if images is None else _from_folder(images, classes))
    names = tuple(sorted({name for name, _, _ in chosen}))
    label = np.array([names.index(name) for name, _, _ in chosen], np.int64)
    tagged = sorted({names.index(name) for name, taught, _ in chosen if taught})
    mark = hashlib.sha256(f"{VERSION} {images} {[str(source) for *_, source in chosen]}".encode()).hexdigest()[:12]
    kept = None if cache is None or images is None else cache / f"teach-{mark}.npz"
    if kept is not None and kept.exists():
        with np.load(kept) as found:
            maps, vectors = found["maps"], found["vectors"]
    else:
        maps, vectors = _look([source for *_, source in chosen])
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.savez(kept, maps=maps, vectors=vectors)
    return Photos(maps, vectors, label, names, "packages" if images is None else images.name), tagged


def _from_folder(images: Path, classes: int) -> Iterator[tuple[str, bool, Path]]:
    """(class, whether it is taught, file): all photos of the taught classes up to what is needed, a few of others."""
    folders = sorted(path for path in images.iterdir() if path.is_dir() and not path.name.startswith("BACKGROUND"))
    files = {path: sorted(f for f in path.iterdir() if f.suffix.lower() in ENDINGS) for path in folders}
    large = [path for path in folders if len(files[path]) >= max(SIZES) + APART and path.name not in SETTLED_ON]
    if not large:
        raise SystemExit(f"{images}: no sub-folder has {max(SIZES) + APART} pictures.")
    taught = {large[i] for i in np.random.default_rng(0).permutation(len(large))[:classes].tolist()}
    for path in folders:
        most = max(SIZES) + APART + 10 if path in taught else PER_OTHER
        order = np.random.default_rng(0).permutation(len(files[path]))[:most]
        yield from ((path.name, path in taught, files[path][i]) for i in sorted(order.tolist()))


def _packaged() -> Iterator[tuple[str, bool, Image.Image]]:
    seen: dict[str, int] = {}
    for name, picture in pictures_of_packages():
        seen.setdefault(name, len(seen))
        yield name, seen[name] < CLASSES, picture


def _look(sources: list[Any]) -> tuple[NDArray[np.float16], F32]:
    from core.embed import registry
    from core.embed.preprocess import prepare
    from core.recognise import features

    embedder = registry.create(device="cpu")
    maps, vectors = [], []
    for start in range(0, len(sources), 16):
        pixels = np.stack([prepare(_opened(each), features.SPEC) for each in sources[start : start + 16]])
        maps.append(features.feature_maps(pixels))
        vectors.append(np.asarray(embedder.embed(pixels).vectors, np.float32))
    return np.concatenate(maps), np.concatenate(vectors)


def _opened(source: Path | Image.Image) -> Image.Image:
    if isinstance(source, Image.Image):
        return source
    with Image.open(source) as picture:
        return picture.convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Tags taught by a few examples.")
    parser.add_argument("--images", type=Path, help="a folder with a sub-folder of photos per class")
    parser.add_argument("--cache", type=Path, help="a folder that keeps the feature maps for the next run")
    parser.add_argument("--classes", type=int, default=CLASSES, help="how many classes are taught")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of examples")
    parser.add_argument("--choose", action="store_true", help="let the program choose, too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    photos, tagged = read(options.images, options.cache, options.classes)
    figures = evaluate(photos, tagged, choose=options.choose, sizes=tuple(options.sizes))
    facts = {
        "source": photos.source, "photos": len(photos.label), "classes": len(photos.names),
        "taught": [photos.names[i] for i in tagged], "repeats": REPEATS,
    }  # fmt: skip
    emit({**facts, **figures}, options.json, "Tags taught by a few examples")


if __name__ == "__main__":
    main()
