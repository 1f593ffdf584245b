"""Small marks in a photo's corner: RAW, copies, burst, enlarged, missing. Drawn once per look and pixel ratio."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from core.records import FLAG_BURST, FLAG_COPIES, FLAG_ENLARGED, FLAG_MISSING, FLAG_RAW

SHOWN = FLAG_RAW | FLAG_COPIES | FLAG_BURST | FLAG_ENLARGED | FLAG_MISSING
_ORDER = (FLAG_MISSING, FLAG_RAW, FLAG_BURST, FLAG_COPIES, FLAG_ENLARGED)
HEIGHT, STEP = 18, 3
_SCRIM, _INK = QColor(0, 0, 0, 150), QColor(255, 255, 255)


@lru_cache(maxsize=256)
def badge(flags: int, ratio: float) -> QPixmap:
    """All badges of a photo side by side. ``flags``: at least one of SHOWN. GUI thread only."""
    drawn = [flag for flag in _ORDER if flags & flag]
    width = sum(_width(flag) for flag in drawn) + STEP * (len(drawn) - 1)
    pixmap = QPixmap(round(width * ratio), round(HEIGHT * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x = 0.0
    for flag in drawn:
        _draw(painter, flag, QRectF(x, 0, _width(flag), HEIGHT))
        x += _width(flag) + STEP
    painter.end()
    return pixmap


def _width(flag: int) -> int:
    return 34 if flag == FLAG_RAW else 22


def _draw(painter: QPainter, flag: int, box: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SCRIM)
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_INK, 1.5))
    _DRAWN[flag](painter, box)


def _raw(painter: QPainter, box: QRectF) -> None:
    font = QFont(painter.font())
    font.setPixelSize(10)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "RAW")


def _copies(painter: QPainter, box: QRectF) -> None:
    centre = box.center()
    painter.drawRoundedRect(QRectF(centre.x() - 5.5, centre.y() - 5.5, 8, 8), 1.5, 1.5)
    painter.drawPolyline(
        [
            QPointF(centre.x() + 5.5, centre.y() - 2),
            QPointF(centre.x() + 5.5, centre.y() + 5.5),
            QPointF(centre.x() - 2, centre.y() + 5.5),
        ]
    )


def _burst(painter: QPainter, box: QRectF) -> None:
    centre = box.center()
    painter.drawRoundedRect(QRectF(centre.x() - 6.5, centre.y() - 5, 7, 10), 1.5, 1.5)
    for dx in (3.5, 6.5):
        painter.drawLine(QPointF(centre.x() + dx, centre.y() - 4), QPointF(centre.x() + dx, centre.y() + 4))


def _missing(painter: QPainter, box: QRectF) -> None:
    centre = box.center()
    painter.drawEllipse(centre, 5.5, 5.5)
    painter.drawLine(QPointF(centre.x() - 3.8, centre.y() + 3.8), QPointF(centre.x() + 3.8, centre.y() - 3.8))


def _enlarged(painter: QPainter, box: QRectF) -> None:
    """Two arrows apart."""
    centre = box.center()
    for way in (1, -1):
        tip = centre + QPointF(5 * way, -5 * way)
        painter.drawLine(centre + QPointF(1.5 * way, -1.5 * way), tip)
        painter.drawPolyline([tip + QPointF(-4 * way, 0), tip, tip + QPointF(0, 4 * way)])


_DRAWN = {
    FLAG_RAW: _raw,
    FLAG_COPIES: _copies,
    FLAG_BURST: _burst,
    FLAG_ENLARGED: _enlarged,
    FLAG_MISSING: _missing,
}
