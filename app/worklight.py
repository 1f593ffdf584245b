"""Shows running work in the bar at the bottom; the bar is there only while something runs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from app import operations
from app.errors import Notice
from app.main_window import MainWindow
from app.session import Session
from core.progress import Report


class Worklight(QObject):
    """Joins the session's works with the import bar."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._bar: Any = None
        session.works.started.connect(self._started)
        session.works.reported.connect(self._reported)
        session.works.ended.connect(self._ended)
        session.works.stopped.connect(self._stopped)

    def stop(self) -> None:
        """Stop what runs; the bar says so until it has."""
        if self._session.works.active and self._bar is not None:
            self._bar.stopping()
        operations.cancel_work(self._session)

    def _make_bar(self) -> Any:
        if self._bar is None:
            from app.views.importbar import ImportBar

            self._bar = ImportBar(self._window.theme)
            self._bar.pause.connect(lambda: operations.pause_or_resume(self._session))
            self._bar.cancel.connect(self.stop)
            self._window.place_bar(self._bar)
        return self._bar

    def _started(self, name: str) -> None:
        bar = self._make_bar()
        if not self._session.works.active:
            bar.begin(name)
        bar.show()

    def _reported(self, name: str, report: Report) -> None:
        if report.notice:
            self._session.tell(Notice(report.notice, "info"))
        if self._session.works.active:
            self._make_bar().show_report(name, report)

    def _ended(self) -> None:
        if self._bar is not None:
            self._bar.hide()

    def _stopped(self, name: str) -> None:
        self._session.tell(Notice(f"{name}: stopped. What was done so far is kept.", "done"))
