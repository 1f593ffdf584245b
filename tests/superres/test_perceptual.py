"""The distance of looks: nothing for the same, the same both ways, more for more blur and noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.errors import ReverieError
from core.sample.sources import load
from core.superres.perceptual import STAGES, distance, maps, texture_distance

U8 = NDArray[np.uint8]


@pytest.fixture(scope="module")
def photo() -> U8:
    return np.asarray(load("coffee").convert("RGB").resize((150, 100), Image.Resampling.BICUBIC))


def blurred(photo: U8, radius: float) -> U8:
    return np.asarray(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(radius)))


def noisy(photo: U8, sd: float) -> U8:
    noise = np.random.default_rng(0).normal(0, sd, photo.shape)
    return np.clip(np.rint(photo + noise), 0, 255).astype(np.uint8)


Measure = Callable[[U8, U8], float]
both = pytest.mark.parametrize("measure", [distance, texture_distance])


@both
def test_the_same_picture_is_nowhere_else(photo: U8, measure: Measure) -> None:
    assert measure(photo, photo.copy()) == pytest.approx(0, abs=1e-6)


@both
def test_it_is_the_same_both_ways(photo: U8, measure: Measure) -> None:
    other = noisy(photo, 12)
    assert measure(photo, other) == pytest.approx(measure(other, photo), rel=1e-5)
    assert measure(photo, other) > 0


@both
def test_it_grows_with_blur(photo: U8, measure: Measure) -> None:
    values = [measure(photo, blurred(photo, radius)) for radius in (0.5, 1, 2, 4)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 2


@both
def test_it_grows_with_noise(photo: U8, measure: Measure) -> None:
    values = [measure(photo, noisy(photo, sd)) for sd in (3, 8, 20, 50)]
    assert values == sorted(values)


def test_another_piece_of_the_same_texture_is_nearer_by_statistics() -> None:
    """To the one measure other noise is as far as anything; the other knows that it is noise again, and blur is not."""
    rng = np.random.default_rng(0)
    one, again = (rng.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(2))
    smooth = blurred(one, 3)
    assert texture_distance(one, again) / texture_distance(one, smooth) < distance(one, again) / distance(one, smooth)


@both
def test_a_shift_in_brightness_looks_nearer_than_a_blur_of_the_same_error(photo: U8, measure: Measure) -> None:
    """What PSNR does not tell: to the eye the one is the same picture, the other is not."""
    blur = blurred(photo, 2)
    error = np.sqrt(((blur.astype(float) - photo) ** 2).mean())
    brighter = np.clip(photo + error, 0, 255).astype(np.uint8)
    assert measure(photo, brighter) < measure(photo, blur)


def test_any_size_is_looked_at_from_fine_to_coarse(photo: U8) -> None:
    found = maps(photo[:70, :33])
    assert [one.shape[:2] for one in found] == [(48, 32), (24, 16), (12, 8), (6, 4), (3, 2)]
    assert len(found) == len(STAGES)


def test_given_features_are_used() -> None:
    """By hand: of two positions one is turned by a right angle, whatever the lengths."""
    a, b = np.zeros((2, 2, 3), np.uint8), np.ones((2, 2, 3), np.uint8)

    def features(pixels: U8) -> list[NDArray[np.float32]]:
        second = [5.0, 0.0] if pixels.max() == 0 else [0.0, 7.0]
        return [np.array([[[1.0, 0.0], second]], np.float32)]

    assert distance(a, b, features) == pytest.approx(1.0)


@both
def test_pictures_of_different_sizes_are_not_compared(photo: U8, measure: Measure) -> None:
    with pytest.raises(ReverieError, match="same size"):
        measure(photo, photo[:-1])
