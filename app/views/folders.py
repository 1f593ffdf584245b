"""The folders of the library: what is in each, and taking one out without touching its files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.models.sidebar import folder_location
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.reveal import show_in_folder
from app.views.widgets import ElidedLabel, button, label
from app.words import photos
from core.paths import printable
from core.records import Folder


class FoldersPage(QWidget):
    """``acted`` carries "add-folder" or "rescan"; ``opened`` a Location; ``removed`` a folder's id and name."""

    acted = Signal(str)
    opened = Signal(object)
    removed = Signal(int, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._folders: list[Folder] = []
        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE_S)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(label("Folders", "title"))
        words = "Photos stay in these folders. Removing one forgets its photos here and leaves the files alone."
        head.addWidget(label(words, "muted", wrap=True))
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addLayout(head, 1)
        top.addWidget(button("Look for changes", "quiet", lambda: self.acted.emit("rescan")))
        top.addWidget(button("Add a folder", "", lambda: self.acted.emit("add-folder")))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE_S, SPACE_L)
        column.addLayout(self._cards)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE_L, SPACE_L, SPACE_S, 0)
        whole.setSpacing(SPACE_L)
        whole.addLayout(top)
        whole.addWidget(scroll, 1)

    def set_folders(self, folders: Sequence[Folder]) -> None:
        """Show the folders that the person added."""
        roots = [folder for folder in folders if folder.root]
        if roots == self._folders:
            return
        self._folders = roots
        while (item := self._cards.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for folder in roots:
            self._cards.addWidget(self._card(folder))

    def _card(self, folder: Folder) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        location = folder_location(folder)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(location.title, "strong"))
        words.addWidget(ElidedLabel(printable(folder.path), "muted", Qt.TextElideMode.ElideMiddle))
        about = photos(folder.n_photos) + (" · not there at the moment" if folder.missing else "")
        words.addWidget(label(about, "small"))
        row = QHBoxLayout(card)
        row.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        row.setSpacing(SPACE_S)
        row.addLayout(words, 1)
        inside = folder.path.rstrip("/\\") + "/."
        offers = (
            ("Show photos", lambda: self.opened.emit(location)),
            ("Open folder", lambda: show_in_folder(inside)),
            ("Remove", lambda: self.removed.emit(folder.id, location.title)),
        )
        for text, pressed in offers:
            made = button(text, "quiet", pressed)
            made.setAccessibleName(f"{text}: {location.title}")
            row.addWidget(made)
        return card
