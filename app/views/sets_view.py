"""Sets side by side: rows of large thumbnails with the best and the marked shown, and a loupe over all of a set.

Only what is in sight is painted and read, however many sets there are.
"""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from app.icons import pixmap as symbol
from app.sets import Sets, captions, chips, heading, spoken, why_best
from app.theme import RADIUS, SPACE_L, SPACE_M, SPACE_S, TYPE_SMALL, Theme
from app.thumbs.loader import BUCKETS, ThumbLoader
from app.views.widgets import focus_ring
from core.paths import printable
from core.records_corrections import Member

HEAD, PHOTO, GAP = 30, 248, 14
LINE, LINES = 18, 4
WORDS = LINE * LINES + 10
LEAST = 216.0
"""Width of the words under a narrow photo."""

ROW = HEAD + PHOTO + WORDS + GAP
LOUPE, LOUPE_SHARE = 124, 0.14
"""Side of the loupe in px, and the share of the photo's longer side that it shows."""

STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class SetsView(QAbstractScrollArea):
    """``moved``: another photo or set is current; ``wanted`` carries ids of groups whose members are in sight and not
    known; ``looked_at`` carries the photos under the loupe; ``opened`` a photo that was double-clicked."""

    moved = Signal()
    wanted = Signal(object)
    looked_at = Signal(object)
    opened = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader, sets: Sets) -> None:
        super().__init__()
        self._theme, self._thumbs, self.sets = theme, thumbs, sets
        self.close_up: dict[int, QPixmap] = {}
        self._spot: QPointF | None = None
        self._spot_row = -1
        self._loupe_on = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Sets of photos side by side")
        thumbs.arrived.connect(lambda _: self.viewport().update())
        theme.changed.connect(lambda _: self.viewport().update())

    # ------------------------------------------------------------ what is shown

    def refresh(self) -> None:
        """The sets changed: range, words, picture."""
        self._fit()
        self._say()
        self._ask()
        self.viewport().update()

    def reveal(self) -> None:
        """Bring the current set into sight."""
        top, bar = self.sets.row * ROW, self.verticalScrollBar()
        if top < bar.value():
            bar.setValue(top)
        elif top + ROW > bar.value() + self.viewport().height():
            bar.setValue(top + ROW - self.viewport().height())

    def rects(self, row: int) -> list[QRectF]:
        """Where the photos of a set are, in the viewport."""
        members = self.sets.members.get(self.sets.groups[row].id, [])
        top = row * ROW - self.verticalScrollBar().value() + HEAD
        x, found = float(SPACE_L), []
        for each in members:
            width = PHOTO * _aspect(each)
            found.append(QRectF(x, top, width, PHOTO))
            x += max(width, LEAST) + SPACE_M
        over = x - self.viewport().width()
        if over > 0 and found:
            column = self.sets.column if row == self.sets.row else 0
            here = found[min(column, len(found) - 1)]
            shift = min(max(here.center().x() - self.viewport().width() / 2, 0.0), over)
            found = [rect.translated(-shift, 0) for rect in found]
        if self.isRightToLeft():
            found = [rect.translated(self.viewport().width() - rect.right() - rect.left(), 0) for rect in found]
        return found

    def rows_in_sight(self) -> range:
        """Numbers of the sets that can be seen now."""
        top = self.verticalScrollBar().value()
        first = max(top // ROW, 0)
        return range(first, min(len(self.sets.groups), (top + self.viewport().height()) // ROW + 1))

    def _ask(self) -> None:
        groups = self.sets.groups
        missing = [groups[row].id for row in self.rows_in_sight() if groups[row].id not in self.sets.members]
        if missing:
            self.wanted.emit(missing)

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, len(self.sets.groups) * ROW - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW // 4)

    def _say(self) -> None:
        member = self.sets.member
        if self.sets.group is not None:
            told = f"{heading(self.sets.group)}, set {self.sets.row + 1} of {len(self.sets.groups)}"
            photo = "" if member is None else f". {spoken(member, self.sets.column + 1, len(self.sets.here))}"
            self.setAccessibleDescription(told + photo)

    # ------------------------------------------------------------ what the person does

    def step(self, rows: int, columns: int) -> None:
        """Go to another photo or set."""
        if self.isRightToLeft():
            columns = -columns
        if self.sets.step(rows, columns):
            self.reveal()
            self.refresh()
            self.moved.emit()

    def toggle_loupe(self) -> None:
        """Show the middle of all photos of the current set enlarged, or no more."""
        self._loupe_on = not self._loupe_on
        self._look(self.sets.row if self._loupe_on else -1, QPointF(0.5, 0.5))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            self.step(*STEPS[key])
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            many = max(1, self.viewport().height() // ROW)
            self.step(many if key == Qt.Key.Key_PageDown else -many, 0)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.step(len(self.sets.groups) * (1 if key == Qt.Key.Key_End else -1), 0)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, column = self._hit(event.position())
        if row >= 0:
            self.sets.row = row
            self.sets.column = max(column, 0)
            self.refresh()
            self.moved.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row, column = self._hit(event.position())
        if row >= 0 and column >= 0 and self.sets.member is not None:
            self.opened.emit(self.sets.member.row.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row, column = self._hit(event.position())
        if row < 0 or column < 0:
            self._look(-1, QPointF())
            return
        rect = self.rects(row)[column]
        spot = QPointF(
            (event.position().x() - rect.x()) / rect.width(), (event.position().y() - rect.y()) / rect.height()
        )
        self._look(row, spot)

    def leaveEvent(self, event: object) -> None:
        self._look(-1, QPointF())

    def _look(self, row: int, spot: QPointF) -> None:
        if row < 0:
            if self._loupe_on:
                return
            if self._spot is not None:
                self._spot, self._spot_row = None, -1
                self.viewport().update()
            return
        if row != self._spot_row:
            members = self.sets.members.get(self.sets.groups[row].id, [])
            self.looked_at.emit([each.row.id for each in members])
        self._spot, self._spot_row = spot, row
        self.viewport().update()

    def hint_at(self, at: QPointF) -> str:
        """All that is said of the photo whose words are at a point, where there is no room for it; else nothing."""
        row, _ = self._hit(at)
        members = self.sets.members.get(self.sets.groups[row].id, []) if row >= 0 else []
        for each, rect in zip(members, self.rects(row) if members else [], strict=True):
            room = self._caption_room(rect)
            if room.contains(at):
                metrics = QFontMetricsF(self._font(False))
                said = itertools.chain(*self._lines(each, members, room.width()))
                cut = any(metrics.horizontalAdvance(line) > room.width() for line in said)
                return "\n".join(filter(None, (why_best(each), " · ".join(chips(each, members))))) if cut else ""
        return ""

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            hint = self.hint_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), hint, self.viewport())
            return True
        return super().viewportEvent(event)

    def _hit(self, at: QPointF) -> tuple[int, int]:
        """(set, photo) at a point of the viewport; -1 where there is none."""
        row = int((at.y() + self.verticalScrollBar().value()) // ROW)
        if not 0 <= row < len(self.sets.groups):
            return -1, -1
        column = next((place for place, rect in enumerate(self.rects(row)) if rect.contains(at)), -1)
        return row, column

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._ask()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._ask()

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), QColor(self._theme.tokens.ground))
        for row in self.rows_in_sight():
            self._paint_set(painter, row)

    def _paint_set(self, painter: QPainter, row: int) -> None:
        tokens, group = self._theme.tokens, self.sets.groups[row]
        top = row * ROW - self.verticalScrollBar().value()
        whole = QRectF(SPACE_S / 2, top, self.viewport().width() - SPACE_S, ROW - GAP / 2)
        if row == self.sets.row:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.panel))
            painter.drawRoundedRect(whole, RADIUS, RADIUS)
        self._words(painter, QRectF(SPACE_L, top, whole.width() - 2 * SPACE_L, HEAD), heading(group), tokens.text, True)
        members = self.sets.members.get(group.id)
        if members is None:
            self._skeleton(painter, top)
            return
        for column, (each, rect) in enumerate(zip(members, self.rects(row), strict=True)):
            if rect.right() > 0 and rect.left() < self.viewport().width():
                self._paint_photo(painter, each, rect, members, row == self._spot_row)
                if row == self.sets.row and column == self.sets.column:
                    focus_ring(
                        painter, rect.adjusted(-4, -4, 4, 4), tokens.accent if self.hasFocus() else tokens.control
                    )
        self._files(painter, row, members)

    def _paint_photo(
        self, painter: QPainter, member: Member, rect: QRectF, members: list[Member], spotted: bool
    ) -> None:
        tokens = self._theme.tokens
        drawn = self._thumbs.get(member.row.id, BUCKETS[-1] if self.devicePixelRatioF() > 1 else BUCKETS[1])
        shape = QPainterPath()
        shape.addRoundedRect(rect, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(rect, QColor(tokens.placeholder))
        if drawn is not None:
            painter.setOpacity(0.35 if member.marked else 1.0)
            painter.drawPixmap(rect, drawn, QRectF(drawn.rect()))
            painter.setOpacity(1.0)
        if spotted:
            self._loupe(painter, member, rect, drawn)
        painter.restore()
        if member.marked:
            self._badge(painter, rect, "close", "Marked", tokens.scrim, tokens.on_scrim)
        elif member.best:
            self._badge(painter, rect, "check", "Best", tokens.accent, tokens.on_accent)
        self._captions(painter, member, rect, members)

    def _captions(self, painter: QPainter, member: Member, rect: QRectF, members: list[Member]) -> None:
        room = self._caption_room(rect)
        room.setHeight(LINE)
        why, about = self._lines(member, members, room.width())
        for place, text in enumerate([*why, *about]):
            colour = self._theme.tokens.text if place < len(why) else self._theme.tokens.muted
            self._words(painter, room.translated(0, LINE * place), text, colour)

    def _caption_room(self, rect: QRectF) -> QRectF:
        """Where the words under a photo are."""
        room = QRectF(rect.x(), rect.bottom() + 4, max(rect.width(), LEAST), LINE * LINES)
        if self.isRightToLeft():
            room.moveRight(rect.right())
        return room

    def _lines(self, member: Member, members: list[Member], width: float) -> tuple[list[str], list[str]]:
        """The words under a photo in lines of a width: why it is proposed, and what is known of it."""
        metrics = QFontMetricsF(self._font(False))
        return captions(member, members, lambda line: metrics.horizontalAdvance(line) <= width, LINES)

    def _files(self, painter: QPainter, row: int, members: list[Member]) -> None:
        """The files of one photo that is there several times, beside it."""
        if len(members) != 1:
            return
        files, rect = self.sets.files.get(members[0].row.id, ()), self.rects(row)[0]
        left = max(rect.right(), rect.left() + LEAST) + SPACE_L
        room = QRectF(left, rect.top(), self.viewport().width() - left - SPACE_L, 20)
        if self.isRightToLeft():
            room = QRectF(SPACE_L, rect.top(), rect.left() - 2 * SPACE_L, 20)
        painter.setFont(self._font(False))
        for place, path in enumerate(files[: PHOTO // 20]):
            shown = painter.fontMetrics().elidedText(printable(path), Qt.TextElideMode.ElideMiddle, int(room.width()))
            self._words(painter, room.translated(0, 20 * place), shown, self._theme.tokens.muted)

    def _loupe(self, painter: QPainter, member: Member, rect: QRectF, thumb: QPixmap | None) -> None:
        """The same spot of every photo, enlarged, laid over it."""
        picture = self.close_up.get(member.row.id) or thumb
        if picture is None or self._spot is None:
            return
        longer = max(picture.width(), picture.height())
        side = longer * LOUPE_SHARE
        x = min(max(self._spot.x() * picture.width() - side / 2, 0), max(picture.width() - side, 0))
        y = min(max(self._spot.y() * picture.height() - side / 2, 0), max(picture.height() - side, 0))
        at = QPointF(rect.x() + self._spot.x() * rect.width(), rect.y() + self._spot.y() * rect.height())
        left = min(max(at.x() - LOUPE / 2, rect.left() + 2), max(rect.right() - LOUPE - 2, rect.left() + 2))
        top = min(max(at.y() - LOUPE / 2, rect.top() + 2), rect.bottom() - LOUPE - 2)
        glass = QRectF(left, top, LOUPE, LOUPE)
        shape = QPainterPath()
        shape.addRoundedRect(glass, RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(glass, picture, QRectF(x, y, side, side))
        painter.restore()
        focus_ring(painter, glass, self._theme.tokens.on_scrim)

    def _badge(self, painter: QPainter, rect: QRectF, icon: str, text: str, ground: str, ink: str) -> None:
        font = QFont(self.font())
        font.setPixelSize(TYPE_SMALL)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(text) + 30
        badge = QRectF(rect.x() + 6, rect.y() + 6, width, 22)
        if self.isRightToLeft():
            badge.moveRight(rect.right() - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(badge, 11, 11)
        drawn = symbol(icon, ink, 14, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(badge.x() + 7, badge.y() + 4), drawn)
        painter.setPen(QColor(ink))
        painter.drawText(badge.adjusted(23, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), text)

    def _words(self, painter: QPainter, room: QRectF, text: str, colour: str, strong: bool = False) -> None:
        painter.setFont(self._font(strong))
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        side = Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | side), shown)

    def _font(self, strong: bool) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(13 if strong else TYPE_SMALL)
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        return font

    def _skeleton(self, painter: QPainter, top: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.placeholder))
        for place in range(2):
            painter.drawRoundedRect(QRectF(SPACE_L + place * 280, top + HEAD, 268, PHOTO), 4, 4)


def _aspect(member: Member) -> float:
    row = member.row
    return min(max(row.width / row.height, 0.4), 2.6) if row.width and row.height else 4 / 3
