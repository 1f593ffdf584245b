"""Moving a boundary between photos, by mouse or by keyboard; where it would land is shown before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from app.wall.access import announce
from app.wall.surface import MARGIN
from app.words import photos

if TYPE_CHECKING:
    from app.wall.layout import Direction
    from app.wall.painter import WallPainter
    from app.wall.view import WallView

CARET = 4


class Shift:
    """While ``active``, the chosen boundary hovers before photo ``landing``; ``apply`` tells where it was put."""

    def __init__(self, view: WallView) -> None:
        self._view = view
        self._section = -1
        self._home = 0
        self.landing = 0
        view.overlays.append(self._paint)

    @property
    def active(self) -> bool:
        return self._section >= 0

    def begin(self, section: int) -> None:
        """Take up the boundary below a section."""
        if not self.active:
            self._section = section
            self._home = self.landing = int(self._view.wall.section_start[section + 1])

    def to_point(self, at: QPoint) -> None:
        """Let it hover in the gap nearest to a point of the view."""
        point = self._view.to_wall(at)
        self._land(self._view.layout_.gap_at(point.x(), point.y(), *self._range()))

    def step(self, direction: Direction) -> None:
        """One photo earlier or later on the wall, or a row up or down."""
        layout = self._view.layout_
        first, stop = self._range()
        if direction in ("left", "right"):
            step = -1 if (direction == "left") != layout.mirrored else 1
            landing = self.landing + step
        else:
            row = layout.row_of(self.landing) + (-1 if direction == "up" else 1)
            row = min(max(row, 0), layout.n_rows - 1)
            landing = int(layout.row_first[row])
        self._land(min(max(landing, first), stop))
        self._view.reveal_index(self.landing)

    def apply(self) -> bool:
        """Put it down here; False where it never left."""
        if not self.active:
            return False
        view, moved = self._view, self.landing != self._home
        pair = view.boundaries.pair_of(self._section)
        new_after, new_before = view.wall.ids[self.landing - 1 : self.landing + 1].tolist()
        self.cancel()
        if moved and pair is not None:
            view.boundaryMoved.emit(*pair, new_before, new_after)
        return moved

    def cancel(self) -> bool:
        """Leave it where it was; False if none was taken up."""
        was, self._section = self.active, -1
        if was:
            self._view.show_chosen_edge(self._view.chosen_edge)
            self._view.viewport().update()
            self._view.let_go()
        return was

    def words(self) -> str:
        """What would change."""
        titles = self._view.wall.titles
        if self.landing == self._home:
            return ""
        up = self.landing < self._home
        joined = titles[self._section + 1] if up else titles[self._section]
        return f"{photos(abs(self.landing - self._home))} would go to {joined}"

    def _range(self) -> tuple[int, int]:
        """Each side keeps a photo."""
        start = self._view.wall.section_start
        return int(start[self._section]) + 1, int(start[self._section + 2]) - 1

    def _land(self, landing: int) -> None:
        if landing != self.landing:
            self.landing = landing
            announce(self._view, self.words())
        self._view.show_chosen_edge(self._section, self.words())
        self._view.viewport().update()

    def _paint(self, painter: QPainter, brush: WallPainter) -> None:
        """The photos that would change sides, tinted, and a caret where the boundary would be."""
        if not self.active or self.landing == self._home:
            return
        layout, offset = self._view.layout_, self._view.scroller.offset
        low, high = sorted((self.landing, self._home))
        first, stop = layout.rows_between(offset, offset + self._view.viewport().height())
        index, rect = layout.rects(first, stop)
        tint = QColor(brush.look.accent)
        tint.setAlpha(90)
        for photo, (x, y, width, height) in zip(index.tolist(), rect.tolist(), strict=True):
            if low <= photo < high:
                painter.fillRect(QRect(x + MARGIN, y - offset, width, height), tint)
        x, y, width, height = layout.rect_of(self.landing)
        left = x + width + (layout.gap - CARET) // 2 if layout.mirrored else x - (layout.gap + CARET) // 2
        caret = QRect(left + MARGIN, y - offset - 4, CARET, height + 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(caret.adjusted(-1, -1, 1, 1), brush.look.ground)
        painter.fillRect(caret, brush.look.accent)
