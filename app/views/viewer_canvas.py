"""The picture itself: the best version that is here, zoomed, panned and turned."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QGesture, QGestureEvent, QPinchGesture, QWidget

from app.theme import DARK, RADIUS, SPACE_L, SPACE_S, TYPE_BODY, TYPE_STRONG
from app.views.regions import Overlay, Point
from app.views.viewer_zoom import FIT, Zoom, actual_factor, clamped, fitted, greatest, panned, placed, upright, zoomed

GROUND = QColor(DARK.ground)
STEP = 1.25
CRISP = 3.0
"""From here on single pixels are shown as squares instead of being blurred."""


class Canvas(QWidget):
    """Draws the fittest of several versions of one picture; ``zoomChanged``: a larger one may be needed. ``tapped``
    carries the point of the (unturned) picture that was clicked, x and y in [0, 1]."""

    zoomChanged = Signal()
    tapped = Signal(float, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Photo"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.zoom: Zoom = FIT
        self.turns = 0
        self.trouble: str | None = None
        self.busy = False
        self._versions: list[QPixmap] = []
        self._full: tuple[int, int] | None = None
        self._actual_wished: QPointF | None = None
        self._grab: QPointF | None = None
        self._pressed: QPointF | None = None
        self._overlay: Overlay | None = None

    # ------------------------------------------------------------ what it shows

    def show_picture(self, turns: int) -> None:
        """Begin with another picture."""
        self.zoom, self.turns, self.trouble = FIT, turns, None
        self._versions, self._full, self._actual_wished = [], None, None
        self.update()

    def set_versions(self, versions: list[QPixmap], full: tuple[int, int] | None) -> None:
        """Versions from small to large, and the picture's true size where it is known."""
        self._versions, self._full = versions, full
        self.zoom = clamped(self.zoom, self.fit_size(), self._view())
        if full is not None and self._actual_wished is not None:
            at, self._actual_wished = self._actual_wished, None
            self.zoom_to(self.actual() or 1.0, at)
        self.update()

    def set_trouble(self, reason: str | None) -> None:
        self.trouble = reason
        self.update()

    def lay_over(self, overlay: Overlay | None) -> None:
        """Draw something over the picture, wherever it stands; None takes it away."""
        self._overlay = overlay
        self.update()

    def set_busy(self, busy: bool) -> None:
        """Say that a better version is on its way."""
        if busy != self.busy:
            self.busy = busy
            self.update()

    @property
    def wants_actual(self) -> bool:
        """True while 1:1 was asked for but the true size is not known yet."""
        return self._actual_wished is not None

    def fit_size(self) -> tuple[float, float]:
        """Size on screen at which the whole (turned) picture is seen."""
        width, height = self._shape()
        return fitted((width, height), self._view(), 1.0 if self._full is not None else None)

    def actual(self) -> float | None:
        """The factor of 1:1, None while the true size is not known."""
        if self._full is None:
            return None
        return actual_factor(self._shape(), self.fit_size(), self.devicePixelRatioF())

    def needed_side(self) -> int:
        """Longest side, in device pixels, that the picture has on screen now."""
        return round(max(self.fit_size()) * self.zoom.factor * self.devicePixelRatioF())

    def spot(self, at: QPointF) -> Point | None:
        """Where in the unturned picture a point of the view lies, x and y in [0, 1]; None beside the picture."""
        x, y, width, height = placed(self.zoom, self.fit_size(), self._view())
        across, down = (at.x() - x) / width, (at.y() - y) / height
        if not self._versions or not (0 <= across < 1 and 0 <= down < 1):
            return None
        return upright((across, down), self.turns)

    # ------------------------------------------------------------ zooming

    def zoom_to(self, factor: float, at: QPointF | None = None) -> None:
        at = at or QPointF(self.width() / 2, self.height() / 2)
        factor = min(max(1.0, factor), greatest(self.actual()))
        self.zoom = zoomed(self.zoom, factor, (at.x(), at.y()), self.fit_size(), self._view())
        self._changed()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self.zoom_to(self.zoom.factor * factor, at)

    def toggle_actual(self, at: QPointF | None = None) -> None:
        """The whole picture, or one picture pixel to a screen pixel (as soon as its true size is known)."""
        if not self.zoom.fits or self.wants_actual:
            self._actual_wished = None
            self.zoom_to(1.0)
        elif self._full is None:
            self._actual_wished = at or QPointF(self.width() / 2, self.height() / 2)
            self._changed()
        else:
            self.zoom_to(self.actual() or 1.0, at)

    def turn(self, quarter_turns: int) -> None:
        """Turn the view clockwise; the file stays as it is."""
        self.turns = (self.turns + quarter_turns) % 4
        self.zoom = FIT
        self._changed()

    def _changed(self) -> None:
        self.setCursor(Qt.CursorShape.ArrowCursor if self.zoom.fits else Qt.CursorShape.OpenHandCursor)
        self.update()
        self.zoomChanged.emit()

    def _view(self) -> tuple[float, float]:
        return max(1, self.width()), max(1, self.height())

    def _shape(self) -> tuple[float, float]:
        """Size of the turned picture in pixels: the true one, else that of the largest version."""
        if self._full is not None:
            width, height = self._full
        elif self._versions:
            width, height = self._versions[-1].width(), self._versions[-1].height()
        else:
            width, height = 3, 2
        return (height, width) if self.turns % 2 else (width, height)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), GROUND)
        if self._versions:
            painter.setOpacity(0.35 if self.trouble else 1.0)
            self._draw_picture(painter)
            painter.setOpacity(1.0)
        if self.trouble:
            self._draw_card(painter, self.tr("This photo cannot be shown"), self.trouble)
        elif self.busy:
            painter.setPen(QColor(DARK.muted))
            room = self.rect().adjusted(SPACE_L, 0, -SPACE_L, -SPACE_L)
            side = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignBottom
            painter.drawText(room, int(side), self.tr("Loading…"))
        painter.end()

    def _draw_picture(self, painter: QPainter) -> None:
        x, y, width, height = placed(self.zoom, self.fit_size(), self._view())
        pixmap = self._best(max(width, height) * self.devicePixelRatioF())
        scale = width / (pixmap.height() if self.turns % 2 else pixmap.width())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * self.devicePixelRatioF() < CRISP)
        painter.save()
        painter.translate(x + width / 2, y + height / 2)
        painter.rotate(90 * self.turns)
        if self.turns % 2:
            width, height = height, width
        box = QRectF(-width / 2, -height / 2, width, height)
        painter.drawPixmap(box, pixmap, QRectF(0, 0, pixmap.width(), pixmap.height()))
        if self._overlay is not None and not self.trouble:
            self._overlay.draw(painter, box)
        painter.restore()

    def _best(self, side: float) -> QPixmap:
        """The smallest version that is large enough, else the largest."""
        for pixmap in self._versions:
            if max(pixmap.width(), pixmap.height()) >= side * 0.99:
                return pixmap
        return self._versions[-1]

    def _draw_card(self, painter: QPainter, title: str, reason: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = min(440, self.width() - 2 * SPACE_L)
        box = QRectF((self.width() - width) / 2, self.height() / 2 - 56, width, 112)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DARK.raised))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        inner = box.adjusted(SPACE_L, SPACE_L, -SPACE_L, -SPACE_S)
        font = painter.font()
        font.setPixelSize(TYPE_STRONG)
        painter.setFont(font)
        painter.setPen(QColor(DARK.text))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), title)
        font.setPixelSize(TYPE_BODY)
        painter.setFont(font)
        painter.setPen(QColor(DARK.muted))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(inner.adjusted(0, 28, 0, 0), int(flags), reason)

    # ------------------------------------------------------------ events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        if isinstance(event, QGestureEvent):
            return self._pinch(event.gesture(Qt.GestureType.PinchGesture))
        return super().event(event)

    def _pinch(self, gesture: QGesture | None) -> bool:
        if not isinstance(gesture, QPinchGesture):
            return False
        self.zoom_by(gesture.scaleFactor(), QPointF(self.mapFromGlobal(gesture.hotSpot().toPoint())))
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None
        if event.button() == Qt.MouseButton.LeftButton and not self.zoom.fits:
            self._grab = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grab is None:
            event.ignore()
            return
        moved = event.position() - self._grab
        self._grab = event.position()
        self.zoom = panned(self.zoom, moved.x(), moved.y(), self.fit_size(), self._view())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed, self._grab = self._pressed, None, None
        if pressed is not None:
            moved, spot = event.position() - pressed, self.spot(event.position())
            if spot is not None and moved.manhattanLength() < QApplication.startDragDistance():
                self.tapped.emit(*spot)
        self.setCursor(Qt.CursorShape.ArrowCursor if self.zoom.fits else Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.toggle_actual(event.position())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.zoom = clamped(self.zoom, self.fit_size(), self._view())
        self.zoomChanged.emit()
