"""The mouse on a wall: clicks, rubber band, photos and boundaries dragged, scrolling at the edges, hover, headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.wall.view import WallView

AUTO_SCROLL_MS = 16
EDGE = 36
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Pointer(QObject):
    """Positions are kept on the wall (not in the view), so that a band stays where it began while the wall scrolls."""

    def __init__(self, view: WallView) -> None:
        super().__init__(view)
        self._view = view
        self._pressed: QPoint | None = None  # on the wall
        self._last = QPoint()  # in the view
        self._before: np.ndarray = np.zeros(0, np.bool_)
        self._flip = False
        self.banding = False
        self._edge = -1
        self._only_on_release = -1
        self._timer = QTimer(self)
        self._timer.setInterval(AUTO_SCROLL_MS)
        self._timer.timeout.connect(self._scroll_on)

    # ------------------------------------------------------------ events

    def press(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self._view.index_at(at)
        if event.button() == Qt.MouseButton.RightButton:
            if self._view.dragging:
                self.reset()
            else:
                self._press_right(index, at)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._last = self._view.to_wall(at), at
            self._before = self._view.picked.mask.copy()
            self._flip = bool(event.modifiers() & _CTRL)
            self._press_left(index, at, event.modifiers())

    def move(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._view.hover(at)
            return
        self._last = at
        far = (self._view.to_wall(at) - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._view.dragging:
            self._begin_drag()
        self._drag_on()

    def release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        at = event.position().toPoint()
        dragged, self._pressed, self._edge = self._view.dragging, None, -1
        if self._view.carry.active:
            self._view.carry.drop(at)
        self._view.shift.apply()
        self.stop_band()
        if dragged:
            return
        if self._only_on_release >= 0:
            self._view.choose(self._view.picked.only, self._only_on_release)
        section = self._view.section_title_at(at)
        if section >= 0:
            self._view.press_section(section, bool(event.modifiers() & _CTRL))

    def double(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index, pair = self._view.index_at(at), self._view.boundaries.pair_of(self._view.edge_at(at))
        if pair is not None:
            self._view.boundaryActivated.emit(*pair)
            return
        plain = not event.modifiers() & (_CTRL | _SHIFT)
        if event.button() == Qt.MouseButton.LeftButton and index >= 0 and plain:
            self._view.activate(index)
        else:
            self.press(event)

    def stop_band(self) -> None:
        """End a band where it is."""
        self._timer.stop()
        self.banding = False
        self._view.show_band(None)
        self._view.let_go()

    def reset(self) -> None:
        """The wall was replaced under the mouse."""
        self._pressed, self._only_on_release, self._edge = None, -1, -1
        self._view.carry.cancel()
        self._view.shift.cancel()
        self.stop_band()

    def asked(self, at: QPoint) -> tuple[str, QPoint]:
        """What a menu at a point of the view is about: "photo", "heading", "boundary" or ""."""
        view = self._view
        view.asked_section = view.header_at(at)
        if view.asked_section >= 0:
            return "heading", at
        if view.edge_at(at) >= 0:
            return "boundary", at
        return ("photo" if view.index_at(at) >= 0 else ""), at

    def asked_by_key(self) -> tuple[str, QPoint]:
        """The same for the menu key: the chosen boundary, else the current photo."""
        view, layout = self._view, self._view.layout_
        view.asked_section = -1
        if view.chosen_edge >= 0:
            y = layout.footer_y(view.chosen_edge) + int(layout.footer[view.chosen_edge])
            return "boundary", QPoint(view.viewport().width() // 3, y - view.scroller.offset)
        if view.picked.current >= 0:
            x, y, width, height = layout.rect_of(view.picked.current)
            return "photo", QPoint(x + width // 2, y + height // 2 - view.scroller.offset)
        return "", view.viewport().rect().center()

    # ------------------------------------------------------------ what they do

    def _press_right(self, index: int, at: QPoint) -> None:
        edge = self._view.edge_at(at)
        if edge >= 0:
            self._view.boundaries.choose(edge, reveal=False)
        if index >= 0 and not self._view.picked.mask[index]:
            self._view.choose(self._view.picked.only, index)

    def _press_left(self, index: int, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        picked = self._view.picked
        self._only_on_release = -1
        self._edge = self._view.edge_at(at)
        if self._edge >= 0:
            self._view.boundaries.choose(self._edge, reveal=False)
        elif index < 0:
            if not keys & (_CTRL | _SHIFT) and self._view.section_title_at(at) < 0:
                self._view.choose(picked.clear)
        elif keys & _SHIFT:
            self._view.choose(picked.extend, index, bool(keys & _CTRL))
        elif keys & _CTRL:
            self._view.choose(picked.toggle, index)
        elif picked.mask[index]:
            self._only_on_release = index
            self._view.choose(picked.focus, index)
        else:
            self._view.choose(picked.only, index)

    def _begin_drag(self) -> None:
        """What was pressed decides: a boundary moves, selected photos are carried, all else is a rubber band."""
        if self._edge >= 0:
            self._view.shift.begin(self._edge)
        elif self._only_on_release >= 0:
            self._only_on_release = -1
            self._view.carry.begin()
        else:
            self._begin_band()
            return
        self._timer.start()

    def _drag_on(self) -> None:
        if self.banding:
            self._stretch()
        elif self._view.shift.active:
            self._view.shift.to_point(self._last)
        else:
            self._view.carry.move(self._last)

    def _begin_band(self) -> None:
        self.banding = True
        self._only_on_release = -1
        if not self._flip and not QApplication.keyboardModifiers() & _SHIFT:
            self._before = np.zeros_like(self._before)
        self._timer.start()

    def _stretch(self) -> None:
        if self._pressed is None:
            return
        box = QRect(self._pressed, self._view.to_wall(self._last)).normalized()
        touched = self._view.layout_.within(box.left(), box.top(), box.right() + 1, box.bottom() + 1)
        self._view.choose(self._view.picked.band, touched, self._before, self._flip, reveal=False)
        self._view.show_band(box)

    def _scroll_on(self) -> None:
        """Farther outside means faster, at most a screen in a third of a second; what is dragged over the edge begins
        a little inside, for there is a window around the wall."""
        height, inner = self._view.viewport().height(), 0 if self.banding else EDGE
        if self._view.carry.active and not 0 <= self._last.x() < self._view.viewport().width():
            return
        beyond = min(0, self._last.y() - inner) + max(0, self._last.y() + inner - height)
        if beyond:
            speed = int(np.sign(beyond)) * min(height // 20, 4 + abs(beyond) // 3)
            self._view.scroller.by(speed)
            self._drag_on()
