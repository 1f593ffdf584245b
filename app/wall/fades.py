"""Thumbnails that arrive on a wall already seen come up within an eighth of a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.theme import FADE_MS

FRAME_MS = 16


class Fades(QObject):
    """``tick`` carries the photos that are still coming up, so that just these are painted again."""

    tick = Signal(object)

    def __init__(
        self, parent: QObject, duration_ms: int = FADE_MS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self.duration_ms = duration_ms
        self._clock = clock
        self._began: dict[int, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._step)

    def begin(self, photo_id: int) -> None:
        """A photo comes up from now on (unless animations are off)."""
        if self.duration_ms <= 0:
            return
        self._began.setdefault(photo_id, self._clock())
        if not self._timer.isActive():
            self._timer.start()

    def shown(self, photo_id: int) -> float:
        """How far a photo has come up, in [0, 1]."""
        began = self._began.get(photo_id)
        if began is None:
            return 1.0
        return min(1.0, (self._clock() - began) * 1000 / self.duration_ms)

    def clear(self) -> None:
        self._began.clear()
        self._timer.stop()

    def _step(self) -> None:
        going = list(self._began)
        for photo_id in going:
            if self.shown(photo_id) >= 1.0:
                del self._began[photo_id]
        if not self._began:
            self._timer.stop()
        self.tick.emit(going)
