"""Joins the level slider with the wall: what level a location is shown at, and one question after the other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.levels import of_time, scope_at, snapped, usual, words_at
from app.main_window import MainWindow
from app.navigation import ALL, Location
from app.session import Session
from core.records import Scope


class Leveling(QObject):
    """``here`` says where the person is. While a wall is being cut, only the newest wish is kept for the next cut, so
    that the wall follows the hand however fast it moves."""

    def __init__(self, window: MainWindow, session: Session, here: Callable[[], Location]) -> None:
        super().__init__(window)
        self._window, self._session, self._here = window, session, here
        self._chosen: dict[Scope, float] = {ALL.scope: window.settings.level}
        self._asking = self._again = False
        window.topbar.level.moved.connect(self.move)

    def position(self, location: Location) -> float:
        """Where the slider stands for a location."""
        return self._chosen.get(location.scope, usual(location))

    def words(self, location: Location) -> str:
        """The level a location is shown at, where it is not the usual one."""
        position = snapped(self.position(location))
        return words_at(position) if of_time(location) and position != usual(location) else ""

    def scope(self, location: Location) -> Scope:
        """What to ask the library for."""
        return scope_at(location, self.position(location))

    def arrive(self, location: Location) -> None:
        """The person came to a location: show its level."""
        self._window.topbar.level.set_position(self.position(location))

    def show(self, page: str) -> None:
        """The slider is there for walls of time only."""
        self._window.topbar.show_level(page == "wall" and of_time(self._here()))

    def move(self, position: float) -> None:
        """The person chose another level for what is shown."""
        location = self._here()
        self._chosen[location.scope] = position
        if location == ALL:
            self._window.settings.level = position
        if self._asking:
            self._again = True
        else:
            self._ask()

    def _ask(self) -> None:
        location = self._here()
        if of_time(location):
            self._asking = True
            self._session.read_wall(location, self.scope(location), self._ended)

    def _ended(self) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self._ask()
