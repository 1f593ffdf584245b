"""Pages that stand where photos would: an invitation, a quiet skeleton, a reason with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.icons import pixmap
from app.navigation import Location
from app.theme import SPACE_L, SPACE_S, SPACE_XL, Theme
from app.views.widgets import button, centred, label


@dataclass(frozen=True, slots=True)
class State:
    """What an empty page says: icon, headline, one sentence, and the one button (text, action id) or None."""

    icon: str
    title: str
    text: str
    action: tuple[str, str] | None = None


ADD = ("Add a folder", "add-folder")
EVERYTHING = ("All photos", "go-all")

EMPTY = {
    "all": State(
        "photos", "No photos yet", "Add a folder, and its photos appear here. Nothing is moved or copied.", ADD
    ),
    "events": State(
        "events", "No events yet", "Events are found once photos have dates. They appear when an import is done.", ADD
    ),
    "trips": State(
        "trips", "No trips yet", "Trips are found from photos with places: days spent away from where most are taken."
    ),
    "places": State(
        "places", "No places yet", "Places are found from photos that say where they were taken. None do so far."
    ),
    "kinds": State(
        "kinds", "No kinds yet", "Kinds, such as landscapes, food or documents, appear when an import is done."
    ),
    "topics": State(
        "topics",
        "No topics",
        "What captions, keywords and names of folders speak of is gathered here, where there are enough words.",
    ),
    "lookalikes": State(
        "lookalikes", "No look-alikes", "Photos that resemble each other are gathered here when an import is done."
    ),
    "duplicates": State(
        "duplicates", "No duplicates", "No photo is here twice. Copies and near-copies would be shown side by side."
    ),
    "identical": State(
        "identical",
        "No identical files",
        "No file is here twice. Files that are the same byte for byte are listed here.",
    ),
    "odd": State("odd", "Nothing odd", "No photo stands out: dates, places and looks agree with what is around them."),
    "bursts": State("bursts", "No bursts", "Photos taken within moments of each other are gathered here."),
    "group": State(
        "photos", "This group is no more", "The photos were grouped anew and are in other groups now.", EVERYTHING
    ),
    "folder": State("folder", "No photos in here", "This folder and those below it hold no photos that could be read."),
    "ids": State("search", "Nothing found", "No photo matches."),
    "problems": State("check", "No problems", "Every file that was found could be read."),
    "folders": State("folder", "No folders yet", "Add a folder of photos. They stay where they are.", ADD),
}

WORKING = State("clock", "On the way", "The import is running. What is found appears here as it comes.")


def empty_state(location: Location, working: bool) -> State:
    """What to say where a location has nothing to show."""
    state = EMPTY.get(location.scope.kind, EMPTY["all"])
    if working and location.scope.kind not in ("problems", "folder", "group"):
        return State(state.icon, WORKING.title, WORKING.text)
    return state


class StatePage(QWidget):
    """Shows one :class:`State` in the middle; ``acted`` is called with the id of its action."""

    def __init__(self, theme: Theme, acted: Callable[[str], object]) -> None:
        super().__init__()
        self._theme, self._acted = theme, acted
        self._state = EMPTY["all"]
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label("", "title", wrap=True)
        self._text = label("", "muted", wrap=True)
        self._button: QPushButton = button("", "", self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        column.addStretch(4)
        column.addWidget(self._icon)
        column.addSpacing(SPACE_S)
        column.addLayout(centred(self._title, 440))
        column.addLayout(centred(self._text, 440))
        column.addSpacing(SPACE_L)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(5)
        theme.changed.connect(lambda _: self._tint())

    @property
    def state(self) -> State:
        return self._state

    def show_state(self, state: State) -> None:
        self._state = state
        self._title.setText(state.title)
        self._text.setText(state.text)
        self._button.setVisible(state.action is not None)
        if state.action is not None:
            self._button.setText(state.action[0])
            self._button.setAccessibleName(state.action[0])
        self._tint()

    def _tint(self) -> None:
        drawn = pixmap(self._state.icon, self._theme.tokens.control, 48, self.devicePixelRatio())
        self._icon.setPixmap(drawn)

    def _act(self) -> None:
        if self._state.action is not None:
            self._acted(self._state.action[1])


class Skeleton(QWidget):
    """Quiet blocks where photos are about to be, for the moment before a wall is known."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Loading photos")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.placeholder))
        shapes = (1.5, 0.75, 1.33, 1.78, 1.0, 1.5, 0.67, 1.33, 1.5)
        painter.drawRoundedRect(QRectF(16, 20, 180, 14), 4, 4)
        y, turn = 48.0, 0
        while y < self.height():
            x = 8.0
            while x < self.width():
                width = 168 * shapes[turn % len(shapes)]
                painter.drawRect(QRectF(x, y, min(width, self.width() - x - 8), 168))
                x, turn = x + width + 4, turn + 1
            y, turn = y + 172, turn + 4
