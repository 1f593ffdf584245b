from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.embed.base import InputSpec
from core.embed.preprocess import crop_box, prepare

SPEC = InputSpec(32, 0.875, (0.5,) * 3, (0.5,) * 3)


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0.2, 1))
def test_the_box_is_a_centred_square_inside(width: int, height: int, crop: float) -> None:
    left, top, right, bottom = crop_box(width, height, crop)
    assert right - left == pytest.approx(bottom - top) == pytest.approx(min(width, height) * crop)
    assert left + right == pytest.approx(width)
    assert top + bottom == pytest.approx(height)
    assert left >= 0
    assert top >= 0


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(["RGB", "L", "RGBA", "CMYK", "P", "1", "LA"]))
def test_any_size_and_mode(width: int, height: int, mode: str) -> None:
    prepared = prepare(Image.new(mode, (width, height)), SPEC)
    assert prepared.shape == (32, 32, 3)
    assert prepared.dtype == np.uint8


def test_it_sees_the_centre_and_not_the_edges() -> None:
    pixels = np.zeros((100, 300, 3), np.uint8)
    pixels[:, 100:200] = (10, 200, 30)
    np.testing.assert_array_equal(prepare(Image.fromarray(pixels), SPEC), np.full((32, 32, 3), (10, 200, 30)))


def test_one_resize_is_what_scaling_and_cutting_are() -> None:
    """Held to the two steps that libraries do: scale the short side to size / crop, cut the centre."""
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(
        (480, 360), Image.Resampling.BICUBIC
    )
    spec = InputSpec(224, 0.875, (0.5,) * 3, (0.5,) * 3)
    scaled = image.resize((341, 256), Image.Resampling.BICUBIC)
    cut = np.asarray(scaled.crop((58, 16, 282, 240)), np.int16)
    assert np.abs(prepare(image, spec) - cut).mean() < 2


def test_grey_stays_grey() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 60), dtype=np.uint8))
    prepared = prepare(image, SPEC)
    assert (prepared[..., 0] == prepared[..., 1]).all()
    assert (prepared[..., 0] == prepared[..., 2]).all()
