"""Boundaries between sections: drawn, chosen by mouse and key, moved; photos carried from section to section."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.wall.boundaries import BOUNDARY_HEIGHT, boundary_heights, boundary_words
from app.wall.heading import HeadingEditor
from app.wall.layout import build
from app.wall.surface import MARGIN
from app.wall.view import WallView
from core.records import Edges, Wall
from tests.wall.walls import make_wall

Left = Qt.MouseButton.LeftButton
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def with_edges(wall: Wall, strength: float = 0.9, pinned: bool = False) -> Wall:
    """A boundary below every section but the last."""
    m = len(wall.titles)
    ends = wall.section_start[1:-1]
    edges = Edges(
        np.append(np.full(m - 1, strength), np.nan).astype(np.float32),
        np.full(m, 14 * 3600.0),
        np.full(m, 312.0, np.float32),
        np.append(wall.ids[ends], 0),
        np.append(wall.ids[ends - 1], 0),
        np.full(m, pinned),
    )
    return dataclasses.replace(wall, edges=edges)


@pytest.fixture
def wall(wall_view: WallView, qtbot: QtBot) -> WallView:
    """40 photos (1001 to 1040) in four sections with boundaries between them."""
    wall_view.set_wall(with_edges(make_wall(range(1001, 1041), [10] * 4)))
    wall_view.setFocus()
    return wall_view


def _edge(view: WallView, section: int) -> QPoint:
    return QPoint(120, view.layout_.footer_y(section) + BOUNDARY_HEIGHT // 2 - view.scroller.offset)


def _centre(view: WallView, index: int) -> QPoint:
    x, y, width, height = view.layout_.rect_of(index)
    return QPoint(x + width // 2 + MARGIN, y + height // 2 - view.scroller.offset)


def _title(view: WallView, section: int) -> QPoint:
    return QPoint(MARGIN + 20, int(view.layout_.section_y[section]) + 20 - view.scroller.offset)


def _picture(view: WallView) -> QImage:
    return view.viewport().grab().toImage()


def _drag(qtbot: QtBot, view: WallView, start: QPoint, *way: QPoint, drop: bool = True) -> None:
    qtbot.mousePress(view.viewport(), Left, pos=start)
    qtbot.mouseMove(view.viewport(), start + QPoint(0, 15))
    for point in way:
        qtbot.mouseMove(view.viewport(), point)
    if drop:
        qtbot.mouseRelease(view.viewport(), Left, pos=way[-1])


# ---------------------------------------------------------------- layout and words


def test_a_boundary_takes_its_own_room_between_two_sections() -> None:
    aspect, start, header = np.full(12, 1.5), np.array([0, 4, 4, 8, 12]), np.full(4, 40)
    plain = build(aspect, start, header, 600, 100)
    lined = build(aspect, start, header, 600, 100, footer=np.full(4, 28))
    assert lined.footer.tolist() == [0, 0, 28, 0]
    assert lined.height == plain.height + 28
    assert lined.footer_at(lined.footer_y(2) + 5) == 2
    assert lined.footer_at(lined.section_y[3] + 5) == -1
    assert lined.section_end(2) < lined.footer_y(2) < lined.section_y[3]


def test_only_neighbours_in_time_have_a_boundary() -> None:
    wall = with_edges(make_wall(range(1, 13), [3] * 4))
    assert wall.edges is not None
    wall.edges.strength[1] = np.nan
    wall.edges.before[2] = 0
    assert boundary_heights(wall).tolist() == [BOUNDARY_HEIGHT, 0, 0, 0]
    assert boundary_heights(make_wall(range(4), [2, 2])).tolist() == [0, 0]


def test_a_boundary_says_what_is_known() -> None:
    edges = with_edges(make_wall(range(1, 5), [2, 2]), 0.97).edges
    assert edges is not None
    assert boundary_words(edges, 0) == "14 h gap · 312 km · strength 0.97"
    edges.distance_km[0] = np.nan
    assert boundary_words(edges, 0) == "14 h gap · strength 0.97"


def test_strong_boundaries_are_drawn_stronger_and_pins_are_seen(wall_view: WallView) -> None:
    pictures = []
    for strength, pinned in ((0.2, False), (0.99, False), (0.99, True)):
        wall_view.set_wall(with_edges(make_wall(range(1, 9), [4, 4]), strength, pinned))
        spot = _edge(wall_view, 0)
        pictures.append(_picture(wall_view).copy(MARGIN, spot.y() - 14, 980, 28))
    ground = pictures[0].pixelColor(2, 1)
    ink = [sum(abs(p.pixelColor(x, 14).lightness() - ground.lightness()) for x in range(10, 300)) for p in pictures[:2]]
    assert ink[1] > 1.5 * ink[0]
    assert pictures[1] != pictures[2]


# ---------------------------------------------------------------- choosing


def test_a_click_chooses_a_boundary_and_a_photo_takes_the_choice_away(wall: WallView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(wall.boundaryChosen) as told:
        qtbot.mouseClick(wall.viewport(), Left, pos=_edge(wall, 0))
    assert told.args == [1011, 1010]
    assert wall.boundaries.pair() == (1011, 1010)
    assert wall.selection().tolist() == []
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 0))
    assert wall.boundaries.pair() is None
    assert wall.selection().tolist() == [1001]


def test_a_double_click_on_a_boundary_asks_about_it(wall: WallView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(wall.boundaryActivated) as told:
        qtbot.mouseDClick(wall.viewport(), Left, pos=_edge(wall, 1))
    assert told.args == [1021, 1020]


def test_hovering_lights_a_boundary(wall: WallView) -> None:
    before = _picture(wall)
    wall.hover(_edge(wall, 0))
    assert _picture(wall) != before
    assert wall.viewport().cursor().shape() == Qt.CursorShape.SizeVerCursor
    wall.hover(QPoint(-1, -1))
    assert _picture(wall) == before


def test_the_keyboard_goes_from_boundary_to_boundary_and_back_to_photos(wall: WallView, qtbot: QtBot) -> None:
    for expected in (0, 1, 2, 2):
        qtbot.keyClick(wall, Key.Key_Down, Ctrl)
        assert wall.chosen_edge == expected
        y = wall.layout_.footer_y(expected) - wall.scroller.offset
        assert 0 <= y <= wall.viewport().height() - BOUNDARY_HEIGHT
    assert wall.accessibleDescription() == (
        "Boundary between Section 2 and Section 3: 14 h gap · 312 km · strength 0.90"
    )
    qtbot.keyClick(wall, Key.Key_Up, Ctrl)
    assert wall.chosen_edge == 1
    qtbot.keyClick(wall, Key.Key_Down)
    assert (wall.current(), wall.chosen_edge) == (1021, -1)
    qtbot.keyClick(wall, Key.Key_Up, Ctrl)
    qtbot.keyClick(wall, Key.Key_Up)
    assert wall.current() == 1020
    qtbot.keyClick(wall, Key.Key_Down, Ctrl)
    with qtbot.waitSignal(wall.boundaryActivated) as told:
        qtbot.keyClick(wall, Key.Key_Return)
    assert told.args == [1021, 1020]
    qtbot.keyClick(wall, Key.Key_Escape)
    assert wall.chosen_edge == -1


def test_a_chosen_boundary_stays_chosen_on_a_new_wall_while_it_exists(wall: WallView, qtbot: QtBot) -> None:
    wall.boundaries.choose(1)
    wall.set_wall(with_edges(make_wall([*range(901, 906), *range(1001, 1041)], [5, 10, 10, 10, 10])))
    assert (wall.chosen_edge, wall.boundaries.pair()) == (2, (1021, 1020))
    with qtbot.waitSignal(wall.boundaryChosen) as told:
        wall.set_wall(with_edges(make_wall(range(1001, 1041), [25, 15])))
    assert told.args == [0, 0]
    assert wall.chosen_edge == -1


def test_a_current_photo_keeps_its_place_when_the_wall_is_cut_anew(wall: WallView, qtbot: QtBot) -> None:
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 24))
    before = wall.layout_.rect_of(24)[1] - wall.scroller.offset
    wall.scroller.to(60)
    before = wall.layout_.rect_of(24)[1] - wall.scroller.offset
    wall.set_wall(with_edges(make_wall(range(1001, 1041), [20, 4, 16])))
    assert wall.layout_.rect_of(24)[1] - wall.scroller.offset == pytest.approx(before, abs=1)


# ---------------------------------------------------------------- moving a boundary


def test_a_boundary_is_dragged_between_other_photos(wall: WallView, qtbot: QtBot) -> None:
    moved: list[list[int]] = []
    wall.boundaryMoved.connect(lambda *args: moved.append(list(args)))
    target = _centre(wall, 12) - QPoint(40, 0)
    still = _picture(wall)
    _drag(qtbot, wall, _edge(wall, 0), target, drop=False)
    assert wall.shift.active
    assert wall.shift.landing == 12
    assert wall.edge_words == "2 photos would go to Section 0"
    assert _picture(wall) != still
    qtbot.mouseRelease(wall.viewport(), Left, pos=target)
    assert moved == [[1011, 1010, 1013, 1012]]
    assert not wall.shift.active


def test_escape_leaves_a_dragged_boundary_where_it_was(wall: WallView, qtbot: QtBot) -> None:
    target = _centre(wall, 5)
    with qtbot.assertNotEmitted(wall.boundaryMoved):
        _drag(qtbot, wall, _edge(wall, 0), target, drop=False)
        qtbot.keyClick(wall, Key.Key_Escape)
        assert not wall.shift.active
        qtbot.mouseRelease(wall.viewport(), Left, pos=target)


def test_a_boundary_never_leaves_its_two_sections(wall: WallView) -> None:
    wall.shift.begin(1)
    wall.shift.to_point(QPoint(5, 5))
    assert wall.shift.landing == 11
    wall.shift.to_point(QPoint(5, 5000))
    assert wall.shift.landing == 29
    assert wall.shift.cancel()


def test_a_boundary_is_moved_by_key(wall: WallView, qtbot: QtBot) -> None:
    qtbot.keyClick(wall, Key.Key_Down, Ctrl)
    for _ in range(3):
        qtbot.keyClick(wall, Key.Key_Left, Shift)
    assert wall.accessibleDescription() == "3 photos would go to Section 1"
    qtbot.keyClick(wall, Key.Key_Right, Shift)
    with qtbot.waitSignal(wall.boundaryMoved) as told:
        qtbot.keyClick(wall, Key.Key_Return)
    assert told.args == [1011, 1010, 1009, 1008]
    with qtbot.assertNotEmitted(wall.boundaryMoved):
        qtbot.keyClick(wall, Key.Key_Down, Shift)
        qtbot.keyClick(wall, Key.Key_Escape)
    assert wall.chosen_edge == 0


# ---------------------------------------------------------------- carrying photos


class Basket:
    """Something beside the wall that takes photos."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.left = 0

    def over(self, at: QPoint, n: int) -> str | None:
        return f"Take {n}"

    def drop(self, at: QPoint, ids: list[int]) -> bool:
        self.ids = ids
        return True

    def leave(self) -> None:
        self.left += 1


