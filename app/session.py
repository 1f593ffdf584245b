"""One open library as the window sees it: opened late, read in lanes, refreshed as it changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import Notice, notice_of
from app.jobs import Job, JobRunner
from app.navigation import Location, group_location
from app.refresh import EVERYTHING, Refresher
from app.works import Works
from core.errors import LibraryLocked, MediaError
from core.progress import Progress
from core.records import GROUP_KINDS, Change, Pixels, Scope, Wall

if TYPE_CHECKING:
    from core.library import Library

PATIENCE_S = 30.0
WARM_AFTER_MS = 1500
"""The window has long been painted by then."""


class Session(QObject):
    """Answers come as signals on the GUI thread. ``library`` is None until ``opened``."""

    opened = Signal()
    broken = Signal(object)
    wall_ready = Signal(object, object)
    wall_gone = Signal(object)
    status_ready = Signal(object)
    groups_ready = Signal(str, object)
    folders_ready = Signal(object)
    kinds_ready = Signal(object)
    problems_ready = Signal(object)
    details_ready = Signal(object)
    similar_ready = Signal(int, object)
    versions_ready = Signal(int, object)
    why_ready = Signal(object)
    why_boundary_ready = Signal(object)
    health_ready = Signal(object)
    health_broken = Signal(object)
    changed = Signal(object)
    proposed = Signal(object)
    noticed = Signal(object)

    def __init__(self, root: Path, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.root = root
        self.runner = runner
        self.works = Works(runner, self)
        self.refresher = Refresher(self)
        self.library: Library | None = None
        self.read_only = False
        self._ready = threading.Event()
        self._closed = False
        self._opening: Job | None = None
        self.refresher.due.connect(self._refresh_due)
        runner.failed.connect(self.fail)

    # ------------------------------------------------------------ life

    def open(self) -> None:
        """Open the library in the db lane; then ``opened`` (or ``broken``)."""
        self._opening = self.runner.submit(
            "db", lambda _: _open_library(self.root), done=self._opened, failed=self._broken
        )

    def release(self) -> None:
        """Let those go that wait for the library to open; it is about to close."""
        self._ready.set()

    def close(self) -> None:
        """Cancel and await every job, then close the library. What an import has done is kept."""
        if self._closed:
            return
        self._closed = True
        self._ready.set()
        self.refresher.stop()
        self.works.cancel()
        self.runner.close()
        library = self.library if self.library is not None else self._opened_too_late()
        self.library = None
        if library is not None:
            library.close()

    def _opened_too_late(self) -> Library | None:
        """The library, where the window was closed while it was being opened."""
        future = self._opening.future if self._opening is not None else None
        if future is None or future.cancelled() or future.exception() is not None:
            return None
        library: Library = future.result()[0]
        return library

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def writable(self) -> bool:
        return self.library is not None and not self.read_only

    def fail(self, error: BaseException, doing: str = "") -> None:
        """Tell the person about an error."""
        self.noticed.emit(notice_of(error, doing))

    def tell(self, notice: Notice) -> None:
        self.noticed.emit(notice)

    def _opened(self, answer: tuple[Library, LibraryLocked | None]) -> None:
        self.library, locked = answer
        self.read_only = locked is not None
        self.library.listen(self.refresher.hear)
        self._ready.set()
        self.opened.emit()
        self.changed.emit(EVERYTHING)
        if locked is None:
            library = self.library
            self.runner.submit("db", lambda _: library.refresh_presence())
            QTimer.singleShot(WARM_AFTER_MS, self, self.warm)
        if locked is not None:
            self.tell(
                Notice(
                    f"This library is being changed by {locked.owner}.",
                    "info",
                    "You can look at everything; changes need the other program to finish.",
                )
            )

    def warm(self) -> None:
        """Load what a first correction would wait for, beside what the window does."""
        library = self.library
        if library is not None and not self._closed:
            self.runner.submit("compute", lambda _: library.warm())

    def _broken(self, error: BaseException) -> None:
        self._ready.set()
        self.broken.emit(error)

    def _refresh_due(self, change: Change) -> None:
        if not self._closed:
            self.changed.emit(change)

    # ------------------------------------------------------------ reading

    def read_wall(
        self, location: Location, scope: Scope | None = None, ended: Callable[[], None] | None = None
    ) -> None:
        """Ask for a wall; only the newest question is answered, by ``wall_ready``(location, Wall).

        ``scope``: another than the location's own (the same photos at another level); ``ended`` is called in any case.
        """
        wanted = scope or location.scope

        def work(library: Library) -> tuple[Wall, float]:
            begun = time.perf_counter()
            return library.wall(wanted), time.perf_counter() - begun

        def done(answer: tuple[Wall, float]) -> None:
            shown = time.perf_counter()
            self.wall_ready.emit(location, answer[0])
            self.refresher.took(answer[1] + time.perf_counter() - shown)

        def failed(error: BaseException) -> None:
            if isinstance(error, KeyError):
                self.wall_gone.emit(location)
            else:
                self.fail(error, "show these photos")

        self._read("wall", work, done, failed, ended)

    def read_status(self) -> None:
        self._read("status", lambda library: library.status(), self.status_ready.emit)

    def read_groups(self, kind: str) -> None:
        self._read(
            f"groups:{kind}", lambda library: library.groups(kind), lambda found: self.groups_ready.emit(kind, found)
        )

    def read_kinds(self) -> None:
        """Every kind of photograph as (name, title), those that the person taught included."""
        self._read("kinds", lambda library: library.kinds(), self.kinds_ready.emit)

    def read_folders(self) -> None:
        self._read("folders", lambda library: library.folders(), self.folders_ready.emit)

    def read_problems(self) -> None:
        self._read("problems", lambda library: library.problems(), self.problems_ready.emit)

    def read_details(self, photo_id: int) -> None:
        """Details of one photo. A photo that is gone meanwhile is passed over."""
        self._read("details", lambda library: library.photo(photo_id), self.details_ready.emit, _passed_over)

    def read_similar(self, photo_id: int) -> None:
        """The look-alikes of one photo; none while it has no vector."""
        self._read(
            "similar",
            lambda library: library.similar(photo_id, 7),
            lambda found: self.similar_ready.emit(photo_id, found),
            lambda error: self.similar_ready.emit(photo_id, []),
        )

    def read_versions(self, photo_id: int) -> None:
        """The enlarged versions in a photo's stack."""
        self._read(
            "versions",
            lambda library: library.studio.versions(photo_id),
            lambda found: self.versions_ready.emit(photo_id, found),
            _passed_over,
        )

    def read_why(self, photo_id: int) -> None:
        """Why a photo is where it is. A photo that is gone meanwhile is passed over."""
        self._read("why", lambda library: library.why(photo_id), self.why_ready.emit, _passed_over)

    def read_why_boundary(self, before: int, after: int) -> None:
        """What speaks for and against a boundary between two neighbours in time."""
        self._read(
            "why", lambda library: library.why_boundary(before, after), self.why_boundary_ready.emit, _passed_over
        )

    def read_health(self) -> None:
        """What the program is unsure of."""
        self._read("health", lambda library: library.health(), self.health_ready.emit, self.health_broken.emit)

    def forget_details(self) -> None:
        """Nobody waits for details any more."""
        self.runner.outdate("details")
        self.runner.outdate("similar")
        self.runner.outdate("why")
        self.runner.outdate("versions")

    def find_group(self, group_id: int, near: Location, found: Callable[[Location], None]) -> None:
        """Look a group up by its id, first among the kind that ``near`` shows; then ``found``(its location)."""
        kinds = sorted(GROUP_KINDS, key=lambda kind: kind != near.scope.kind)

        def work(library: Library) -> Location | None:
            groups = (group for kind in kinds for group in library.groups(kind))
            return next((group_location(group) for group in groups if group.id == group_id), None)

        self._read("find-group", work, lambda location: found(location) if location is not None else None)

    def pixels(self, photo_id: int, max_side: int | None) -> Pixels:
        """A decoded picture, for the viewer's threads; waits until the library is open. MediaError."""
        self._ready.wait(PATIENCE_S)
        library = self.library
        if library is None:
            raise MediaError("read", "The library is not open")
        try:
            return library.pixels(photo_id, max_side)
        except KeyError as error:
            raise MediaError("read", "The photo is no longer in the library") from error

    def _read(self, key: str, work: Any, done: Any, failed: Any = None, ended: Any = None) -> None:
        library = self.library
        if library is None or self._closed:
            if ended is not None:
                ended()
            return

        def run(progress: Progress) -> Any:
            progress.check()
            return work(library)

        self.runner.submit("io", run, key=key, done=done, failed=failed, ended=ended)


def _passed_over(error: BaseException) -> None:
    """What was asked about is gone; whoever asked has moved on."""


def _open_library(root: Path) -> tuple[Library, LibraryLocked | None]:
    """The library, for writing if it is free and for reading if another process writes it. LibraryError."""
    from core.library import Library  # SQLAlchemy: not on the way to the first window

    try:
        return Library.open(root), None
    except LibraryLocked as locked:
        return Library.open(root, mode="read"), locked
