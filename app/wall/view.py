"""The photo wall: a million photos by arrays, painted where they are seen, never waiting for a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.thumbs.loader import ThumbLoader
from app.wall import keys
from app.wall.access import announce
from app.wall.anchor import transfer
from app.wall.boundaries import Boundaries, boundary_heights
from app.wall.carry import Carry
from app.wall.pointer import Pointer
from app.wall.scene import header_heights
from app.wall.selection import Selection
from app.wall.shift import Shift
from app.wall.surface import WallSurface
from app.wall.words import date_words
from core.records import Pixels, Wall

if TYPE_CHECKING:
    from app.wall.peek import Peek

WHEEL_ZOOM = 1.15
FEW = 1000
"""Up to so many selected photos are looked through for repeats themselves; beyond, the whole wall is, once."""


class WallView(WallSurface):
    """Photos in justified rows. Signals carry photo ids (``currentChanged`` -1 for none) and group ids.

    A boundary is named by the two photos that meet there, older and newer: ``boundaryChosen`` (0, 0: none),
    ``boundaryActivated``, and ``boundaryMoved`` with the two between which it was put. ``photosDropped`` carries ids
    and the group they were dropped on; ``menuWanted`` what was asked about ("photo", "heading", "boundary" or "") and
    a point of the screen; a heading asked about is ``asked_section``.
    ``describe``: words for a photo (date, place, kinds) that are announced to screen readers.
    ``load_pixels``: decoded pixels for the peek (photo id, longest side); without it the peek shows the thumbnail.
    Colours come from the palette, so a change of theme needs nothing else.
    """

    activated = Signal(int)
    selectionChanged = Signal()
    currentChanged = Signal(int)
    sectionActivated = Signal(int)
    boundaryChosen = Signal(int, int)
    boundaryActivated = Signal(int, int)
    boundaryMoved = Signal(int, int, int, int)
    photosDropped = Signal(object, int)
    menuWanted = Signal(str, QPoint)

    def __init__(self, thumbs: ThumbLoader, parent: QWidget | None = None) -> None:
        super().__init__(thumbs, parent)
        self.describe: Callable[[int], str] | None = None
        self.load_pixels: Callable[[int, int | None], Pixels] | None = None
        self.boundaries = Boundaries(self)
        self.shift = Shift(self)
        self.carry = Carry(self)
        self.pointer = Pointer(self)
        self.asked_section = -1
        self._waiting: Wall | None = None
        self._peek: Peek | None = None
        self._repeats: bool | None = False

    # ------------------------------------------------------------ what others ask of it

    def set_wall(self, wall: Wall, keep_position: bool = True) -> None:
        """Show other photos. ``keep_position``: what is at the top, current and selected stays so, while it exists;
        a wall that stands at its very top with nothing current follows the newest photos instead. While the person
        drags something the same place is shown on, and the new wall comes when they let go."""
        if keep_position and self.dragging:
            self._waiting = wall
            return
        self._waiting = None
        held = keep_position and (self.scroller.offset or self.picked.current >= 0)
        anchor, pair = self._current_anchor() if held else None, self.boundaries.pair()
        old, before = self.wall, self._state()
        nearby = old.ids[slice(*self._seen_range())]
        carried = self.picked.carried_over(old.ids, wall.ids) if keep_position else Selection(len(wall.ids))
        moved = transfer(anchor, old.ids, wall.ids, nearby) if anchor else None
        self.wall, self.picked = wall, carried
        self._repeats = None if wall.edges is None else False
        self._headers, self._footers = header_heights(wall), boundary_heights(wall)
        self.pointer.reset()
        self.chosen_edge, self.edge_words = self.boundaries.carried_over(wall, pair), ""
        self._hovered = self._hovered_section = self._hovered_edge = -1
        keep = self.scroller.offset if keep_position and anchor else 0
        self._lay_out(moved, keep)
        self._tell(before)
        if pair is not None and self.chosen_edge < 0:
            self.boundaryChosen.emit(0, 0)

    @property
    def dragging(self) -> bool:
        """Whether photos, a boundary or a rubber band are in hand."""
        return self.carry.active or self.shift.active or self.pointer.banding

    def let_go(self) -> None:
        """Nothing is in hand any more: show the wall that came meanwhile."""
        wall, self._waiting = self._waiting, None
        if wall is not None and not self.dragging:
            self.set_wall(wall)

    def selection(self) -> NDArray[np.int64]:
        """Ids of the selected photos, int64, in the order of the wall, each once."""
        ids = self.wall.ids[self.picked.mask]
        if self._repeats is None and len(ids) > FEW:
            self._repeats = len(np.unique(self.wall.ids)) < len(self.wall.ids)
        if self._repeats is False or len(ids) < 2:
            return ids
        _, first = np.unique(ids, return_index=True)
        return ids[np.sort(first)]

    def current(self) -> int | None:
        """Id of the photo that has the focus."""
        return int(self.wall.ids[self.picked.current]) if self.picked.current >= 0 else None

    def set_current(self, photo_id: int) -> None:
        """Give a photo the focus and select it alone; nothing happens where it is not on this wall."""
        index = self._index_of(photo_id)
        if index >= 0:
            self.choose(self.picked.only, index)

    def select_all(self) -> None:
        self.choose(self.picked.all, reveal=False)

    def clear_selection(self) -> bool:
        """Select nothing; True if something was selected."""
        return self.choose(self.picked.clear, reveal=False)

    def peek(self) -> None:
        """Show the current photo large over the wall, or put it away again."""
        if self.close_peek() or self.picked.current < 0:
            return
        if self._peek is None:
            from app.wall.peek import Peek

            self._peek = Peek(self, self._thumbs, lambda: self.load_pixels)
        self._peek.setGeometry(self.rect())
        self._peek.show_photo(int(self.wall.ids[self.picked.current]))

    def close_peek(self) -> bool:
        """Put the peek away; False if there was none."""
        if self._peek is None or not self._peek.isVisible():
            return False
        self._peek.put_away()
        return True

    # ------------------------------------------------------------ what its parts ask of it

    def choose(self, change: Callable[..., bool], *given: Any, reveal: bool = True) -> bool:
        """Apply one change of the selection, tell whom it concerns, and show the current photo."""
        before = self.picked.current
        self.boundaries.leave()
        changed = change(*given)
        if changed:
            self.selectionChanged.emit()
        if self.picked.current != before:
            self._current_moved()
        if reveal and self.picked.current >= 0:
            self.reveal_index(self.picked.current)
        self.viewport().update()
        return changed

    def activate(self, index: int) -> None:
        """Open a photo."""
        self.choose(self.picked.focus, index, reveal=False)
        self.close_peek()
        self.activated.emit(int(self.wall.ids[index]))

    def press_section(self, section: int, whole: bool) -> None:
        """A header was clicked; ``whole``: select its photos instead of opening it."""
        if whole:
            start, stop = self.wall.section_start[section : section + 2].tolist()
            self.choose(self.picked.toggle_range, start, stop, reveal=False)
        elif self.wall.section_id[section] > 0:
            self.sectionActivated.emit(int(self.wall.section_id[section]))

    def forget_asked(self) -> None:
        """The menu about a heading is gone."""
        self.asked_section = -1

    def section_of(self, index: int) -> int:
        """The section a photo stands in."""
        return int(np.searchsorted(self.wall.section_start, index, "right")) - 1

    # ------------------------------------------------------------ telling

    def _state(self) -> tuple[int | None, int]:
        return self.current(), int(np.count_nonzero(self.picked.mask))

    def _tell(self, before: tuple[int | None, int]) -> None:
        """After the wall was replaced: what of the selection is no more?"""
        current, count = self._state()
        if count != before[1]:
            self.selectionChanged.emit()
        if current != before[0]:
            self._current_moved()

    def _current_moved(self) -> None:
        photo_id = self.current()
        if photo_id is None:
            announce(self, "")
        else:
            announce(self, self._description(photo_id))
            if self._peek is not None and self._peek.isVisible():
                self._peek.show_photo(photo_id)
        self.currentChanged.emit(-1 if photo_id is None else photo_id)

    def _description(self, photo_id: int) -> str:
        if self.describe is not None:
            return self.describe(photo_id)
        return date_words(float(self.wall.local[self.picked.current]))

    # ------------------------------------------------------------ events

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hover(QPoint(-1, -1))
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1.0 + event.value(), event.position().toPoint())
            return True
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(WHEEL_ZOOM ** (turned / 120), event.position().toPoint())
        elif not event.pixelDelta().isNull():
            self.scroller.by(-event.pixelDelta().y())
        else:
            self.scroller.by(-turned / 120 * max(90.0, self._row_height * 0.7))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self, event):
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_peek()
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        what, spot = self.pointer.asked_by_key() if by_key else self.pointer.asked(event.pos())
        self.menuWanted.emit(what, self.viewport().mapToGlobal(spot))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.double(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._peek is not None:
            self._peek.setGeometry(self.rect())

    def hideEvent(self, event: QHideEvent) -> None:
        self.close_peek()
        super().hideEvent(event)
