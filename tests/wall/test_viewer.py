"""The viewer: order, versions of a picture, zoom, turning, damage, and the way back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.thumbs.loader import ThumbLoader
from app.views.viewer import Viewer
from app.views.viewer_loader import FULL, PictureLoader, to_image
from app.wall.view import WallView
from core.errors import MediaError
from core.records import Pixels
from tests.wall.walls import make_wall, write_thumb

SIZE = (3000, 2000)
BROKEN = 13


@dataclass
class Decoder:
    """Stands for the library: plain pictures of one colour, each call remembered; photo 13 is damaged."""

    size: tuple[int, int] = SIZE
    calls: list[tuple[int, int | None]] = field(default_factory=list)
    gate: threading.Event | None = None

    def __call__(self, photo_id: int, max_side: int | None) -> Pixels:
        self.calls.append((photo_id, max_side))
        if self.gate is not None:
            self.gate.wait()
        if photo_id == BROKEN:
            raise MediaError("decode", "The file ends in the middle of the picture.")
        if photo_id == 404:
            raise KeyError(photo_id)
        scale = min(1.0, (max_side or 99_999) / max(self.size))
        width, height = round(self.size[0] * scale), round(self.size[1] * scale)
        return Pixels(width, height, 3, bytes((photo_id % 256, 0, 255)) * (width * height))


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


@pytest.fixture
def viewer(qtbot: QtBot, thumbs: ThumbLoader, decoder: Decoder) -> Iterator[Viewer]:
    made = Viewer(thumbs, decoder, lambda photo_id: f"Photo {photo_id}\nLisbon", sync=True)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    yield made
    made.shut()


def _colour(viewer: Viewer) -> int:
    """Red of the middle of the canvas: the photo's id."""
    return viewer.canvas.grab().toImage().pixelColor(viewer.canvas.rect().center()).red()


# ---------------------------------------------------------------- order


