"""Names that the person gives: a group's title in its place, a kind of photograph chosen or added by typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app import operations_groups as say
from app.editing import Editing
from app.errors import Notice
from app.focus import Focus
from app.main_window import MainWindow
from app.session import Session
from app.words import photos


class Naming(QObject):
    """The heading's editor and the chooser of kinds; each is made when it is first needed."""

    def __init__(self, window: MainWindow, session: Session, focus: Focus, editing: Editing) -> None:
        super().__init__(window)
        self._window, self._session, self._focus, self._editing = window, session, focus, editing
        self._wall: Any = focus.wall
        self._editor: Any = None
        self._chooser: Any = None
        self._ids: list[int] = []
        session.kinds_ready.connect(self._offer)

    def rename(self) -> None:
        """Edit the title of the group that is meant, on its heading."""
        section = self._editing.section_meant()
        if self._editor is None:
            from app.wall.heading import HeadingEditor

            self._editor = HeadingEditor(self._wall)
            self._editor.renamed.connect(lambda group, title: say.rename(self._session, group, title))
        if section < 0 or not self._editor.edit(section):
            self._rename_shown()

    def _rename_shown(self) -> None:
        """The group that the whole wall shows has no heading of its own: ask for its title."""
        group, title = self._editing.group_meant()
        if group:
            chooser = self._make("Title of the group", lambda _, words: say.rename(self._session, group, words))
            chooser.ask(f"A title for {title}", [])
            chooser.field.setPlaceholderText(title)

    def mark_kind(self) -> None:
        """Ask of what kind the selected photos are."""
        self._ids = self._focus.photos_meant()
        if self._ids:
            self._session.read_kinds()

    def new_kind(self, ids: list[int]) -> None:
        """Ask for the name of a kind that these photos teach."""
        if not ids:
            advice = "Select photos of it on the wall, or drag them here."
            self._session.tell(Notice("A new kind is taught by photos.", "done", advice))
            return
        chooser = self._make("Kind of photograph", lambda _, words: say.new_kind(self._session, words, ids))
        chooser.ask(f"A new kind from {photos(len(ids))}", [])

    def _offer(self, kinds: list[tuple[str, str]]) -> None:
        ids = self._ids

        def chosen(kind: str, words: str) -> None:
            if kind:
                say.mark_kind(self._session, ids, kind, words)
            else:
                say.new_kind(self._session, words, ids)

        self._make("Kind of photograph", chosen).ask(f"{photos(len(ids))}: which kind?", kinds)

    def _make(self, name: str, chosen: Callable[[str, str], None]) -> Any:
        from app.views.chooser import Chooser

        if self._chooser is not None:
            self._chooser.deleteLater()
        self._chooser = Chooser(self._window.theme, self._window, name, "New:")
        self._chooser.chosen.connect(chosen)
        self._chooser.closed.connect(self._wall.setFocus)
        return self._chooser
