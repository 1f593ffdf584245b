"""The frame: bar, sidebar, pages, inspector, import bar, and what is laid over them. It knows widgets, not photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.errors import Notice
from app.models.sidebar import SidebarModel
from app.settings import Settings
from app.theme import INSPECTOR_WIDTH, SPACE_L, Theme
from app.views.sidebar import Sidebar
from app.views.topbar import TopBar

if TYPE_CHECKING:
    from app.operations_groups import Proposal
    from app.views.notices import Notices
    from app.views.overlays import Overlay
    from app.views.preview import Proposals

LEAST = (900, 600)
USUAL = (1440, 900)
WITH_PHOTOS = ("", "wall", "viewer", "skeleton")
"""The pages beside which the inspector has something to say."""
NARROW = 1040
"""Below this width the sidebar and the inspector share one place: the one asked for last is shown."""


class MainWindow(QMainWindow):
    """Pages and panels by name; each is made when it is first shown. ``dropped`` carries folders."""

    dropped = Signal(object)
    painted = Signal()
    stepped = Signal(int)
    escaped = Signal()
    acted = Signal(str)
    panels_changed = Signal()

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self.theme, self.settings = theme, settings
        self.on_close: Callable[[], None] = lambda: None
        self.setWindowTitle("Reverie")
        self.setMinimumSize(*LEAST)
        self.setAcceptDrops(True)
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._pages: dict[str, QWidget] = {}
        self._overlays: dict[str, Overlay] = {}
        self._notices: Notices | None = None
        self._proposals: Proposals | None = None
        self._bar: QWidget | None = None
        self._latest_panel = "sidebar"
        self._quiet = False
        self.topbar = TopBar(theme)
        self.sidebar = Sidebar(theme, SidebarModel())
        self._stack = QStackedWidget()
        self._stack.setObjectName("centre")
        self._whole = QWidget()
        self._inspector_place = QHBoxLayout()
        self._inspector_frame = QWidget()
        self._bar_place = QVBoxLayout()
        self._lay_out()
        self._restore()

    # ------------------------------------------------------------ pages and panels

    def offer(self, name: str, make: Callable[[], QWidget]) -> None:
        """Say how a page is made; it is made when it is first shown."""
        self._makers[name] = make

    def page(self, name: str) -> QWidget:
        """A page by its name, made now if need be. KeyError for an unknown one."""
        if name not in self._pages:
            self._pages[name] = self._makers[name]()
            self._stack.addWidget(self._pages[name])
        return self._pages[name]

    def made(self, name: str) -> bool:
        """Whether a page has been made yet."""
        return name in self._pages

    def show_page(self, name: str) -> None:
        page, focused = self.page(name), QApplication.focusWidget()
        leaving = self._stack.currentWidget()
        moves = page is not leaving and (focused is None or (leaving is not None and leaving.isAncestorOf(focused)))
        self._stack.setCurrentWidget(page)
        self.topbar.show_size(name == "wall")
        self.topbar.inspector.setVisible(name in WITH_PHOTOS)
        self.fit_panels()
        if moves:
            page.setFocus()

    @property
    def shown_page(self) -> str:
        """The name of the page on screen, empty before the first."""
        current = self._stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is current), "")

    def place_inspector(self, inspector: QWidget) -> None:
        self._inspector_place.addWidget(inspector)
        self.fit_panels()

    def place_bar(self, bar: QWidget) -> None:
        self._bar = bar
        self._bar_place.addWidget(bar)

    def show_quietly(self, quiet: bool) -> None:
        """Hide what is not the photo, for the viewer; and bring it back."""
        self._quiet = quiet
        self.topbar.setVisible(not quiet)
        self.fit_panels()

    def toggle_sidebar(self) -> None:
        self.settings.sidebar = not self.sidebar.isVisible()
        self._latest_panel = "sidebar"
        self.fit_panels()

    def toggle_inspector(self) -> None:
        if self.shown_page in WITH_PHOTOS:
            self.settings.inspector = not self.inspector_shown
            self._latest_panel = "inspector"
            self.fit_panels()

    @property
    def inspector_shown(self) -> bool:
        return self._inspector_frame.isVisibleTo(self._whole)

    def fit_panels(self) -> None:
        """Show the panels that are wanted and fit."""
        sidebar = self.settings.sidebar and not self._quiet
        inspector = self.settings.inspector and self.shown_page in WITH_PHOTOS
        if self.width() < NARROW and sidebar and inspector:
            sidebar, inspector = self._latest_panel == "sidebar", self._latest_panel == "inspector"
        self.sidebar.setVisible(sidebar)
        if inspector != self.inspector_shown:
            self._inspector_frame.setVisible(inspector)
            self.panels_changed.emit()

    def focus_search(self) -> None:
        if not self.sidebar.isVisible():
            self.toggle_sidebar()
        self.topbar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.topbar.search.selectAll()

    # ------------------------------------------------------------ over the window

    def notify(self, notice: Notice) -> None:
        """Show a calm message."""
        if self._notices is None:
            from app.views.notices import Notices

            self._notices = Notices(self.theme, self._whole)
            self._notices.acted.connect(self.acted)
        bar = self._bar
        self._notices.bottom = SPACE_L + (bar.height() if bar is not None and bar.isVisible() else 0)
        self._notices.show(notice)

    def dismiss_notice(self) -> bool:
        """Close the newest message; False if there is none."""
        return self._notices is not None and self._notices.dismiss()

    def propose(self, proposal: Proposal, left: Callable[[], None]) -> None:
        """Show what a correction would change besides; ``left`` is called when the question is answered."""
        if self._proposals is None:
            from app.views.preview import Proposals

            self._proposals = Proposals(self.theme, self._whole)
            self._proposals.left.connect(left)
        self._proposals.show(proposal)

    def dismiss_proposal(self) -> bool:
        """Put the proposal away without doing it; False if there is none."""
        return self._proposals is not None and self._proposals.dismiss()

    def toggle_sheet(self) -> None:
        """Show or hide the shortcut sheet."""
        from app.views.overlays import ShortcutSheet

        sheet = self._overlay("sheet", lambda: ShortcutSheet(self.theme, self._whole))
        if sheet.isVisible():
            sheet.hide()
        else:
            sheet.open()

    def _overlay(self, name: str, make: Callable[[], Overlay]) -> Overlay:
        if name not in self._overlays:
            self._overlays[name] = make()
        return self._overlays[name]

    # ------------------------------------------------------------ events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from app.views.overlays import DropZone

        if folders_in(event.mimeData().urls()):
            event.acceptProposedAction()
            self._overlay("drop", lambda: DropZone(self._whole)).open()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._overlays["drop"].hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._overlays["drop"].hide()
        event.acceptProposedAction()
        self.dropped.emit(folders_in(event.mimeData().urls()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_panels()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        steps = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}
        if event.button() in steps:
            self.stepped.emit(steps[event.button()])
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.geometry = self.saveGeometry()
        self.settings.save()
        self.hide()
        self.on_close()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._mirror()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._whole.removeEventFilter(self)
            QTimer.singleShot(0, self.painted.emit)
        return False

    # ------------------------------------------------------------ building

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.sidebar)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self._inspector_frame)
        self._inspector_frame.setObjectName("inspector")
        self._inspector_frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._inspector_frame.setFixedWidth(INSPECTOR_WIDTH)
        self._inspector_frame.setLayout(self._inspector_place)
        self._inspector_place.setContentsMargins(1, 0, 1, 0)
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.topbar)
        column.addLayout(middle, 1)
        column.addLayout(self._bar_place)
        self.setCentralWidget(self._whole)
        self._whole.installEventFilter(self)
        self._mirror()
        self.topbar.sidebar.clicked.connect(self.toggle_sidebar)
        self.topbar.inspector.clicked.connect(self.toggle_inspector)

    def _mirror(self) -> None:
        for panel in (self.sidebar, self._inspector_frame):
            panel.setProperty("mirrored", self.isRightToLeft())

    def _restore(self) -> None:
        saved = self.settings.geometry
        if saved is None or not self.restoreGeometry(saved):
            room = QApplication.primaryScreen().availableSize()
            self.resize(min(USUAL[0], room.width()), min(USUAL[1], room.height()))
        self.fit_panels()


def folders_in(urls: list[QUrl]) -> list[Path]:
    """The local folders among dragged things."""
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [path for path in paths if path.is_dir()]
