"""Small parts used all over the window: labels that elide, buttons by role, stars, bars of strength."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from app.icons import pixmap
from app.theme import ICON, Theme


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Plain text (never rich, as it may come from files) in one of the style sheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def button(text: str, role: str, pressed: Callable[[], object]) -> QPushButton:
    """A push button; ``role`` is "primary", "quiet", "link" or empty."""
    made = QPushButton(text)
    made.setProperty("role", role)
    made.setAccessibleName(text)
    made.setAutoDefault(True)
    made.clicked.connect(lambda: pressed())
    if role == "link":
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def centred(words: QLabel, width: int) -> QHBoxLayout:
    """A wrapping label in the middle of a line, ``width`` px wide where there is room, as high as its text needs."""
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    words.setMaximumWidth(width)
    words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(words, 1000)
    row.addStretch(1)
    return row


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the whole text is its tooltip then."""

    def __init__(self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._full = text
        self.setAccessibleName(text)
        super().setText(text)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") * 2, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, self.contentsRect().width())
        self.setToolTip(self._full if shown != self._full else "")
        painter = QPainter(self)
        flags = QLabel.alignment(self) | Qt.TextFlag.TextSingleLine
        self.style().drawItemText(
            painter, self.contentsRect(), int(flags), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )


class LinkButton(QPushButton):
    """A link that fits the width it is given; opens by click, Enter or Space."""

    def __init__(self, text: str, pressed: Callable[[], object]) -> None:
        super().__init__(text)
        self.setProperty("role", "link")
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: pressed())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") * 3, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 8)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, QPainter(self), self)


class Stars(QWidget):
    """A rating of 0 to 5, set by mouse or by arrow keys and digits. ``rated`` carries the stars chosen."""

    rated = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._value = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(5 * (ICON + 4) + 4, ICON + 8)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_value(0)
        theme.changed.connect(lambda _: self.update())

    @property
    def value(self) -> int:
        return self._value

    def set_value(self, stars: int) -> None:
        self._value = stars
        self.setAccessibleName(f"Rating: {stars} of 5 stars")
        self.setToolTip(f"{stars} of 5 stars. Keys 1 to 5, 0 for none")
        self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        place = int((self.width() - x if self.isRightToLeft() else x) - 2) // (ICON + 4) + 1
        self._choose(min(max(place, 1), 5))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.rated.emit(min(max(self._value + step, 0), 5))

    def _choose(self, stars: int) -> None:
        self.rated.emit(0 if stars == self._value else stars)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._theme.tokens
        for star in range(5):
            full = star < self._value
            drawn = pixmap(
                "star-full" if full else "star",
                tokens.accent if full else tokens.control,
                ICON,
                self.devicePixelRatio(),
            )
            place = 4 - star if self.isRightToLeft() else star
            painter.drawPixmap(QPointF(4 + place * (ICON + 4), 4), drawn)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), tokens.accent)


class StrengthBar(QWidget):
    """How sure, in [0, 1], as five small blocks; the number is said to screen readers."""

    def __init__(self, theme: Theme, strength: float, name: str) -> None:
        super().__init__()
        self._theme, self._strength = theme, strength
        self.setFixedSize(5 * 9, 12)
        self.setAccessibleName(f"{name}: {round(strength * 100)} %")
        self.setToolTip(f"{strength:.2f}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        tokens = self._theme.tokens
        for block in range(5):
            full = self._strength * 5 >= block + 0.5
            place = 4 - block if self.isRightToLeft() else block
            painter.setBrush(QColor(tokens.accent if full else tokens.pressed))
            painter.drawRoundedRect(QRectF(place * 9, 1, 7, 10), 2, 2)


def focus_ring(painter: QPainter, rect: QRectF, colour: str) -> None:
    """The ring that shows where the keyboard is."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 2))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 5, 5)
    painter.restore()
