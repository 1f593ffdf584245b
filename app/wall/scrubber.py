"""The rail beside the wall: where one is, which years and months lie where, and a handle to drag."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.theme import RADIUS, SPACE_M, SPACE_S, TYPE_BODY
from app.wall.rail import NO_MARKS, Marks, thinned

RAIL_WIDTH = 44
LABEL_SIZE = 11
PAD = 12
HANDLE = 24
TICK_SPACING, LABEL_SPACING = 5.0, 20.0


def month_date(month: int) -> QDate:
    """The first day of a month counted from January 1970."""
    return QDate(1970 + month // 12, month % 12 + 1, 1)


class Bubble(QWidget):
    """A word beside the handle while it is dragged or pointed at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self.hide()

    def say(self, text: str) -> None:
        self._text = text
        font = self.font()
        font.setPixelSize(TYPE_BODY)
        self.setFont(font)
        metrics = QFontMetrics(font)
        self.resize(QSize(metrics.horizontalAdvance(text) + 2 * SPACE_M, metrics.height() + 2 * SPACE_S))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QApplication.palette().color(QPalette.ColorRole.WindowText))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        painter.setPen(QApplication.palette().color(QPalette.ColorRole.Window))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class Scrubber(QWidget):
    """Shows the share of the wall that is seen; dragging emits ``scrubbed`` with the share in [0, 1] to go to.

    ``words``: names what stands at a share of the wall, for the bubble.
    """

    scrubbed = Signal(float)

    def __init__(self, parent: QWidget, words: Callable[[float], str]) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Date rail"))
        self.setMouseTracking(True)
        self._words = words
        self._marks = NO_MARKS
        self._extent, self._page, self._share = 1, 1, 0.0
        self._drawn: list[tuple[float, str]] | None = None
        self._ground: QPixmap | None = None
        self._held: float | None = None
        self._hover = False
        self.bubble = Bubble(parent)

    # ------------------------------------------------------------ what it shows

    def set_marks(self, marks: Marks, extent: int, page: int) -> None:
        """Marks of a wall ``extent`` pixels high, of which ``page`` are seen."""
        self._marks, self._extent, self._page = marks, max(1, extent), page
        self._drawn = self._ground = None
        self.setVisible(extent > page)
        self.update()

    def set_share(self, share: float) -> None:
        """How far down the wall is, 0 at its top and 1 at its end."""
        if share != self._share:
            self._share = share
            self.update()

    def y_of(self, share: float) -> float:
        """Where a share stands on the rail."""
        return PAD + share * max(1, self.height() - 2 * PAD)

    def share_at(self, y: float) -> float:
        return min(1.0, max(0.0, (y - PAD) / max(1, self.height() - 2 * PAD)))

    @property
    def dragging(self) -> bool:
        return self._held is not None

    def drawn(self) -> list[tuple[float, str]]:
        """Marks with room between them: height on the rail and word ("" for a tick)."""
        if self._drawn is None:
            self._drawn = self._choose()
        return self._drawn

    def _choose(self) -> list[tuple[float, str]]:
        marks = self._marks
        share = np.minimum(1.0, marks.y / max(1, self._extent - self._page))
        pixels = PAD + share * max(1, self.height() - 2 * PAD)
        labelled = np.flatnonzero(marks.label)
        labels = labelled[thinned(pixels[labelled], LABEL_SPACING, np.empty(0))]
        ticks = thinned(pixels, TICK_SPACING, pixels[labels], LABEL_SPACING / 2)
        words = [(float(pixels[i]), self._label(int(marks.month[i]))) for i in labels]
        return sorted(words + [(float(pixels[i]), "") for i in ticks])

    def _label(self, month: int) -> str:
        return QLocale().toString(month_date(month), "yyyy" if self._marks.years else "MMM")

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._ground is None or self._ground.devicePixelRatio() != self.devicePixelRatioF():
            self._ground = self._draw_marks()
        painter.drawPixmap(0, 0, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_handle(painter)
        painter.end()

    def _draw_marks(self) -> QPixmap:
        """Everything but the handle; it stays the same while one scrolls."""
        ratio = self.devicePixelRatioF()
        drawn = QPixmap(self.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(QApplication.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(LABEL_SIZE)
        painter.setFont(font)
        muted = QApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        for y, word in self.drawn():
            self._draw_mark(painter, y, word, muted)
        painter.end()
        return drawn

    def _draw_mark(self, painter: QPainter, y: float, word: str, colour: QColor) -> None:
        if word:
            box = self._mirror(QRectF(0, y - 8, self.width() - 12, 16))
            side = Qt.AlignmentFlag.AlignLeft if self._mirrored else Qt.AlignmentFlag.AlignRight
            painter.setPen(colour)
            painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), word)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        x = self.width() - 15
        painter.drawEllipse(QPointF(self.width() - x if self._mirrored else x, y), 1.25, 1.25)

    def _draw_handle(self, painter: QPainter) -> None:
        active = self._hover or self.dragging
        role = QPalette.ColorRole.Highlight if active else QPalette.ColorRole.PlaceholderText
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QApplication.palette().color(role))
        box = self._mirror(QRectF(self.width() - 7, self.y_of(self._share) - HANDLE / 2, 4, HANDLE))
        painter.drawRoundedRect(box, 2, 2)

    def _mirror(self, box: QRectF) -> QRectF:
        return QRectF(self.width() - box.right(), box.y(), box.width(), box.height()) if self._mirrored else box

    @property
    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    # ------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        y, handle = event.position().y(), self.y_of(self._share)
        self._held = y - handle if abs(y - handle) <= HANDLE / 2 else 0.0
        self._go(y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.dragging:
            self._go(event.position().y())
        else:
            self._tell(self.share_at(event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self.bubble.setVisible(self._hover)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        if not self.dragging:
            self.bubble.hide()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drawn = self._ground = None

    def changeEvent(self, event: QEvent) -> None:
        """Another theme, font or direction: draw the marks again."""
        super().changeEvent(event)
        self._ground = None
        self.update()

    def _go(self, y: float) -> None:
        share = self.share_at(y - (self._held or 0.0))
        self.scrubbed.emit(share)
        self._tell(share)

    def _tell(self, share: float) -> None:
        words = self._words(share)
        self.bubble.setVisible(bool(words))
        if not words:
            return
        self.bubble.say(words)
        y = self.y() + self.y_of(share) - self.bubble.height() / 2
        y = min(max(y, self.y()), self.y() + self.height() - self.bubble.height())
        x = self.x() + self.width() + SPACE_S if self._mirrored else self.x() - self.bubble.width() - SPACE_S
        self.bubble.move(QPoint(round(x), round(y)))
        self.bubble.raise_()
