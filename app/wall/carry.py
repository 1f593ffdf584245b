"""Dragging selected photos onto another section of the wall, or out of it onto something that takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget

from app.theme import RADIUS, SPACE_M, SPACE_S, TYPE_BODY
from app.wall.scene import headers
from app.wall.surface import MARGIN
from app.words import photos

if TYPE_CHECKING:
    from app.wall.painter import WallPainter
    from app.wall.view import WallView

OFFSET = QPoint(14, 18)


class Outside(Protocol):
    """Something beside the wall on which photos can be dropped."""

    def over(self, at: QPoint, n: int) -> str | None:
        """Photos are held over a point of the screen: what a drop would do; None where nothing takes them here."""

    def drop(self, at: QPoint, ids: list[int]) -> bool:
        """They are let go; False where nothing takes them."""

    def leave(self) -> None:
        """They are gone again."""


class Ghost(QWidget):
    """What hangs at the pointer: how many photos, and what letting go would do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._room = parent
        self._text, self._able = "", False
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def say(self, text: str, able: bool, at: QPoint) -> None:
        """Show the words beside a point of the parent, bright where a drop would do something."""
        self._text, self._able = text, able
        font = self.font()
        font.setPixelSize(TYPE_BODY)
        self.setFont(font)
        metrics = QFontMetrics(font)
        room = self._room.rect()
        width = min(metrics.horizontalAdvance(text) + 2 * SPACE_M, room.width() // 2)
        self.resize(width, metrics.height() + 2 * SPACE_S)
        spot = at + OFFSET
        self.move(min(spot.x(), room.width() - width), min(spot.y(), room.height() - self.height()))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        roles, palette = QPalette.ColorRole, QApplication.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.color(roles.PlaceholderText if not self._able else roles.Highlight), 1))
        painter.setBrush(palette.color(roles.Highlight if self._able else roles.ToolTipBase))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
        painter.setPen(palette.color(roles.HighlightedText if self._able else roles.ToolTipText))
        text = QFontMetrics(self.font()).elidedText(
            self._text, Qt.TextElideMode.ElideRight, self.width() - 2 * SPACE_M + 2
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class Carry:
    """``target``: the section that would take the photos, or -1. ``view.photosDropped`` tells of a drop on one."""

    def __init__(self, view: WallView) -> None:
        self._view = view
        self._ids: list[int] = []
        self._ghost: Ghost | None = None
        self.outside: Outside | None = None
        self.target = -1
        view.overlays.append(self._paint)

    @property
    def active(self) -> bool:
        return bool(self._ids)

    def begin(self) -> None:
        """Pick up what is selected."""
        self._ids = self._view.selection().tolist()

    def move(self, at: QPoint) -> None:
        """The pointer is at a point of the view."""
        if not self.active:
            return
        target, words = -1, None
        if self._view.viewport().rect().contains(at):
            self._leave_outside()
            target = self._takes(self._section(at))
            words = f"Move {photos(len(self._ids))} to {self._view.wall.titles[target]}" if target >= 0 else None
        elif self.outside is not None:
            words = self.outside.over(self._view.viewport().mapToGlobal(at), len(self._ids))
        if target != self.target:
            self.target = target
            self._view.viewport().update()
        self._say(words, at)

    def drop(self, at: QPoint) -> None:
        """Let go here."""
        ids, target = self._ids, self.target
        inside = self._view.viewport().rect().contains(at)
        spot = self._view.viewport().mapToGlobal(at)
        outside = self.outside
        self._ids = []
        if inside and target >= 0:
            self._view.photosDropped.emit(ids, int(self._view.wall.section_id[target]))
        elif not inside and outside is not None:
            outside.drop(spot, ids)
        self._clear()

    def cancel(self) -> bool:
        """Let everything be as it was; False if nothing was picked up."""
        was, self._ids = self.active, []
        self._clear()
        return was

    def _clear(self) -> None:
        self.target = -1
        self._leave_outside()
        if self._ghost is not None:
            self._ghost.hide()
        self._view.viewport().update()
        self._view.let_go()

    def _leave_outside(self) -> None:
        if self.outside is not None:
            self.outside.leave()

    def _section(self, at: QPoint) -> int:
        on_header = self._view.header_at(at)
        return on_header if on_header >= 0 else self._view.layout_.section_at(self._view.to_wall(at).y())

    def _takes(self, section: int) -> int:
        """The section, if it is a group that does not hold all of the photos already."""
        wall = self._view.wall
        if section < 0 or wall.section_id[section] <= 0:
            return -1
        inside = wall.ids[wall.section_start[section] : wall.section_start[section + 1]]
        return -1 if np.isin(self._ids, inside).all() else section

    def _say(self, words: str | None, at: QPoint) -> None:
        window = self._view.window()
        if self._ghost is None or self._ghost.parentWidget() is not window:
            self._ghost = Ghost(window)
        spot = self._view.viewport().mapTo(window, at)
        self._ghost.say(words or photos(len(self._ids)), words is not None, spot)

    def _paint(self, painter: QPainter, brush: WallPainter) -> None:
        """A frame around the section that would take the photos; its heading is lit."""
        if self.target < 0:
            return
        view, layout = self._view, self._view.layout_
        for section, box in headers(layout, view.seen_window()):
            if section == self.target:
                fill = QColor(brush.look.accent)
                fill.setAlpha(50)
                painter.fillRect(box, fill)
        top = int(layout.section_y[self.target]) - view.scroller.offset
        bottom = layout.section_end(self.target) - view.scroller.offset
        frame = QRect(MARGIN - 3, top, layout.width + 6, bottom - top + 3)
        seen = frame.intersected(view.viewport().rect().adjusted(0, -8, 0, 8))
        painter.setPen(QPen(brush.look.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(seen, RADIUS, RADIUS)
