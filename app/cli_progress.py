"""Progress of a command on stderr, with rate and time left; silent where stderr is not a terminal. Ctrl-C cancels."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from core.progress import Progress, Report

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_JSON_SECONDS = 0.5
"""Between two reports as JSON."""


@contextmanager
def shown(as_json: bool = False) -> Iterator[Progress]:
    """A progress for one piece of work; the first Ctrl-C (or a polite kill) cancels it, the second ends the process.

    ``as_json``: as objects, one a line, whatever stderr is.
    """
    if as_json:
        progress = Progress(_tell_json, interval=_JSON_SECONDS)
        with _cancelled_by_signals(progress):
            yield progress
        return
    if not sys.stderr.isatty():
        progress = Progress(_tell)
        with _cancelled_by_signals(progress):
            yield progress
        return
    bars = _bars()
    listener = _Listener(bars)
    progress = Progress(listener)
    with bars, _cancelled_by_signals(progress):
        yield progress
        listener.finish()


def _tell_json(report: Report) -> None:
    if report.notice is not None:
        told: dict[str, object] = {"notice": report.notice}
    else:
        left = report.seconds_left
        told = {
            "phase": report.phase, "done": report.done, "total": report.total, "unit": report.unit,
            "rate": round(report.rate, 3), "seconds_left": None if left is None else round(left, 1),
        }  # fmt: skip
    sys.stderr.write(json.dumps(told, ensure_ascii=False) + "\n")


def _tell(report: Report) -> None:
    """Where no bars are drawn only sentences for the person are."""
    if report.notice is not None:
        sys.stderr.write(report.notice + "\n")


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[left]}"),
    )
    return Bars(*columns, console=Console(stderr=True), transient=False)


class _Listener:
    """Turns reports into bars, one a phase."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._phase: str | None = None
        self._task: TaskID | None = None

    def __call__(self, report: Report) -> None:
        if report.notice is not None:
            self._bars.console.print(report.notice)
        if report.phase != self._phase or self._task is None:
            self.finish()
            self._phase = report.phase
            self._task = self._bars.add_task(report.phase, total=None, rate="", left="")
        self._bars.update(
            self._task,
            completed=report.done,
            total=report.total or None,
            rate=f"{report.rate:,.0f} {report.unit}/s" if report.rate else "",
            left=time_left(report.seconds_left),
        )

    def finish(self) -> None:
        """Fill the bar of a phase that is over: the last of its reports are too close together to be sent."""
        for task in self._bars.tasks:
            if task.id == self._task and task.total is not None:
                self._bars.update(task.id, completed=task.total, left="")


def time_left(seconds: float | None) -> str:
    """Words for a remaining time: "", "7 s left", "3 min left", "2 h 5 min left"."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min left"


@contextmanager
def _cancelled_by_signals(progress: Progress) -> Iterator[None]:
    def cancel(number: int, frame: FrameType | None) -> None:
        signal.signal(number, previous[signal.Signals(number)])
        progress.cancel()

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in previous:
        signal.signal(number, cancel)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
