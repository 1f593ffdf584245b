"""The wall as a person meets it: mouse, keyboard, growing walls, zoom, screen readers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollBar
from pytestqt.qtbot import QtBot

from app.thumbs.loader import ThumbLoader
from app.wall.scene import headers
from app.wall.scroll import Scroller
from app.wall.surface import MARGIN, MAX_ROW, MIN_ROW
from app.wall.view import WallView
from core.records import FLAG_COPIES, FLAG_MISSING, FLAG_RAW, FLAG_THUMB
from tests.wall.walls import make_wall, write_thumb

Left = Qt.MouseButton.LeftButton
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def wall(wall_view: WallView) -> WallView:
    """200 photos (ids 1001 to 1200) in five sections."""
    wall_view.set_wall(make_wall(range(1001, 1201), [40] * 5))
    return wall_view


def _centre(view: WallView, index: int) -> QPoint:
    x, y, width, height = view.layout_.rect_of(index)
    return QPoint(x + width // 2 + MARGIN, y + height // 2 - view.scroller.offset)


def _click(
    qtbot: QtBot, view: WallView, index: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseClick(view.viewport(), Left, keys, _centre(view, index))


def _picture(view: WallView) -> QImage:
    return view.viewport().grab().toImage()


# ---------------------------------------------------------------- mouse


def test_click_control_click_and_shift_click(wall: WallView, qtbot: QtBot) -> None:
    with qtbot.waitSignals([wall.selectionChanged, wall.currentChanged]):
        _click(qtbot, wall, 2)
    assert (wall.selection().tolist(), wall.current()) == ([1003], 1003)
    _click(qtbot, wall, 5, Ctrl)
    assert wall.selection().tolist() == [1003, 1006]
    _click(qtbot, wall, 7, Shift)
    assert wall.selection().tolist() == [1006, 1007, 1008]
    _click(qtbot, wall, 6)
    assert wall.selection().tolist() == [1007]


def test_a_click_beside_the_photos_selects_nothing(wall: WallView, qtbot: QtBot) -> None:
    _click(qtbot, wall, 2)
    qtbot.mouseClick(wall.viewport(), Left, pos=QPoint(2, 300))
    assert wall.selection().tolist() == []
    assert wall.current() == 1003


def test_a_double_click_opens(wall: WallView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(wall.activated) as opened:
        qtbot.mouseDClick(wall.viewport(), Left, pos=_centre(wall, 4))
    assert opened.args == [1005]


def test_a_right_click_keeps_a_selection_that_it_is_part_of(wall: WallView, qtbot: QtBot) -> None:
    _click(qtbot, wall, 1)
    _click(qtbot, wall, 2, Ctrl)
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.RightButton, pos=_centre(wall, 1))
    assert wall.selection().tolist() == [1002, 1003]
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.RightButton, pos=_centre(wall, 5))
    assert wall.selection().tolist() == [1006]


def test_a_rubber_band_selects_what_it_touches(wall: WallView, qtbot: QtBot) -> None:
    start, end = _centre(wall, 0), _centre(wall, 3)
    qtbot.mousePress(wall.viewport(), Left, pos=start)
    qtbot.mouseMove(wall.viewport(), start + QPoint(20, 0))
    qtbot.mouseMove(wall.viewport(), end)
    assert wall._band is not None
    qtbot.mouseRelease(wall.viewport(), Left, pos=end)
    assert wall.selection().tolist() == [1001, 1002, 1003, 1004]
    assert wall._band is None


def test_a_rubber_band_scrolls_at_the_edge(wall: WallView, qtbot: QtBot) -> None:
    below = QPoint(400, wall.viewport().height() + 120)
    qtbot.mousePress(wall.viewport(), Left, pos=_centre(wall, 0))
    qtbot.mouseMove(wall.viewport(), QPoint(400, 400))
    qtbot.mouseMove(wall.viewport(), below)
    qtbot.waitUntil(lambda: wall.scroller.offset > 100)
    qtbot.mouseRelease(wall.viewport(), Left, pos=below)
    seen_last = wall.layout_.row_of(int(np.flatnonzero(wall.picked.mask)[-1]))
    assert wall.layout_.row_y[seen_last] > wall.viewport().height()


def test_a_header_opens_its_group_or_selects_it(wall: WallView, qtbot: QtBot) -> None:
    title = QPoint(MARGIN + 20, 20)
    with qtbot.waitSignal(wall.sectionActivated) as opened:
        qtbot.mouseClick(wall.viewport(), Left, pos=title)
    assert opened.args == [1]
    qtbot.mouseClick(wall.viewport(), Left, Ctrl, title)
    assert wall.selection().tolist() == list(range(1001, 1041))


def test_hovering_changes_nothing_but_a_ring(wall: WallView, qtbot: QtBot) -> None:
    before = _picture(wall)
    wall.hover(_centre(wall, 1))
    after = _picture(wall)
    assert before != after
    assert wall.selection().tolist() == []
    wall.hover(QPoint(-1, -1))
    assert _picture(wall) == before


# ---------------------------------------------------------------- keyboard


def test_the_keyboard_walks_everywhere(wall: WallView, qtbot: QtBot) -> None:
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    assert wall.current() == 1001
    for _ in range(3):
        qtbot.keyClick(wall, Qt.Key.Key_Right)
    assert wall.current() == 1004
    qtbot.keyClick(wall, Qt.Key.Key_Down)
    assert wall.layout_.row_of(wall.picked.current) == 1
    qtbot.keyClick(wall, Qt.Key.Key_End)
    assert wall.current() == 1200
    assert wall.scroller.offset > 0
    qtbot.keyClick(wall, Qt.Key.Key_PageUp)
    assert wall.layout_.n - 1 > wall.picked.current > 100
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    assert (wall.current(), wall.scroller.offset) == (1001, 0)
    qtbot.keyClick(wall, Qt.Key.Key_PageDown)
    assert wall.picked.current > 10


def test_shift_extends_and_control_moves_alone(wall: WallView, qtbot: QtBot) -> None:
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    qtbot.keyClick(wall, Qt.Key.Key_Right, Shift)
    qtbot.keyClick(wall, Qt.Key.Key_Right, Shift)
    assert wall.selection().tolist() == [1001, 1002, 1003]
    qtbot.keyClick(wall, Qt.Key.Key_Right, Ctrl)
    assert (wall.current(), len(wall.selection())) == (1004, 3)
    qtbot.keyClick(wall, Qt.Key.Key_Space, Ctrl)
    assert wall.selection().tolist() == [1001, 1002, 1003, 1004]
    qtbot.keyClick(wall, Qt.Key.Key_A, Ctrl)
    assert len(wall.selection()) == 200
    qtbot.keyClick(wall, Qt.Key.Key_Escape)
    assert len(wall.selection()) == 0


def test_enter_opens_the_current_photo(wall: WallView, qtbot: QtBot) -> None:
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    with qtbot.waitSignal(wall.activated) as opened:
        qtbot.keyClick(wall, Qt.Key.Key_Return)
    assert opened.args == [1001]


def test_space_peeks_and_the_arrows_go_on(wall: WallView, qtbot: QtBot, tmp_path: Path) -> None:
    write_thumb(tmp_path, 1002, colour="#00ff00")
    wall.invalidate_thumbs([1002])
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    qtbot.keyClick(wall, Qt.Key.Key_Space)
    assert wall._peek is not None
    assert wall._peek.isVisible()
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    middle = wall._peek.grab().toImage().pixelColor(wall.width() // 2, wall.height() // 2)
    assert middle.green() > 200
    assert middle.red() < 60
    qtbot.keyClick(wall, Qt.Key.Key_Space)
    assert not wall._peek.isVisible()
    qtbot.keyClick(wall, Qt.Key.Key_Space)
    qtbot.keyClick(wall, Qt.Key.Key_Escape)
    assert not wall._peek.isVisible()
    assert wall.selection().tolist() == [1002]


def test_what_is_current_is_always_seen(wall: WallView, qtbot: QtBot) -> None:
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    for _ in range(25):
        qtbot.keyClick(wall, Qt.Key.Key_Down)
        _, y, _, height = wall.layout_.rect_of(wall.picked.current)
        assert wall.scroller.offset <= y
        assert y + height <= wall.scroller.offset + wall.viewport().height()


def test_an_empty_wall_leaves_the_keys_to_others(wall_view: WallView, qtbot: QtBot) -> None:
    qtbot.keyClick(wall_view, Qt.Key.Key_Right)
    qtbot.keyClick(wall_view, Qt.Key.Key_A, Ctrl)
    qtbot.mouseClick(wall_view.viewport(), Left, pos=QPoint(50, 50))
    assert wall_view.current() is None
    assert len(wall_view.selection()) == 0


# ---------------------------------------------------------------- position


def test_photos_that_arrive_above_do_not_move_what_is_seen(wall: WallView) -> None:
    wall.scroller.to(700)
    index = int(wall.layout_.row_first[wall.layout_.rows_between(700, 701)[0]])
    photo_id, y = int(wall.wall.ids[index]), wall.layout_.rect_of(index)[1] - 700
    wall.set_wall(make_wall([*range(2001, 2061), *range(1001, 1201)], [60] + [40] * 5))
    now = int(np.flatnonzero(wall.wall.ids == photo_id)[0])
    assert wall.layout_.rect_of(now)[1] - wall.scroller.offset == pytest.approx(y, abs=2)


def test_a_wall_at_its_top_follows_the_newest_until_something_is_current(wall: WallView, qtbot: QtBot) -> None:
    wall.set_wall(make_wall(range(990, 1201)))
    assert wall.scroller.offset == 0
    _click(qtbot, wall, 0)
    wall.set_wall(make_wall(range(900, 1201)))
    assert wall.scroller.offset > 0
    assert wall.current() == 990


def test_selection_survives_a_new_wall_and_goes_with_its_photos(wall: WallView, qtbot: QtBot) -> None:
    _click(qtbot, wall, 2)
    _click(qtbot, wall, 4, Ctrl)
    with qtbot.assertNotEmitted(wall.selectionChanged):
        wall.set_wall(make_wall([5, 6, *range(1001, 1100)]))
    assert wall.selection().tolist() == [1003, 1005]
    with qtbot.waitSignals([wall.selectionChanged, wall.currentChanged]):
        wall.set_wall(make_wall([1003, 7]))
    assert (wall.selection().tolist(), wall.current()) == ([1003], None)
    wall.set_wall(make_wall([1003, 7]), keep_position=False)
    assert wall.selection().tolist() == []


def test_a_photo_in_two_sections_is_selected_once(wall_view: WallView) -> None:
    wall_view.set_wall(make_wall([5, 6, 7, 6], [2, 2]))
    wall_view.select_all()
    assert wall_view.selection().tolist() == [5, 6, 7]


def test_reveal_scrolls_no_farther_than_needed(wall: WallView) -> None:
    wall.reveal(1003)
    assert wall.scroller.offset == 0
    wall.reveal(1150)
    _, y, _, height = wall.layout_.rect_of(149)
    assert wall.scroller.offset <= y <= wall.scroller.offset + wall.viewport().height() - height
    before = wall.scroller.offset
    wall.reveal(999_999)
    assert wall.scroller.offset == before


def test_zooming_keeps_the_photo_under_the_cursor(wall: WallView, qtbot: QtBot) -> None:
    wall.scroller.to(900)
    at = QPoint(300, 350)
    index = wall.layout_.at(at.x() - MARGIN, at.y() + wall.scroller.offset)
    assert index >= 0
    with qtbot.waitSignal(wall.rowHeightChanged):
        _wheel(wall, at, 240, Ctrl)
    assert wall.row_height() > 120
    _, y, _, height = wall.layout_.rect_of(index)
    assert y <= at.y() + wall.scroller.offset <= y + height
    _wheel(wall, at, -240, Ctrl)
    assert wall.row_height() == 120


def test_row_height_has_bounds(wall: WallView, qtbot: QtBot) -> None:
    wall.set_row_height(5)
    assert wall.row_height() == MIN_ROW
    wall.set_row_height(5000)
    assert wall.row_height() == MAX_ROW
    with qtbot.assertNotEmitted(wall.rowHeightChanged):
        wall.set_row_height(5000)


def test_the_wheel_scrolls(wall: WallView) -> None:
    _wheel(wall, QPoint(300, 300), -120)
    assert wall.scroller.offset > 50
    _wheel(wall, QPoint(300, 300), 240)
    assert wall.scroller.offset == 0


def _wheel(view: WallView, at: QPoint, turned: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    spot = QPointF(at)
    event = QWheelEvent(
        spot, spot, QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view.viewport(), event)


def test_a_wall_higher_than_the_bar_can_say(qtbot: QtBot) -> None:
    bar = QScrollBar()
    qtbot.addWidget(bar)
    scroller = Scroller(bar, limit=1000)
    scroller.resize(10_000_000_100, 100)
    assert bar.maximum() == 1000
    scroller.to(123_456_789)
    assert scroller.offset == 123_456_789
    scroller.by(3)
    assert scroller.offset == 123_456_792
    bar.setValue(500)
    assert scroller.offset == 5_000_000_000
    scroller.to(1e12)
    assert (scroller.offset, bar.value()) == (10_000_000_000, 1000)


# ---------------------------------------------------------------- painting


def test_a_photo_is_its_mean_colour_until_its_thumbnail_is_there(wall: WallView, tmp_path: Path) -> None:
    spot = _centre(wall, 3)
    assert _picture(wall).pixelColor(spot) == QColor("#336699")
    write_thumb(tmp_path, 1004, colour="#ff0000")
    wall.invalidate_thumbs([1004])
    assert _picture(wall).pixelColor(spot).red() > 240


def test_the_first_wall_with_its_pictures_is_told_once(qtbot: QtBot, tmp_path: Path) -> None:
    for photo_id in range(1, 9):
        write_thumb(tmp_path, photo_id, 120, 80)
    loader = ThumbLoader(tmp_path, threads=1)
    view = WallView(loader)
    qtbot.addWidget(view)
    told: list[bool] = []
    view.firstPaintedWithThumbs.connect(lambda: told.append(True))
    view.resize(900, 500)
    view.set_wall(make_wall(range(1, 9)))
    with qtbot.waitSignal(view.firstPaintedWithThumbs):
        view.show()
    assert not view._scene.blank
    view.scroller.by(5)
    view.viewport().repaint()
    QApplication.processEvents()
    assert told == [True]
    loader.close()


def test_late_thumbnails_come_up_softly(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbLoader(tmp_path, threads=1)
    view = WallView(loader)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.set_wall(make_wall([1]))
    with qtbot.waitSignal(view.firstPaintedWithThumbs):
        view.show()
    write_thumb(tmp_path, 1, colour="#ff0000")
    qtbot.waitUntil(lambda: not view._at_rest.isActive())
    now = [0.0]
    view.fades._clock = lambda: now[0]
    view.invalidate_thumbs([1])
    with qtbot.waitSignal(loader.arrived):
        view.viewport().repaint()
    now[0] += view.fades.duration_ms / 2000
    halfway = _picture(view).pixelColor(_centre(view, 0))
    now[0] += view.fades.duration_ms / 1000
    assert 0x60 < halfway.red() < 0xE0
    assert _picture(view).pixelColor(_centre(view, 0)).red() > 240
    loader.close()


def test_headers_stick_until_the_next_one_pushes_them(wall: WallView) -> None:
    second = int(wall.layout_.section_y[1])
    wall.scroller.to(second - 100)
    assert next((s, box.y()) for s, box in headers(wall.layout_, wall.seen_window())) == (0, 0)
    wall.scroller.to(second - 20)
    (first, box), (after, below) = headers(wall.layout_, wall.seen_window())[:2]
    assert (first, after) == (0, 1)
    assert box.bottom() < below.y() == 20
    wall.scroller.to(second + 300)
    assert headers(wall.layout_, wall.seen_window())[0][0] == 1


def test_marks_are_drawn_over_photos(wall_view: WallView, qtbot: QtBot) -> None:
    plain = make_wall([1, 2, 3, 4, 5, 6])
    flags = np.array([0, FLAG_RAW, FLAG_COPIES | FLAG_RAW, FLAG_MISSING, 0, 0], np.uint8) | FLAG_THUMB
    wall_view.set_wall(plain)
    before = _picture(wall_view)
    wall_view.set_wall(dataclasses.replace(plain, flags=flags.astype(np.uint8)))
    after = _picture(wall_view)
    changed = []
    for index in range(6):
        x, y, width, height = wall_view.layout_.rect_of(index)
        part = (x + MARGIN, y, width, height)
        changed.append(before.copy(*part) != after.copy(*part))
    assert changed == [False, True, True, True, False, False]


def test_an_empty_wall_says_so(wall_view: WallView) -> None:
    wall_view.empty_text = ""
    before = _picture(wall_view)
    wall_view.empty_text = "Nothing was taken here"
    assert _picture(wall_view) != before


def test_right_to_left_walls_begin_at_the_right(wall: WallView) -> None:
    wall.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    x, _, width, _ = wall.layout_.rect_of(0)
    assert x + width == wall.layout_.width
    assert wall.scrubber.x() == 0
    wall.choose(wall.picked.only, 5)
    assert wall.layout_.neighbour(5, "left") == 6
    assert not _picture(wall).isNull()


# ---------------------------------------------------------------- screen readers


def test_the_current_photo_is_described(wall: WallView, qtbot: QtBot) -> None:
    assert wall.accessibleName() == "Photo wall"
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    assert "2025" in wall.accessibleDescription()
    wall.describe = lambda photo_id: f"Photo {photo_id}, Lisbon, city"
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    try:
        qtbot.keyClick(wall, Qt.Key.Key_Right)
    finally:
        QAccessible.setActive(was)
    assert wall.accessibleDescription() == "Photo 1002, Lisbon, city"
