"""The seen part of a wall: which photos it needs, at what size, and how they and the headers come to be painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter, QRegion

from app.thumbs.loader import ThumbLoader
from app.wall import boundaries
from app.wall.badges import SHOWN
from app.wall.fades import Fades
from app.wall.layout import Layout
from app.wall.painter import HEADER_HEIGHT, Marks, WallPainter
from app.wall.selection import Selection
from core.records import FLAG_PREVIEW, FLAG_THUMB, Wall

_VERSION = FLAG_PREVIEW | FLAG_THUMB


@dataclass(frozen=True, slots=True)
class Window:
    """What of the wall is seen: ``offset`` pixels from its top, ``left`` margin, size, device pixel ratio; and which
    photo and which section's title the mouse is over (-1: none), whether the wall has the focus, and below which
    sections the boundary under the mouse, and the chosen one, lie; ``edge_words`` in place of the chosen one's own."""

    offset: int
    left: int
    width: int
    height: int
    ratio: float
    hovered: int
    hovered_section: int
    focused: bool
    hovered_edge: int = -1
    chosen_edge: int = -1
    edge_words: str = ""


class Scene:
    """``seen``: boxes in the view of the photos painted since the last move; ``blank``: those still without picture."""

    def __init__(self, thumbs: ThumbLoader, fades: Fades) -> None:
        self._thumbs = thumbs
        self._fades = fades
        self.seen: dict[int, list[QRect]] = {}
        self.blank: set[int] = set()
        self._whole = False

    @property
    def complete(self) -> bool:
        """All that is seen was painted, each photo with its picture (or known to have none)."""
        return self._whole and not self.blank

    def moved(self) -> None:
        """The view shows another part: what was asked for is not wanted unless it is asked for again."""
        self._thumbs.advance()
        self.seen.clear()
        self.blank.clear()
        self._whole = False

    def paint(
        self,
        painter: QPainter,
        brush: WallPainter,
        wall: Wall,
        layout: Layout,
        picked: Selection,
        region: QRegion,
        win: Window,
    ) -> None:
        """Paint a region of the view."""
        clip = region.boundingRect()
        painter.fillRect(clip, brush.look.ground)
        marked = self._photos(painter, brush, wall, layout, picked, region, win)
        for box, marks in marked:
            brush.marks(painter, box, marks, win.ratio)
        self._boundaries(painter, brush, wall, layout, clip, win)
        self._headers(painter, brush, wall, layout, clip, win)
        all_of_it = region.rectCount() == 1 and clip.contains(QRect(0, 0, win.width, win.height))
        self._whole = self._whole or all_of_it

    def prefetch(self, wall: Wall, layout: Layout, win: Window, down: bool) -> None:
        """Want the next screen as well, after everything that is seen."""
        top = win.offset + (win.height if down else -win.height)
        for index, _, _, width, height in _cells(layout, top, top + win.height):
            version = int(wall.flags[index]) & _VERSION
            if version == 0:
                continue
            self._thumbs.prefetch(int(wall.ids[index]), _device(width, win), _device(height, win), version)

    def _photos(
        self,
        painter: QPainter,
        brush: WallPainter,
        wall: Wall,
        layout: Layout,
        picked: Selection,
        region: QRegion,
        win: Window,
    ) -> list[tuple[QRect, Marks]]:
        """The pictures; returns what has to be laid over them. Last first, so that the first is decoded first."""
        marked: list[tuple[QRect, Marks]] = []
        clip, scattered = region.boundingRect(), region.rectCount() > 1
        cells = _cells(layout, win.offset + clip.top() - 4, win.offset + clip.bottom() + 5)
        if not cells:
            return marked
        part = slice(cells[0][0], cells[-1][0] + 1)
        facts = zip(
            wall.ids[part].tolist(),
            wall.colour[part].tolist(),
            wall.flags[part].tolist(),
            picked.mask[part].tolist(),
            strict=True,
        )
        focus = picked.current if win.focused and win.chosen_edge < 0 else -1
        for (index, x, y, width, height), (photo_id, colour, flags, selected) in reversed(
            list(zip(cells, facts, strict=True))
        ):
            box = QRect(x + win.left, y - win.offset, width, height)
            if scattered and not region.intersects(box.adjusted(-4, -4, 4, 4)):
                continue
            self._photo(painter, brush, box, photo_id, colour, flags & _VERSION, win)
            if selected or flags & SHOWN or index == focus or index == win.hovered:
                marked.append((box, Marks(flags, selected, index == focus, index == win.hovered)))
        return marked

    def _photo(
        self, painter: QPainter, brush: WallPainter, box: QRect, photo_id: int, colour: int, version: int, win: Window
    ) -> None:
        if version == 0:  # it has no thumbnail yet
            brush.photo(painter, box, None, False, colour, 1.0)
            return
        pixmap, exact = self._thumbs.cell(photo_id, _device(box.width(), win), _device(box.height(), win), version)
        brush.photo(painter, box, pixmap, exact, colour, self._fades.shown(photo_id))
        boxes = self.seen.setdefault(photo_id, [])
        if box not in boxes:
            boxes.append(box)
        if pixmap is None and not self._thumbs.missing(photo_id):
            self.blank.add(photo_id)
        else:
            self.blank.discard(photo_id)

    def _boundaries(
        self, painter: QPainter, brush: WallPainter, wall: Wall, layout: Layout, clip: QRect, win: Window
    ) -> None:
        edges = wall.edges
        if edges is None:
            return
        for section, box in boundaries.seen(layout, win):
            if box.intersects(clip):
                chosen = section == win.chosen_edge
                words = win.edge_words if chosen and win.edge_words else boundaries.boundary_words(edges, section)
                lit = 2 if chosen else int(section == win.hovered_edge)
                strength, pinned = float(edges.strength[section]), bool(edges.pinned[section])
                boundaries.draw(painter, brush, box, words, strength, pinned, win.ratio, lit)

    def _headers(
        self, painter: QPainter, brush: WallPainter, wall: Wall, layout: Layout, clip: QRect, win: Window
    ) -> None:
        for section, box in headers(layout, win):
            if box.intersects(clip):
                title, subtitle = wall.titles[section], wall.subtitles[section]
                brush.header(painter, box, title, subtitle, section == win.hovered_section)


