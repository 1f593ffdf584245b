"""Reading again and again what changes while it is looked at: one reading at a time, none more often than useful."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Steady(QObject):
    """``read`` is called with what it must call when its reading is over, well or not."""

    def __init__(self, parent: QObject, read: Callable[[Callable[[], None]], None], interval_ms: int) -> None:
        super().__init__(parent)
        self._read = read
        self._reading = self._again = False
        self._timer = QTimer(self, singleShot=True, interval=interval_ms)
        self._timer.timeout.connect(self.ask)

    def ask(self) -> None:
        """Read now; what is asked for while a reading is under way is read after it."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._read(self._over)

    def soon(self) -> None:
        """Read within the interval."""
        if not self._timer.isActive():
            self._timer.start()

    def _over(self) -> None:
        self._reading = False
        if self._again:
            self._timer.start()
