"""Whole pictures: depth, channels, strength, faces, what was invented, how long it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.errors import Cancelled, ReverieError
from core.progress import Progress
from core.superres import models, tiles
from core.superres.enlarge import enlarge, invented, plain, seconds
from core.superres.models import F32, Model
from core.superres.resampling import area_weights, bicubic, bicubic_rows, reduced

BICUBIC = {scale: models.load("bicubic", scale) for scale in (2, 3, 4)}
SHAPES = [(40, 30), (40, 30, 1), (40, 30, 2), (40, 30, 3), (40, 30, 4)]


def picture(shape: tuple[int, ...], dtype: Any = np.uint8, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, shape, dtype=dtype)


def brighter(scale: int, by: float = 0.25) -> Model:
    """A model whose picture differs from bicubic by the same everywhere."""
    model = BICUBIC[scale]
    return replace(model, run=lambda image: model.run(image) * np.float32(1 - by) + np.float32(by))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_depth_and_channels_are_kept(shape: tuple[int, ...], dtype: Any, scale: int) -> None:
    pixels = picture(shape, dtype)
    made = enlarge(pixels, BICUBIC[scale], scale)
    assert made.dtype == dtype
    assert made.shape == (40 * scale, 30 * scale, *shape[2:])
    assert np.abs(made.astype(int) - plain(pixels, scale).astype(int)).max() <= 1


def test_bicubic_is_pillows() -> None:
    """Where nothing is clipped: with 8 bits Pillow clips between its two passes, floats are not."""
    pixels = picture((31, 23, 3)) // 2 + 64
    pillow = np.asarray(Image.fromarray(pixels).resize((23 * 4, 31 * 4), Image.Resampling.BICUBIC))
    assert np.abs(plain(pixels, 4).astype(int) - pillow).max() <= 1


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_rows_made_alone_are_those_of_the_whole(scale: int) -> None:
    image = np.random.default_rng(0).random((40, 12, 3), np.float32)
    whole = bicubic(image, scale)
    for top, bottom in ((0, 5), (7, 19), (33, 40), (0, 40), (39, 40)):
        rows = bicubic_rows(image, scale, top * scale, bottom * scale)
        np.testing.assert_allclose(rows, whole[top * scale : bottom * scale], atol=1e-6)


def test_sixteen_bits_are_not_eight() -> None:
    """Steps far finer than those of 8 bits come through a model."""
    ramp = np.repeat(np.arange(20_000, 20_064, dtype=np.uint16)[None], 20, axis=0)
    made = enlarge(np.stack([ramp] * 3, axis=2), BICUBIC[2], 2)
    assert len(np.unique(made)) >= 64
    assert made.min() >= 19_998
    assert made.max() <= 20_066


def test_alpha_is_enlarged_apart() -> None:
    """Neither does alpha change with the model and the colour, nor the colour with alpha."""
    pixels = picture((40, 30, 4))
    opaque = pixels.copy()
    opaque[..., 3] = 255
    made = enlarge(pixels, brighter(2), 2)
    np.testing.assert_array_equal(made[..., 3], plain(pixels, 2)[..., 3])
    np.testing.assert_array_equal(made[..., :3], enlarge(opaque, brighter(2), 2)[..., :3])
    assert (enlarge(opaque, brighter(2), 2)[..., 3] == 255).all()


def test_grey_stays_grey_whatever_the_model_makes_of_it() -> None:
    def coloured(image: F32) -> F32:
        return BICUBIC[2].run(image) + np.array([0.1, 0.0, -0.1], np.float32)

    grey = picture((20, 20)) // 2 + 60
    made = enlarge(grey, replace(BICUBIC[2], run=coloured), 2)
    assert made.shape == (40, 40)
    assert np.abs(made.astype(int) - plain(grey, 2).astype(int)).max() <= 1


def test_strength_blends_with_bicubic() -> None:
    pixels = picture((50, 40, 3))
    none, half, full = (enlarge(pixels, brighter(3), 3, strength=s, tile=64).astype(int) for s in (0.0, 0.5, 1.0))
    assert np.abs(none - plain(pixels, 3)).max() <= 1
    inside = (none > 0) & (none < 255) & (full < 255)
    assert np.abs(2 * half - none - full)[inside].max() <= 2
    assert full.mean() > half.mean() > none.mean()


def test_faces_are_held_down_and_the_rest_is_not() -> None:
    pixels = np.full((80, 90, 3), 100, np.uint8)
    model, box = brighter(2), (30.0, 20.0, 50.0, 45.0)
    full, held = enlarge(pixels, model, 2), enlarge(pixels, model, 2, faces=[box], face_strength=0.25, tile=60)
    assert full[0, 0, 0] == 139
    assert (held[40:90, 60:100] == 110).all(), "within the box a quarter of what the model adds"
    assert (held[:25] == 139).all()
    assert (held[:, :45] == 139).all()
    steps = np.abs(np.diff(held[65, :, 0].astype(int)))
    assert steps.max() <= 10, "it passes over softly"
    gentle = enlarge(pixels, model, 2, strength=0.2, faces=[box], face_strength=0.9)
    np.testing.assert_array_equal(gentle, enlarge(pixels, model, 2, strength=0.2))


def test_invented_detail_is_the_difference() -> None:
    pixels = picture((30, 30, 3))
    below = plain(pixels, 2)
    assert invented(below, below).max() == 0
    other = below.copy()
    other[10:20, 10:20] = np.clip(other[10:20, 10:20].astype(int) + 51, 0, 255)
    heat = invented(other, below)
    assert heat.shape == (60, 60)
    assert heat.dtype == np.float32
    assert heat[10:20, 10:20].mean() > 0.1
    assert heat.max() <= 0.2 + 1e-6
    assert heat[25:].max() == 0
    alpha = np.dstack([below, np.full((60, 60), 9, np.uint8)])
    assert invented(alpha, np.dstack([below, np.zeros((60, 60), np.uint8)])).max() == 0, "alpha is nobody's invention"
    assert invented(below[..., 0], other[..., 0]).shape == (60, 60)
    with pytest.raises(ReverieError, match="same size"):
        invented(below, below[:-1])


def test_the_time_it_takes_is_reckoned_from_a_trial() -> None:
    """A clock that says: half a microsecond for every pixel the model has seen."""
    seen = [0]

    def run(image: F32) -> F32:
        seen[0] += image.shape[0] * image.shape[1]
        return BICUBIC[2].run(image)

    model = replace(BICUBIC[2], run=run, tile=200)

    def clock() -> float:
        return seen[0] * 5e-7

    expected = tiles.pixels_seen(900, 700, model) * 5e-7
    assert seconds(model, 900, 700, clock=clock) == pytest.approx(expected)
    assert seen[0] < 900 * 700 / 8, "a trial is a small part of it"


def test_a_slow_model_is_tried_on_the_smallest_picture_alone() -> None:
    calls: list[int] = []

    def run(image: F32) -> F32:
        calls.append(len(image))
        return BICUBIC[2].run(image)

    seconds(replace(BICUBIC[2], run=run), 500, 500, clock=lambda: float(len(calls)))
    assert set(calls) == {24}


@pytest.mark.parametrize(
    ("pixels", "scale", "words"),
    [
        (np.zeros((4, 4, 3), np.float32), 2, "8 or 16 bits"),
        (np.zeros((4, 4, 5), np.uint8), 2, "5 channels"),
        (np.zeros((0, 4, 3), np.uint8), 2, "empty"),
        (np.zeros((4, 4, 3), np.uint8), 3, "enlarge by 2, not by 3"),
        (np.zeros(4, np.uint8), 2, "8 or 16 bits"),
    ],
)
def test_what_cannot_be_enlarged_is_said(pixels: Any, scale: int, words: str) -> None:
    with pytest.raises(ReverieError, match=words):
        enlarge(pixels, BICUBIC[2], scale)


def test_it_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        enlarge(picture((20, 20, 3)), BICUBIC[2], 2, progress=progress)


@pytest.mark.parametrize(("native", "scale"), [(4, 3), (4, 2), (3, 2), (4, 1), (8, 3)])
def test_reducing_takes_the_mean_over_areas(native: int, scale: int) -> None:
    weights = area_weights(native, scale)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(weights.sum(axis=0), scale / native, atol=1e-6)
    image = np.random.default_rng(0).random((5 * native, 6 * native, 3), np.float32)
    made = reduced(image, native, scale)
    assert made.shape == (5 * scale, 6 * scale, 3)
    finer = image.repeat(scale, axis=0).repeat(scale, axis=1)
    expected = finer.reshape(5 * scale, native, 6 * scale, native, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(made, expected, atol=1e-6)
