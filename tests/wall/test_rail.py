"""Months and years beside the wall."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.wall.layout import build
from app.wall.rail import marks, months, runs_back, thinned
from app.wall.scrubber import month_date
from app.wall.view import WallView
from tests.wall.walls import NEWEST

DAY = 86_400.0


def _layout(n: int, sections: int = 1):  # type: ignore[no-untyped-def]
    start = np.linspace(0, n, sections + 1).astype(np.int64)
    return build(np.ones(n), start, np.full(sections, 40), 400, 100)


def test_months_of_wall_clock_seconds() -> None:
    assert months(np.array([0.0, NEWEST, np.nan, -1.0])).tolist() == [0, 55 * 12 + 8, -1, -1]
    assert month_date(55 * 12 + 8).toString("yyyy-MM") == "2025-09"


def test_one_mark_a_month_and_a_word_a_year_on_a_long_wall() -> None:
    found = marks(_layout(400), NEWEST - np.arange(400) * 10 * DAY)
    assert found.years
    assert (np.diff(found.month) < 0).all()
    assert (np.diff(found.y) > 0).all()
    assert [1970 + int(m) // 12 for m in found.month[found.label]] == list(range(2025, 2013, -1))


def test_a_short_wall_names_its_months() -> None:
    found = marks(_layout(60), NEWEST - np.arange(60) * 2 * DAY)
    assert not found.years
    assert found.label.all()


def test_a_wall_that_does_not_run_back_in_time_has_its_sections() -> None:
    shuffled = NEWEST - np.random.default_rng(0).permutation(400) * 10 * DAY
    found = marks(_layout(400, sections=5), shuffled)
    assert len(found.y) == 5
    assert (found.month == -1).all()
    assert not runs_back(np.full(4, np.nan))
    assert len(marks(_layout(0), np.empty(0)).y) == 0


@given(st.lists(st.floats(0, 1000), max_size=60), st.lists(st.floats(0, 1000), max_size=9), st.floats(1, 40))
def test_thinned_marks_keep_their_distance(places: list[float], taken: list[float], spacing: float) -> None:
    pixels, others = np.sort(np.array(places)), np.sort(np.array(taken))
    kept = pixels[thinned(pixels, spacing, others, room=spacing / 2)]
    assert (np.diff(kept) >= spacing).all()
    if len(others):
        assert all(np.abs(others - y).min() >= spacing / 2 for y in kept)
    elif len(pixels):
        assert len(kept) >= 1


@pytest.fixture
def tall(wall_view: WallView, qtbot: QtBot) -> WallView:
    from tests.wall.walls import make_wall

    wall_view.set_wall(make_wall(range(1, 501), hours_between=24 * 7))
    return wall_view


def test_dragging_the_rail_goes_there_and_names_the_month(tall: WallView, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPoint, Qt

    rail = tall.scrubber
    qtbot.mousePress(rail, Qt.MouseButton.LeftButton, pos=QPoint(20, rail.height() // 2))
    assert rail.dragging
    assert tall.scroller.offset == pytest.approx(tall.scroller.end / 2, rel=0.02)
    assert rail.bubble.isVisible()
    assert "20" in rail.bubble._text
    qtbot.mouseMove(rail, QPoint(20, rail.height() + 50))
    assert tall.scroller.offset == tall.scroller.end
    qtbot.mouseRelease(rail, Qt.MouseButton.LeftButton, pos=QPoint(20, rail.height() - 1))
    assert not rail.dragging


def test_words_on_the_rail_do_not_touch(tall: WallView) -> None:
    words = [(y, word) for y, word in tall.scrubber.drawn() if word]
    assert [word for _, word in words] == sorted((word for _, word in words), reverse=True)
    assert (np.diff([y for y, _ in words]) >= 16).all()


def test_no_rail_where_everything_is_seen(wall_view: WallView) -> None:
    from tests.wall.walls import make_wall

    wall_view.set_wall(make_wall([1, 2]))
    assert wall_view.scrubber.isHidden()
