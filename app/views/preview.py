"""What a correction would change besides what was asked for, shown before it is done: a calm card, not a dialog."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from app.operations_groups import Proposal
from app.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from app.views.widgets import button, label
from app.words import count

WIDTH = 460
SHOWN = 4
"""At most so many sentences of each sort."""


class PreviewCard(QFrame):
    """One proposal. Enter applies, Escape cancels; nothing behind it is locked."""

    closed = Signal()

    def __init__(self, theme: Theme, proposal: Proposal) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.proposal = proposal
        self.setAccessibleName("Before this is done")
        preview = proposal.preview
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(label(preview.text, "strong", wrap=True))
        self._list(column, "This also changes", preview.also)
        replaced = [correction.text or correction.kind for correction in preview.superseded]
        self._list(column, f"It replaces {count(len(replaced), 'earlier correction', 'earlier corrections')}", replaced)
        self.apply = button("Apply", "primary", self._apply)
        self.apply.setAccessibleDescription(" ".join((preview.text, *preview.also, *replaced)))
        self.cancel = button("Cancel", "quiet", self.closed.emit)
        self.cancel.setToolTip("Nothing is changed (Esc)")
        row = QHBoxLayout()
        row.addWidget(label("Can be undone.", "muted"), 1)
        row.addWidget(self.cancel)
        row.addWidget(self.apply)
        column.addLayout(row)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 4)
        shadow.setColor(QColor(0, 0, 0, 70))
        self.setGraphicsEffect(shadow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.cancel.hasFocus():
            self._apply()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _apply(self) -> None:
        self.closed.emit()
        self.proposal.apply()

    def _list(self, column: QVBoxLayout, heading: str, lines: tuple[str, ...] | list[str]) -> None:
        if not lines:
            return
        column.addWidget(label(heading, "section"))
        for line in lines[:SHOWN]:
            column.addWidget(label(line, wrap=True))
        if len(lines) > SHOWN:
            column.addWidget(label(f"and {len(lines) - SHOWN} more", "muted"))


class Proposals(QObject):
    """Shows one card at a time over the bottom of ``host``; a newer proposal takes the place of an older one.

    ``left`` says that a card is gone and the keyboard may go back to where it was.
    """

    left = Signal()

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme, self._host = theme, host
        self.card: PreviewCard | None = None
        host.installEventFilter(self)

    def show(self, proposal: Proposal) -> None:
        """Ask about a proposal."""
        self._remove()
        card = PreviewCard(self._theme, proposal)
        card.setParent(self._host)
        card.closed.connect(self.dismiss)
        self.card = card
        card.show()
        card.raise_()
        self.place()
        card.apply.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> bool:
        """Put the card away without doing anything; False if there is none."""
        if self.card is None:
            return False
        self._remove()
        self.left.emit()
        return True

    def place(self) -> None:
        if self.card is None:
            return
        width = min(WIDTH, self._host.width() - 2 * SPACE_L)
        self.card.setFixedWidth(width)
        height = max(self.card.sizeHint().height(), self.card.heightForWidth(width))
        bottom = self._host.height() - SPACE_XL
        self.card.setGeometry((self._host.width() - width) // 2, bottom - height, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def _remove(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            card.hide()
            card.deleteLater()