def test_selected_photos_are_dropped_on_another_section(wall: WallView, qtbot: QtBot) -> None:
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 1))
    qtbot.mouseClick(wall.viewport(), Left, Ctrl, _centre(wall, 2))
    still = _picture(wall)
    _drag(qtbot, wall, _centre(wall, 1), _centre(wall, 12), drop=False)
    assert wall.carry.target == 1
    assert _picture(wall) != still
    assert wall._band is None
    with qtbot.waitSignal(wall.photosDropped) as told:
        qtbot.mouseRelease(wall.viewport(), Left, pos=_title(wall, 1))
    assert told.args == [[1002, 1003], 2]
    assert wall.selection().tolist() == [1002, 1003]
    assert wall.carry.target == -1


def test_a_section_does_not_take_what_it_holds(wall: WallView, qtbot: QtBot) -> None:
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 1))
    with qtbot.assertNotEmitted(wall.photosDropped):
        _drag(qtbot, wall, _centre(wall, 1), _centre(wall, 6))


def test_escape_lets_go_of_what_is_carried(wall: WallView, qtbot: QtBot) -> None:
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 1))
    with qtbot.assertNotEmitted(wall.photosDropped):
        _drag(qtbot, wall, _centre(wall, 1), _centre(wall, 12), drop=False)
        qtbot.keyClick(wall, Key.Key_Escape)
        assert not wall.carry.active
        qtbot.mouseRelease(wall.viewport(), Left, pos=_centre(wall, 12))
    assert wall.selection().tolist() == [1002]


