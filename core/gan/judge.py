"""Measures a generator while it trains, on photos kept apart: what the trainer's ``on_step`` is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.gan.gaussian import ClassGaussian
from core.gan.metrics import CopyTest, Memorisation, gan_train_test, kid, precision_recall, worse

if TYPE_CHECKING:
    from core.embed.base import Embedder
    from core.gan.trainer import GanTrainer

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Features = Callable[[U8], F32]
"""uint8 [n, h, w, c] -> float32 [n, d]."""

CURVES = ("kid", "precision", "recall", "memorisation")
CLASS_CURVES = ("gan_train", "gan_test")
FEWEST_KEPT = 4
"""Photos kept apart below which nothing can be measured."""


class Judge:
    """``train``, ``held_out`` uint8 [n, h, w, c] with their classes, where there are any; ``pictures``: how many are
    made to be judged, by default as many as are held out and 64 at least. Measures with too few photos are left out.

    Copies are sought by the features and by thumbnails, and the larger share counts: what a small generator gives back
    is seldom clean enough for a network that looks at texture, while any eye sees whose copy it is.

    Called as ``judge(trainer, step)`` it adds :data:`CURVES` to the trainer's history every ``every``-th step, with
    classes :data:`CLASS_CURVES` too. ``memorisation_`` is the last :class:`Memorisation`; its warning is ``warning_``.
    """

    def __init__(
        self,
        features: Features,
        train: U8,
        held_out: U8,
        train_labels: I64 | None = None,
        held_out_labels: I64 | None = None,
        *,
        pictures: int = 0,
        every: int = 1,
        seed: int = 0,
    ) -> None:
        self.features, self.every, self.seed = features, every, seed
        self.pictures = pictures or max(64, len(held_out))
        self.train_labels, self.held_out_labels = train_labels, held_out_labels
        self.real, self.kept = features(train), features(held_out)
        sides = (self.real, self.kept), (thumbnails(train), thumbnails(held_out))
        self.copies = [CopyTest(*side) for side in sides if len(held_out) >= FEWEST_KEPT]
        self.labels = _labels(train_labels, self.pictures, seed)
        self.memorisation_: Memorisation | None = None

    @property
    def warning_(self) -> str:
        """The sentence of the last measurement where photos were learned by heart, else nothing."""
        found = self.memorisation_
        return found.said if found is not None and found.memorised else ""

    def __call__(self, trainer: GanTrainer, step: int) -> None:
        if step % self.every == 0:
            for name, value in self.measure(made(trainer, self.pictures, self.labels, self.seed)).items():
                trainer.record(name, value)

    def measure(self, pictures: U8) -> dict[str, float]:
        """All measures of pictures uint8 [pictures, h, w, c] made for ``labels``."""
        fake = self.features(pictures)
        found: dict[str, float] = {}
        if len(self.kept) >= FEWEST_KEPT:
            found["kid"] = kid(self.kept, fake)[0]
            # equal numbers on both sides, as both measures depend on them
            rows = min(len(self.kept), len(fake))
            found["precision"], found["recall"] = precision_recall(self.kept[:rows], fake[:rows])
            self.memorisation_ = worse(
                test(own) for test, own in zip(self.copies, (fake, thumbnails(pictures)), strict=True)
            )
            found["memorisation"] = self.memorisation_.share
        if self.labels is not None and self._classes_known():
            found["gan_train"], found["gan_test"] = self._classes(fake)
        return found

    def _classes_known(self) -> bool:
        return self.train_labels is not None and self.held_out_labels is not None and len(self.held_out_labels) > 0

    def _classes(self, fake: F32) -> tuple[float, float]:
        assert self.train_labels is not None
        assert self.held_out_labels is not None
        assert self.labels is not None
        return gan_train_test((self.real, self.train_labels), (self.kept, self.held_out_labels), (fake, self.labels))

    def baseline(self, train: U8) -> dict[str, float]:
        """The same measures of the trivial generator, a Gaussian of each class, to be shown beside. It leaves
        ``memorisation_`` as it was."""
        before = self.memorisation_
        gaussian = ClassGaussian().fit(train, self.train_labels)
        labels = np.zeros(self.pictures, np.int64) if self.labels is None else self.labels
        found = self.measure(gaussian.sample(labels, self.seed))
        self.memorisation_ = before
        return found


def _labels(train: I64 | None, n: int, seed: int) -> I64 | None:
    """Classes as often as in the training photos, in an order by chance."""
    if train is None:
        return None
    order = np.random.default_rng(seed).permutation(len(train))
    return train[np.resize(order, n)]


def thumbnails(pictures: U8, side: int = 8) -> F32:
    """float32 [n, 2 * side**2 * c]: mean colours of ``side`` x ``side`` parts in [0, 1], the same for a picture and
    for its mirror image."""
    n, height, width, channels = pictures.shape
    rows, columns = (np.linspace(0, length, side, endpoint=False).astype(np.int64) for length in (height, width))
    sums = np.add.reduceat(np.add.reduceat(pictures.astype(np.float32), rows, axis=1), columns, axis=2)
    sizes = np.outer(np.diff(rows, append=height), np.diff(columns, append=width))
    small = sums / (255 * sizes[:, :, None])
    both = np.stack([small + small[:, :, ::-1], np.abs(small - small[:, :, ::-1])], axis=1) / 2
    return both.reshape(n, 2 * side * side * channels).astype(np.float32)


def made(trainer: GanTrainer, n: int, labels: I64 | None, seed: int) -> U8:
    """``n`` pictures of the averaged generator, uint8 [n, h, w, c]; they disturb nothing in the training."""
    from core.gan.sample import Sampler

    sampler = Sampler.of(trainer)
    latents = sampler.latents(range(seed * n, (seed + 1) * n))
    return sampler.render(latents, labels)


def looks(embedder: Embedder, batch: int = 16) -> Features:
    """Features of pictures for the measures: the vectors of the network that the album is sorted by, at the length
    they have before normalisation; small pictures are enlarged to what the network sees."""

    def features(pictures: U8) -> F32:
        from PIL import Image

        from core.embed.preprocess import prepare

        parts = [np.zeros((0, embedder.dim), np.float32)]
        for start in range(0, len(pictures), batch):
            shown = [_rgb(picture) for picture in pictures[start : start + batch]]
            found = embedder.embed(np.stack([prepare(Image.fromarray(each), embedder.spec) for each in shown]))
            parts.append(found.vectors.astype(np.float32) * found.norms[:, None])
        return np.concatenate(parts)

    return features


def _rgb(picture: U8) -> U8:
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
