"""The square crop keeps what stands out, wherever it is."""

from __future__ import annotations

import numpy as np
import pytest

from core.gan.smart_crop import crop, window

U8 = np.ndarray


def scene(height: int, width: int, x: int, y: int, side: int = 60, seed: int = 0) -> U8:
    """A calm field with a patterned patch at (x, y)."""
    draws = np.random.default_rng(seed)
    image = np.full((height, width, 3), (120, 150, 180), np.int64) + draws.integers(-3, 4, (height, width, 3))
    image[y : y + side, x : x + side] = draws.integers(0, 256, (side, side, 3))
    return image.astype(np.uint8)


@pytest.mark.parametrize("x", [0, 100, 240, 430, 540])
def test_the_subject_is_in_the_square_of_a_wide_photo(x: int) -> None:
    left, top, side = window(scene(200, 600, x, 80))
    assert (top, side) == (0, 200)
    assert left <= x
    assert x + 60 <= left + side


@pytest.mark.parametrize("y", [0, 200, 540])
def test_and_of_a_tall_one(y: int) -> None:
    left, top, side = window(scene(600, 200, 80, y))
    assert (left, side) == (0, 200)
    assert top <= y
    assert y + 60 <= top + side


def test_nothing_that_stands_out_leaves_the_middle() -> None:
    assert window(np.full((100, 301, 3), 77, np.uint8)) in {(100, 0, 100), (101, 0, 100)}
    assert window(np.full((64, 64, 3), 9, np.uint8)) == (0, 0, 64)


def test_faces_come_before_all_else() -> None:
    image = scene(200, 600, 30, 80)
    left, _, side = window(image, [(520, 60, 570, 120)])
    assert left <= 520
    assert left + side >= 570


def test_a_crop_is_the_square_made_small() -> None:
    image = scene(200, 600, 430, 80)
    left, _, side = window(image)
    small = crop(image, 20)
    assert small.shape == (20, 20, 3)
    assert small.dtype == np.uint8
    means = image[:, left : left + side].reshape(20, 10, 20, 10, 3).mean(axis=(1, 3))
    assert np.abs(small - means).mean() < 6


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 2), (8000, 9)])
def test_odd_photos(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    left, top, side = window(image)
    assert 0 <= left <= shape[1] - side
    assert 0 <= top <= shape[0] - side
    assert side == min(shape)
    assert crop(image, 8).shape == (8, 8, 3)
