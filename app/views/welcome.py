"""The first page of an empty library: three ways to begin, and what happens to one's photos."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.icons import pixmap
from app.theme import ICON, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from app.views.widgets import button, centred, label

PROMISES = (
    ("shield", "Your originals are only read, never changed, moved or deleted."),
    ("folder", "Photos stay in their folders; the album keeps its own notes beside."),
    ("check", "Everything is worked out on this computer. Nothing is uploaded."),
)


class WelcomePage(QWidget):
    """``acted`` carries "add-folder" or "sample"."""

    acted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icons: list[tuple[QLabel, str, int]] = []
        self.add = button("Add a folder", "primary", lambda: self.acted.emit("add-folder"))
        self.sample = button("Try the sample", "", lambda: self.acted.emit("sample"))
        self.sample.setToolTip("Makes a small simulated album of 300 photos and imports it")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        column.addStretch(4)
        column.addWidget(self._symbol("photos", 56), 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(SPACE_M)
        self._words(column, "Your photos, by event, place and kind", "title")
        column.addSpacing(SPACE_S)
        self._words(column, "Add the folder where your photos are, or drop one anywhere on this window.", "muted")
        column.addSpacing(SPACE_L)
        column.addLayout(self._buttons())
        column.addSpacing(SPACE_XL)
        column.addWidget(self._promises(), 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(5)
        self.setFocusProxy(self.add)
        self._tint()
        theme.changed.connect(lambda _: self._tint())

    def _words(self, column: QVBoxLayout, text: str, role: str) -> None:
        column.addLayout(centred(label(text, role, wrap=True), 520))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addStretch(1)
        row.addWidget(self.add)
        row.addWidget(self.sample)
        row.addStretch(1)
        for made in (self.add, self.sample):
            made.setMinimumHeight(36)
        return row

    def _promises(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setSpacing(SPACE_S)
        for name, text in PROMISES:
            row = QHBoxLayout()
            row.setSpacing(SPACE_M)
            row.addWidget(self._symbol(name, ICON))
            row.addWidget(label(text, "muted"), 1)
            column.addLayout(row)
        return holder

    def _symbol(self, name: str, size: int) -> QLabel:
        made = QLabel()
        self._icons.append((made, name, size))
        return made

    def _tint(self) -> None:
        tokens = self._theme.tokens
        for where, name, size in self._icons:
            colour = tokens.accent if size > ICON else tokens.muted
            where.setPixmap(pixmap(name, colour, size, self.devicePixelRatio()))
