"""Every photo has its place: once, in order, inside the wall, apart from the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wall.anchor import anchor_at, offset_of, transfer
from app.wall.layout import MAX_STRETCH, SECTION_GAP, Layout, build

HEADER = 40


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    sizes = draw(st.lists(st.integers(0, 40), min_size=1, max_size=8))
    n = sum(sizes)
    shapes = st.one_of(st.floats(0.05, 20.0), st.sampled_from([1.5, 0.667, 1.0, float("nan"), 0.0]))
    aspect = np.array(draw(st.lists(shapes, min_size=n, max_size=n)), np.float32)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    header = np.where(draw(st.booleans()), HEADER, 0) * np.ones(len(sizes), np.int64)
    width, row_height = draw(st.integers(60, 2500)), draw(st.integers(40, 500))
    return build(aspect, start, header, width, row_height, mirrored=draw(st.booleans()))


@given(layouts())
def test_every_photo_once_in_order_inside_the_wall(layout: Layout) -> None:
    index, rect = layout.rects(0, layout.n_rows)
    assert index.tolist() == list(range(layout.n))
    assert (rect[:, 2:] > 0).all()
    assert (rect[:, 0] >= 0).all()
    assert (rect[:, 0] + rect[:, 2] <= layout.width).all()
    assert layout.height >= (rect[:, 1] + rect[:, 3]).max(initial=0)


@given(layouts())
def test_rows_follow_one_another_and_photos_are_one_gap_apart(layout: Layout) -> None:
    index, rect = layout.rects(0, layout.n_rows)
    if layout.mirrored:
        rect = rect.copy()
        rect[:, 0] = layout.width - rect[:, 0] - rect[:, 2]
    same_row = rect[1:, 1] == rect[:-1, 1]
    assert (rect[1:, 0] - rect[:-1, 0] - rect[:-1, 2] == layout.gap)[same_row].all()
    below = rect[1:, 1] - rect[:-1, 1] - rect[:-1, 3]
    assert (below[~same_row] >= layout.gap).all()
    assert len(index) == layout.n


@given(layouts())
def test_every_photo_is_found_at_its_own_centre(layout: Layout) -> None:
    index, rect = layout.rects(0, layout.n_rows)
    for i, (x, y, width, height) in zip(index.tolist(), rect.tolist(), strict=True):
        assert layout.at(x + width / 2, y + height / 2) == i
        assert layout.rect_of(i) == (x, y, width, height)


@given(layouts())
def test_headers_stand_over_their_sections(layout: Layout) -> None:
    filled = np.flatnonzero(np.diff(layout.section_row) > 0)
    for section in filled.tolist():
        first_row = int(layout.section_row[section])
        assert layout.section_y[section] + layout.header[section] == layout.row_y[first_row]
        assert layout.section_at(float(layout.row_y[first_row])) == section
        assert layout.section_end(section) > layout.section_y[section]
    if len(filled) and filled[0] == 0:
        assert layout.section_y[0] == 0


@given(layouts(), st.floats(0, 1), st.integers(1, 900))
def test_a_band_of_rows_is_just_what_touches_it(layout: Layout, share: float, page: int) -> None:
    y0 = share * layout.height
    first, stop = layout.rows_between(y0, y0 + page)
    touches = (layout.row_y < y0 + page) & (layout.row_y + layout.row_height > y0)
    assert np.flatnonzero(touches).tolist() == list(range(first, stop))


@given(layouts())
def test_walking_right_visits_everything_and_down_then_up_stays_near(layout: Layout) -> None:
    if layout.n == 0:
        return
    onward, place = ("left" if layout.mirrored else "right"), 0
    for expected in range(1, layout.n):
        place = layout.neighbour(place, onward)
        assert place == expected
    assert layout.neighbour(place, onward) == place
    assert layout.row_of(layout.neighbour(0, "down")) == min(1, layout.n_rows - 1)
    assert layout.neighbour(0, "up") == 0


@given(layouts(), st.floats(0, 1), st.integers(0, 400))
def test_an_anchor_keeps_its_place(layout: Layout, share: float, view_y: int) -> None:
    offset = int(share * layout.height)
    anchor = anchor_at(layout, offset, view_y, layout.width / 2)
    assert (anchor is None) == (layout.n == 0)
    if anchor is not None:
        assert offset_of(layout, anchor) == pytest.approx(offset, abs=1e-6)


def test_rows_fill_the_width_and_are_not_blown_up() -> None:
    n, width, height = 400, 1500, 180
    aspect = np.random.default_rng(3).choice([1.5, 0.75, 1.333, 1.778], n).astype(np.float32)
    layout = build(aspect, np.array([0, n]), np.array([HEADER]), width, height)
    _, rect = layout.rects(0, layout.n_rows)
    ends = rect[layout.row_first[1:] - 1]
    assert (ends[:, 0] + ends[:, 2] == width).all()
    assert layout.row_height.max() <= MAX_STRETCH * height
    assert (rect[:, 2] * rect[:, 3]).sum() / (width * layout.height) > 0.9
    drawn = rect[:, 2] / rect[:, 3]
    assert np.abs(drawn / aspect - 1).max() < 0.02


def test_a_single_photo_keeps_the_wished_height() -> None:
    layout = build(np.array([1.5]), np.array([0, 1]), np.array([HEADER]), 1500, 180)
    assert layout.rect_of(0) == (0, HEADER, 270, 180)


def test_panoramas_and_towers_are_clamped() -> None:
    layout = build(np.array([10.0, 0.1]), np.array([0, 2]), np.array([0]), 5000, 100)
    assert [layout.rect_of(i)[2] for i in (0, 1)] == [400, 40]


def test_sections_are_set_apart() -> None:
    layout = build(np.ones(2), np.array([0, 1, 2]), np.array([HEADER, HEADER]), 1000, 100)
    assert layout.section_y.tolist() == [0, HEADER + 100 + layout.gap + SECTION_GAP]


def test_a_rubber_band_takes_what_it_touches() -> None:
    layout = build(np.ones(30), np.array([0, 30]), np.array([0]), 1000, 96)
    touched = layout.within(0, 0, 120, 120)
    expected = [i for i in range(30) if layout.rect_of(i)[0] < 120 and layout.rect_of(i)[1] < 120]
    assert touched.tolist() == expected
    assert len(layout.within(0, layout.height + 1, 500, layout.height + 9)) == 0


def test_a_million_photos_in_ten_thousand_sections() -> None:
    n = 1_000_000
    aspect = np.resize(np.array([1.5, 0.75, 1.333], np.float32), n)
    start = np.arange(0, n + 1, 100)
    layout = build(aspect, start, np.full(len(start) - 1, HEADER), 1500, 180)
    assert layout.row_first[-1] == n
    x, y, width, height = layout.rect_of(n - 1)
    assert layout.at(x + width / 2, y + height / 2) == n - 1
    assert layout.height == y + height


def test_an_anchor_is_carried_to_a_photo_that_is_still_there() -> None:
    old, new = np.array([1, 2, 3, 4]), np.array([9, 8, 3, 4])
    layout = build(np.ones(4), np.array([0, 4]), np.array([0]), 400, 100)
    anchor = anchor_at(layout, 0, 0, layout.rect_of(1)[0] + 5)
    assert anchor is not None
    assert anchor.index == 1
    carried = transfer(anchor, old, new, nearby=old)
    assert carried is not None
    assert carried.index == 2
    assert transfer(anchor, old, np.array([7]), nearby=old) is None
