"""Jobs: plain functions that take a Progress, run in lanes off the GUI thread, answered on the GUI thread.

Lanes: ``db`` (one thread: opening, rating, undo), ``io`` (two threads: reading walls, details, thumbnails),
``compute`` (one thread: import, grouping, the sample). Jobs with the same ``key`` are generations of one question:
only the newest is answered. ``sync=True`` runs each job to its end inside ``submit``, for tests.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from core.errors import Cancelled
from core.progress import Progress, Report

LANES = {"db": 1, "io": 2, "compute": 1}

Work = Callable[[Progress], Any]


@dataclass(eq=False, slots=True)
class Job:
    """One submitted piece of work. ``progress`` pauses, resumes and cancels it."""

    serial: int
    lane: str
    key: str | None
    progress: Progress
    done: Callable[[Any], None] | None
    failed: Callable[[BaseException], None] | None
    ended: Callable[[], None] | None
    reported: Callable[[Report], None] | None
    future: Future[Any] = field(default_factory=Future)

    def cancel(self) -> None:
        """Stop it: at once if it still waits, at its next check if it runs. Safe to call twice."""
        self.progress.cancel()
        self.future.cancel()


class JobRunner(QObject):
    """Owner of all threads of the window. ``failed`` carries errors that no job handled itself."""

    failed = Signal(object)
    _ended = Signal(object)
    _reported = Signal(object, object)

    def __init__(self, *, sync: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sync = sync
        self._serials = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._live: dict[int, Job] = {}
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._closed = False
        self._gui = threading.get_ident()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._reported.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        lane: str,
        work: Work,
        *,
        key: str | None = None,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        ended: Callable[[], None] | None = None,
        reported: Callable[[Report], None] | None = None,
    ) -> Job:
        """Run ``work(progress)`` in a lane. Callbacks come on the GUI thread: ``reported`` while it runs, then ``done``
        with the result or ``failed`` with the error (neither when cancelled or outdated), then always ``ended``."""
        serial = next(self._serials)
        reports: list[Report] = []
        job = Job(serial, lane, key, Progress(), done, failed, ended, reported)
        listen = reports.append if self.sync else (lambda report: self._reported.emit(job, report))
        job.progress = Progress(listen if reported else None)
        self._outdate(key, serial)
        self._live[serial] = job
        job.future = self._pool(lane).submit(work, job.progress)
        if self.sync:
            wait_for([job.future])
            for report in reports:
                self._report(job, report)
            self._deliver(job)
        else:
            job.future.add_done_callback(lambda _: self._ended.emit(job))
        return job

    def close(self) -> None:
        """Cancel everything, wait for what runs, and end all threads. Nothing is answered afterwards."""
        self._closed = True
        for job in list(self._live.values()):
            job.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        self._pools.clear()
        self._live.clear()

    @property
    def busy(self) -> bool:
        """Whether any job has not been answered yet."""
        return bool(self._live)

    def outdate(self, key: str) -> None:
        """Drop whatever still answers this question."""
        self._outdate(key, next(self._serials))

    def _outdate(self, key: str | None, serial: int) -> None:
        if key is None:
            return
        previous = self._live.get(self._newest.get(key, 0))
        if previous is not None:
            previous.cancel()
        self._newest[key] = serial

    def _pool(self, lane: str) -> ThreadPoolExecutor:
        if self._closed:
            raise RuntimeError("The job runner is closed")
        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(LANES[lane], thread_name_prefix=f"reverie-{lane}")
        return self._pools[lane]

    def _stale(self, job: Job) -> bool:
        return self._closed or (job.key is not None and self._newest.get(job.key) != job.serial)

    def _report(self, job: Job, report: Report) -> None:
        if job.reported is not None and not self._stale(job) and job.serial in self._live:
            job.reported(report)

    def _deliver(self, job: Job) -> None:
        self._live.pop(job.serial, None)
        if self._closed:
            return
        if not self._stale(job) and not job.future.cancelled():
            self._answer(job)
        if job.ended is not None:
            job.ended()

    def _answer(self, job: Job) -> None:
        error = job.future.exception()
        if error is None:
            if job.done is not None:
                job.done(job.future.result())
        elif isinstance(error, Cancelled):
            return
        elif job.failed is not None:
            job.failed(error)
        else:
            self.failed.emit(error)
