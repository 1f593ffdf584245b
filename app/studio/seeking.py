"""A line of photos to choose one from, such as the one that is sought in a generator."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.icons import IconButton
from app.lab.bench import scrolled
from app.theme import SPACE_L, SPACE_S, SPACE_XS, Theme
from app.thumbs.loader import ThumbLoader
from app.views.picture import Picture
from app.views.widgets import label

MOST, SIDE, HEIGHT = 80, 88, 144


class PhotoLine(QFrame):
    """``chosen`` carries a photo's id; Escape or the cross closes it."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self.setObjectName("band")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Photos to choose from")
        self.heading = label("", "section")
        close = IconButton(theme, "close", "Choose none")
        close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(close)
        self._area = scrolled(QWidget())
        self._area.viewport().setObjectName("bandView")
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_XS, SPACE_L, SPACE_XS)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self._area, 1)
        self.hide()

    def offer(self, ids: Sequence[int], heading: str) -> None:
        """Let the person choose one of these (of the first MOST)."""
        holder = QWidget()
        holder.setObjectName("bandView")
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, SPACE_S)
        row.setSpacing(SPACE_XS)
        for place, photo_id in enumerate(ids[:MOST]):
            made = Picture(self._theme, self._thumbs, photo_id, f"Photo {place + 1} of {min(len(ids), MOST)}")
            made.setFixedSize(SIDE, SIDE)
            made.clicked.connect(partial(self._take, photo_id))
            row.addWidget(made)
        row.addStretch(1)
        self.heading.setText(heading)
        self._area.setWidget(holder)
        self.show()
        if self.pictures:
            self.pictures[0].setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def pictures(self) -> list[Picture]:
        return self.findChildren(Picture)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _take(self, photo_id: int) -> None:
        self.hide()
        self.chosen.emit(photo_id)
