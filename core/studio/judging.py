"""How a generator is measured while it trains, and what its figures say in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.gan import album
from core.progress import Progress
from core.studio import catalogue
from core.studio.food import Food
from core.studio.pictures import Portion

if TYPE_CHECKING:
    from core.gan.judge import Judge
    from core.gan.trainer import GanTrainer

U8 = NDArray[np.uint8]
ROUNDS, SELDOM = 12, 25
"""How often a training is measured, about, and the fewest steps between: measuring takes as long as some of them."""

JUDGED = 2000
"""Photos learned from that pictures are compared with, at most."""

GAUSSIAN = "_gaussian"
"""What the figures of the trivial generator end in."""


class Judging:
    """Nothing is measured; see those below."""

    @staticmethod
    def of(model: str, food: Food, portion: Portion, progress: Progress) -> Judging:
        """Whoever can judge this. Where the weights of the CNN are not there it is said, and nothing is measured."""
        try:
            if model == catalogue.SRGAN:
                return OfEnlarging(portion)
            return OfPictures(food, portion)
        except ReverieError as error:
            progress.notice(f"{error} What the generator makes is not measured.")
            return Judging()

    def __call__(self, trainer: GanTrainer, step: int, steps: int, every: int) -> None:
        """Add what is measured to the history, now and then of ``steps``; called after ``every`` of them."""
        rounds = min(ROUNDS, steps // SELDOM)
        if step == steps or step * rounds // steps != (step - every) * rounds // steps:
            self.measure(trainer)

    def measure(self, trainer: GanTrainer) -> None:
        """Add what is measured to the history."""

    def last_figures(self, trainer: GanTrainer, portion: Portion) -> dict[str, float]:
        """What is measured once, at the end."""
        return {}

    def sentences(self, figures: Mapping[str, float]) -> tuple[str, ...]:
        """What the figures say."""
        return ()


class OfPictures(Judging):
    """KID, precision and recall, memorisation, and with classes GAN-train and GAN-test."""

    def __init__(self, food: Food, portion: Portion) -> None:
        from core.gan.judge import Judge, looks
        from core.studio.make import embedder

        features = looks(embedder(food.embedder))
        some = slice(0, JUDGED)
        labels = None if portion.learn_labels is None else portion.learn_labels[some]
        self.photos = len(portion.learn) + len(portion.held)
        self.judge: Judge = Judge(features, np.asarray(portion.learn[some]), portion.held, labels, portion.held_labels)

    def measure(self, trainer: GanTrainer) -> None:
        self.judge(trainer, 0)

    def last_figures(self, trainer: GanTrainer, portion: Portion) -> dict[str, float]:
        """The same measures of a Gaussian of each class, to be shown beside."""
        found = self.judge.baseline(np.asarray(portion.learn[:JUDGED]))
        return {f"{name}{GAUSSIAN}": value for name, value in found.items()}

    def sentences(self, figures: Mapping[str, float]) -> tuple[str, ...]:
        said = [self.judge.warning_] if self.judge.warning_ else []
        if {"kid", f"kid{GAUSSIAN}"} <= figures.keys():
            own, plain = figures["kid"], figures[f"kid{GAUSSIAN}"]
            verdict = "nearer to the photos than" if own < plain else "no nearer to the photos than"
            said.append(f"Its pictures are {verdict} those of a plain Gaussian: KID {own:.4f} against {plain:.4f}.")
        if self.photos < album.FEW:
            said.append(album.sentences(self.photos)[0])
        return tuple(said)


class OfEnlarging(Judging):
    """PSNR and content loss on photos kept apart."""

    def __init__(self, portion: Portion) -> None:
        self.held = portion.held

    def measure(self, trainer: GanTrainer) -> None:
        from core.superres import adversarial, patches

        if not len(self.held):
            return
        scale = int(trainer.parameters["scale"])
        side = self.held.shape[1] // scale * scale
        high = np.ascontiguousarray(self.held[:, :side, :side])
        draws = np.random.default_rng(0)
        low = np.stack([patches.plain(each, scale, draws) for each in high])
        for name, value in adversarial.judged(trainer, patches.Patches(high, low, ())).items():
            trainer.record(name, value)
