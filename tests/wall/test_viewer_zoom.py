"""Zooming as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.viewer_zoom import FIT, Zoom, actual_factor, clamped, fitted, greatest, panned, placed, zoomed

sizes = st.tuples(st.floats(10, 9000), st.floats(10, 9000))
views = st.tuples(st.floats(100, 3000), st.floats(100, 3000))
shares = st.floats(0.0, 1.0)


@given(sizes, views)
def test_a_fitted_picture_touches_two_edges_and_keeps_its_shape(
    picture: tuple[float, float], view: tuple[float, float]
) -> None:
    width, height = fitted(picture, view)
    assert width <= view[0] + 1
    assert height <= view[1] + 1
    assert width == pytest.approx(view[0]) or height == pytest.approx(view[1])


def test_a_small_picture_is_not_blown_up() -> None:
    assert fitted((300, 200), (1600, 1000), limit=1.0) == (300, 200)


@given(sizes, views, st.floats(1, 8), shares, shares)
def test_a_larger_picture_leaves_no_empty_edge(
    picture: tuple[float, float], view: tuple[float, float], factor: float, x: float, y: float
) -> None:
    fit = fitted(picture, view)
    left, top, width, height = placed(clamped(Zoom(factor, x, y), fit, view), fit, view)
    for start, size, room in ((left, width, view[0]), (top, height, view[1])):
        if size > room:
            assert start <= 1e-6
            assert start + size >= room - 1e-6
        else:
            assert start == pytest.approx((room - size) / 2)


@given(views, st.floats(1.5, 8), shares, shares)
def test_what_is_under_the_cursor_stays_there(view: tuple[float, float], factor: float, u: float, v: float) -> None:
    fit = view  # the picture has the view's shape, so that no edge is in the way
    at = (u * view[0], v * view[1])
    left, top, width, height = placed(zoomed(FIT, factor, at, fit, view), fit, view)
    assert (at[0] - left) / width == pytest.approx(u, abs=1e-9)
    assert (at[1] - top) / height == pytest.approx(v, abs=1e-9)


def test_panning_moves_by_pixels_and_stops_at_the_edge() -> None:
    fit = view = (1000.0, 500.0)
    zoom = panned(Zoom(2.0), 30, -20, fit, view)
    left, top, _, _ = placed(zoom, fit, view)
    assert (left, top) == pytest.approx((-470, -270))
    left, top, _, _ = placed(panned(zoom, 99_999, 99_999, fit, view), fit, view)
    assert (left, top) == pytest.approx((0, 0))


def test_actual_size_counts_screen_pixels() -> None:
    assert actual_factor((4000, 3000), (1000, 750), ratio=2.0) == 2.0
    assert greatest(2.0) == 16.0
    assert greatest(0.01) == 1.0
    assert greatest(None) == 8.0