def test_the_keys_walk_through_the_photos_in_order(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open(np.arange(10, 40), 5)
    seen: list[int] = []
    viewer.currentChanged.connect(seen.append)
    for name in ("Right", "Down", "Space", "Left", "Up", "End", "Right", "Home", "Left", "PageDown", "PageUp"):
        qtbot.keyClick(viewer, Qt.Key[f"Key_{name}"])
    assert seen == [16, 17, 18, 17, 16, 39, 10, 20, 10]
    assert viewer.bar.place.text() == "1 of 30"
    assert not viewer.bar.previous.isEnabled()


def test_right_to_left_turns_the_arrows_round(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    viewer.open([20, 21, 22], 1)
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.current() == 22


def test_the_filmstrip_and_the_buttons_lead_on(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open(np.arange(100, 200), 50)
    cells = viewer.filmstrip.cells()
    assert len(cells) < 30
    position, box = cells[-2]
    qtbot.mouseClick(viewer.filmstrip, Qt.MouseButton.LeftButton, pos=box.center())
    assert viewer.current() == 100 + position
    viewer.bar.previous.click()
    assert viewer.current() == 99 + position
    viewer.open([5], 0)
    assert not viewer.filmstrip.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_leaving_says_which_photo_was_seen_last(viewer: Viewer, qtbot: QtBot, key: Qt.Key) -> None:
    viewer.open([20, 21, 22], 0)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    with qtbot.waitSignal(viewer.closed) as left:
        qtbot.keyClick(viewer, key)
    assert left.args == [21]
    assert viewer.current() is None


def test_back_where_one_was(viewer: Viewer, wall_view: WallView, qtbot: QtBot) -> None:
    wall_view.set_wall(make_wall(range(1, 301)))
    wall_view.activated.connect(lambda photo_id: viewer.open(wall_view.wall.ids, photo_id - 1))
    viewer.closed.connect(wall_view.set_current)
    qtbot.keyClick(wall_view, Qt.Key.Key_Home)
    qtbot.keyClick(wall_view, Qt.Key.Key_Return)
    qtbot.keyClick(viewer, Qt.Key.Key_End)
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert wall_view.current() == 300
    _, y, _, height = wall_view.layout_.rect_of(299)
    assert wall_view.scroller.offset + wall_view.viewport().height() >= y + height


# ---------------------------------------------------------------- pictures


def test_the_neighbours_are_decoded_ahead(viewer: Viewer, decoder: Decoder) -> None:
    viewer.open([20, 21, 22, 23], 1)
    assert [photo_id for photo_id, _ in decoder.calls][-3:] == [21, 22, 20]
    assert {side for _, side in decoder.calls} == {1024}
    decoder.calls.clear()
    viewer.step(1)
    assert [photo_id for photo_id, _ in decoder.calls] == [23]


def test_all_pixels_are_read_only_where_they_are_needed(viewer: Viewer, decoder: Decoder, qtbot: QtBot) -> None:
    viewer.open([20, 21], 0)
    assert (20, None) not in decoder.calls
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert (20, None) in decoder.calls
    assert viewer.canvas.zoom.factor == pytest.approx(SIZE[0] / viewer.canvas.fit_size()[0])
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert viewer.canvas.zoom.fits


def test_a_small_picture_is_known_whole_and_not_enlarged(viewer: Viewer, decoder: Decoder, qtbot: QtBot) -> None:
    decoder.size = (400, 300)
    viewer.open([20, 21], 0)
    assert viewer.canvas.fit_size() == (400, 300)
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert (20, None) not in decoder.calls


def test_the_thumbnail_is_shown_while_the_picture_is_decoded(qtbot: QtBot, thumbs: ThumbLoader, tmp_path: Path) -> None:
    write_thumb(tmp_path, 20, colour="#00ff00")
    decoder = Decoder(gate=threading.Event())
    viewer = Viewer(thumbs, decoder, str)
    qtbot.addWidget(viewer)
    viewer.resize(900, 700)
    viewer.show()
    viewer.open([20], 0)
    middle = viewer.canvas.grab().toImage().pixelColor(viewer.canvas.rect().center())
    assert middle.green() > 240
    assert middle.blue() < 30
    viewer._still_waiting()
    assert viewer.canvas.busy
    with qtbot.waitSignal(viewer._pictures.arrived):
        decoder.gate.set()  # type: ignore[union-attr]
    assert _colour(viewer) == 20
    assert not viewer.canvas.busy
    viewer.shut()


def test_a_damaged_photo_says_why_and_the_next_one_works(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open([12, BROKEN, 404], 0)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.canvas.trouble == "The file ends in the middle of the picture."
    assert "middle of the picture" in viewer.accessibleDescription()
    assert not viewer.canvas.grab().isNull()
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert "library" in str(viewer.canvas.trouble)
    qtbot.keyClick(viewer, Qt.Key.Key_Home)
    assert viewer.canvas.trouble is None
    assert _colour(viewer) == 12


def test_stale_answers_are_dropped(qtbot: QtBot) -> None:
    decoder = Decoder(gate=threading.Event())
    loader = PictureLoader(decoder)
    arrived: list[int] = []
    loader.arrived.connect(lambda photo_id, side: arrived.append(photo_id))
    for photo_id in (1, 2):
        loader.want(photo_id, 64)
    qtbot.waitUntil(lambda: len(decoder.calls) == 2)
    loader.want(3, 64)
    loader.advance()  # 3 was not begun: nobody wants it any more
    loader.forget()  # 1 and 2 are in work: their answers are refused
    loader.want(4, 64)
    decoder.gate.set()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: 4 in arrived)
    loader.close()
    assert arrived == [4]
    assert 3 not in [photo_id for photo_id, _ in decoder.calls]
    assert not any(thread.name == "pictures" for thread in threading.enumerate())


def test_few_pictures_are_kept(qtbot: QtBot) -> None:
    loader = PictureLoader(Decoder((100, 100)), sync=True, budget=3 * 40_000)
    for photo_id in range(6):
        loader.want(photo_id, FULL)
    assert [photo_id for photo_id in range(6) if loader.picture(photo_id, FULL)] == [3, 4, 5]
    loader.close()


def test_pixels_with_and_without_transparency() -> None:
    opaque = to_image(Pixels(2, 1, 3, bytes((255, 0, 0, 0, 0, 255))))
    assert [opaque.pixelColor(x, 0).getRgb() for x in (0, 1)] == [(255, 0, 0, 255), (0, 0, 255, 255)]
    assert to_image(Pixels(1, 1, 4, bytes((255, 0, 0, 0)))).pixelColor(0, 0).alpha() == 0
    with pytest.raises(ValueError, match="incomplete"):
        to_image(Pixels(9, 9, 3, b""))


# ---------------------------------------------------------------- zoom, turn, info


def test_wheel_double_click_and_keys_zoom(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open([20], 0)
    canvas, at = viewer.canvas, QPointF(200, 150)
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
    assert 1.5 < canvas.zoom.factor < 1.6
    qtbot.keyClick(viewer, Qt.Key.Key_0)
    assert canvas.zoom.fits
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    assert canvas.zoom.factor > 3
    assert canvas.zoom.x < 0.5
    for _ in range(40):
        qtbot.keyClick(viewer, Qt.Key.Key_Plus)
    actual = canvas.actual()
    assert actual is not None
    assert canvas.zoom.factor == pytest.approx(8 * actual)
    assert not canvas.grab().isNull()
    qtbot.keyClick(viewer, Qt.Key.Key_Minus)
    assert canvas.zoom.factor < 8 * actual


def test_a_zoomed_picture_is_panned_with_the_mouse(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open([20], 0)
    viewer.canvas.zoom_to(3.0)
    qtbot.mousePress(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    qtbot.mouseMove(viewer.canvas, QPoint(200, 260))
    qtbot.mouseRelease(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 260))
    assert viewer.canvas.zoom.x > 0.5
    assert viewer.canvas.zoom.y > 0.5


def test_turning_is_for_the_view_and_remembered_while_it_is_open(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open([20, 21], 0)
    wide = viewer.canvas.fit_size()
    qtbot.keyClick(viewer, Qt.Key.Key_R)
    assert viewer.canvas.turns == 1
    assert viewer.canvas.fit_size()[0] < wide[0]
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.canvas.turns == 0
    qtbot.keyClick(viewer, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert viewer.canvas.turns == 3
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.canvas.turns == 1
    viewer.open([20], 0)
    assert viewer.canvas.turns == 0


def test_the_info_overlay_describes_the_photo(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open([20, 21], 0)
    assert not viewer.info.isVisible()
    qtbot.keyClick(viewer, Qt.Key.Key_I)
    assert viewer.info.isVisible()
    assert viewer.info.text() == "Photo 20\nLisbon"
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.info.text() == "Photo 21\nLisbon"
    viewer.bar.info.click()
    assert not viewer.info.isVisible()


def test_every_control_has_a_name(viewer: Viewer) -> None:
    bar = viewer.bar
    named = [
        viewer,
        viewer.canvas,
        viewer.filmstrip,
        viewer.info,
        bar.close_,
        bar.previous,
        bar.next,
        bar.turn,
        bar.info,
    ]
    assert all(widget.accessibleName() for widget in named)


def test_other_keys_are_left_to_the_window(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.open([20, 21], 0)
    qtbot.keyClick(viewer, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert viewer.current() == 20
    assert viewer.canvas.zoom.fits
