"""The mouse on a wall: click, Ctrl-click, Shift-click, rubber band with scrolling at the edges, hover, headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.wall.view import WallView

AUTO_SCROLL_MS = 16
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
        self._banding = False
        self._only_on_release = -1
        self._timer = QTimer(self)
        self._timer.setInterval(AUTO_SCROLL_MS)
        self._timer.timeout.connect(self._scroll_on)

    # ------------------------------------------------------------ events

    def press(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self._view.index_at(at)
        if event.button() == Qt.MouseButton.RightButton:
            self._press_right(index)
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
        if not self._banding and far:
            self._begin_band()
        if self._banding:
            self._stretch()

    def release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        was_band, self._pressed = self._banding, None
        self.stop_band()
        if was_band:
            return
        if self._only_on_release >= 0:
            self._view.choose(self._view.picked.only, self._only_on_release)
        at = event.position().toPoint()
        section = self._view.section_title_at(at)
        if section >= 0:
            self._view.press_section(section, bool(event.modifiers() & _CTRL))

    def double(self, event: QMouseEvent) -> None:
        index = self._view.index_at(event.position().toPoint())
        plain = not event.modifiers() & (_CTRL | _SHIFT)
        if event.button() == Qt.MouseButton.LeftButton and index >= 0 and plain:
            self._view.activate(index)
        else:
            self.press(event)

    def stop_band(self) -> None:
        """End a band where it is."""
        self._timer.stop()
        self._banding = False
        self._view.show_band(None)

    def reset(self) -> None:
        """The wall was replaced under the mouse."""
        self._pressed, self._only_on_release = None, -1
        self.stop_band()

    # ------------------------------------------------------------ what they do

    def _press_right(self, index: int) -> None:
        if index >= 0 and not self._view.picked.mask[index]:
            self._view.choose(self._view.picked.only, index)

    def _press_left(self, index: int, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        picked = self._view.picked
        self._only_on_release = -1
        if index < 0:
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

    def _begin_band(self) -> None:
        self._banding = True
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
        """Farther outside means faster, at most a screen in a third of a second."""
        height = self._view.viewport().height()
        beyond = min(0, self._last.y()) + max(0, self._last.y() - height)
        if beyond:
            speed = int(np.sign(beyond)) * min(height // 20, 4 + abs(beyond) // 3)
            self._view.scroller.by(speed)
            self._stretch()
