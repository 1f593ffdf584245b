"""Training runs in a process of its own: the window stays smooth, and a crash there takes nothing with it."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from core.errors import Cancelled, ReverieError
from core.progress import Progress, Report
from core.workers import follow_parent

T = TypeVar("T")
R = TypeVar("R")
_POLL = 0.2
_INTERVAL = 0.2


class Died(ReverieError):
    """The process ended without a word: a crash, or the system took its memory back."""


def run(function: Callable[[T, Progress], R], task: T, progress: Progress) -> R:
    """``function(task, progress)`` in a spawned process; its reports, and pause and cancel, travel both ways.

    Raises what the function raised of ReverieError, Cancelled when the person cancelled, Died if the process did.
    """
    aside = Aside()
    try:
        return aside.run(function, task, progress)
    finally:
        aside.close()


class Aside:
    """A process that works off one task after the other and keeps what it has loaded; it starts with the first task,
    anew after one that was cancelled or ended it, and ends with :meth:`close`. Every method is safe from any thread."""

    def __init__(self, name: str = "learning") -> None:
        self._name, self._turn = name, threading.Lock()
        self._here: Connection | None = None
        self._process: Any = None

    def run(self, function: Callable[[T, Progress], R], task: T, progress: Progress) -> R:
        """As :func:`run`."""
        with self._turn:
            try:
                kind, value = self._answer((function, task), progress)
            except BaseException:
                self._end()
                raise
        if kind == "error":
            raise value
        answer: R = value
        return answer

    def close(self) -> None:
        """End the process; it may be started again."""
        with self._turn:
            self._end()

    def _answer(self, what: tuple[Any, Any], progress: Progress) -> tuple[str, Any]:
        if self._here is not None and not self._process.is_alive():
            self._end()
        if self._here is None:
            context = multiprocessing.get_context("spawn")
            self._here, there = context.Pipe()
            self._process = context.Process(target=_child, args=(there,), name=self._name, daemon=True)
            self._process.start()
            there.close()
        try:
            self._here.send(what)
        except ConnectionError as error:
            raise self._died() from error
        return self._follow(self._here, progress)

    def _follow(self, here: Connection, progress: Progress) -> tuple[str, Any]:
        phase = ""
        while True:
            try:
                if not here.poll(_POLL):
                    if progress.cancelled:
                        raise Cancelled("Cancelled")
                    continue
                kind, value = here.recv()
            except (EOFError, ConnectionError) as error:
                raise self._died() from error
            if kind != "report":
                return kind, value
            phase = _pass_on(value, phase, progress)
            progress.check()
            here.send("go")

    def _died(self) -> Died:
        self._process.join(timeout=5.0)
        return Died(f"The {self._name} ended by itself (code {self._process.exitcode}); nothing was lost.")

    def _end(self) -> None:
        if self._here is None:
            return
        self._here.close()
        self._process.join(timeout=5.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._here = None


def _pass_on(report: Report, phase: str, progress: Progress) -> str:
    if report.notice is not None:
        progress.notice(report.notice)
        return phase
    if report.phase != phase:
        progress.phase(report.phase, report.total, report.unit)
    progress.set(report.done, report.total)
    return report.phase


def _child(there: Connection) -> None:
    """Runs in the new process, until the parent closes the pipe. Every report waits for the parent's word, so that a
    pause there is a pause here."""
    follow_parent()

    def tell(report: Report) -> None:
        try:
            there.send(("report", report))
            there.recv()
        except (EOFError, OSError) as error:  # the parent has gone on without us
            raise Cancelled("Cancelled") from error

    while True:
        try:
            function, task = there.recv()
        except (EOFError, OSError):
            return
        try:
            answer = ("done", function(task, Progress(tell, interval=_INTERVAL)))
        except ReverieError as error:
            answer = ("error", error)
        try:
            there.send(answer)
        except OSError:
            return
