"""The boundaries between sections that follow each other in time: what they say, how they are drawn and chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from app.icons import pixmap
from app.theme import RADIUS, SPACE_M, SPACE_S, TYPE_SMALL
from app.wall.access import announce
from app.wall.layout import Ints, Layout
from app.words import distance, duration
from core.records import Edges, Wall

if TYPE_CHECKING:
    from app.wall.painter import WallPainter
    from app.wall.scene import Window
    from app.wall.view import WallView

BOUNDARY_HEIGHT = 28
PIN = 14
_FAINT, _STRONG = 40, 150
_THIN, _THICK = 1.0, 1.75


def shown(edges: Edges | None, m: int) -> NDArray[np.bool_]:
    """Below which of m sections a boundary is drawn, bool [m]: where two neighbours in time meet."""
    if edges is None:
        return np.zeros(m, np.bool_)
    return np.isfinite(edges.strength) & (edges.before > 0) & (edges.after > 0)


def boundary_heights(wall: Wall) -> Ints:
    """Room for the boundary below each section, int64 [m]."""
    return np.where(shown(wall.edges, len(wall.titles)), BOUNDARY_HEIGHT, 0).astype(np.int64)


def boundary_words(edges: Edges, section: int) -> str:
    """``14 h gap · 312 km · strength 0.97``, with what is known."""
    seconds, km = float(edges.gap_seconds[section]), float(edges.distance_km[section])
    parts = [f"{duration(seconds)} gap"] if np.isfinite(seconds) else []
    if np.isfinite(km) and km >= 0.05:
        parts.append(distance(km))
    return " · ".join([*parts, f"strength {float(edges.strength[section]):.2f}"])


def seen(layout: Layout, win: Window) -> list[tuple[int, QRect]]:
    """Sections whose boundary below is seen, and where."""
    first = max(0, layout.section_at(win.offset))
    stop = min(layout.section_at(win.offset + win.height) + 1, len(layout.footer) - 1)
    found = []
    for section in (first + np.flatnonzero(layout.footer[first : max(first, stop)])).tolist():
        y = layout.footer_y(section) - win.offset
        if y < win.height and y + layout.footer[section] > 0:
            found.append((section, QRect(win.left, y, layout.width, int(layout.footer[section]))))
    return found


def draw(
    painter: QPainter, brush: WallPainter, box: QRect, words: str, strength: float, pinned: bool, ratio: float, lit: int
) -> None:
    """A dashed line the stronger the boundary, with its words in the middle. ``lit``: 0 at rest, 1 under the mouse,
    2 chosen."""
    look = brush.look
    font = QFont(painter.font())
    font.setPixelSize(TYPE_SMALL)
    metrics = QFontMetrics(font)
    pin = PIN + 4 if pinned else 0
    text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0, box.width() - 80 - pin))
    width = metrics.horizontalAdvance(text) + pin
    middle = QRect(box.center().x() - width // 2, box.top(), width, box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    if lit == 2:
        _chosen(painter, box, look.accent)
    colour = QColor(look.accent if lit else look.text)
    share = min(1.0, max(0.0, strength)) ** 2
    colour.setAlpha(255 if lit else round(_FAINT + (_STRONG - _FAINT) * share))
    pen = QPen(colour, _THIN + (_THICK - _THIN) * share)
    pen.setDashPattern([4, 5])
    painter.setPen(pen)
    y = box.center().y() + 0.5
    painter.drawLine(QPointF(middle.left() - SPACE_M, y), QPointF(box.left() + SPACE_S, y))
    painter.drawLine(QPointF(middle.right() + SPACE_M, y), QPointF(box.right() - SPACE_S, y))
    ink = look.text if lit else look.muted
    if pinned:
        at = middle.right() - PIN if brush.mirrored else middle.left()
        drawn = pixmap("pin", (look.accent if lit else look.text).name(), PIN, ratio)
        painter.drawPixmap(QPointF(at, box.center().y() - PIN / 2 + 1), drawn)
    painter.setFont(font)
    painter.setPen(ink)
    room = middle.adjusted(0, 0, -pin, 0) if brush.mirrored else middle.adjusted(pin, 0, 0, 0)
    painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), text)
    painter.restore()


def _chosen(painter: QPainter, box: QRect, accent: QColor) -> None:
    fill = QColor(accent)
    fill.setAlpha(36)
    painter.setBrush(fill)
    painter.setPen(QPen(accent, 2))
    painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


class Boundaries:
    """Which boundary of a wall is chosen, by mouse or keyboard; ``view.boundaryChosen`` tells (0, 0 for none)."""

    def __init__(self, view: WallView) -> None:
        self._view = view

    @property
    def chosen(self) -> int:
        """The section whose boundary below is chosen, or -1."""
        return self._view.chosen_edge

    def pair(self) -> tuple[int, int] | None:
        """The photos either side of the chosen boundary: (older, newer)."""
        return self.pair_of(self.chosen)

    def pair_of(self, section: int) -> tuple[int, int] | None:
        edges = self._view.wall.edges
        if edges is None or section < 0:
            return None
        return int(edges.before[section]), int(edges.after[section])

    def pinned(self) -> bool:
        """Whether a correction holds the chosen boundary."""
        edges = self._view.wall.edges
        return edges is not None and self.chosen >= 0 and bool(edges.pinned[self.chosen])

    def choose(self, section: int, reveal: bool = True) -> None:
        """Choose a boundary; the photos chosen before are not any more."""
        view = self._view
        view.choose(view.picked.clear, reveal=False)
        view.show_chosen_edge(section)
        if reveal:
            self._reveal(section)
        pair = self.pair()
        if pair is not None and view.wall.edges is not None:
            announce(view, self.spoken(section))
            view.boundaryChosen.emit(*pair)

    def spoken(self, section: int) -> str:
        """What a screen reader hears: between which two, and how sure."""
        wall = self._view.wall
        assert wall.edges is not None
        held = ", pinned" if wall.edges.pinned[section] else ""
        sides = f"{wall.titles[section]} and {wall.titles[section + 1]}"
        return f"Boundary between {sides}: {boundary_words(wall.edges, section)}{held}"

    def leave(self) -> bool:
        """Choose none; False if none was."""
        if self.chosen < 0:
            return False
        self._view.show_chosen_edge(-1)
        self._view.boundaryChosen.emit(0, 0)
        return True

    def step(self, down: bool) -> bool:
        """To the next boundary below or above the chosen one, the current photo, or the top of the view."""
        layout = self._view.layout_
        lines = np.flatnonzero(layout.footer)
        if not len(lines):
            return False
        if self.chosen >= 0:
            at = int(np.searchsorted(lines, self.chosen, "right" if down else "left"))
        else:
            at = int(np.searchsorted(lines, self._section_here()))
        at = at if down else at - 1
        if 0 <= at < len(lines):
            self.choose(int(lines[at]))
        return True

    def carried_over(self, wall: Wall, pair: tuple[int, int] | None) -> int:
        """The section of another wall below which the same two photos meet, or -1."""
        if pair is None or wall.edges is None:
            return -1
        found = np.flatnonzero((wall.edges.before == pair[0]) & (wall.edges.after == pair[1]))
        return int(found[0]) if len(found) else -1

    def _section_here(self) -> int:
        view = self._view
        if view.picked.current >= 0:
            return int(np.searchsorted(view.wall.section_start, view.picked.current, "right")) - 1
        return max(0, view.layout_.section_at(view.scroller.offset))

    def _reveal(self, section: int) -> None:
        """Scroll until the boundary is seen clear of the heading that sticks at the top."""
        view = self._view
        y, height = view.layout_.footer_y(section), int(view.layout_.footer[section])
        above = int(view.layout_.header[section]) + SPACE_S
        page = view.viewport().height()
        if y - above < view.scroller.offset:
            view.scroller.to(y - max(above, page // 3))
        elif y + height + SPACE_S > view.scroller.offset + page:
            view.scroller.to(y + height - 2 * page // 3)
