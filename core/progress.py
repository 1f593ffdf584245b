"""One progress object for the whole core: report, pause, cancel. No Qt, no threads of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Report:
    """A snapshot of a job: ``done`` of ``total`` ``unit`` (total 0 = not known yet).

    ``rate`` is units per second over the last seconds, ``seconds_left`` None where it cannot be told. ``notice``: a
    sentence for the person, in the one report that brings it.
    """

    phase: str
    done: int
    total: int
    unit: str
    rate: float
    seconds_left: float | None
    paused: bool
    notice: str | None = None


@dataclass(slots=True)
class _Window:
    """Done counts over the last ``span`` seconds, for a rate that follows what happens now."""

    span: float = 20.0
    points: list[tuple[float, int]] = field(default_factory=list)

    def add(self, now: float, done: int) -> None:
        self.points.append((now, done))
        while len(self.points) > 2 and now - self.points[0][0] > self.span:
            self.points.pop(0)

    def rate(self) -> float:
        (t0, d0), (t1, d1) = self.points[0], self.points[-1]
        return (d1 - d0) / (t1 - t0) if t1 > t0 else 0.0


class Progress:
    """Passed to every long piece of work; the work calls ``set`` and ``check``, the owner pauses and cancels.

    ``listener`` is called with a :class:`Report` from the working thread, at most every ``interval`` seconds
    (and at every change of phase).
    """

    def __init__(
        self,
        listener: Callable[[Report], None] | None = None,
        *,
        interval: float = 0.1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener = listener
        self._interval = interval
        self._clock = clock
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._last_sent = float("-inf")
        self._phase, self._unit, self._done, self._total = "", "photos", 0, 0
        self._window = _Window()

    def phase(self, name: str, total: int = 0, unit: str = "photos") -> None:
        """Begin a named phase; counts start at zero."""
        self._phase, self._total, self._unit, self._done = name, total, unit, 0
        self._window = _Window()
        self._window.add(self._clock(), 0)
        self._send(force=True)

    def set(self, done: int, total: int | None = None) -> None:
        """Say how far the phase is."""
        self._done = done
        if total is not None:
            self._total = total
        self._window.add(self._clock(), done)
        self._send()

    def advance(self, by: int = 1) -> None:
        """``set(done + by)``."""
        self.set(self._done + by)

    def notice(self, sentence: str) -> None:
        """Tell the person something that the work goes on after: a batch halved, weights not found."""
        if self._listener is not None:
            self._listener(replace(self.report(), notice=sentence))

    def check(self) -> None:
        """Wait while paused; raise :class:`Cancelled` when cancelled. Call it between small pieces of work."""
        while not self._running.is_set():
            if self._cancelled.is_set():
                break
            self._running.wait(0.2)
        if self._cancelled.is_set():
            raise Cancelled("Cancelled")

    def cancel(self) -> None:
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        self._running.clear()
        self._send(force=True)

    def resume(self) -> None:
        self._running.set()
        self._window = _Window()
        self._window.add(self._clock(), self._done)
        self._send(force=True)

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        return not self._running.is_set()

    def report(self) -> Report:
        rate = self._window.rate() if self._window.points else 0.0
        left = (self._total - self._done) / rate if rate > 0 and self._total > 0 else None
        return Report(self._phase, self._done, self._total, self._unit, rate, left, self.paused)

    def _send(self, force: bool = False) -> None:
        now = self._clock()
        if self._listener is None or (not force and now - self._last_sent < self._interval):
            return
        self._last_sent = now
        self._listener(self.report())
