"""What the person says of groups: which photos, group or boundary is meant, and the operation that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app import operations_groups as say
from app.errors import Notice
from app.focus import Focus
from app.levels import STOPS, level_to_cut, level_to_join, of_time
from app.main_window import MainWindow
from app.navigation import Location
from app.session import Session
from app.words import photos

PAIRED = ("lookalikes", "duplicates", "bursts")
"""Kinds of groups of which a person can say that two photos belong together or do not."""


class Editing(QObject):
    """``why_photo`` and ``why_boundary`` ask for the evidence; everything else becomes a correction.

    ``here``: where the person is; ``position``: of the level slider there.
    """

    why_photo = Signal(int)
    why_boundary = Signal(int, int)

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        focus: Focus,
        here: Callable[[], Location],
        position: Callable[[Location], float],
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._focus = window, session, focus
        self._here, self._position = here, position
        self._held: list[int] = []
        self.wall: Any = focus.wall
        self.wall.boundaryActivated.connect(self.why_boundary)
        self.wall.boundaryMoved.connect(self._move_boundary)
        self.wall.photosDropped.connect(self.drop_on_group)

    # ------------------------------------------------------------ boundaries

    def split(self) -> None:
        """Begin another group with the current photo."""
        wall, index = self.wall.wall, self._index()
        if index < 0 or not self._in_time():
            self._tell("Choose a photo among events or trips first.", "The group is split before that photo.")
            return
        if index == wall.section_start[self.wall.section_of(index)]:
            self._tell("This photo begins its group already.", "Choose a later one.")
            return
        ids = wall.ids
        say.split(self._session, int(ids[index]), int(ids[index - 1]), level_to_cut(self._level()))

    def merge(self) -> None:
        """Merge what lies either side of the chosen boundary, the groups of the selection, or the current photo's group
        with the one above it."""
        sections = self._sections_meant()
        if len(sections) < 2:
            self._tell("There is nothing to merge here.", "Choose a boundary, or photos of two groups.")
            return
        ids = [int(group) for group in self.wall.wall.section_id[sections]]
        exact = not self._in_time() or self._level() == STOPS.index("events")
        if exact and all(group > 0 for group in ids):
            say.merge(self._session, ids)
        elif len(sections) == 2 and sections[1] == sections[0] + 1:
            self._pin_at(sections[0], False)
        else:
            self._tell("Only neighbours can be merged at this level.", "Choose the boundary between the two.")

    def pin(self, on: bool) -> None:
        """Hold the chosen boundary, or do away with it."""
        if self.wall.chosen_edge < 0:
            self._tell("Choose a boundary first.", "Ctrl+Down goes to the next one.")
        else:
            self._pin_at(self.wall.chosen_edge, on)

    def _pin_at(self, section: int, on: bool) -> None:
        pair = self.wall.boundaries.pair_of(section)
        if pair is None or not all(pair):
            self._tell("These two do not follow each other in time.")
            return
        level = level_to_cut(self._level()) if on else level_to_join(self._level())
        say.pin(self._session, pair[0], pair[1], on, level)

    def _move_boundary(self, before: int, after: int, new_before: int, new_after: int) -> None:
        level = level_to_cut(self._level())
        say.move_boundary(self._session, before, after, new_before, new_after, level)

    # ------------------------------------------------------------ photos

    def why(self) -> None:
        """Ask for the evidence: of the chosen boundary, else of the photo that is meant."""
        pair = self.wall.boundaries.pair() if not self._focus.viewing else None
        meant = self._focus.photos_meant()
        current = self.wall.current()
        if pair is not None:
            self.why_boundary.emit(*pair)
        elif len(meant) == 1 or (meant and current not in meant):
            self.why_photo.emit(meant[0])
        elif current is not None:
            self.wall.set_current(current)
            self.why_photo.emit(current)

    def not_this(self) -> None:
        """Take the selected photos out of the group they are shown in."""
        ids, (group, title) = self._focus.photos_meant(), self._group_meant()
        if group:
            say.not_this(self._session, ids, group, title)
        else:
            self._tell("These photos are in no group here.")

    def cover(self) -> None:
        """Let the current photo stand for its group."""
        (group, _), index = self._group_meant(), self._index()
        if group and index >= 0:
            say.cover(self._session, group, int(self.wall.wall.ids[index]))
        else:
            self._tell("This photo is in no group here.")

    def alike(self, are: bool) -> None:
        """The selected photos are the same, or are not."""
        ids = self._focus.photos_meant()
        if len(ids) < 2:
            self._tell("Select two photos or more.", "Then say whether they are the same.")
            return
        location = self._here()
        shown = location.section if location.scope.kind == "group" else location.scope.kind
        kind = shown if shown in PAIRED else "duplicates"
        (say.same if are else say.different)(self._session, ids, kind)

    def drop_on_group(self, ids: list[int], group_id: int, title: str = "") -> None:
        """Move photos to a group that they were dropped on."""
        if not title:
            at = np.flatnonzero(self.wall.wall.section_id == group_id)
            title = self.wall.wall.titles[int(at[0])] if len(at) else ""
        say.move(self._session, ids, group_id, title)

    def pick_up(self) -> None:
        """Take the selected photos in hand, to be put elsewhere by key."""
        self._held = self._focus.photos_meant()
        self._tell(f"{photos(len(self._held))} picked up.", "Go to a photo of another group and press Ctrl+V.")

    def put_here(self) -> None:
        """Move what was picked up to the group of the current photo."""
        group, title = self._group_meant()
        if not self._held:
            self._tell("Nothing was picked up.", "Select photos and press Ctrl+X first.")
        elif not group:
            self._tell("There is no group here.")
        else:
            say.move(self._session, self._held, group, title)
            self._held = []

    # ------------------------------------------------------------ what is meant

    def group_meant(self) -> tuple[int, str]:
        """Id and title of the group that an action on groups works on; (0, "") where there is none."""
        return self._group_meant()

    def section_meant(self) -> int:
        """The section whose heading was asked about, else the current photo's, else the first that is seen; or -1."""
        view = self.wall
        if view.asked_section >= 0:
            return int(view.asked_section)
        index = self._index()
        if index >= 0:
            return int(view.section_of(index))
        return int(view.layout_.section_at(view.scroller.offset)) if len(view.wall.ids) else -1

    def _group_meant(self) -> tuple[int, str]:
        section, location = self.section_meant(), self._here()
        if section >= 0 and self.wall.wall.section_id[section] > 0:
            return int(self.wall.wall.section_id[section]), self.wall.wall.titles[section]
        if location.scope.kind == "group":
            return location.scope.id, location.title
        return 0, ""

    def _sections_meant(self) -> list[int]:
        view = self.wall
        if view.chosen_edge >= 0:
            return [view.chosen_edge, view.chosen_edge + 1]
        if view.asked_section >= 0:
            return [view.asked_section - 1, view.asked_section] if view.asked_section and self._in_time() else []
        chosen = view.picked.indices()
        starts = view.wall.section_start
        sections = np.unique(np.searchsorted(starts, chosen, "right") - 1).tolist()
        if len(sections) > 1:
            return [int(section) for section in sections]
        section = self.section_meant()
        return [section - 1, section] if section > 0 and self._in_time() else []

    def _index(self) -> int:
        return int(self.wall.picked.current)

    def _level(self) -> float:
        return self._position(self._here())

    def _in_time(self) -> bool:
        return of_time(self._here())

    def _tell(self, text: str, advice: str = "") -> None:
        self._session.tell(Notice(text, "done", advice))
