"""Which photo is meant: selection on the wall, the photo in the viewer, and the inspector that tells of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app import operations, operations_groups
from app.main_window import MainWindow
from app.session import Session
from app.settings import ROW_HEIGHTS
from core.records import Change, PhotoDetails, Wall
from core.records_corrections import Why, WhyBoundary
from core.records_studio import Version

SIZE_STEP = 1.2


class Focus(QObject):
    """``moved`` says that something else is selected or viewed now; ``wanted`` carries a Location to go to;
    ``photo_wanted`` a photo that is not on the present wall."""

    moved = Signal()
    wanted = Signal(object)
    photo_wanted = Signal(int)

    def __init__(self, window: MainWindow, session: Session, wall: Any) -> None:
        super().__init__(window)
        self._window, self._session, self.wall = window, session, wall
        self._inspector: Any = None
        self._viewed: int | None = None
        self._why_wanted: int | None = None
        self._wall: Wall | None = None
        session.details_ready.connect(self._details)
        session.similar_ready.connect(self._similar)
        session.versions_ready.connect(self._versions)
        session.why_ready.connect(self._why)
        session.why_boundary_ready.connect(self._why_boundary)
        wall.activated.connect(self.open_photo)
        wall.selectionChanged.connect(self._selected)
        wall.rowHeightChanged.connect(self._resized)
        window.topbar.sized.connect(wall.set_row_height)

    @property
    def viewing(self) -> bool:
        return self._viewed is not None

    def photos_meant(self) -> list[int]:
        """Ids that an action on photos works on: the photo in the viewer, else the selection."""
        if self._viewed is not None:
            return [self._viewed]
        return [int(photo_id) for photo_id in self.wall.selection()] if self._window.shown_page == "wall" else []

    def show_wall(self, wall: Wall, same_place: bool) -> None:
        """Put photos on the wall, at the same position if it is the same place."""
        if self._wall is not wall:
            self._wall = wall
            self.wall.set_wall(wall, keep_position=same_place)
            self._selected()

    def changed(self, change: Change) -> None:
        """Photos changed: forget their thumbnails, read the inspector's photo again."""
        if change.photos and change.ids:
            self.wall.invalidate_thumbs(np.asarray(change.ids, np.int64))
        meant, pair = self.photos_meant(), self.wall.boundaries.pair()
        if pair is not None and not self.viewing:
            self.boundary_chosen(*pair)
        if len(meant) == 1 and (change.groups or not change.ids or meant[0] in change.ids):
            self._inspect(meant[0], afresh=change.groups)

    # ------------------------------------------------------------ the viewer

    def open_photo(self, photo_id: int) -> None:
        """Show one photo of the wall as large as the window."""
        ids = self._wall.ids if self._wall is not None else np.zeros(0, np.int64)
        found = np.flatnonzero(ids == photo_id)
        if not len(found):
            return
        viewer: Any = self._window.page("viewer")
        self._viewed = photo_id
        viewer.open(ids, int(found[0]))
        self._window.show_page("viewer")
        self._window.show_quietly(True)
        viewer.setFocus()
        self._inspect(photo_id)
        self.moved.emit()

    def leave_viewer(self, photo_id: int | None = None) -> None:
        """Back to the wall, at the photo seen last."""
        if self._viewed is None:
            return
        seen, self._viewed = (self._viewed if photo_id is None else photo_id), None
        self._window.show_quietly(False)
        self._window.show_page("wall")
        self.wall.set_current(seen)
        self.wall.reveal(seen)
        self.wall.setFocus()
        self._selected()

    def view(self, photo_id: int) -> None:
        """The viewer moved on to another photo."""
        if self._viewed is not None:
            self._viewed = photo_id
            self._inspect(photo_id)
            self.moved.emit()

    def show_photo(self, photo_id: int) -> None:
        """Go to one photo from the inspector: in the viewer if it is open, on the wall otherwise."""
        on_wall = self._wall is not None and bool((self._wall.ids == photo_id).any())
        if not on_wall or self._window.shown_page not in ("wall", "viewer"):
            self.photo_wanted.emit(photo_id)
        elif self.viewing:
            self.open_photo(photo_id)
        else:
            self.wall.set_current(photo_id)
            self.wall.reveal(photo_id)

    # ------------------------------------------------------------ the inspector

    def page_changed(self) -> None:
        """Another page is shown; what is selected on a wall out of sight is not meant."""
        if not self.viewing:
            self._tell()

    def inspector_toggled(self) -> None:
        """The inspector may have come into sight: make it, and fill it."""
        if self._window.inspector_shown:
            self._make_inspector()
            self._tell()

    def why(self, photo_id: int) -> None:
        """Show in the inspector why a photo is where it is."""
        self._open_inspector()
        self._why_wanted = photo_id
        self._session.read_why(photo_id)

    def why_boundary(self, before: int, after: int) -> None:
        """Show in the inspector what speaks for and against a boundary."""
        self._open_inspector()
        self._session.read_why_boundary(before, after)

    def boundary_chosen(self, before: int, after: int) -> None:
        """Another boundary is chosen on the wall, (0, 0) for none: its evidence, while the inspector is there."""
        if self._inspector is not None and self._window.inspector_shown:
            if before:
                self._session.read_why_boundary(before, after)
            else:
                self._tell()

    def _open_inspector(self) -> None:
        if not self._window.inspector_shown:
            self._window.toggle_inspector()

    def _why(self, why: Why) -> None:
        if self._inspector is not None and why.photo_id in self.photos_meant():
            self._inspector.show_why(why, focus=self._why_wanted == why.photo_id)
            self._why_wanted = None

    def _why_boundary(self, why: WhyBoundary) -> None:
        if self._inspector is not None:
            self._inspector.show_boundary(why)

    def _make_inspector(self) -> None:
        if self._inspector is not None:
            return
        from app.views.inspector import Inspector

        made = Inspector(self._window.theme, self._session.runner, str(self._session.root))
        made.rated.connect(lambda stars: operations.rate(self._session, self.photos_meant(), stars))
        made.group_wanted.connect(self.wanted)
        made.photo_wanted.connect(self.show_photo)
        made.acted.connect(self._window.acted)
        made.forget_wanted.connect(lambda correction_id: operations_groups.forget(self._session, correction_id))
        self._inspector = made
        self._window.place_inspector(made)

    def _selected(self) -> None:
        self._tell()
        self.moved.emit()

    def _tell(self) -> None:
        meant = self.photos_meant()
        if len(meant) == 1:
            self._inspect(meant[0])
        elif self._inspector is not None:
            self._session.forget_details()
            self._inspector.show_nothing(len(meant))

    def _inspect(self, photo_id: int, *, afresh: bool = True) -> None:
        """Read a photo's details; its look-alikes too (a search over all vectors) if ``afresh``."""
        if self._inspector is None or not self._window.inspector_shown:
            return
        self._session.read_details(photo_id)
        self._session.read_versions(photo_id)
        if afresh:
            self._session.read_similar(photo_id)
            self._session.read_why(photo_id)

    def _details(self, details: PhotoDetails) -> None:
        if self._inspector is not None and self.photos_meant() == [details.row.id]:
            self._inspector.show_details(details)

    def _similar(self, photo_id: int, found: list[tuple[int, float]]) -> None:
        if self._inspector is not None:
            self._inspector.show_similar(photo_id, found)

    def _versions(self, photo_id: int, found: tuple[Version, ...]) -> None:
        if self._inspector is not None:
            self._inspector.show_versions(photo_id, found)

    # ------------------------------------------------------------ size

    def resize_photos(self, direction: int) -> None:
        """One step larger (1) or smaller (-1)."""
        wanted = round(self.wall.row_height() * SIZE_STEP**direction)
        self.wall.set_row_height(min(max(wanted, ROW_HEIGHTS[0]), ROW_HEIGHTS[1]))

    def _resized(self, px: int) -> None:
        self._window.settings.row_height = px
        self._window.topbar.set_row_height(px)
