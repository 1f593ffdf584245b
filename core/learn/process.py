"""Training runs in a process of its own: the window stays smooth, and a crash there takes nothing with it."""

from __future__ import annotations

import multiprocessing
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
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_child, args=(there, function, task), name="learning", daemon=True)
    process.start()
    there.close()
    try:
        answer: R = _follow(here, process, progress)
        return answer
    finally:
        here.close()
        process.join(timeout=5.0)
        if process.is_alive():
            process.kill()
            process.join()


def _follow(here: Connection, process: Any, progress: Progress) -> Any:
    phase = ""
    while True:
        try:
            if not here.poll(_POLL):
                if progress.cancelled:
                    raise Cancelled("Cancelled")
                continue
            kind, value = here.recv()
        except (EOFError, ConnectionError) as error:
            process.join(timeout=5.0)
            raise Died(f"The learning ended by itself (code {process.exitcode}); nothing was lost.") from error
        if kind == "report":
            phase = _pass_on(value, phase, progress)
            progress.check()
            here.send("go")
        elif kind == "error":
            raise value
        else:
            return value


def _pass_on(report: Report, phase: str, progress: Progress) -> str:
    if report.phase != phase:
        progress.phase(report.phase, report.total, report.unit)
    progress.set(report.done, report.total)
    return report.phase


def _child(there: Connection, function: Callable[[Any, Progress], Any], task: Any) -> None:
    """Runs in the new process. Every report waits for the parent's word, so that a pause there is a pause here."""
    follow_parent()

    def tell(report: Report) -> None:
        try:
            there.send(("report", report))
            there.recv()
        except (EOFError, OSError) as error:  # the parent has gone on without us
            raise Cancelled("Cancelled") from error

    try:
        answer = ("done", function(task, Progress(tell, interval=_INTERVAL)))
    except ReverieError as error:
        answer = ("error", error)
    try:
        there.send(answer)
    except OSError:
        return
