"""Thumbnails on demand: asked for on the GUI thread, decoded elsewhere, newest request first, bounded in memory."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from app.thumbs.cache import Key, PixmapCache
from app.thumbs.decode import decode
from app.thumbs.requests import Requests, Ticket
from core.paths import thumb_path

BUCKETS = (160, 320, 512)
BUDGET = 192 << 20
MISS_SECONDS = 3.0
MISS_LIMIT = 8192
DELIVERY_MS = 16
"""Arrivals are handed over in batches this far apart, so that many of them cost one repaint."""


NICENESS = 10


def step_back() -> None:
    """Let the window's own thread go first where a thread can have a priority of its own (Linux)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class ThumbLoader(QObject):
    """``get`` and ``cell`` answer at once with what is in memory and fetch the rest; ``arrived`` says what came.

    Everything is called on the GUI thread. ``sync`` decodes within the call (tests, screenshots).
    """

    arrived = Signal(int)
    _ready = Signal()

    def __init__(
        self,
        root: Path,
        *,
        sync: bool = False,
        threads: int | None = None,
        budget: int = BUDGET,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._root = os.fspath(root)
        self._sync = sync
        self._clock = clock
        self._cache = PixmapCache(budget)
        self._requests: Requests[Key] = Requests()
        self._missed: dict[int, float] = {}
        self._done: deque[tuple[Ticket[Key], QImage | None]] = deque()
        self._told = threading.Lock()
        self._last_delivery = float("-inf")
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setTimerType(Qt.TimerType.PreciseTimer)
        self._later.timeout.connect(self._deliver)
        self._ready.connect(self._soon, Qt.ConnectionType.QueuedConnection)
        self._threads = [] if sync else self._start(threads or min(4, max(1, os.cpu_count() or 1)))

    # ------------------------------------------------------------ asking

    def get(self, photo_id: int, target_px: int) -> QPixmap | None:
        """The whole photo, its longest side at least ``target_px`` device pixels where the file has that many.

        None (or another size) while it is being fetched; the request lasts until it is served.
        """
        bucket = next((size for size in BUCKETS if size >= target_px), BUCKETS[-1])
        pixmap, _ = self._want((int(photo_id), bucket, 0, 0), lasting=True)
        return pixmap

    def cell(self, photo_id: int, width: int, height: int, version: int = 0) -> tuple[QPixmap | None, bool]:
        """The photo filling ``width`` x ``height`` device pixels, and whether it is exactly that; else what there is.

        ``version`` changes when the file on disk was replaced by a better one. Stale after :meth:`advance`.
        """
        return self._want((photo_id, width, height, version), lasting=False)

    def prefetch(self, photo_id: int, width: int, height: int, version: int = 0) -> None:
        """Want a cell once everything else is served."""
        key = (photo_id, width, height, version)
        if not self._sync and key not in self._cache and not self.missing(photo_id):
            self._requests.push(key, last=True)

    def advance(self) -> None:
        """The wall moved: cells not asked for again are not wanted any more."""
        self._requests.advance()

    def missing(self, photo_id: int) -> bool:
        """True where the file was found absent or damaged a moment ago."""
        since = self._missed.get(photo_id)
        return since is not None and self._clock() - since < MISS_SECONDS

    # ------------------------------------------------------------ life

    def invalidate(self, ids: Iterable[int]) -> None:
        """These files changed: forget their pixmaps and what is under way for them."""
        gone = {int(photo_id) for photo_id in ids}
        for photo_id in gone:
            self._cache.forget(photo_id)
            self._missed.pop(photo_id, None)
        self._requests.revoke({key for key in self._requests.pending() if key[0] in gone})

    def close(self) -> None:
        """Stop and join the threads; nothing arrives afterwards."""
        self._requests.close()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._later.stop()
        self._done.clear()

    @property
    def cached_bytes(self) -> int:
        return self._cache.bytes

    def _want(self, key: Key, lasting: bool) -> tuple[QPixmap | None, bool]:
        pixmap = self._cache.get(key)
        if pixmap is not None:
            return pixmap, True
        if not self.missing(key[0]):
            if self._sync:
                self._store(key, decode(thumb_path(self._root, key[0]), key[1], key[2]))
                pixmap = self._cache.get(key)
                if pixmap is not None:
                    return pixmap, True
            else:
                self._requests.push(key, lasting=lasting)
        return self._cache.any_of(key[0]), False

    def _start(self, count: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._work, name=f"thumbs-{i}", daemon=True) for i in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def _work(self) -> None:
        step_back()
        while (ticket := self._requests.pop()) is not None:
            photo_id, width, height, _ = ticket.key
            image = decode(thumb_path(self._root, photo_id), width, height)
            self._done.append((ticket, image))
            if self._told.acquire(blocking=False):
                self._ready.emit()

    def _soon(self) -> None:
        """Something is done: hand it over now, or together with what follows if the last time was just before."""
        since = (time.monotonic() - self._last_delivery) * 1000
        if since >= DELIVERY_MS:
            self._deliver()
        else:
            self._later.start(int(DELIVERY_MS - since) + 1)

    def _deliver(self) -> None:
        if self._told.locked():
            self._told.release()  # what is done from here on is told anew
        while self._done:
            ticket, image = self._done.popleft()
            if self._requests.finish(ticket):
                self._store(ticket.key, image)
                self.arrived.emit(ticket.key[0])
        self._last_delivery = time.monotonic()

    def _store(self, key: Key, image: QImage | None) -> None:
        if image is not None:
            self._cache.put(key, QPixmap.fromImage(image))
            return
        if len(self._missed) >= MISS_LIMIT:
            self._missed.clear()
        self._missed[key[0]] = self._clock()
