"""Where the person goes and what is shown there: joins the session's answers with the window's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QFileDialog

from app import operations
from app.actions import Actions, Needs
from app.dropping import SidebarDrop
from app.editing import Editing
from app.errors import notice_of
from app.focus import Focus
from app.leveling import Leveling
from app.levels import of_time
from app.main_window import MainWindow
from app.models.sidebar import NEW_KIND
from app.naming import Naming
from app.navigation import ALL, FIXED, FOLDERS, HEALTH, KIND_TITLES, History, Location, kind_location, parent_of
from app.session import Session
from app.theme import Choice
from app.views.states import EMPTY, State, StatePage, empty_state
from app.words import photos
from app.worklight import Worklight
from core.records import GROUP_KINDS, Change, Status, Wall
from core.records_corrections import Health

SECTIONS = {**KIND_TITLES, "folders": "Folders"}
QUESTIONS_MS = 1500
"""So long after the last change the open questions are counted."""
THEMES: tuple[Choice, ...] = ("system", "light", "dark")


class Desk(QObject):
    """The window's controller: history, pages, actions."""

    def __init__(self, window: MainWindow, session: Session, wall: Any) -> None:
        super().__init__(window)
        self.window, self.session, self.wall = window, session, wall
        self.history = History()
        self.actions: Actions | None = None
        self.focus = Focus(window, session, wall)
        self.worklight = Worklight(window, session)
        self.levels = Leveling(window, session, lambda: self.history.current)
        self.editing = Editing(window, session, self.focus, lambda: self.history.current, self.levels.position)
        self.naming = Naming(window, session, self.focus, self.editing)
        wall.carry.outside = SidebarDrop(window, session, self.editing, self.naming)
        self._reveal: int | None = None
        self._questions = QTimer(self, singleShot=True, interval=QUESTIONS_MS)
        self._questions.timeout.connect(session.read_health)
        self._wall_location: Location | None = None
        self.rooms: dict[str, Callable[[Location], None]] = {}
        self._join_session()
        self._join_window()
        self._name(ALL)
        self.levels.arrive(ALL)

    def _join_session(self) -> None:
        session = self.session
        session.opened.connect(self._opened)
        session.broken.connect(self._broken)
        session.wall_ready.connect(self.show_wall)
        session.wall_gone.connect(self._gone)
        session.status_ready.connect(self._status)
        session.groups_ready.connect(self.window.sidebar.model.set_groups)
        session.folders_ready.connect(self._folders)
        session.problems_ready.connect(self._problems)
        session.health_ready.connect(self._health)
        session.changed.connect(self._changed)
        session.noticed.connect(self.window.notify)
        session.proposed.connect(self._propose)
        session.works.queued.connect(self._work_changed)
        session.works.ended.connect(self._work_changed)

    def _join_window(self) -> None:
        window, topbar = self.window, self.window.topbar
        window.sidebar.chosen.connect(self.go)
        window.sidebar.model.wanted.connect(self._wanted)
        window.dropped.connect(self.add_folders)
        window.stepped.connect(lambda step: self.back() if step < 0 else self.forward())
        window.escaped.connect(self.escape)
        window.acted.connect(self.act)
        window.panels_changed.connect(self.focus.inspector_toggled)
        topbar.back.clicked.connect(self.back)
        topbar.forward.clicked.connect(self.forward)
        topbar.parent_wanted.connect(self.up)
        topbar.searched.connect(window.sidebar.search)
        topbar.search_entered.connect(window.sidebar.choose_first)
        self.wall.sectionActivated.connect(self._section)
        self.wall.menuWanted.connect(self._menu)
        self.wall.boundaryChosen.connect(self.focus.boundary_chosen)
        self.focus.moved.connect(self.enable)
        self.focus.wanted.connect(self.go)
        self.focus.photo_wanted.connect(self._show_on_all)
        self.editing.why_photo.connect(self.focus.why)
        self.editing.why_boundary.connect(self.why_boundary)

    # ------------------------------------------------------------ going places

    def go(self, location: Location) -> None:
        """Show a location and remember the way here."""
        if location == NEW_KIND:
            self._new_kind()
        elif self.history.visit(location) or self.focus.viewing:
            self._arrive()

    def go_to(self, name: str) -> None:
        """Go to a fixed entry of the sidebar by its name. KeyError."""
        self.go(FIXED[name] if name in FIXED else kind_location(name))

    def back(self) -> None:
        if self.history.back() is not None:
            self._arrive()

    def forward(self) -> None:
        if self.history.forward() is not None:
            self._arrive()

    def up(self) -> None:
        self.go(parent_of(self.history.current))

    def escape(self) -> None:
        """Leave what is nearest: a proposal, a message, a search, the selection."""
        search = self.window.topbar.search
        if self.window.dismiss_proposal() or self.window.dismiss_notice():
            return
        if search.text():
            search.clear()
        else:
            self.wall.clear_selection()
        self.wall.setFocus()

    def _section(self, group_id: int) -> None:
        if group_id:
            self.session.find_group(group_id, self.history.current, self.go)

    def why_boundary(self, before: int, after: int) -> None:
        """Show what speaks for and against a boundary between two neighbours in time, the older first."""
        self.focus.why_boundary(before, after)

    def show_photo_at(self, location: Location | None, photo_id: int) -> None:
        """Go to a photo in a group, or among all photos."""
        self._reveal = photo_id
        self.go(location or ALL)

    def _show_on_all(self, photo_id: int) -> None:
        self.show_photo_at(None, photo_id)

    def _arrive(self) -> None:
        location = self.history.current
        self.focus.leave_viewer()
        self._name(location)
        self.levels.arrive(location)
        self.window.sidebar.show_location(location)
        self.enable()
        self.refresh_page()

    def refresh_page(self) -> None:
        """Ask for what the present location shows."""
        location = self.history.current
        if location.page == "problems":
            self.session.read_problems()
        elif location.page == "folders":
            self.session.read_folders()
        elif location.page == "health":
            self._show_plain("health")
            self.session.read_health()
        elif location.page in self.rooms:
            self.rooms[location.page](location)
        else:
            self.session.read_wall(location, self.levels.scope(location))

    def _name(self, location: Location, detail: str = "") -> None:
        self.window.topbar.set_location(location.title, SECTIONS.get(location.section, ""), detail)
        self.window.setWindowTitle(f"{location.title} – Reverie")

    # ------------------------------------------------------------ what the session answers

    def show_wall(self, location: Location, wall: Wall) -> None:
        """Show the photos of a location, or why there are none."""
        if location != self.history.current:
            return
        detail = [photos(photo_count(location, wall)), self.levels.words(location)] if len(wall.ids) else []
        self._name(location, " · ".join(filter(None, detail)))
        if not len(wall.ids):
            self._wall_location = None
            self._show_empty(location)
            return
        self.focus.show_wall(wall, location == self._wall_location)
        self._wall_location = location
        if not self.focus.viewing:
            self._show_plain("wall")
        if self._reveal is not None:
            self.wall.set_current(self._reveal)
            self.wall.reveal(self._reveal)
            self._reveal = None
        self.enable()

    def _show_empty(self, location: Location) -> None:
        working = self.session.works.active
        if location == ALL and not working:
            self._show_plain("welcome")
        else:
            self._show_state(empty_state(location, working))

    def _show_plain(self, name: str) -> None:
        if not self.focus.viewing:
            changed = self.window.shown_page != name
            self.window.show_page(name)
            if changed:
                self.focus.page_changed()
            self.enable()

    def show_room(self, name: str) -> None:
        """Show the page of a room, which has something to show."""
        self._show_plain(name)

    def show_state(self, state: State) -> None:
        """Show why there is nothing else to see here."""
        self._show_state(state)

    def _show_state(self, state: State) -> None:
        page = self.window.page("state")
        assert isinstance(page, StatePage)
        page.show_state(state)
        self._show_plain("state")

    def _gone(self, location: Location) -> None:
        if location == self.history.current:
            self._wall_location = None
            self._show_state(EMPTY["folder" if location.section == "folders" else "group"])

    def _status(self, status: Status) -> None:
        self.window.sidebar.model.set_status(status)

    def _problems(self, found: Any) -> None:
        if self.history.current.page != "problems":
            return
        if not found:
            self._show_state(EMPTY["problems"])
            return
        page: Any = self.window.page("problems")
        page.set_problems(found)
        page.retry.setEnabled(self.session.writable)
        self._show_plain("problems")

    def _health(self, found: Health) -> None:
        self.window.sidebar.model.set_questions(len(found.questions), found.more)
        if self.history.current.page == "health":
            page: Any = self.window.page("health")
            page.set_health(found)
            self._show_plain("health")

    def _folders(self, found: Any) -> None:
        self.window.sidebar.model.set_folders(found)
        if self.history.current.page != "folders":
            return
        if not found:
            self._show_state(empty_state(FOLDERS, self.session.works.active))
            return
        page: Any = self.window.page("folders")
        page.set_folders(found)
        self._show_plain("folders")

    def _changed(self, change: Change) -> None:
        """What is on the screen first, then the sidebar and the inspector."""
        location, page = self.history.current, self.history.current.page
        touched = {
            "wall": change.photos or change.groups,
            "health": change.photos or change.groups,
            "problems": change.problems,
            "folders": change.folders or change.photos,
        }
        touched_here = touched.get(page, change.photos or change.groups)
        if touched_here and page == "wall":
            self.session.read_wall(location, self.levels.scope(location), lambda: self._refresh_beside(change))
            return
        if touched_here:
            self.refresh_page()
        self._refresh_beside(change)

    def _refresh_beside(self, change: Change) -> None:
        model = self.window.sidebar.model
        self.session.read_status()
        if change.groups:
            model.refetch([*KIND_TITLES])
            if self.history.current != HEALTH and not self.session.works.active:
                self._questions.start()
        if change.folders or change.photos:
            model.refetch(["folders"])
        self.focus.changed(change)
        location = self.history.current
        if change.groups and location.scope.kind == "group":
            self.session.find_group(location.scope.id, location, self._retitle)

    def _retitle(self, found: Location) -> None:
        """The group that is shown may have another title now."""
        before = self.history.current
        if found == before or found.scope != before.scope:
            return
        self.history.current = found
        if self._wall_location == before:
            self._wall_location = found
        self._name(found, self.window.topbar.detail.text())

    def _wanted(self, name: str) -> None:
        if name == "folders":
            self.session.read_folders()
        else:
            self.session.read_groups(name)

    def _broken(self, error: BaseException) -> None:
        self._show_state(State("problems", "The library cannot be opened", str(error)))
        self.session.tell(notice_of(error, "open the library"))

    def _opened(self) -> None:
        self.enable()
        self.window.sidebar.model.refetch()
        self.window.sidebar.model.fetch("folders")

    def _work_changed(self) -> None:
        self.enable()
        if self.window.shown_page in ("welcome", "state"):
            self.refresh_page()

    # ------------------------------------------------------------ what the person asks for

    def _menu(self, what: str, at: QPoint) -> None:
        """The menu of what was asked about on the wall; a heading is meant until the menu is gone."""
        menu = self.actions.about(what, self.window, self.window.theme) if self.actions is not None else None
        if menu is not None:
            menu.aboutToHide.connect(lambda: QTimer.singleShot(0, self.wall, self.wall.forget_asked))
            menu.popup(at)

    def _propose(self, proposal: Any) -> None:
        self.window.propose(proposal, self.wall.setFocus)

    def _new_kind(self) -> None:
        """The row "New kind …" was chosen: it asks for a name, and leads nowhere."""
        self.window.sidebar.show_location(self.history.current)
        self.naming.new_kind(self.focus.photos_meant())

    def enable(self) -> None:
        """Tell the actions what is possible now."""
        page, meant, writable = self.window.shown_page, self.focus.photos_meant(), self.session.writable
        self.levels.show(page)
        facts = {
            Needs.WRITING: writable,
            Needs.SELECTION: writable and bool(meant),
            Needs.PICKED: writable and page == "wall" and bool(meant),
            Needs.ON_WALL: writable and page == "wall",
            Needs.WALL: page == "wall",
            Needs.WITH_PHOTOS: page in ("wall", "viewer"),
            Needs.LEVEL: page == "wall" and of_time(self.history.current),
            Needs.WORK: self.session.works.active,
            Needs.PAST: bool(self.history.past),
            Needs.FUTURE: bool(self.history.future),
        }
        self.window.topbar.back.setEnabled(facts[Needs.PAST])
        self.window.topbar.forward.setEnabled(facts[Needs.FUTURE])
        if self.actions is not None:
            self.actions.enable([need for need, met in facts.items() if met])

    def act(self, name: str) -> None:
        """Do an action by its id, as a page or a notice asks."""
        if self.actions is not None:
            self.actions.trigger(name)

    def add_folders(self, folders: Sequence[Path]) -> None:
        operations.add_folders(self.session, folders)

    def choose_folder(self) -> None:
        """Let the person choose a folder, then import it."""
        chosen = QFileDialog.getExistingDirectory(self.window, "Add a folder of photos", str(Path.home()))
        if chosen:
            self.add_folders([Path(chosen)])

    def choose_theme(self, choice: Choice) -> None:
        """Follow the system, or stay light or dark, from now on."""
        self.window.settings.theme = choice
        self.window.theme.choose(choice)
        self.tick_theme()

    def tick_theme(self) -> None:
        if self.actions is not None:
            self.actions.check({f"theme-{name}": name == self.window.theme.choice for name in THEMES})


def photo_count(location: Location, wall: Wall) -> int:
    """How many photos a wall shows; one that is in several of its groups counts once."""
    several = location.scope.kind in GROUP_KINDS and wall.edges is None
    return len(np.unique(wall.ids)) if several else len(wall.ids)