def test_carried_photos_scroll_the_wall_at_its_edge(wall: WallView, qtbot: QtBot) -> None:
    wall.resize(1000, 300)
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 1))
    low = QPoint(300, wall.viewport().height() - 5)
    _drag(qtbot, wall, _centre(wall, 1), low, drop=False)
    qtbot.waitUntil(lambda: wall.scroller.offset > 60)
    qtbot.mouseRelease(wall.viewport(), Left, pos=low)


def test_photos_are_carried_out_of_the_wall(wall: WallView, qtbot: QtBot) -> None:
    basket = Basket()
    wall.carry.outside = basket
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 1))
    outside = QPoint(-30, 200)
    _drag(qtbot, wall, _centre(wall, 1), outside, drop=False)
    assert wall.carry._ghost is not None
    assert wall.carry._ghost.text == "Take 1"
    qtbot.mouseRelease(wall.viewport(), Left, pos=outside)
    assert basket.ids == [1002]
    assert not wall.carry._ghost.isVisible()


# ---------------------------------------------------------------- menus and headings


def test_a_menu_is_asked_for_what_lies_under_the_pointer_or_has_the_focus(wall: WallView, qtbot: QtBot) -> None:
    asked: list[str] = []
    wall.menuWanted.connect(lambda what, at: asked.append(what))
    for spot in (_centre(wall, 3), _title(wall, 0), _edge(wall, 0), QPoint(2, 300)):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, wall.viewport().mapToGlobal(spot))
        QApplication.sendEvent(wall.viewport(), event)
    assert asked == ["photo", "heading", "boundary", ""]
    wall.boundaries.choose(0)
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(wall.viewport(), by_key)
    wall.set_current(1005)
    QApplication.sendEvent(wall.viewport(), by_key)
    assert asked[4:] == ["boundary", "photo"]


