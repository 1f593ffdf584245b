"""Does the program say so when a generator has learned photos by heart, and only then?

The same conditional GAN, its classes those of the photos, trained for equally long without augmentation on 30 photos
(it then gives them back) and on 1,000 (it cannot hold them). As in the Studio a part of the album is kept apart; what
is said is what ``core.gan.metrics`` says of pictures made of fresh noise. Without ``--images`` the digits of 8 x 8
points by their pixels; with it, smart crops of 16 x 16 points of the photos in class folders too, by the features of
the project's CNN; thumbnails count in both. Every seed takes other photos; settings were chosen on other seeds, and for
photos on another folder.

Beside the trained generators two that need no training and bound them: ``copied``, training photos with a little noise,
of which it must be said, and ``fresh``, photos that nobody trained on, of which it must not; the latter for DRAWS other
choices of photos (a quarter of that where they are many), to count false alarms.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.gan_pictures import F32, U8, Pictures, digits, photos
from core.embed import registry
from core.gan.album import held_out
from core.gan.base import Shape
from core.gan.judge import looks, made, thumbnails
from core.gan.metrics import CopyTest, Memorisation, worse
from core.gan.registry import variant
from core.gan.trainer import GanTrainer
from core.records_lab import Value

SEEDS, STEPS, MADE, SIZE = 3, 1500, 128, 16
ALBUMS = (30, 1000)
MODEL = "conditional"
SETTINGS: dict[str, Value] = {
    "diffaugment": "", "mirror": False, "batch_size": 32, "learning_rate": 2e-3, "n_critic": 1,
}  # fmt: skip
NOISE = 4.0
DRAWS = 200
Rows = NDArray[np.int64]


def kept_apart(photos: int) -> int:
    """How many photos the Studio would hold out beside so many that it trains on."""
    return next(kept for kept in range(photos) if held_out(photos + kept) <= kept)


def album(n: int, photos: int, seed: int) -> tuple[Rows, Rows, Rows]:
    """Rows of n photos: (to train on, kept apart, others that nobody sees: as many as are made)."""
    ends = np.cumsum([photos, kept_apart(photos), MADE])
    if ends[-1] > n:
        raise SystemExit(f"{ends[-1]} photos are needed, there are {n}.")
    train, kept, fresh, _ = np.split(np.random.default_rng(seed).permutation(n), ends)
    return train, kept, fresh


def generated(train: U8, labels: Rows, steps: int, seed: int) -> U8:
    """Pictures of a generator trained on these alone, of each class as many as there are photos of it."""
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    shape = Shape(train.shape[1], train.shape[3], int(labels.max()) + 1)
    trainer = GanTrainer(variant(MODEL), SETTINGS, shape, seed=seed).train(train, labels, steps=steps)
    return made(trainer, MADE, np.resize(labels, MADE), seed + 1)


def copied(train: U8, seed: int) -> U8:
    draws = np.random.default_rng(seed)
    rows = draws.integers(0, len(train), MADE)
    return np.rint(train[rows] + NOISE * draws.standard_normal((MADE, *train.shape[1:]))).clip(0, 255).astype(np.uint8)


def measure(data: Pictures, photos: int, steps: int, seeds: int) -> dict[str, Any]:
    """What is said of generators that learned from so many photos."""
    everything = np.concatenate([data.train, data.test])
    labels = np.concatenate([data.train_labels, data.test_labels])
    ways = data.features, thumbnails
    seen = [way(everything) for way in ways]

    def asked(train: Rows, kept: Rows, fake: Sequence[F32]) -> Memorisation:
        return worse(CopyTest(own[train], own[kept])(each) for own, each in zip(seen, fake, strict=True))

    found: dict[str, list[Memorisation]] = {"trained": [], "copied": []}
    begun = time.process_time()
    for seed in range(seeds):
        train, kept, _ = album(len(everything), photos, seed)
        own = everything[train]
        for name, pictures in (("trained", generated(own, labels[train], steps, seed)), ("copied", copied(own, seed))):
            found[name].append(asked(train, kept, [way(pictures) for way in ways]))
    seconds = round(time.process_time() - begun)
    draws = DRAWS if photos < 100 else DRAWS // 4
    albums = [album(len(everything), photos, seed) for seed in range(draws)]
    found["fresh"] = [asked(train, kept, [own[fresh] for own in seen]) for train, kept, fresh in albums]
    results = {name: _summary(rows) for name, rows in found.items()}
    return {"kept_apart": kept_apart(photos), "seconds": seconds, **results}


def _summary(rows: Sequence[Memorisation]) -> dict[str, Any]:
    shares = np.array([row.share for row in rows])
    return {
        "says_so": f"{sum(row.memorised for row in rows)} of {len(rows)}",
        "share": round(float(shares.mean()), 3),
        "share_sd": round(float(shares.std(ddof=1)), 3) if len(shares) > 1 else 0.0,
        "expected": round(float(np.mean([row.expected for row in rows])), 3),
        "p_value_largest": float(f"{max(row.p_value for row in rows):.2g}"),
        "p_value_smallest": float(f"{min(row.p_value for row in rows):.2g}"),
    }


def run(images: Path | None, steps: int, seeds: int, with_digits: bool = True) -> dict[str, Any]:
    """The whole benchmark as one mapping."""
    torch.set_num_threads(1)
    result: dict[str, Any] = {"model": MODEL, "steps": steps, "seeds": seeds}
    sources: list[Callable[[], Pictures]] = [digits] if with_digits else []
    if images is not None:
        features = looks(registry.create(threads=1))
        sources.append(lambda: replace(photos(images, SIZE, 0, 800, features), name="photos"))
    for source in sources:
        data = source()
        result[data.name] = {str(n): measure(data, n, steps, seeds) for n in ALBUMS}
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.memorise [--images DIR --steps N --seeds N --no-digits] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.memorise", description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=Path, help="folder of class folders of photos")
    parser.add_argument("--steps", type=int, default=STEPS, help="of training")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--no-digits", action="store_true", help="photos alone")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    result = run(chosen.images, chosen.steps, chosen.seeds, not chosen.no_digits)
    emit(result, chosen.json, "Photos learned by heart")


if __name__ == "__main__":
    main()
