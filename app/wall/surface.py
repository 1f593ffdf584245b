"""A wall on the screen: where it is scrolled to, how it is laid out and painted. Choosing photos is the view's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.thumbs.loader import ThumbLoader
from app.wall.anchor import Anchor, anchor_at, offset_of
from app.wall.boundaries import boundary_heights
from app.wall.fades import Fades
from app.wall.layout import Layout, build
from app.wall.painter import Look, WallPainter
from app.wall.rail import NO_MARKS, marks
from app.wall.scene import Scene, Window, header_heights, section_under
from app.wall.scroll import Scroller
from app.wall.scrubber import RAIL_WIDTH, Scrubber
from app.wall.selection import Selection
from app.wall.words import place_words
from core.records import Wall

MIN_ROW, MAX_ROW, DEFAULT_ROW = 48, 512, 180
MARGIN, END_MARGIN = 8, 24
AT_REST_MS = 80
"""So long after its last move the wall rests: it looks ahead, and what arrives comes up softly. While moves follow one
another more quickly, each frame shows what has arrived and nothing is painted in between."""


def empty_wall() -> Wall:
    """A wall without photos."""
    none = np.empty(0, np.int64)
    return Wall(
        none, none.astype(np.float32), none.astype(np.uint32), none.astype(np.float64), none.astype(np.uint8),
        np.zeros(1, np.int64), none, [], [],
    )  # fmt: skip


class WallSurface(QAbstractScrollArea):
    """Shows ``wall`` with the photos ``picked`` on it. Colours come from the application's palette."""

    rowHeightChanged = Signal(int)
    firstPaintedWithThumbs = Signal()

    def __init__(self, thumbs: ThumbLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty_text = self.tr("No photos here")
        self.wall = empty_wall()
        self.picked = Selection()
        self.fades = Fades(self)
        self._thumbs = thumbs
        self._scene = Scene(thumbs, self.fades)
        self._row_height = float(DEFAULT_ROW)
        self._headers = header_heights(self.wall)
        self._footers = boundary_heights(self.wall)
        self._hovered = self._hovered_section = self._hovered_edge = -1
        self.chosen_edge, self.edge_words = -1, ""
        self.overlays: list[Callable[[QPainter, WallPainter], None]] = []
        self._band: QRect | None = None
        self._down, self._last_offset = True, 0
        self._marks = NO_MARKS
        self._streaming = False
        self._told_first = False
        self._brush: WallPainter | None = None
        self.layout_: Layout = self._build()
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Photo wall"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.scroller = Scroller(self.verticalScrollBar())
        self.scrubber = Scrubber(self, self._words_at)
        self._at_rest = QTimer(self)
        self._at_rest.setSingleShot(True)
        self._at_rest.setInterval(AT_REST_MS)
        self._at_rest.timeout.connect(self._rest)
        self.scroller.moved.connect(self._moved)
        self.scrubber.scrubbed.connect(lambda share: self.scroller.to(share * self.scroller.end))
        self.fades.tick.connect(self._repaint_photos)
        self._thumbs.arrived.connect(self._arrived)
        self._place_rail()

    # ------------------------------------------------------------ size and position

    def row_height(self) -> int:
        return round(self._row_height)

    def set_row_height(self, px: int) -> None:
        """Height of a row before justifying, in pixels; what is in the middle stays there."""
        self._set_row_height(float(px), self.viewport().height() // 2, self.viewport().width() // 2)

    def zoom(self, factor: float, at: QPoint | None = None) -> None:
        """Larger or smaller rows; the photo at a point of the view stays under it."""
        at = at or self.viewport().rect().center()
        self._set_row_height(self._row_height * factor, at.y(), at.x())

    def reveal(self, photo_id: int) -> None:
        """Scroll until a photo is seen; nothing happens where it is not on this wall."""
        index = self._index_of(photo_id)
        if index >= 0:
            self.reveal_index(index)

    def invalidate_thumbs(self, ids: Iterable[int]) -> None:
        """These photos have other thumbnails now."""
        self._thumbs.invalidate(ids)
        self.viewport().update()

    def _lay_out(self, anchor: Anchor | None, offset: int) -> None:
        """Lay out anew; then the anchor stands where it stood, or the wall is at ``offset``."""
        self.layout_ = self._build()
        extent = self.layout_.height + (END_MARGIN if self.layout_.n else 0)
        wished = offset_of(self.layout_, anchor) if anchor else offset
        self.scroller.resize(extent, self.viewport().height(), round(wished))
        self._marks = marks(self.layout_, self.wall.local)
        self.scrubber.set_marks(self._marks, extent, self.viewport().height())
        self._moved()

    def _build(self) -> Layout:
        width = self.viewport().width() - 2 * MARGIN
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        wall = self.wall
        height, footers = self.row_height(), self._footers
        return build(wall.aspect, wall.section_start, self._headers, width, height, mirrored=mirrored, footer=footers)

    def _set_row_height(self, px: float, view_y: int, x: int) -> None:
        px = min(max(px, MIN_ROW), MAX_ROW)
        if px == self._row_height:
            return
        before, anchor = self.row_height(), self._anchor(view_y, x)
        self._row_height = px
        if self.row_height() != before:
            self._lay_out(anchor, self.scroller.offset)
            self.rowHeightChanged.emit(self.row_height())

    def _anchor(self, view_y: int, x: int = 0) -> Anchor | None:
        return anchor_at(self.layout_, self.scroller.offset, view_y, x - MARGIN)

    def _current_anchor(self) -> Anchor | None:
        """The current photo, where it is seen; else what is at the top."""
        offset, page = self.scroller.offset, self.viewport().height()
        if self.picked.current >= 0:
            _, y, _, height = self.layout_.rect_of(self.picked.current)
            if y < offset + page and y + height > offset:
                return Anchor(self.picked.current, 0.0, 0.0, y - offset)
        return self._anchor(0)

    def reveal_index(self, index: int) -> None:
        """Scroll no farther than needed to see a photo."""
        _, y, _, height = self.layout_.rect_of(index)
        section = self.layout_.section_at(y)
        above = int(self.layout_.header[section]) + 4 if section >= 0 else 4
        page, offset = self.viewport().height(), self.scroller.offset
        if y - above < offset:
            self.scroller.to(y - above)
        elif y + height + 4 > offset + page:
            self.scroller.to(min(y - above, y + height + 4 - page))

    def _index_of(self, photo_id: int) -> int:
        found = np.flatnonzero(self.wall.ids == photo_id)
        return int(found[0]) if len(found) else -1

    def _seen_range(self) -> tuple[int, int]:
        """Photos that are seen, as a range of indices."""
        first, stop = self.layout_.rows_between(self.scroller.offset, self.scroller.offset + self.viewport().height())
        return int(self.layout_.row_first[first]), int(self.layout_.row_first[stop])

    def _words_at(self, share: float) -> str:
        return place_words(self.wall, self.layout_, self._marks, share * self.scroller.end)

    # ------------------------------------------------------------ what is where

    def to_wall(self, at: QPoint) -> QPoint:
        """A point of the view as a point of the wall."""
        return QPoint(at.x() - MARGIN, at.y() + self.scroller.offset)

    def header_at(self, at: QPoint) -> int:
        """The section whose heading is under a point of the view, or -1."""
        return section_under(self.layout_, self.seen_window(), at)

    def index_at(self, at: QPoint) -> int:
        """The photo under a point of the view; headers lie over photos."""
        point = self.to_wall(at)
        return -1 if self.header_at(at) >= 0 else self.layout_.at(point.x(), point.y())

    def section_title_at(self, at: QPoint) -> int:
        """The section whose title (not just its header) is under a point, or -1."""
        section = self.header_at(at)
        if section < 0:
            return -1
        reach = self._painter().header_width(self.wall.titles[section]) + 2 * MARGIN
        x = self.viewport().width() - at.x() if self.layout_.mirrored else at.x()
        return section if x <= reach else -1

    def edge_at(self, at: QPoint) -> int:
        """The section whose boundary below is under a point of the view, or -1; headings lie over boundaries."""
        point = self.to_wall(at)
        if not 0 <= point.x() < self.layout_.width or self.header_at(at) >= 0:
            return -1
        return self.layout_.footer_at(point.y())

    def first_seen(self) -> int:
        """The first photo that is wholly seen."""
        row, stop = self.layout_.rows_between(self.scroller.offset, self.scroller.offset + self.viewport().height())
        if row + 1 < stop and self.layout_.row_y[row] < self.scroller.offset:
            row += 1
        return int(self.layout_.row_first[min(row, self.layout_.n_rows - 1)])

    def hover(self, at: QPoint) -> None:
        """The mouse is here."""
        index, section, edge = self.index_at(at), self.section_title_at(at), self.edge_at(at)
        if section >= 0 and self.wall.section_id[section] <= 0:
            section = -1
        if (index, section, edge) == (self._hovered, self._hovered_section, self._hovered_edge):
            return
        self._repaint_index(self._hovered)
        differs = section != self._hovered_section or edge != self._hovered_edge
        self._hovered, self._hovered_section, self._hovered_edge = index, section, edge
        self._repaint_index(index)
        if differs:
            shapes = Qt.CursorShape
            pointed = shapes.PointingHandCursor if section >= 0 else shapes.ArrowCursor
            self.viewport().setCursor(shapes.SizeVerCursor if edge >= 0 else pointed)
            self.viewport().update()

    def show_chosen_edge(self, section: int, words: str = "") -> None:
        """Draw the boundary below a section (-1: none) as the chosen one; ``words`` in place of its own."""
        if (section, words) != (self.chosen_edge, self.edge_words):
            self.chosen_edge, self.edge_words = section, words
            self.viewport().update()

    def show_band(self, box: QRect | None) -> None:
        """The rubber band, in coordinates of the wall."""
        if box != self._band:
            self._band = box
            self.viewport().update()

    # ------------------------------------------------------------ painting

    def _painter(self) -> WallPainter:
        if self._brush is None:
            self._brush = WallPainter(Look.now(), self.font(), self.layout_.mirrored)
        return self._brush

    def seen_window(self) -> Window:
        """What of the wall is seen now."""
        return Window(
            self.scroller.offset,
            MARGIN,
            self.viewport().width(),
            self.viewport().height(),
            self.devicePixelRatioF(),
            self._hovered,
            self._hovered_section,
            self.hasFocus(),
            self._hovered_edge,
            self.chosen_edge,
            self.edge_words,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        brush = self._painter()
        self._scene.paint(painter, brush, self.wall, self.layout_, self.picked, event.region(), self.seen_window())
        if self.layout_.n == 0:
            brush.nothing(painter, self.viewport().rect(), self.empty_text)
        if self._band is not None:
            brush.band(painter, self._band.translated(MARGIN, -self.scroller.offset))
        for overlay in self.overlays:
            overlay(painter, brush)
        painter.end()
        self._tell_first()

    def _tell_first(self) -> None:
        if not self._told_first and self.layout_.n and self._scene.complete:
            self._told_first = True
            QTimer.singleShot(0, self, self.firstPaintedWithThumbs.emit)

    def _moved(self) -> None:
        offset = self.scroller.offset
        self._down = offset >= self._last_offset
        self._last_offset = offset
        self._hovered = self._hovered_edge = -1
        self._scene.moved()
        self.scrubber.set_share(offset / self.scroller.end if self.scroller.end else 0.0)
        self._streaming = self._told_first and self._at_rest.isActive()
        self._at_rest.start()
        self.viewport().update()

    def _rest(self) -> None:
        """The wall stands still: paint what came while it moved, and look ahead."""
        if self._streaming:
            self._streaming = False
            self.viewport().update()
        self._scene.prefetch(self.wall, self.layout_, self.seen_window(), self._down)

    def _arrived(self, photo_id: int) -> None:
        if self._thumbs.missing(photo_id):
            self._scene.blank.discard(photo_id)
            self._tell_first()
            return
        if self._streaming:
            return  # the next frame shows it
        if photo_id in self._scene.blank and self._told_first and not self._at_rest.isActive():
            self.fades.begin(photo_id)
        self._repaint_photos([photo_id])

    def _repaint_photos(self, ids: list[int]) -> None:
        for photo_id in ids:
            for box in self._scene.seen.get(photo_id, ()):
                self.viewport().update(box)

    def _repaint_index(self, index: int) -> None:
        if index >= 0:
            x, y, width, height = self.layout_.rect_of(index)
            self.viewport().update(x + MARGIN - 4, y - self.scroller.offset - 4, width + 8, height + 8)

    # ------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_rail()
        self._lay_out(self._anchor(0) if self.scroller.offset else None, 0)

    def _place_rail(self) -> None:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setViewportMargins(RAIL_WIDTH if mirrored else 0, 0, 0 if mirrored else RAIL_WIDTH, 0)
        self.scrubber.setGeometry(0 if mirrored else self.width() - RAIL_WIDTH, 0, RAIL_WIDTH, self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (
            QEvent.Type.PaletteChange,
            QEvent.Type.ApplicationPaletteChange,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
            QEvent.Type.LayoutDirectionChange,
        )
        if event.type() in kinds:
            self._brush = None
            self.viewport().update()
            self.scrubber.update()
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._place_rail()
            self._lay_out(self._anchor(0), self.scroller.offset)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The scroller paints; Qt must not shift pixels."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
