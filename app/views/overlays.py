"""What is laid over the window for a moment: the shortcut sheet and the frame that invites a drop."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.actions import sheet
from app.icons import IconButton
from app.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Theme
from app.views.widgets import label


class Overlay(QWidget):
    """Covers its host and dims what is below; a click beside the card or Escape closes it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._before: QWidget | None = None
        host.installEventFilter(self)
        self.setGeometry(host.rect())
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return False

    def open(self) -> None:
        self._before = self.window().focusWidget()
        self.setGeometry(self._host.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """The keyboard goes back to where it was."""
        super().hideEvent(event)
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(0, 0, 0, 110))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)


class ShortcutSheet(Overlay):
    """Every key there is, from the same table that makes them work."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keyboard shortcuts")
        card = QFrame()
        card.setObjectName("sheet")
        self._card = card
        close = IconButton(theme, "close", "Close the keyboard shortcuts")
        close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(label("Keyboard shortcuts", "title"), 1)
        head.addWidget(close)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._columns())
        inner = QVBoxLayout(card)
        inner.setContentsMargins(SPACE_XL, SPACE_L, SPACE_L, SPACE_L)
        inner.setSpacing(SPACE_L)
        inner.addLayout(head)
        inner.addWidget(scroll, 1)
        card.setParent(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        width, height = min(840, self.width() - 2 * SPACE_XL), min(880, self.height() - 2 * SPACE_XL)
        self._card.setGeometry((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def _columns(self) -> QWidget:
        holder = QWidget()
        holder.setObjectName("sheetBody")
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, SPACE_S, 0)
        row.setSpacing(SPACE_XL + SPACE_L)
        parts = sheet()
        total, used = sum(len(rows) + 2 for _, rows in parts), 0
        halves: tuple[QVBoxLayout, QVBoxLayout] = (QVBoxLayout(), QVBoxLayout())
        for heading, rows in parts:
            half = halves[0 if used + len(rows) / 2 < total / 2 else 1]
            half.addWidget(label(heading, "section"))
            half.addLayout(_table(rows))
            half.addSpacing(SPACE_M)
            used += len(rows) + 2
        for half in halves:
            half.setSpacing(SPACE_S)
            half.addStretch(1)
            row.addLayout(half, 1)
        return holder


def _table(rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(SPACE_XS)
    grid.setHorizontalSpacing(SPACE_L)
    grid.setColumnStretch(0, 1)
    for place, (what, keys) in enumerate(rows):
        grid.addWidget(label(what), place, 0)
        grid.addWidget(label(keys, "muted"), place, 1, Qt.AlignmentFlag.AlignTrailing)
    return grid


class DropZone(Overlay):
    """Shown while folders are dragged over the window."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        frame = QFrame()
        frame.setObjectName("dropzone")
        inner = QVBoxLayout(frame)
        title = label("Drop to add to your library", "title")
        text = label("The photos stay where they are.", "muted")
        inner.addStretch(1)
        for words in (title, text):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inner.addWidget(words)
        inner.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        whole.addWidget(frame)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
