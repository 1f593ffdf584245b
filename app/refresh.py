"""When to read the library again: changes are merged, and a refresh never takes more than a tenth of the time."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.records import Change

LEAST_SECONDS = 0.5
SHARE = 10.0
EVERYTHING = Change(photos=True, groups=True, problems=True, folders=True)


def merge(one: Change, other: Change) -> Change:
    """Both changes as one; the ids of a change that names none mean "any", so they are dropped."""
    named = tuple(dict.fromkeys((*one.ids, *other.ids))) if one.ids and other.ids else ()
    return Change(
        photos=one.photos or other.photos,
        groups=one.groups or other.groups,
        problems=one.problems or other.problems,
        folders=one.folders or other.folders,
        ids=named,
    )


class Refresher(QObject):
    """``hear`` may be called from any thread; ``due`` comes on the GUI thread with all changes since the last one.

    The first change after a rest is due at once, the next after ``max(0.5 s, 10 x the time the last refresh took)``;
    what the person did themselves is due at once (``hasten``).
    """

    due = Signal(object)
    _heard = Signal(object)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._pending: Change | None = None
        self._took = 0.0
        self._last: float | None = None
        self._hastened: float | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._fire)
        self._heard.connect(self._merge, Qt.ConnectionType.QueuedConnection)

    def hear(self, change: Change) -> None:
        self._heard.emit(change)

    def took(self, seconds: float) -> None:
        """How long reading and showing took, for the next interval."""
        self._took = seconds

    @property
    def interval(self) -> float:
        """Least seconds between two refreshes."""
        return max(LEAST_SECONDS, SHARE * self._took)

    def stop(self) -> None:
        self._timer.stop()
        self._pending = None

    def hasten(self) -> None:
        """The person did something and waits to see it: show the change that was heard, or that will be heard next."""
        if self._pending is None:
            self._hastened = self._clock()
        else:
            self._timer.start(0)

    def _merge(self, change: Change) -> None:
        self._pending = change if self._pending is None else merge(self._pending, change)
        if self._hastened is not None and self._clock() - self._hastened < LEAST_SECONDS:
            self._timer.start(0)
        elif not self._timer.isActive():
            wait = 0.0 if self._last is None else self._last + self.interval - self._clock()
            self._timer.start(max(0, round(wait * 1000)))
        self._hastened = None

    def _fire(self) -> None:
        change, self._pending = self._pending, None
        self._last = self._clock()
        if change is not None:
            self.due.emit(change)
