"""The one place that builds and joins the window's objects; what the first painted wall can do without comes later."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import errors
from app.desk import Desk
from app.jobs import JobRunner
from app.main_window import MainWindow
from app.navigation import ALL, Location
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from app.thumbs.loader import ThumbLoader
from app.views.states import Skeleton, StatePage
from app.wall.view import WallView
from core.paths import DATABASE
from core.store import snapshot

if TYPE_CHECKING:
    from app.views.viewer import Viewer

OPEN_AFTER_MS = 150
"""The longest wait for the first thumbnails before the database is opened in the background."""


def build(library_root: Path, folders: Sequence[Path] = (), *, sync: bool = False) -> MainWindow:
    """The whole window over a library, painted from its saved wall; the library opens after the first paint.

    ``folders`` are imported then. ``sync``: open at once and run every job to its end as it is asked for (tests).
    Needs a QApplication.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    settings = Settings(library_root)
    theme = Theme(application, settings.theme)
    theme.apply()
    window = MainWindow(theme, settings)
    session = Session(library_root, JobRunner(sync=sync, parent=window), window)
    thumbs = ThumbLoader(library_root, sync=sync)
    wall = WallView(thumbs)
    wall.set_row_height(settings.row_height)
    desk = Desk(window, session, wall)
    window.topbar.set_row_height(settings.row_height)
    wall.describe = lambda photo_id: _words(session, photo_id)
    wall.load_pixels = session.pixels
    _offer_pages(window, desk, thumbs)
    window.page("wall")
    _first_page(desk, library_root)
    window.on_close = _closing(desk, thumbs)
    session.opened.connect(lambda: desk.add_folders(folders) if folders else None)
    if sync:
        _furnish(desk)
        session.open()
    else:
        _open_after_paint(desk)
    return window


def run(library_root: Path, folders: Sequence[Path] = ()) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("reverie")
    application.setApplicationDisplayName("Reverie")
    application.setDesktopFileName("reverie")
    if QLocale().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    window = build(library_root, folders)
    if os.environ.get("REVERIE_STARTUP_TRACE"):
        from app.wall import trace
        from app.wall.surface import WallSurface

        wall = window.page("wall")
        if isinstance(wall, WallSurface):
            trace.follow(wall)
    restore = errors.install_hook(window.notify)
    window.show()
    try:
        return int(application.exec())
    finally:
        restore()


def _open_after_paint(desk: Desk) -> None:
    """Furnish and open once the wall has its first thumbnails, or soon after the first paint where it has none."""
    begun: list[bool] = []

    def begin() -> None:
        if not begun and not desk.session.closed:
            begun.append(True)
            _furnish(desk)
            desk.session.open()

    desk.wall.firstPaintedWithThumbs.connect(begin)
    desk.window.painted.connect(lambda: QTimer.singleShot(OPEN_AFTER_MS, desk, begin))


def _furnish(desk: Desk) -> None:
    """What the first paint did without: actions, menu, the inspector."""
    from app.actions import Actions

    desk.actions = Actions(desk.window, desk)
    desk.window.topbar.set_menu(desk.actions.menu(desk.window))
    desk.tick_theme()
    desk.enable()
    desk.focus.inspector_toggled()


def _first_page(desk: Desk, root: Path) -> None:
    saved = snapshot.load(root)
    if saved is not None and len(saved.ids):
        desk.show_wall(ALL, saved)
    elif os.path.exists(root / DATABASE):
        desk.window.show_page("skeleton")
    else:
        desk.window.show_page("welcome")
    desk.window.sidebar.show_location(ALL)
    desk.window.page(desk.window.shown_page).setFocus()


def _closing(desk: Desk, thumbs: ThumbLoader) -> Callable[[], None]:
    def close() -> None:
        desk.session.release()
        for name in ("viewer", "sets"):
            if desk.window.made(name):
                page: Any = desk.window.page(name)
                page.shut()
        thumbs.close()
        desk.session.close()

    return close


