"""The judge adds curves to a training without disturbing it, warns of photos learned by heart, and leaves out what too
few photos cannot tell."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from core.embed.base import Embedding, InputSpec
from core.gan.base import Shape
from core.gan.judge import CLASS_CURVES, CURVES, Judge, looks, made, thumbnails
from core.gan.metrics import kid, precision_recall
from core.gan.registry import variant
from core.gan.trainer import GanTrainer

U8 = NDArray[np.uint8]
SMALL = {"hidden_dim": 8, "latent_dim": 4, "batch_size": 4}


def pixels(pictures: U8) -> NDArray[np.float32]:
    return pictures.reshape(-1, int(np.prod(pictures.shape[1:]))).astype(np.float32) / 255


def pictures(n: int, seed: int = 0) -> U8:
    return np.random.default_rng(seed).integers(0, 256, (n, 8, 8, 1), dtype=np.uint8)


def trainer() -> GanTrainer:
    return GanTrainer(variant("vanilla"), SMALL, Shape(8, 1), seed=3)


def test_curves_are_added_and_nothing_else_changes() -> None:
    judge = Judge(pixels, pictures(40), pictures(12, 1), every=4, pictures=16)
    judged = trainer().train(pictures(40), steps=8, every=2, on_step=judge)
    plain = trainer().train(pictures(40), steps=8, every=2)
    for name in CURVES:
        assert [math.isnan(value) for value in judged.history_.pop(name)] == [True, False, True, False]
    assert judged.history_ == plain.history_
    assert (judged.samples(4) == plain.samples(4)).all()


def test_measures_are_those_of_the_made_pictures() -> None:
    kept, own = pictures(70, 1), trainer()
    found = Judge(pixels, pictures(40), kept).measure(fake := made(own, 70, None, 0))
    assert found["kid"] == kid(pixels(kept), pixels(fake))[0]
    assert (found["precision"], found["recall"]) == precision_recall(pixels(kept), pixels(fake))
    assert (fake == made(own, 70, None, 0)).all()
    assert (fake != made(own, 70, None, 1)).any()


def test_a_generator_of_copies_is_warned_of() -> None:
    train = pictures(30)
    judge = Judge(pixels, train, pictures(8, 1), pictures=60)
    judge.measure(pictures(60, 2))
    assert judge.warning_ == ""
    assert judge.measure(np.concatenate([train, train]))["memorisation"] == 1.0
    assert "by heart" in judge.warning_


def test_copies_that_the_features_do_not_see_are_seen_small() -> None:
    def chance(pictures: U8) -> NDArray[np.float32]:
        return np.random.default_rng(len(pictures)).standard_normal((len(pictures), 8)).astype(np.float32)

    train = pictures(30)
    judge = Judge(chance, train, pictures(8, 1), pictures=60)
    judge.measure(np.concatenate([train, train[:, :, ::-1]]))
    assert judge.memorisation_ is not None
    assert judge.memorisation_.nearest.tolist() == [*range(30), *range(30)]
    assert judge.warning_


@pytest.mark.parametrize("shape", [(8, 8, 1), (16, 16, 3), (20, 24, 3)])
def test_thumbnails_are_means_that_know_no_left_and_right(shape: tuple[int, int, int]) -> None:
    some = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    found = thumbnails(some, side=4)
    assert found == pytest.approx(thumbnails(some[:, :, ::-1], side=4), abs=1e-6)
    small = some.reshape(3, 4, shape[0] // 4, 4, shape[1] // 4, shape[2]).mean(axis=(2, 4)) / 255
    assert found[:, : found.shape[1] // 2] == pytest.approx(((small + small[:, :, ::-1]) / 2).reshape(3, -1), abs=1e-6)


def test_classes_are_judged_and_the_gaussian_beside() -> None:
    labels = np.arange(60, dtype=np.int64) % 2
    train, kept = (
        np.where(labels[:, None, None, None] > 0, p // 2 + 128, p // 2) for p in (pictures(60), pictures(60, 1))
    )
    judge = Judge(pixels, train.astype(np.uint8), kept.astype(np.uint8), labels, labels)
    parameters = {"ngf": 4, "ndf": 4, "latent_dim": 4, "batch_size": 4}
    own = GanTrainer(variant("conditional"), parameters, Shape(8, 1, 2))
    own.train(train.astype(np.uint8), labels, steps=1, every=1, on_step=judge)
    assert set(CURVES + CLASS_CURVES) <= own.history_.keys()
    before = judge.memorisation_
    baseline = judge.baseline(train.astype(np.uint8))
    assert min(baseline[name] for name in CLASS_CURVES) > 0.95
    assert judge.memorisation_ is before


@pytest.mark.parametrize("kept", [0, 3])
def test_too_few_photos_kept_apart_are_no_measure(kept: int) -> None:
    assert Judge(pixels, pictures(20), pictures(kept, 1)).measure(pictures(64, 2)) == {}


SEEN = InputSpec(16, 1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclasses.dataclass
class Mean:
    """An embedder of three numbers: the mean colour."""

    name: str = "mean"
    version: str = "1"
    dim: int = 3
    spec: InputSpec = SEEN
    device: str = "CPU"
    labels: tuple[str, ...] = ()
    on_notice: None = None

    def embed(self, batch: U8) -> Embedding:
        assert batch.shape[1:] == (16, 16, 3)
        means = batch.mean(axis=(1, 2)).astype(np.float32)
        norms = np.linalg.norm(means, axis=1)
        return Embedding((means / norms[:, None]).astype(np.float16), norms)

    def classify(self, embedding: Embedding) -> None:
        return None


@pytest.mark.parametrize("channels", [1, 3])
def test_looks_have_the_length_before_normalisation(channels: int) -> None:
    flat = np.random.default_rng(0).integers(1, 256, (5, 1, 1, channels)).astype(np.uint8)
    found = looks(Mean(), batch=2)(flat.repeat(8, axis=1).repeat(8, axis=2))
    assert found.shape == (5, 3)
    assert found == pytest.approx(np.broadcast_to(flat[:, 0, 0].astype(float), (5, 3)), rel=2e-3)
    assert looks(Mean())(flat[:0]).shape == (0, 3)
