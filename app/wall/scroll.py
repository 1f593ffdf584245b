"""A 64-bit scroll position over Qt's 32-bit scroll bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QScrollBar

BAR_LIMIT = 1 << 30


class Scroller(QObject):
    """``offset`` is the truth, in pixels; the bar follows it and leads it when the person moves the bar."""

    moved = Signal()

    def __init__(self, bar: QScrollBar, limit: int = BAR_LIMIT) -> None:
        super().__init__(bar)
        self._bar = bar
        self._limit = limit
        self._following = False
        self.offset = 0
        self.extent = 0
        self.page = 0
        bar.valueChanged.connect(self._bar_moved)

    @property
    def end(self) -> int:
        """The greatest offset."""
        return max(0, self.extent - self.page)

    def resize(self, extent: int, page: int, offset: int | None = None) -> None:
        """The wall is ``extent`` pixels high, of which ``page`` are seen; optionally go to ``offset`` as well."""
        self.extent, self.page = extent, page
        scale = self._scale
        self._following = True
        self._bar.setRange(0, round(self.end / scale))
        self._bar.setPageStep(max(1, round(page / scale)))
        self._bar.setSingleStep(max(1, round(page / 10 / scale)))
        self._following = False
        self.to(self.offset if offset is None else offset)

    def to(self, offset: float) -> None:
        """Go there, as far as the wall reaches."""
        wished = int(min(max(0, offset), self.end))
        moved = wished != self.offset
        self.offset = wished
        self._following = True
        self._bar.setValue(round(wished / self._scale))
        self._following = False
        if moved:
            self.moved.emit()

    def by(self, pixels: float) -> None:
        self.to(self.offset + pixels)

    @property
    def _scale(self) -> float:
        return max(1.0, self.end / self._limit)

    def _bar_moved(self, value: int) -> None:
        if not self._following:
            self.to(value * self._scale)
