"""A heading's title, edited in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.theme import TYPE_STRONG
from app.wall.scene import headers

if TYPE_CHECKING:
    from app.wall.view import WallView

WIDTH, HEIGHT = 360, 30


class HeadingEditor(QLineEdit):
    """Enter or a click elsewhere keeps the new title (``renamed``: group id, title), Escape the old one."""

    renamed = Signal(int, str)

    def __init__(self, view: WallView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._group, self._before = 0, ""
        self.setAccessibleName(self.tr("Title of the group"))
        font = self.font()
        font.setPixelSize(TYPE_STRONG)
        self.setFont(font)
        self.hide()
        view.scroller.moved.connect(lambda: self._leave(False))

    def edit(self, section: int) -> bool:
        """Edit the heading of a section; False where it is not seen or names no group."""
        wall = self._view.wall
        boxes = dict(headers(self._view.layout_, self._view.seen_window()))
        if section not in boxes or wall.section_id[section] <= 0:
            return False
        self._group, self._before = int(wall.section_id[section]), wall.titles[section]
        box = boxes[section]
        width = min(max(WIDTH, self.fontMetrics().horizontalAdvance(self._before) + 48), box.width())
        left = box.right() - width if self._view.layout_.mirrored else box.left() - 4
        self.setGeometry(QRect(left, box.top() + 6, width, HEIGHT))
        self.setText(self._before)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave(False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._leave(True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave(True)

    def _leave(self, keep: bool) -> None:
        if self.isHidden():
            return
        title, group = self.text().strip(), self._group
        focused = self.hasFocus()
        self.hide()
        if focused:
            self._view.setFocus()
        if keep and title and title != self._before:
            self.renamed.emit(group, title)
