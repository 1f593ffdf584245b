"""Paints the part of a wall that is seen: photos, rings, badges, headers. It holds no state but its colours."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QApplication

from app.theme import SPACE_M, SPACE_S, TYPE_BODY, TYPE_STRONG
from app.wall.badges import HEIGHT, SHOWN, badge
from core.records import FLAG_MISSING

HEADER_HEIGHT = 40
RING = 3
TICK = 10
_WHITE, _SHADE = QColor(255, 255, 255), QColor(0, 0, 0, 150)


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a wall, from the application's palette (a style sheet bends the palettes of widgets)."""

    ground: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor

    @staticmethod
    def now() -> Look:
        """The colours of the theme in use."""
        palette = QApplication.palette()
        role = QPalette.ColorRole
        roles = (role.Window, role.WindowText, role.PlaceholderText, role.Highlight, role.HighlightedText)
        return Look(*(QColor(palette.color(one)) for one in roles))

    def faint(self, alpha: int) -> QColor:
        """The text's colour, let through."""
        colour = QColor(self.text)
        colour.setAlpha(alpha)
        return colour


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies on one photo besides its picture."""

    flags: int
    selected: bool
    current: bool
    hovered: bool


class WallPainter:
    """Draws in the coordinates of the painter it is given. ``font``: the interface font."""

    def __init__(self, look: Look, font: QFont, mirrored: bool = False) -> None:
        self.look = look
        self.mirrored = mirrored
        self._title, self._subtitle = QFont(font), QFont(font)
        self._title.setPixelSize(TYPE_STRONG)
        self._title.setWeight(QFont.Weight.DemiBold)
        self._subtitle.setPixelSize(TYPE_BODY)
        self._tick = QPen(look.on_accent, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)

    # ------------------------------------------------------------ photos

    def photo(
        self, painter: QPainter, box: QRect, pixmap: QPixmap | None, exact: bool, colour: int, shown: float
    ) -> None:
        """The picture, or its mean colour ``0xRRGGBB`` while it is away; ``shown`` in [0, 1] blends the two."""
        if pixmap is None or shown < 1.0:
            painter.fillRect(box, QColor(colour | 0xFF000000))
        if pixmap is None:
            return
        if shown < 1.0:
            painter.setOpacity(shown)
        if exact:
            painter.drawPixmap(box, pixmap)
        else:
            painter.drawPixmap(QRectF(box), pixmap, cover(pixmap, box))
        if shown < 1.0:
            painter.setOpacity(1.0)

    def marks(self, painter: QPainter, box: QRect, marks: Marks, ratio: float) -> None:
        """Badges and rings of one photo."""
        if marks.flags & FLAG_MISSING:
            veil = QColor(self.look.ground)
            veil.setAlpha(80)
            painter.fillRect(box, veil)
        if marks.flags & SHOWN and box.height() >= 3 * HEIGHT and box.width() >= 3 * HEIGHT:
            drawn = badge(marks.flags & SHOWN, ratio)
            size = drawn.deviceIndependentSize()
            x = box.left() + 6 if self.mirrored else box.right() - 5 - size.width()
            painter.drawPixmap(QPointF(x, box.bottom() - 5 - size.height()), drawn)
        if marks.selected:
            self._selected(painter, box)
        if marks.current:
            self._current(painter, box, marks.selected)
        elif marks.hovered and not marks.selected:
            _frame(painter, box, 2, self.look.faint(110), 1)

    def _selected(self, painter: QPainter, box: QRect) -> None:
        _frame(painter, box, RING, self.look.accent, RING - 1)
        _frame(painter, box, 1, self.look.ground, -1)
        radius = min(TICK, box.height() / 5)
        x = box.right() - 8 - radius if self.mirrored else box.left() + 9 + radius
        centre = QPointF(x, box.top() + 9 + radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(self.look.on_accent, 1.5))
        painter.setBrush(self.look.accent)
        painter.drawEllipse(centre, radius, radius)
        painter.setPen(self._tick)
        step = radius * 0.42
        painter.drawPolyline(
            [
                centre + QPointF(-step, 0),
                centre + QPointF(-step * 0.25, step * 0.75),
                centre + QPointF(step, -step * 0.7),
            ]
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _current(self, painter: QPainter, box: QRect, selected: bool) -> None:
        """The focus: seen on any picture, inside the ring of a selected one."""
        if not selected:
            _frame(painter, box, 2, self.look.text, 2)
        _frame(painter, box, 2, _WHITE, -2 if selected else -1)
        _frame(painter, box, 1, _SHADE, -3)

    # ------------------------------------------------------------ headers

    def header(self, painter: QPainter, box: QRect, title: str, subtitle: str, hovered: bool) -> None:
        """Title and, muted beside it, the subtitle; the title is underlined while it can be clicked."""
        painter.fillRect(box, self.look.ground)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # words read as their own letters do
        room = box.adjusted(2, 6, -SPACE_S, 0)
        title_font = QFont(self._title)
        title_font.setUnderline(hovered)
        shown, width = _elide(title_font, title, room.width())
        painter.setFont(title_font)
        painter.setPen(self.look.text)
        painter.drawText(room, self._align(), shown)
        left = width + SPACE_M
        if room.width() - left < 60:
            return
        rest = room.adjusted(0, 1, -left, 1) if self.mirrored else room.adjusted(left, 1, 0, 1)
        painter.setFont(self._subtitle)
        painter.setPen(self.look.muted)
        painter.drawText(rest, self._align(), _elide(self._subtitle, subtitle, rest.width())[0])

    def header_width(self, title: str) -> int:
        """Pixels that a title takes."""
        return QFontMetrics(self._title).horizontalAdvance(title)

    def band(self, painter: QPainter, box: QRect) -> None:
        """The rubber band."""
        fill = QColor(self.look.accent)
        fill.setAlpha(45)
        painter.fillRect(box, fill)
        _frame(painter, box, 1, self.look.accent, 0)

    def nothing(self, painter: QPainter, box: QRect, text: str) -> None:
        """A wall without photos says so."""
        painter.setFont(self._subtitle)
        painter.setPen(self.look.muted)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)

    def _align(self) -> int:
        side = Qt.AlignmentFlag.AlignRight if self.mirrored else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)


def cover(pixmap: QPixmap, box: QRect) -> QRectF:
    """The part of a pixmap, cut at the centre, that has the shape of ``box``."""
    width, height = pixmap.width(), pixmap.height()
    if width * box.height() > height * box.width():
        cut = height * box.width() / box.height()
        return QRectF((width - cut) / 2, 0, cut, height)
    cut = width * box.height() / box.width()
    return QRectF(0, (height - cut) / 2, width, cut)


def _elide(font: QFont, text: str, width: int) -> tuple[str, int]:
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    return shown, metrics.horizontalAdvance(shown)


def _frame(painter: QPainter, box: QRect, thick: int, colour: QColor, out: int) -> None:
    """A frame ``thick`` pixels wide whose outer edge lies ``out`` pixels outside the box; four fills are quick."""
    outer = box.adjusted(-out, -out, out, out)
    x, y, w, h = outer.x(), outer.y(), outer.width(), outer.height()
    painter.fillRect(x, y, w, thick, colour)
    painter.fillRect(x, y + h - thick, w, thick, colour)
    painter.fillRect(x, y + thick, thick, h - 2 * thick, colour)
    painter.fillRect(x + w - thick, y + thick, thick, h - 2 * thick, colour)
