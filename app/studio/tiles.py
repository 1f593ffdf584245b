"""Pictures to look at and to choose: by mouse, by arrow keys, one or two or many of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.lab.pictures import PictureSheet
from app.theme import RADIUS, Theme
from app.wall.access import announce
from core.records_lab import PictureGrid

TICK = 9
STRIP_HEIGHT = 76


class Tiles(PictureSheet):
    """``moved``: another picture is the current one; ``picked``: others are selected; ``activated`` by Enter or by a
    double click."""

    moved = Signal(int)
    picked = Signal()
    activated = Signal(int)
    gap, largest, inset = 6, 200, 3

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        self._names: tuple[str, ...] = ()
        self.current = -1
        self.selected: list[int] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        theme.changed.connect(lambda _: self.update())

    def show_pictures(self, grid: PictureGrid | None, image: QImage, names: Sequence[str]) -> None:
        """Other pictures, with what each is called; the first becomes the current one."""
        self.show_grid(grid, image)
        self._names = tuple(names)
        self.current, self.selected = (0 if self._n else -1), []
        self._told()
        self.picked.emit()
        self.moved.emit(self.current)

    @property
    def count(self) -> int:
        return self._n

    def choose(self, place: int, *, keep: bool = False) -> None:
        """Make a picture the current one; ``keep``: what is selected stays so."""
        if not 0 <= place < self._n:
            return
        if not keep and self.selected:
            self.selected = []
            self.picked.emit()
        if place != self.current:
            self.current = place
            self.moved.emit(place)
        self._told()

    def toggle(self, place: int) -> None:
        """Select a picture, or no longer; the order in which pictures were selected is kept."""
        if 0 <= place < self._n:
            if place in self.selected:
                self.selected.remove(place)
            else:
                self.selected.append(place)
            self.choose(place, keep=True)
            self.picked.emit()

    def meant(self) -> list[int]:
        """Those that are selected, else the current one."""
        return list(self.selected) or ([self.current] if self.current >= 0 else [])

    # ------------------------------------------------------------ events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        adding = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if adding:
            if not self.selected and self.current >= 0 and self.current != place:
                self.selected.append(self.current)
            self.toggle(place)
        else:
            self.choose(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position()) >= 0:
            self.activated.emit(self._at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        across = -1 if self.isRightToLeft() else 1
        steps = {
            Qt.Key.Key_Right: across,
            Qt.Key.Key_Left: -across,
            Qt.Key.Key_Down: self._columns(),
            Qt.Key.Key_Up: -self._columns(),
        }
        if key in steps:
            self.choose(self.current + steps[key], keep=bool(event.modifiers()))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.choose(0 if key == Qt.Key.Key_Home else self._n - 1)
        elif key == Qt.Key.Key_Space:
            self.toggle(self.current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.activated.emit(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._told()

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        for place, where in enumerate(self.places()):
            if place in self.selected:
                _ring(painter, where, tokens.accent, 3)
                self._tick(painter, where, self.selected.index(place) + 1)
            if place == self.current:
                _ring(painter, where.adjusted(-2, -2, 2, 2), tokens.accent if self.hasFocus() else tokens.control, 2)

    def _tick(self, painter: QPainter, where: QRectF, number: int) -> None:
        tokens = self._theme.tokens
        centre = where.topLeft() + QPointF(TICK + 4, TICK + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(centre, TICK, TICK)
        painter.setPen(QColor(tokens.on_accent))
        box = QRectF(centre.x() - TICK, centre.y() - TICK, 2 * TICK, 2 * TICK)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(number))

    # ------------------------------------------------------------ inside

    def _at(self, point: QPointF) -> int:
        return next((place for place, where in enumerate(self.places()) if where.contains(point)), -1)

    def _columns(self) -> int:
        places = self.places()
        return sum(where.top() == places[0].top() for where in places) if places else 1

    def _told(self) -> None:
        """What is said of the current picture."""
        self.update()
        name = self._names[self.current] if 0 <= self.current < len(self._names) else ""
        chosen = ", selected" if self.current in self.selected else ""
        words = f"Picture {self.current + 1} of {self._n}, {name}{chosen}" if self._n else "No pictures"
        self.setAccessibleName(f"{self._name}. {words}")
        if self.hasFocus():
            announce(self, words)


class Strip(Tiles):
    """Pictures in one line, as long as there are many."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(STRIP_HEIGHT)

    def show_grid(self, grid: PictureGrid | None, image: QImage) -> None:
        super().show_grid(grid, image)
        places = self.places()
        self.setMinimumWidth(round(places[-1].right()) + 4 if places else 0)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), STRIP_HEIGHT)

    def places(self) -> list[QRectF]:
        if not self._n:
            return []
        height = STRIP_HEIGHT - 8
        width = height * self._image.width() / max(self._image.height() / self._n, 1)
        return [QRectF(4 + place * (width + self.gap), 4, width, height) for place in range(self._n)]


def _ring(painter: QPainter, where: QRectF, colour: str, width: int) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), width))
    painter.drawRoundedRect(where, RADIUS / 2, RADIUS / 2)
