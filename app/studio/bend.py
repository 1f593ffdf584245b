"""Two parts side by side where there is room for both, else one below the other."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from app.theme import SPACE_S

ACROSS, DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class Bend(QWidget):
    """``first`` takes the room that is left."""

    def __init__(self, first: QWidget, second: QWidget) -> None:
        super().__init__()
        self._first, self._second = first, second
        self._box = QBoxLayout(ACROSS, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE_S)
        self._box.addWidget(first, 1)
        self._box.addWidget(second)

    @property
    def bent(self) -> bool:
        return self._box.direction() == DOWN

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        wanted = self._first.sizeHint().width() + self._second.sizeHint().width() + SPACE_S
        direction = ACROSS if wanted <= self.width() else DOWN
        if direction != self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()


def in_line(*parts: QWidget, stretch: int = -1) -> QWidget:
    """Widgets side by side; the one at ``stretch`` takes the room that is left, at -1 what follows them does."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    for place, part in enumerate(parts):
        row.addWidget(part, 1 if place == stretch else 0)
    if stretch < 0:
        row.addStretch(1)
    return holder
