"""Photos dragged from the wall onto the sidebar: which rows take them, and what becomes of a drop."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QTimer

from app import operations_groups as say
from app.editing import Editing
from app.main_window import MainWindow
from app.models.sidebar import NEW_KIND
from app.naming import Naming
from app.navigation import Location, kind_location
from app.session import Session
from app.words import photos

MOVES = ("events", "trips", "lookalikes", "duplicates", "bursts")
OPEN_MS = 600
"""So long does one hold photos over a closed row until it opens."""


class SidebarDrop(QObject):
    """Takes photos on rows of groups (they move), of kinds (they teach) and on Kinds itself (a new kind)."""

    def __init__(self, window: MainWindow, session: Session, editing: Editing, naming: Naming) -> None:
        super().__init__(window)
        self._sidebar, self._session = window.sidebar, session
        self._editing, self._naming = editing, naming
        self._opening = QTimer(self, singleShot=True, interval=OPEN_MS)
        self._opening.timeout.connect(self._open)
        self._over: Location | None = None

    def over(self, at: QPoint, n: int) -> str | None:
        """What a drop here would do; the row that would take the photos is lit."""
        location = self._sidebar.location_at(at)
        if location != self._over:
            self._over = location
            self._opening.start()
        words = self._words(location, n) if location is not None else None
        self._sidebar.light(location if words is not None else None)
        return words

    def drop(self, at: QPoint, ids: list[int]) -> bool:
        location = self._sidebar.location_at(at)
        self.leave()
        if location is None or self._words(location, len(ids)) is None:
            return False
        if location.scope.kind != "group":
            self._naming.new_kind(ids)
        elif location.section == "kinds":
            say.teach(self._session, ids, location.scope.id, location.title)
        else:
            self._editing.drop_on_group(ids, location.scope.id, location.title)
        return True

    def leave(self) -> None:
        self._opening.stop()
        self._over = None
        self._sidebar.light(None)

    def _words(self, location: Location, n: int) -> str | None:
        if location == NEW_KIND or location == kind_location("kinds"):
            return f"A new kind from {photos(n)}"
        if location.scope.kind != "group":
            return None
        if location.section == "kinds":
            return f"{photos(n)}: {location.title}"
        return f"Move {photos(n)} to {location.title}" if location.section in MOVES else None

    def _open(self) -> None:
        if self._over is not None:
            self._sidebar.open_row(self._over)
