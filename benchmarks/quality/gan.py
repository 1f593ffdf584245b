"""How good are the pictures of our GANs? Handwritten digits of 8 x 8 points and, with ``--images``, crops of photos.

Methods: the vanilla GAN, the conditional GAN, DCGAN and the FastGAN-type one of ``core.gan``; ``gaussian``: one of
each class in the space of principal components, the trivial baseline; ``plain_dcgan``: a DCGAN as collections of GANs
have it (:mod:`benchmarks.quality.gan_peer`); ``training_photos``: the training photos themselves, what copying reaches.

Digits: all at equal steps; features are the pixels, the classifier is a support vector machine. Photos: 32 x
32 points, all trained for equally long, in seconds of this process's own computing (others' work on the machine does
not count) on one thread; features are those of the project's CNN, the classifier is logistic regression. Pictures to
be judged are as many as are held out; where a generator knows no classes, a classifier that learned from training
photos names them (``gan_train`` then says how much there is of every class; there is no ``gan_test``).

Of the digits' networks the conditional one alone was tuned, on other seeds and a validation part of the training part;
the test part chose nothing. On photos all of ours are as installed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.gan_peer import PlainDCGAN
from benchmarks.quality.gan_pictures import F32, I64, U8, Pictures, digits, photos
from core.embed import registry
from core.gan.base import Shape
from core.gan.gaussian import ClassGaussian
from core.gan.judge import looks, made
from core.gan.metrics import gan_train_test, kid, memorisation, precision_recall
from core.gan.registry import variant
from core.gan.trainer import GanTrainer
from core.records_lab import Value

SEEDS, SIZE, KEPT, PER_CLASS = 3, 32, 500, 720
STEPS, SECONDS = 5000, 60.0
TIMES = {"digits": 5}
"""Made pictures as a multiple of the training photos for GAN-train on digits, where making them costs nothing."""

Enough = Callable[[int], bool]
Draw = Callable[[I64, int], U8]
"""(classes wanted, seed) -> pictures; classes are passed over by generators that know none."""
Settings = Mapping[str, Value]

DIGITS: dict[str, Settings] = {
    "vanilla": {"mirror": False, "diffaugment": "", "batch_size": 64},
    "dcgan": {"mirror": False, "diffaugment": "", "batch_size": 64},
    "conditional": {"mirror": False, "diffaugment": "", "batch_size": 64, "learning_rate": 2e-3, "n_critic": 1},
}
PHOTOS: dict[str, Settings] = {"vanilla": {}, "dcgan": {}, "conditional": {}, "fastgan": {}}


# ---------------------------------------------------------------- methods


def ours(name: str, settings: Settings, data: Pictures, enough: Enough, seed: int) -> tuple[Draw, int]:
    """A variant of core.gan, trained; (what draws from it, steps done)."""
    kind = variant(name)
    shape = Shape(data.size, data.train.shape[3], data.n_classes if kind.conditional else 0)
    trainer = GanTrainer(kind, settings, shape, seed=seed)
    while not enough(trainer.step):
        trainer.train(data.train, data.train_labels, steps=trainer.step + 1 if trainer.step < 10 else trainer.step + 5)

    def draw(labels: I64, seed: int) -> U8:
        return made(trainer, len(labels), labels if kind.conditional else None, seed)

    return draw, trainer.step


def plain(data: Pictures, enough: Enough, seed: int) -> tuple[Draw, int]:
    peer = PlainDCGAN(data.size, data.train.shape[3], seed).train(data.train, enough)
    return lambda labels, seed: peer.sample(len(labels), seed), peer.steps


def gaussian(data: Pictures) -> tuple[Draw, int]:
    fitted = ClassGaussian().fit(data.train, data.train_labels)
    return fitted.sample, 0


def copies(data: Pictures) -> tuple[Draw, int]:
    """Training photos of the wanted classes by chance, each as seldom as possible."""

    def draw(labels: I64, seed: int) -> U8:
        draws, rows = np.random.default_rng(seed), np.empty(len(labels), np.int64)
        for label in np.unique(labels):
            wanted = labels == label
            rows[wanted] = np.resize(draws.permutation(np.flatnonzero(data.train_labels == label)), wanted.sum())
        return data.train[rows]

    return draw, 0


# ---------------------------------------------------------------- judging


def judge(data: Pictures, draw: Draw, knows_classes: bool, times: int = 0) -> dict[str, float]:
    """All measures of one trained generator. ``times``: see TIMES; 0: as many pictures as are held out."""
    order = np.random.default_rng(0).permutation(len(data.train_labels))
    n = len(data.test)
    labels = data.train_labels[np.resize(order, max(n, times * len(order)))]
    fake, train, test = data.features(draw(labels, 1)), data.features(data.train), data.features(data.test)
    precision, recall = precision_recall(test, fake[:n])
    found = {"kid": kid(test, fake[:n])[0], "precision": precision, "recall": recall}
    found["memorisation"] = memorisation(train, test, fake[:n]).share
    real = (train, data.train_labels)
    if not knows_classes:
        labels = _named(data, train, fake)
    learned, told = gan_train_test(real, (test, data.test_labels), (fake, labels), data.classifier)
    return {**found, "gan_train": learned, **({"gan_test": told} if knows_classes else {})}


def _named(data: Pictures, train: F32, fake: F32) -> I64:
    """Classes of made pictures, by a classifier that learned from training photos."""
    from core.gan.metrics import logistic

    classifier: Any = (data.classifier or logistic)()
    classifier.fit(train, data.train_labels)
    labels: I64 = classifier.predict(fake)
    return labels if len(np.unique(labels)) > 1 else np.arange(len(fake)) % data.n_classes


OTHERS = ("plain_dcgan", "gaussian", "training_photos")


def compare(
    data: Pictures,
    settings: Mapping[str, Settings],
    limit: Callable[[], Enough],
    seeds: int,
    methods: Sequence[str] = (),
) -> dict[str, Any]:
    """Every method, or those of ``methods``, on the same data: means of its measures over seeds with their standard
    deviations."""
    times = TIMES.get(data.name, 0)
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in range(seeds):
        for name in [name for name in (*settings, *OTHERS) if not methods or name in methods]:
            begun = time.process_time()
            draw, steps = _make(name, settings, data, limit(), seed)
            spent = {"seconds": time.process_time() - begun, "steps": float(steps)}
            knows = name in ("conditional", "gaussian", "training_photos")
            rows.setdefault(name, []).append({**judge(data, draw, knows, times), **spent})
    return {name: _summary(found) for name, found in rows.items()}


def _make(name: str, settings: Mapping[str, Settings], data: Pictures, enough: Enough, seed: int) -> tuple[Draw, int]:
    if name == "plain_dcgan":
        return plain(data, enough, seed)
    if name == "gaussian":
        return gaussian(data)
    return copies(data) if name == "training_photos" else ours(name, settings[name], data, enough, seed)


def _summary(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    found = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        found[name] = round(float(values.mean()), 5)
        if len(values) > 1 and name not in ("seconds", "steps"):
            found[f"{name}_sd"] = round(float(values.std(ddof=1)), 5)
    return found


def steps_done(steps: int) -> Callable[[], Enough]:
    return lambda: lambda done: done >= steps


def time_spent(seconds: float) -> Callable[[], Enough]:
    def begin() -> Enough:
        end = time.process_time() + seconds
        return lambda _done: time.process_time() >= end

    return begin


# ---------------------------------------------------------------- the whole


def run(images: Path | None, seeds: int, steps: int, seconds: float, methods: Sequence[str] = ()) -> dict[str, Any]:
    """The whole benchmark as one mapping."""
    torch.set_num_threads(1)
    result: dict[str, Any] = {"seeds": seeds}
    if steps:
        data = digits()
        found = compare(data, DIGITS, steps_done(steps), seeds, methods)
        result["digits"] = {"train": len(data.train), "test": len(data.test), "steps": steps, "methods": found}
    if images is not None:
        features = looks(registry.create(threads=1))
        data = photos(images, SIZE, KEPT, PER_CLASS, _remembered(features))
        found = compare(data, PHOTOS, time_spent(seconds), seeds, methods)
        result["photos"] = {"train": len(data.train), "test": len(data.test), "seconds": seconds, "methods": found}
    return result


def _remembered(features: Callable[[U8], F32]) -> Callable[[U8], F32]:
    """Features of photos are asked for again with every method: kept by what the pictures are."""
    known: dict[int, NDArray[np.float32]] = {}

    def ask(pictures: U8) -> F32:
        key = hash(pictures.tobytes())
        if key not in known:
            known[key] = features(pictures)
        return known[key]

    return ask


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.gan [--images DIR --seeds N --steps N --seconds S --methods A,B] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.gan", description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=Path, help="folder of class folders of photos")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of every network on digits; 0: no digits")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of training on photos for every network")
    parser.add_argument("--methods", default="", help="names with commas between them; all by default")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    methods = [name for name in chosen.methods.split(",") if name]
    result = run(chosen.images, chosen.seeds, chosen.steps, chosen.seconds, methods)
    emit(result, chosen.json, "Pictures of our GANs")


if __name__ == "__main__":
    main()
