"""A small list to choose one thing from by typing, with an offer to make a new one of what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.theme import SPACE_S, Theme
from app.views.widgets import label

WIDTH, HEIGHT = 280, 340
_KEY = Qt.ItemDataRole.UserRole
_ELSEWHERE = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Chooser(QFrame):
    """``chosen`` carries (key, words); the key is empty for a new one of that name. Escape closes it."""

    chosen = Signal(str, str)
    closed = Signal()

    def __init__(self, theme: Theme, host: QWidget, name: str, new: str) -> None:
        super().__init__(host)
        self.setObjectName("notice")
        self._host = host
        self._entries: list[tuple[str, str]] = []
        self._new = new
        self._heading = label("", "section")
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setObjectName("choices")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        for widget in (self._heading, self.field, self.list):
            column.addWidget(widget)
        self.hide()

    def ask(self, heading: str, entries: Sequence[tuple[str, str]]) -> None:
        """Let the person choose among (key, words); without entries only a new one can be named."""
        self._entries = list(entries)
        self._heading.setText(heading)
        self.field.setPlaceholderText("Type to find or to add" if entries else "Name of the new kind")
        self.field.clear()
        self._fill("")
        self.list.setVisible(bool(entries))
        host = self._host
        height = min(HEIGHT, host.height() - 80) if entries else self.sizeHint().height()
        self.setGeometry((host.width() - WIDTH) // 2, min(120, (host.height() - height) // 2), WIDTH, height)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def offered(self) -> list[str]:
        """What can be chosen now, from the top."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def close_chooser(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() in _ELSEWHERE:
            self.close_chooser()
        return False

    def _key(self, key: int) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if key == Qt.Key.Key_Escape:
            self.close_chooser()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.currentItem() is not None:
                self._take(self.list.currentItem())
        elif key in steps:
            rows = self.list.count()
            self.list.setCurrentRow(min(max(self.list.currentRow() + steps[Qt.Key(key)], 0), rows - 1))
        else:
            return False
        return True

    def _fill(self, text: str) -> None:
        wanted = text.strip().casefold()
        begins = [entry for entry in self._entries if entry[1].casefold().startswith(wanted)]
        holds = [entry for entry in self._entries if entry not in begins and wanted in entry[1].casefold()]
        self.list.clear()
        for key, words in begins + holds:
            self._offer(key, words, words)
        if wanted and not any(words.casefold() == wanted for _, words in self._entries):
            self._offer("", text.strip(), f"{self._new} “{text.strip()}”")
        self.list.setCurrentRow(0)

    def _offer(self, key: str, words: str, shown: str) -> None:
        item = QListWidgetItem(shown)
        item.setData(_KEY, (key, words))
        self.list.addItem(item)

    def _take(self, item: QListWidgetItem) -> None:
        key, words = item.data(_KEY)
        self.close_chooser()
        self.chosen.emit(key, words)
