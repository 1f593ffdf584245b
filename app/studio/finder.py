"""Where in a photo one looks: a small picture of it with a square that is moved about."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import RADIUS, Theme
from app.thumbs.loader import BUCKETS, ThumbLoader
from app.views.picture import fitted
from app.views.widgets import focus_ring

Box = tuple[float, float, float, float]
"""x, y, width, height in [0, 1] of a photo."""

SIDE, HEIGHT = 160, 132
"""Pixels of the photo that are looked at, across and down: enough to see, few enough to be quick."""
SETTLE_MS = 250


def box_around(x: float, y: float, width: int, height: int) -> Box:
    """The square around a point (x, y in [0, 1]) of a photo, moved so that it lies within."""
    wide, high = min(SIDE / max(width, 1), 1.0), min(SIDE / max(height, 1), 1.0)
    return min(max(x - wide / 2, 0.0), 1.0 - wide), min(max(y - high / 2, 0.0), 1.0 - high), wide, high


class Finder(QWidget):
    """``moved`` carries the :data:`Box` once the square has come to rest."""

    moved = Signal(object)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self._photo_id: int | None = None
        self._size = (1, 1)
        self._at = (0.5, 0.5)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Part that is looked at")
        self.setToolTip("Click, drag or use the arrow keys to look at another part.")
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(lambda: self.moved.emit(self.box))
        thumbs.arrived.connect(self._arrived)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def show_photo(self, photo_id: int | None, width: int, height: int) -> None:
        """Another photo, of so many pixels."""
        self._photo_id, self._size = photo_id, (max(width, 1), max(height, 1))
        self._at = (0.5, 0.5)
        self.update()

    @property
    def box(self) -> Box:
        return box_around(*self._at, *self._size)

    def look_at(self, x: float, y: float) -> None:
        """Put the middle of the square at a point of the photo, as far as its edges let it."""
        wide, high = self.box[2:]
        self._at = min(max(x, wide / 2), 1 - wide / 2), min(max(y, high / 2), 1 - high / 2)
        self.setAccessibleDescription(f"{round(100 * self._at[0])} % across, {round(100 * self._at[1])} % down")
        self.update()
        self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        wide, high = self.box[2:]
        self.look_at(self._at[0] + step[0] * wide / 2, self._at[1] + step[1] * high / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, where = self._theme.tokens, self._where()
        pixmap = self._thumbs.get(self._photo_id, BUCKETS[1]) if self._photo_id is not None else None
        if pixmap is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.placeholder))
            painter.drawRoundedRect(where, RADIUS, RADIUS)
        else:
            painter.drawPixmap(where, pixmap, QRectF(pixmap.rect()))
        if self._photo_id is not None:
            x, y, wide, high = self.box
            square = QRectF(
                where.x() + x * where.width(),
                where.y() + y * where.height(),
                max(wide * where.width(), 6),
                max(high * where.height(), 6),
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((tokens.scrim, 4.0), (tokens.on_scrim, 2.0)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawRect(square)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), tokens.accent)

    def _arrived(self, photo_id: int) -> None:
        if photo_id == self._photo_id:
            self.update()

    def _where(self) -> QRectF:
        return fitted(self.rect().toRectF(), self._size[0] / self._size[1])

    def _go(self, point: QPointF) -> None:
        where = self._where()
        if self._photo_id is not None and where.width() > 0:
            self.look_at((point.x() - where.x()) / where.width(), (point.y() - where.y()) / where.height())
