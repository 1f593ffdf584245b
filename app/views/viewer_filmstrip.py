"""The neighbours of the photo that is looked at, in a strip below it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.theme import DARK
from app.thumbs.loader import ThumbLoader
from app.wall.painter import cover

CELL, GAP, PAD = 56, 4, 8


class Filmstrip(QWidget):
    """Draws only the cells that are seen, the current one in the middle; ``picked`` carries a position."""

    picked = Signal(int)
    stepped = Signal(int)

    def __init__(self, thumbs: ThumbLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Filmstrip"))
        self.setFixedHeight(CELL + 2 * PAD)
        self._thumbs = thumbs
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._index = 0
        self._turned = 0
        thumbs.arrived.connect(self._arrived)

    def set_photos(self, ids: NDArray[np.int64], index: int) -> None:
        self._ids, self._index = ids, index
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, CELL + 2 * PAD)

    def cells(self) -> list[tuple[int, QRect]]:
        """Positions that are seen and where."""
        reach = self.width() // (2 * (CELL + GAP)) + 1
        first, last = max(0, self._index - reach), min(len(self._ids) - 1, self._index + reach)
        return [(i, self._box(i)) for i in range(first, last + 1)]

    def _box(self, position: int) -> QRect:
        step = (position - self._index) * (CELL + GAP)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        return QRect((self.width() - CELL) // 2 + step, PAD, CELL, CELL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(DARK.ground))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = round(CELL * self.devicePixelRatioF())
        for position, box in self.cells():
            pixmap = self._thumbs.get(int(self._ids[position]), side)
            painter.setOpacity(1.0 if position == self._index else 0.6)
            if pixmap is None:
                painter.fillRect(box, QColor(DARK.placeholder))
            else:
                painter.drawPixmap(box.toRectF(), pixmap, cover(pixmap, box))
            painter.setOpacity(1.0)
            if position == self._index:
                self._ring(painter, box)
        painter.end()

    def _ring(self, painter: QPainter, box: QRect) -> None:
        painter.setPen(QColor(DARK.accent))
        for out in (1, 2):
            painter.drawRect(box.adjusted(-out, -out, out - 1, out - 1))

    def _arrived(self, photo_id: int) -> None:
        if self.isVisible():
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        for position, box in self.cells():
            if box.contains(at):
                self.picked.emit(position)
                return

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch is a photo."""
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        steps = int(self._turned / 120)
        self._turned -= steps * 120
        if steps:
            self.stepped.emit(-steps)
        event.accept()
