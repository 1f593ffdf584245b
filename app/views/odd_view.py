"""Odd photos in sections by what is odd about them, each with its reason under it; painted, only what is in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from app.evidence import lines
from app.theme import RADIUS, SPACE_L, SPACE_M, TYPE_SMALL, Theme
from app.thumbs.loader import BUCKETS, ThumbLoader
from app.views.picture import fitted
from app.views.widgets import focus_ring
from app.words import in_lines, taken
from core.records import Group
from core.records_corrections import Member

HEAD, PHOTO, LINES = 44, 168, 3
LEAST_WIDTH = 208
CARD = PHOTO + LINES * 17 + 16


@dataclass(frozen=True, slots=True)
class Odd:
    """One odd photo, and the group of the oddness it shows. ``suggested``: wall-clock seconds at which it was probably
    taken, where its own time is what is odd."""

    group: Group
    member: Member
    suggested: float | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A card's place in the whole: left, top, width; ``index`` of the photo. Or a heading (``index`` -1)."""

    left: float
    top: float
    width: float
    index: int
    text: str = ""


class OddView(QAbstractScrollArea):
    """``moved``: another photo is current; ``opened`` carries a photo that was double-clicked."""

    moved = Signal()
    opened = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self.photos: list[Odd] = []
        self.current = 0
        self._placed: list[Placed] = []
        self._columns = 1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Odd photos with their reasons")
        thumbs.arrived.connect(lambda _: self.viewport().update())
        theme.changed.connect(lambda _: self.viewport().update())

    # ------------------------------------------------------------ what is shown

    def show_photos(self, photos: Sequence[Odd]) -> None:
        """All odd photos, those of a group together; the person stays where they are as far as it is there."""
        here = self.odd
        self.photos = list(photos)
        same = (i for i, each in enumerate(photos) if here is not None and each.member.row.id == here.member.row.id)
        self.current = next(same, min(self.current, max(len(photos) - 1, 0)))
        self._lay_out()
        self._say()

    @property
    def odd(self) -> Odd | None:
        """The current photo, or None where there is none."""
        return self.photos[self.current] if 0 <= self.current < len(self.photos) else None

    def place_of(self, index: int) -> QRectF:
        """Where a card is, in the viewport."""
        placed = next(each for each in self._placed if each.index == index)
        return self._on_screen(placed)

    def go(self, index: int) -> None:
        """Make a photo the current one and bring it into sight."""
        self.current = min(max(index, 0), max(len(self.photos) - 1, 0))
        if self.photos:
            rect, bar = self.place_of(self.current), self.verticalScrollBar()
            if rect.top() < 0:
                bar.setValue(round(bar.value() + rect.top() - HEAD))
            elif rect.bottom() > self.viewport().height():
                bar.setValue(round(bar.value() + rect.bottom() - self.viewport().height()))
        self._say()
        self.viewport().update()
        self.moved.emit()

    def _say(self) -> None:
        odd = self.odd
        if odd is not None:
            why = ". ".join(lines("odd", odd.member.reason))
            self.setAccessibleDescription(f"{odd.group.title}, photo {self.current + 1} of {len(self.photos)}. {why}")

    def _lay_out(self) -> None:
        room = max(self.viewport().width() - 2 * SPACE_L, LEAST_WIDTH)
        self._columns = max(1, int((room + SPACE_M) // (LEAST_WIDTH + SPACE_M)))
        width = (room - (self._columns - 1) * SPACE_M) / self._columns
        top, column, group = 0.0, 0, 0
        self._placed = []
        for index, each in enumerate(self.photos):
            if each.group.id != group:
                top += CARD + SPACE_M if column else 0.0
                column, group = 0, each.group.id
                self._placed.append(Placed(SPACE_L, top, room, -1, f"{each.group.title}  {each.group.n_photos:,}"))
                top += HEAD
            self._placed.append(Placed(SPACE_L + column * (width + SPACE_M), top, width, index))
            column += 1
            if column == self._columns:
                column, top = 0, top + CARD + SPACE_M
        whole = top + (CARD + SPACE_M if column else 0.0)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(whole - self.viewport().height())))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(CARD // 4)
        self.viewport().update()

    def _on_screen(self, placed: Placed) -> QRectF:
        height = HEAD if placed.index < 0 else CARD
        left = placed.left if not self.isRightToLeft() else self.viewport().width() - placed.left - placed.width
        return QRectF(left, placed.top - self.verticalScrollBar().value(), placed.width, height)

    # ------------------------------------------------------------ events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        aside = -1 if self.isRightToLeft() else 1
        steps = {
            Qt.Key.Key_Left: -aside,
            Qt.Key.Key_Right: aside,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Home: -len(self.photos),
            Qt.Key.Key_End: len(self.photos),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
        else:
            self.go(self.current + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = next(
            (each.index for each in self._placed if self._on_screen(each).contains(event.position())),
            -1,
        )
        if found >= 0:
            self.go(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.odd is not None:
            self.opened.emit(self.odd.member.row.id)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), QColor(self._theme.tokens.ground))
        for placed in self._placed:
            where = self._on_screen(placed)
            if where.bottom() < 0 or where.top() > self.viewport().height():
                continue
            if placed.index < 0:
                self._text(painter, where.adjusted(0, 16, 0, 0), placed.text, self._theme.tokens.text, strong=True)
            else:
                self._card(painter, where, placed.index)

    def _card(self, painter: QPainter, where: QRectF, index: int) -> None:
        tokens, member = self._theme.tokens, self.photos[index].member
        frame = QRectF(where.x(), where.y(), where.width(), PHOTO)
        drawn = self._thumbs.get(member.row.id, BUCKETS[1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.panel))
        painter.drawRoundedRect(where, RADIUS, RADIUS)
        if drawn is not None:
            place = fitted(frame.adjusted(4, 4, -4, -4), drawn.width() / max(drawn.height(), 1))
            shape = QPainterPath()
            shape.addRoundedRect(place, 4, 4)
            painter.save()
            painter.setClipPath(shape)
            painter.drawPixmap(place, drawn, QRectF(drawn.rect()))
            painter.restore()
        room = QRectF(where.x() + 10, frame.bottom() + 6, where.width() - 20, 17)
        self._reason(painter, room, " · ".join(lines("odd", member.reason)))
        self._text(painter, room.translated(0, 17 * (LINES - 1)), taken(member.row), tokens.muted)
        if index == self.current:
            focus_ring(painter, where, tokens.accent if self.hasFocus() else tokens.control)

    def _reason(self, painter: QPainter, room: QRectF, text: str) -> None:
        """The reason in as many lines as there is room for, the last one elided."""
        font = QFont(self.font())
        font.setPixelSize(TYPE_SMALL)
        metrics = QFontMetricsF(font)
        found = in_lines(text.split(), " ", lambda line: metrics.horizontalAdvance(line) <= room.width(), LINES - 1)
        for line, part in enumerate(found):
            self._text(painter, room.translated(0, 17 * line), part, self._theme.tokens.text)

    def _text(self, painter: QPainter, room: QRectF, text: str, colour: str, *, strong: bool = False) -> None:
        font = QFont(self.font())
        font.setPixelSize(15 if strong else TYPE_SMALL)
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | side), shown)