def _offer_pages(window: MainWindow, desk: Desk, thumbs: ThumbLoader) -> None:
    theme, session = window.theme, desk.session

    def welcome() -> QWidget:
        from app.views.welcome import WelcomePage

        page = WelcomePage(theme)
        page.acted.connect(desk.act)
        return page

    def problems() -> QWidget:
        from app.views.problems import ProblemsPage

        return ProblemsPage(theme, lambda: desk.act("retry"))

    def folders() -> QWidget:
        from app import operations
        from app.views.folders import FoldersPage

        page = FoldersPage(theme)
        page.acted.connect(desk.act)
        page.opened.connect(desk.go)
        page.removed.connect(lambda folder_id, name: operations.remove_folder(session, folder_id, name))
        return page

    def health() -> QWidget:
        from app import operations_review
        from app.views.health import HealthPage

        page = HealthPage(theme, thumbs)
        page.acted.connect(desk.act)
        page.photo_wanted.connect(desk.focus.show_photo)
        page.answered.connect(lambda key, said: operations_review.answer(session, key, said, page.settled))
        page.wanted.connect(session.read_health)
        session.health_broken.connect(page.show_broken)
        return page

    window.offer("health", health)
    window.offer("wall", lambda: desk.wall)
    window.offer("skeleton", lambda: Skeleton(theme))
    window.offer("state", lambda: StatePage(theme, desk.act))
    window.offer("welcome", welcome)
    window.offer("problems", problems)
    window.offer("folders", folders)
    window.offer("viewer", lambda: _viewer(desk, thumbs))
    _offer_rooms(window, desk, thumbs)


def _offer_rooms(window: MainWindow, desk: Desk, thumbs: ThumbLoader) -> None:
    """The pages of sets and of odd photos, each with the room behind it; made when the person first goes there."""

    def sets() -> QWidget:
        from app.views.sets import SetsPage

        return SetsPage(window.theme, thumbs, desk.session.pixels, sync=desk.session.runner.sync)

    def odd() -> QWidget:
        from app.views.odd import OddPage

        return OddPage(window.theme, thumbs)

    def lab() -> QWidget:
        from app.lab.page import LabPage

        return LabPage(window.theme, thumbs)

    def studio() -> QWidget:
        from app.studio.page import StudioPage

        return StudioPage(window.theme, thumbs)

    made: dict[str, Any] = {}

    def show(name: str, location: Location) -> None:
        if name not in made:
            made[name] = _room_of(name)(desk, window.page(name))
        made[name].refresh(location)

    window.offer("sets", sets)
    window.offer("odd", odd)
    window.offer("lab", lab)
    window.offer("studio", studio)
    desk.rooms = {name: partial(show, name) for name in ("sets", "odd", "lab", "studio")}


def _room_of(name: str) -> Callable[[Desk, Any], Any]:
    """The class of the room behind a page."""
    if name == "lab":
        from app.lab.room import LabRoom

        return LabRoom
    if name == "studio":
        from app.studio.room import StudioRoom

        return StudioRoom
    from app.rooms import OddRoom, SetsRoom

    return SetsRoom if name == "sets" else OddRoom


def _viewer(desk: Desk, thumbs: ThumbLoader) -> Viewer:
    from app.looking import LookingRoom
    from app.views.viewer import Viewer

    viewer = Viewer(
        thumbs, desk.session.pixels, lambda photo_id: _words(desk.session, photo_id), sync=desk.session.runner.sync
    )
    viewer.closed.connect(desk.focus.leave_viewer)
    viewer.currentChanged.connect(desk.focus.view)
    LookingRoom(desk, viewer)
    return viewer


def _words(session: Session, photo_id: int) -> str:
    """A photo's name, date, place and kinds, a line each; empty while the library is not open."""
    from app.views.facts import describe

    rows = session.library.rows([photo_id]) if session.library is not None else []
    return describe(rows[0]) if rows else ""
