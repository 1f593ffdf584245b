"""Whole pictures for the viewer and the peek: decoded elsewhere, newest wish first, a few kept."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from app.thumbs.loader import step_back
from app.thumbs.requests import Requests, Ticket
from core.errors import MediaError, ReverieError
from core.records import Pixels

LoadPixels = Callable[[int, int | None], Pixels]
Wish = tuple[int, int]
"""Photo id and longest side in pixels; 0 means full size."""

FULL = 0
BUDGET = 224 << 20
THREADS = 2


class PictureLoader(QObject):
    """``want`` on the GUI thread; ``arrived`` or ``failed`` (with the reason) follow. No threads while idle.

    ``sync`` decodes within ``want`` (tests).
    """

    arrived = Signal(int, int)
    failed = Signal(int, str)
    _ready = Signal()

    def __init__(
        self, load_pixels: LoadPixels, *, sync: bool = False, budget: int = BUDGET, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._load = load_pixels
        self._sync = sync
        self._budget = budget
        self._requests: Requests[Wish] = Requests(64)
        self._pictures: OrderedDict[Wish, QPixmap] = OrderedDict()
        self._failures: dict[int, str] = {}
        self._done: deque[tuple[Ticket[Wish], QImage | str]] = deque()
        self._threads: list[threading.Thread] = []
        self._ready.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    # ------------------------------------------------------------ asking

    def want(self, photo_id: int, side: int, *, later: bool = False) -> None:
        """Fetch a picture unless it is here; ``later``: after everything else that is wanted."""
        wish = (int(photo_id), side)
        if wish in self._pictures or wish[0] in self._failures:
            return
        self._requests.push(wish, last=later)
        if self._sync:
            self._work()
            self._deliver()
        else:
            self._staff()

    def advance(self) -> None:
        """Another photo is looked at: old wishes are void unless repeated."""
        self._requests.advance()

    def picture(self, photo_id: int, side: int) -> QPixmap | None:
        wish = (int(photo_id), side)
        if wish in self._pictures:
            self._pictures.move_to_end(wish)
        return self._pictures.get(wish)

    def failure(self, photo_id: int) -> str | None:
        """Why a photo cannot be shown."""
        return self._failures.get(int(photo_id))

    def forget(self) -> None:
        """Nobody looks any more: drop pictures and wishes. Threads end by themselves."""
        self._requests.revoke(set(self._requests.pending()))
        self._pictures.clear()
        self._failures.clear()

    def close(self) -> None:
        """Forget everything and join the threads."""
        self._requests.close()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._done.clear()
        self.forget()

    # ------------------------------------------------------------ working

    def _staff(self) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) < THREADS:
            thread = threading.Thread(target=self._run, name="pictures", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        step_back()
        self._work()

    def _work(self) -> None:
        while (ticket := self._requests.pop(block=False)) is not None:
            self._done.append((ticket, self._decode(ticket.key)))
            if not self._sync:
                self._ready.emit()

    def _decode(self, wish: Wish) -> QImage | str:
        try:
            return to_image(self._load(wish[0], wish[1] or None))
        except MediaError as error:
            return error.reason
        except (ReverieError, OSError, ValueError, MemoryError) as error:
            return str(error) or type(error).__name__
        except KeyError:
            return self.tr("It is not in the library any more.")

    def _deliver(self) -> None:
        while self._done:
            ticket, answer = self._done.popleft()
            if not self._requests.finish(ticket):
                continue
            photo_id, side = ticket.key
            if isinstance(answer, str):
                self._failures[photo_id] = answer
                self.failed.emit(photo_id, answer)
            else:
                self._keep(ticket.key, QPixmap.fromImage(answer))
                self.arrived.emit(photo_id, side)

    def _keep(self, wish: Wish, pixmap: QPixmap) -> None:
        self._pictures[wish] = pixmap
        used = sum(kept.width() * kept.height() * 4 for kept in self._pictures.values())
        while used > self._budget and len(self._pictures) > 1:
            _, gone = self._pictures.popitem(last=False)
            used -= gone.width() * gone.height() * 4


def to_image(pixels: Pixels) -> QImage:
    """Decoded pixels as an image that draws quickly. ValueError where sizes disagree."""
    if len(pixels.data) != pixels.width * pixels.height * pixels.channels or pixels.channels not in (3, 4):
        raise ValueError("The decoded picture is incomplete.")
    format_ = QImage.Format.Format_RGB888 if pixels.channels == 3 else QImage.Format.Format_RGBA8888
    shared = QImage(pixels.data, pixels.width, pixels.height, pixels.width * pixels.channels, format_)
    opaque = pixels.channels == 3
    return shared.convertToFormat(QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied)