def headers(layout: Layout, win: Window) -> list[tuple[int, QRect]]:
    """Sections whose header is seen and where; the topmost one sticks until the next section pushes it out."""
    first = max(0, layout.section_at(win.offset))
    stop = int(np.searchsorted(layout.section_y, win.offset + win.height, "left"))
    found: list[tuple[int, QRect]] = []
    for section in range(first, stop):
        height = int(layout.header[section])
        if height == 0:
            continue
        y = int(layout.section_y[section]) - win.offset
        if y < 0:
            y = min(0, layout.section_end(section) - win.offset - height)
        if y + height > 0:
            found.append((section, QRect(win.left, y, layout.width, height)))
    return found


def header_heights(wall: Wall) -> np.ndarray:
    """A header for every section that has a title, int64 [m]; on a wall of time each has one, made as it is seen."""
    if wall.edges is not None:
        return np.full(len(wall.titles), HEADER_HEIGHT, np.int64)
    return np.fromiter((HEADER_HEIGHT if title else 0 for title in wall.titles), np.int64, len(wall.titles))


def section_under(layout: Layout, win: Window, at: QPoint) -> int:
    """The section whose header lies under a point of the view, or -1."""
    return next((section for section, box in headers(layout, win) if box.contains(at)), -1)


def _cells(layout: Layout, y0: int, y1: int) -> list[tuple[int, int, int, int, int]]:
    """Index, x, y, width, height of every photo between two heights."""
    index, rect = layout.rects(*layout.rows_between(y0, y1))
    return [(i, *box) for i, box in zip(index.tolist(), rect.tolist(), strict=True)]


def _device(pixels: int, win: Window) -> int:
    return round(pixels * win.ratio)