def test_a_heading_is_edited_in_its_place(wall: WallView, qtbot: QtBot) -> None:
    editor = HeadingEditor(wall)
    named: list[tuple[int, str]] = []
    editor.renamed.connect(lambda group, title: named.append((group, title)))
    assert editor.edit(0)
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "Section 0"
    qtbot.keyClicks(editor, "Lisbon")
    qtbot.keyClick(editor, Key.Key_Return)
    assert editor.isHidden()
    editor.edit(0)
    qtbot.keyClicks(editor, "Porto")
    qtbot.keyClick(editor, Key.Key_Escape)
    assert named == [(1, "Lisbon")]
    assert not editor.edit(3) or wall.scroller.offset == 0


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_boundaries_read_from_either_side(wall: WallView, qtbot: QtBot, direction: Qt.LayoutDirection) -> None:
    wall.setLayoutDirection(direction)
    qtbot.mouseClick(wall.viewport(), Left, pos=_edge(wall, 0))
    assert wall.chosen_edge == 0
    qtbot.keyClick(wall, Key.Key_Left, Shift)
    assert wall.shift.landing == (11 if direction == Qt.LayoutDirection.RightToLeft else 9)
    assert not _picture(wall).isNull()


def test_a_wall_that_comes_during_a_drag_waits_for_its_end(wall: WallView, qtbot: QtBot) -> None:
    qtbot.mouseClick(wall.viewport(), Left, pos=_centre(wall, 1))
    _drag(qtbot, wall, _centre(wall, 1), _centre(wall, 12), drop=False)
    wall.set_wall(with_edges(make_wall(range(1001, 1061), [15] * 4)))
    assert wall.layout_.n == 40
    assert wall.carry.active
    qtbot.keyClick(wall, Key.Key_Escape)
    assert wall.layout_.n == 60
