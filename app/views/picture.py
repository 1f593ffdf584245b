"""One photo at any size, fitted into its place; loaded by the wall's loader, painted when it comes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.theme import RADIUS, Theme
from app.thumbs.loader import BUCKETS, ThumbLoader
from app.views.widgets import focus_ring


class Picture(QAbstractButton):
    """A photo to look at and to click. ``weight`` is how much of the room it gets beside others."""

    def __init__(self, theme: Theme, thumbs: ThumbLoader, photo_id: int, name: str) -> None:
        super().__init__()
        self._theme, self._thumbs, self.photo_id = theme, thumbs, photo_id
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(64, 64)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        thumbs.arrived.connect(self._arrived)

    def sizeHint(self) -> QSize:
        return QSize(240, 240)

    def _arrived(self, photo_id: int) -> None:
        if photo_id == self.photo_id:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        pixmap = self._thumbs.get(self.photo_id, BUCKETS[-1])
        if pixmap is None:
            where = fitted(self.rect().toRectF(), 4 / 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.tokens.placeholder))
            painter.drawRoundedRect(where, RADIUS, RADIUS)
        else:
            where = fitted(self.rect().toRectF(), pixmap.width() / max(pixmap.height(), 1))
            shape = QPainterPath()
            shape.addRoundedRect(where, RADIUS, RADIUS)
            painter.setClipPath(shape)
            painter.drawPixmap(where, pixmap, QRectF(pixmap.rect()))
            painter.setClipping(False)
        if self.hasFocus() or self.underMouse():
            focus_ring(painter, where, self._theme.tokens.accent)


def fitted(room: QRectF, aspect: float) -> QRectF:
    """The largest rectangle of a shape (width / height) in the middle of ``room``."""
    width = min(room.width(), room.height() * aspect)
    height = width / aspect if aspect > 0 else room.height()
    return QRectF(
        room.x() + (room.width() - width) / 2, room.y() + (room.height() - height) / 2, max(width, 1), max(height, 1)
    )
