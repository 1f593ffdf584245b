"""Rendering a view: geometry and light."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PIL import Image

from core.sample import plan, scene, screens
from core.sample.sources import SOURCES, SUBJECTS, WHOLE, Subject, load

LEVEL = plan.View(1.0, 0.5, 0.5, 0.0, (0.0,) * 8, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0)
ALL = Subject("any", WHOLE, "any")


@pytest.fixture(scope="module")
def grain() -> Image.Image:
    return scene.noise_field(0)


@pytest.fixture(scope="module")
def gradient() -> Image.Image:
    """Red grows to the right, green grows downwards."""
    ramp = np.linspace(20, 230, 400)
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[..., 0] = ramp[None, :]
    pixels[..., 1] = ramp[None, :300].T
    return Image.fromarray(pixels)


def test_perspective_maps_the_corners() -> None:
    corners = [10.0, 5.0, 12.0, 80.0, 95.0, 90.0, 99.0, 3.0]
    a, b, c, d, e, f, g, h = scene.perspective(corners, (64, 48))
    for (u, v), x, y in zip(((0, 0), (0, 48), (64, 48), (64, 0)), corners[::2], corners[1::2], strict=True):
        scale = g * u + h * v + 1
        assert ((a * u + b * v + c) / scale, (d * u + e * v + f) / scale) == pytest.approx((x, y))


def test_a_level_view_of_everything_is_the_picture(gradient: Image.Image, grain: Image.Image) -> None:
    rendered = np.asarray(scene.render(gradient, ALL, LEVEL, (400, 300), grain), dtype=int)
    assert np.abs(rendered - np.asarray(gradient, dtype=int)).mean() < 3


def test_the_cut_out_has_the_aspect_of_the_picture_and_stays_inside() -> None:
    view = dataclasses.replace(LEVEL, zoom=0.5, x=0.0, y=1.0)
    corners = scene.quad(view, Subject("any", (0.5, 0.5, 1.0, 1.0), "any"), (800, 600), 1.0)
    xs, ys = corners[::2], corners[1::2]
    assert (min(xs), max(xs)) == (400, 550)
    assert (min(ys), max(ys)) == (450, 599)
    turned = dataclasses.replace(LEVEL, turn=20.0)
    for x, y in zip(*[iter(scene.quad(turned, ALL, (800, 600), 4 / 3))] * 2, strict=True):
        assert 0 <= x <= 799
        assert 0 <= y <= 599


@pytest.mark.parametrize(
    ("change", "channel", "sign"),
    [({"exposure": 0.5}, 1, -1), ({"warmth": 0.2}, 0, 1), ({"warmth": 0.2}, 2, -1), ({"falloff": 0.3}, 1, -1)],
)
def test_light_changes_the_mean(change: dict[str, float], channel: int, sign: int, grain: Image.Image) -> None:
    grey = Image.new("RGB", (200, 150), (120, 120, 120))
    plain, lit = (
        np.asarray(scene.render(grey, ALL, view, (200, 150), grain), dtype=float)[..., channel].mean()
        for view in (LEVEL, dataclasses.replace(LEVEL, **change))
    )
    assert sign * (lit - plain) > 5


def test_grain_has_the_deviation_asked_for(grain: Image.Image) -> None:
    grey = Image.new("RGB", (400, 300), (120, 120, 120))
    noisy = scene.render(grey, ALL, dataclasses.replace(LEVEL, noise=6.0), (400, 300), grain)
    assert np.asarray(noisy, dtype=float)[..., 0].std() == pytest.approx(6.0, rel=0.1)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_source_loads_in_colour(name: str) -> None:
    picture = load(name)
    assert picture.mode == "RGB"
    assert min(picture.size) >= 170


def test_every_subject_lies_in_a_source() -> None:
    for subject in SUBJECTS.values():
        left, top, right, bottom = subject.window
        assert subject.source in SOURCES
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


@pytest.mark.parametrize("design", plan.DESIGNS)
def test_a_screenshot_is_flat(design: str) -> None:
    picture = screens.screenshot(design, 5, "10:15")
    pixels = np.asarray(picture, dtype=int)
    assert picture.size == screens.SIZE
    assert (pixels[:, 1:] == pixels[:, :-1]).all(axis=2).mean() > 0.9
