"""The long work a person sees in the bar: imports, grouping, the sample; one runs, the rest wait their turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.jobs import Job, JobRunner, Work
from core.progress import Report


class Works(QObject):
    """``started`` and ``ended`` frame the whole queue, ``reported`` carries (name, Report) of what runs now.
    ``queued``: the queue has one more, and is active now."""

    started = Signal(str)
    queued = Signal(str)
    reported = Signal(str, object)
    ended = Signal()
    stopped = Signal(str)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._queue: list[tuple[str, Job]] = []

    @property
    def active(self) -> bool:
        return bool(self._queue)

    @property
    def paused(self) -> bool:
        return self.active and self._queue[0][1].progress.paused

    @property
    def names(self) -> tuple[str, ...]:
        """What runs, then what waits."""
        return tuple(name for name, _ in self._queue)

    def start(
        self,
        name: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Queue a work named like "Importing". It reports through its Progress; ``done`` gets its result."""
        self.started.emit(name)
        holder: list[Job] = []

        def ended() -> None:
            self._end(name, holder[0] if holder else None)

        def reported(report: Report) -> None:
            self.reported.emit(name, report)

        job = self._runner.submit("compute", work, done=done, failed=failed, ended=ended, reported=reported)
        holder.append(job)
        if self._runner.sync:
            self.ended.emit()
        else:
            self._queue.append((name, job))
            self.queued.emit(name)

    def pause(self) -> None:
        if self.active:
            self._queue[0][1].progress.pause()

    def resume(self) -> None:
        if self.active:
            self._queue[0][1].progress.resume()

    def cancel(self) -> None:
        """Stop everything that runs or waits; what is done is kept."""
        for _, job in list(self._queue):
            job.cancel()

    def _end(self, name: str, job: Job | None) -> None:
        if job is None:
            return
        self._queue = [entry for entry in self._queue if entry[1] is not job]
        if not self._queue:
            self.ended.emit()
        if job.progress.cancelled:
            self.stopped.emit(name)
