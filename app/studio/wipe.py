"""Before and after under one line that wipes between them, at any zoom; what was invented as heat over it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import RADIUS, SPACE_S, Theme
from app.views.heat import heat_overlay
from app.views.regions import Overlay
from app.views.viewer_canvas import CRISP, STEP, Canvas
from app.views.viewer_zoom import Zoom, clamped, placed
from app.views.widgets import focus_ring
from app.wall.access import announce

NEAR_LINE, HANDLE = 10, 9
SWEEP = 0.05
MIDDLE = 0.5


def picture_of(pixels: NDArray[np.uint8]) -> QImage:
    """uint8 [h, w, 3] as an image with memory of its own. Any thread."""
    rows = np.ascontiguousarray(pixels, np.uint8)
    height, width = rows.shape[:2]
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def heat_of(heat: NDArray[np.float32]) -> Overlay:
    """float32 [h, w] as colours over the whole picture. Any thread."""
    return replace(heat_overlay(heat), square=False)


class Wipe(Canvas):
    """Two versions of one picture: left of the line the first, right of it the second. ``swept`` carries where the line
    is in [0, 1]; ``lead`` of the zoom by ``zoomChanged`` can be followed by others."""

    swept = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._after: QPixmap | None = None
        self._heat: Overlay | None = None
        self._heated = False
        self._names = ("Before", "After")
        self._line = MIDDLE
        self._sweeping = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(lambda _: self.update())
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    # ------------------------------------------------------------ what it shows

    def show_pair(self, before: QImage, after: QImage | None, heat: Overlay | None, names: tuple[str, str]) -> None:
        """A picture before and after; zoom and line stay where they are while it is of the same shape. Without an
        ``after`` there is nothing to wipe."""
        pixmap = QPixmap.fromImage(before)
        self._after = QPixmap.fromImage(after) if after is not None else None
        self._heat, self._names = heat, names
        largest = self._after or pixmap
        zoom = self.zoom
        self.show_picture(0)
        self.zoom = zoom
        self.set_versions([pixmap], (largest.width(), largest.height()))
        self._tell()

    def show_heat(self, on: bool) -> None:
        """Lay the heat over the second, or take it away."""
        self._heated = on
        self.update()

    def follow(self, zoom: Zoom) -> None:
        """Stand as another canvas does."""
        if zoom != self.zoom:
            self.zoom = clamped(zoom, self.fit_size(), (max(1, self.width()), max(1, self.height())))
            self.update()

    @property
    def line(self) -> float:
        """Where the line is, from the left, in [0, 1]."""
        return self._line

    def sweep(self, to: float) -> None:
        """Put the line elsewhere."""
        self._line = min(max(to, 0.0), 1.0)
        self.update()
        self._tell()
        self.swept.emit(self._line)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._theme.tokens
        painter.fillRect(event.rect(), QColor(tokens.ground))
        if self._versions:
            box = QRectF(*placed(self.zoom, self.fit_size(), self._view()))
            self._paint_version(painter, self._versions[-1], box)
            if self._after is not None:
                self._paint_after(painter, self._after, box)
        if self.busy:
            painter.setPen(QColor(tokens.muted))
            room = self.rect().adjusted(SPACE_S, 0, -SPACE_S, -SPACE_S)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom), "Enlarging …")
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), tokens.accent)

    def _paint_version(self, painter: QPainter, pixmap: QPixmap, box: QRectF) -> None:
        crisp = box.width() / max(pixmap.width(), 1) * self.devicePixelRatioF() >= 2 * CRISP
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
        painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))

    def _paint_after(self, painter: QPainter, after: QPixmap, box: QRectF) -> None:
        x = self._x()
        painter.save()
        painter.setClipRect(QRectF(x, 0, self.width() - x, self.height()))
        self._paint_version(painter, after, box)
        if self._heated and self._heat is not None:
            self._heat.draw(painter, box)
        painter.restore()
        self._paint_line(painter, x)
        self._paint_names(painter, x)

    def _paint_line(self, painter: QPainter, x: float) -> None:
        if not 0 < self._line < 1:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        for colour, width in ((tokens.scrim, 4), (tokens.on_scrim, 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setBrush(QColor(tokens.on_scrim))
        painter.setPen(QPen(QColor(tokens.scrim), 1))
        painter.drawEllipse(QPointF(x, self.height() / 2), HANDLE, HANDLE)
        painter.setPen(QPen(QColor(tokens.scrim), 1.5))
        for side in (-1, 1):
            tip = QPointF(x + side * 5, self.height() / 2)
            painter.drawPolyline([tip + QPointF(-side * 2.5, -3), tip, tip + QPointF(-side * 2.5, 3)])

    def _paint_names(self, painter: QPainter, x: float) -> None:
        """What each side is, where there is room for it."""
        metrics = self.fontMetrics()
        for name, left in ((self._names[0], True), (self._names[1], False)):
            width = metrics.horizontalAdvance(name) + 2 * SPACE_S
            room = x if left else self.width() - x
            if not name or room < width + 2 * SPACE_S:
                continue
            start = SPACE_S if left else self.width() - width - SPACE_S
            box = QRectF(start, SPACE_S, width, metrics.height() + 6)
            veil = QColor(self._theme.tokens.scrim)
            veil.setAlpha(170)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(veil)
            painter.drawRoundedRect(box, RADIUS / 2, RADIUS / 2)
            painter.setPen(QColor(self._theme.tokens.on_scrim))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)

    # ------------------------------------------------------------ events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        on_line = self._after is not None and abs(event.position().x() - self._x()) <= NEAR_LINE
        self._sweeping = on_line and event.button() == Qt.MouseButton.LeftButton
        if self._sweeping:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._sweeping:
            self.sweep(event.position().x() / max(self.width(), 1))
            return
        near = self._after is not None and abs(event.position().x() - self._x()) <= NEAR_LINE
        if near and self._grab is None:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self._grab is None:
            self.setCursor(Qt.CursorShape.ArrowCursor if self.zoom.fits else Qt.CursorShape.OpenHandCursor)
        before = self.zoom
        super().mouseMoveEvent(event)
        if self.zoom != before:
            self.zoomChanged.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._sweeping = False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.do_key(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def do_key(self, key: Qt.Key) -> bool:
        """Left and right move the line, plus and minus zoom, Z shows single pixels; False for any other key."""
        deeds: dict[Qt.Key, Any] = {
            Qt.Key.Key_Left: lambda: self.sweep(self._line - SWEEP),
            Qt.Key.Key_Right: lambda: self.sweep(self._line + SWEEP),
            Qt.Key.Key_Home: lambda: self.sweep(0.0),
            Qt.Key.Key_End: lambda: self.sweep(1.0),
            Qt.Key.Key_Plus: lambda: self.zoom_by(STEP),
            Qt.Key.Key_Equal: lambda: self.zoom_by(STEP),
            Qt.Key.Key_Minus: lambda: self.zoom_by(1 / STEP),
            Qt.Key.Key_Z: self.toggle_actual,
        }
        if key not in deeds:
            return False
        deeds[key]()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # ------------------------------------------------------------ inside

    def _x(self) -> float:
        return self._line * self.width()

    def _tell(self) -> None:
        share = math.floor(100 * (1 - self._line) + 0.5)
        words = f"{self._names[0]} and {self._names[1]}, the second over {share} % from the right"
        self.setAccessibleName(words if self._after is not None else self._names[0])
        if self.hasFocus():
            announce(self, words)
