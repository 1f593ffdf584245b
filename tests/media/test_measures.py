"""Measures against slow, plain loops, and on pictures whose answer is known."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.media import measures
from core.media.describe import measure, shrink
from core.records import Described
from tests.media.conftest import noise


def slow_dhash(grey: np.ndarray) -> int:
    value = 0
    for row in range(8):
        for column in range(8):
            value = value * 2 + int(grey[row, column] < grey[row, column + 1])
    return value - 2**64 if value >= 2**63 else value


def test_dhash_against_loops() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        grey = rng.integers(0, 256, (8, 9), dtype=np.uint8)
        assert measures.dhash(grey) == slow_dhash(grey)
    assert measures.dhash(np.zeros((8, 9), np.uint8)) == 0
    assert measures.dhash(np.tile(np.arange(9, dtype=np.uint8), (8, 1))) == -1


def hamming(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


def test_dhash_knows_a_picture_again_at_another_size() -> None:
    def hash_of(image: Image.Image) -> int:
        return measure(shrink(image, 512), Described("", b"")).dhash

    original = noise(900, 600, seed=3)
    brighter = original.point(lambda value: min(255, value + 12))
    assert hamming(hash_of(original), hash_of(original.resize((640, 427)))) <= 4
    assert hamming(hash_of(original), hash_of(brighter)) <= 6
    assert hamming(hash_of(original), hash_of(noise(900, 600, seed=4))) >= 16


def test_sharpness_against_loops() -> None:
    grey = np.random.default_rng(2).integers(0, 256, (9, 12), dtype=np.uint8)
    values = [
        4 * int(grey[y, x]) - int(grey[y - 1, x]) - int(grey[y + 1, x]) - int(grey[y, x - 1]) - int(grey[y, x + 1])
        for y in range(1, 8)
        for x in range(1, 11)
    ]
    assert measures.sharpness(grey)[0] == pytest.approx(np.var(values), rel=1e-5)
    assert measures.sharpness(np.full((20, 20), 200, np.uint8)) == (0.0, 0.0)
    assert measures.sharpness(grey[:2]) == (0.0, 0.0)


def test_brightness_and_contrast_against_numpy() -> None:
    grey = np.random.default_rng(3).integers(0, 256, 1000)
    mean, deviation = measures.brightness_contrast(np.bincount(grey, minlength=256))
    assert mean == pytest.approx(np.mean(grey / 255))
    assert deviation == pytest.approx(np.std(grey / 255))
    assert measures.brightness_contrast(np.zeros(256, np.int64)) == (0.0, 0.0)


def test_colours_against_loops() -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (12, 10, 3), dtype=np.uint8)
    rgb[0, 0], rgb[1, 1], rgb[2, 2], rgb[3, 3] = (0, 0, 0), (255, 255, 255), (40, 160, 40), (90, 160, 250)
    saturations, green, blue = [], 0, 0
    for y, x in np.ndindex(12, 10):
        hue, saturation, value = colorsys.rgb_to_hsv(*(rgb[y, x] / 255.0))
        saturations.append(saturation)
        green += 65 <= hue * 360 <= 170 and saturation > 0.15 and value > 0.12
        blue += y < 4 and 180 <= hue * 360 <= 255 and saturation > 0.12 and value > 0.35
    found = measures.colours(rgb)
    assert found["saturation"] == pytest.approx(np.mean(saturations), abs=1e-5)
    assert found["green"] == pytest.approx(green / 120)
    assert found["blue_above"] == pytest.approx(blue / 40)
    channels = [found["mean_colour"] >> shift & 255 for shift in (16, 8, 0)]
    assert channels == pytest.approx(rgb.reshape(-1, 3).mean(axis=0), abs=0.51)


def test_flatness() -> None:
    packed = np.array([[1, 1, 2], [3, 3, 3]], np.uint32)
    assert measures.flatness(packed) == pytest.approx(3 / 4)
    assert measures.flatness(packed[:, :1]) == 0.0


def page(width: int, height: int, size: int, ink: int = 20, ground: int = 255) -> Image.Image:
    image = Image.new("RGB", (width, height), (ground,) * 3)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for top in range(size, height - 2 * size, int(1.6 * size)):
        draw.text((size, top), "the quick brown fox jumps over the lazy dog " * 3, (ink,) * 3, font)
    return image


def text_of(image: Image.Image) -> float:
    return measure(shrink(image, 512), Described("", b"")).text


@pytest.mark.parametrize(
    "image", [page(1080, 2400, 40), page(1920, 1080, 24), page(2480, 3508, 48), page(1080, 1920, 40, 230, 20)]
)
def test_writing_is_told_from_photographs(image: Image.Image) -> None:
    assert text_of(image) > 0.25


def test_photographs_and_plain_grounds_are_no_writing() -> None:
    pictures = pytest.importorskip("skimage.data")
    for name in ("coffee", "astronaut", "rocket", "chelsea", "gravel", "grass", "coins"):
        assert text_of(Image.fromarray(getattr(pictures, name)()).convert("RGB")) < 0.06, name
    assert text_of(noise(800, 600)) < 0.06
    assert text_of(Image.new("RGB", (600, 400), (250, 250, 250))) == 0.0
    assert measures.text_share(np.zeros((10, 10), np.uint8)) == 0.0


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (500, 375)), ((1000, 750), (500, 375)), ((750, 562), (512, 384)), ((512, 300), (512, 300)),
        ((513, 300), (512, 299)), ((100, 50), (100, 50)), ((3, 4000), (1, 500)), ((6000, 1), (500, 1)),
    ],
)  # fmt: skip
def test_shrinking(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert shrink(Image.new("RGB", size), 512).size == expected


def test_tiny_pictures_have_measures_too() -> None:
    for size in ((1, 1), (2, 5), (5, 2), (1, 300)):
        found = measure(Image.new("RGB", size, (10, 200, 30)), Described("", b""))
        assert found.mean_colour == 0x0AC81E
        assert found.green == 1.0


def test_the_sharpest_part_tells_a_portrait_from_a_blurred_photo() -> None:
    rng = np.random.default_rng(0)
    portrait = np.full((384, 512), 90, np.uint8)
    portrait[150:250, 200:300] = rng.integers(0, 255, (100, 100))
    whole, part = measures.sharpness(portrait)
    assert part > 5 * whole
    soft = np.full((384, 512), 90, np.uint8) + rng.integers(0, 3, (384, 512)).astype(np.uint8)
    assert measures.sharpness(soft)[1] < 0.01 * part


def test_clipped_counts_black_and_white() -> None:
    histogram = np.zeros(256, np.int64)
    histogram[[0, 255, 128]] = 10, 20, 70
    assert measures.clipped(histogram) == pytest.approx(0.3)
    assert measures.clipped(np.zeros(256, np.int64)) == 0.0
