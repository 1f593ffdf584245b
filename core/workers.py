"""A pool of decoding processes that outlives its workers: a crash or a hang costs one file, not the run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from core.errors import ReverieError
from core.progress import Progress

T = TypeVar("T")
R = TypeVar("R")

HANG_SECONDS = 180.0
"""A single task that takes longer than this is given up."""


def cores() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def follow_parent() -> None:
    """End with the parent, however it ends, so that a killed import leaves no orphans; Ctrl-C is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), name="follow-parent", daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)


@dataclass(frozen=True, slots=True)
class Lost(Generic[T]):
    """A task that ended with its worker: ``reason`` is a sentence for the problem list."""

    task: T
    reason: str


class WorkerPool:
    """Runs a plain function over tasks in spawned processes, keeping at most ``lookahead`` of them under way."""

    def __init__(self, workers: int | None = None, *, hang_seconds: float = HANG_SECONDS) -> None:
        self.workers = workers or cores()
        self._hang_seconds = hang_seconds
        self._context = multiprocessing.get_context("spawn")
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> WorkerPool:
        self._started()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self, function: Callable[[], object]) -> None:
        """Start all workers now, so that they load the module of ``function`` while the caller does other things."""
        for _ in range(self.workers):
            self._started().submit(function)

    def close(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def map(
        self, function: Callable[[T], R], tasks: Iterable[T], progress: Progress, *, lookahead: int | None = None
    ) -> Iterator[tuple[T, R | Lost[T]]]:
        """Yield (task, result) as results come, in any order. ``tasks`` is read no further than ``lookahead`` ahead.

        Raises :class:`core.errors.Cancelled` when ``progress`` is cancelled; tasks under way are then dropped. Raises
        ReverieError where worker processes end as soon as they are started: no file is to blame for that.
        """
        limit = lookahead or 3 * self.workers
        source = iter(tasks)
        running: dict[Future[R], tuple[T, float]] = {}
        suspects: deque[T] = deque()
        exhausted = False
        while running or suspects or not exhausted:
            progress.check()
            while not exhausted and not suspects and len(running) < limit:
                task = next(source, _END)
                if isinstance(task, _End):
                    exhausted = True
                    break
                future = self._submit(function, task)
                if future is None:
                    suspects.append(task)
                else:
                    running[future] = (task, time.monotonic())
            if running:
                yield from self._collect(running, suspects)
            elif suspects:
                task = suspects.popleft()
                yield task, self._alone(function, task)

    def _collect(
        self, running: dict[Future[R], tuple[T, float]], suspects: deque[T]
    ) -> Iterator[tuple[T, R | Lost[T]]]:
        done, _ = wait(running, timeout=0.25, return_when=FIRST_COMPLETED)
        for future in done:
            task, _started = running.pop(future)
            try:
                yield task, future.result()
            except BrokenProcessPool:
                suspects.append(task)
        if suspects or self._hanging(running):
            suspects.extend(task for task, _started in running.values())
            running.clear()
            self._restart()

    def _hanging(self, running: dict[Future[R], tuple[T, float]]) -> bool:
        oldest = min((started for _task, started in running.values()), default=time.monotonic())
        return time.monotonic() - oldest > self._hang_seconds

    def _alone(self, function: Callable[[T], R], task: T) -> R | Lost[T]:
        """Run a task that was under way when a worker died by itself, to find out whether it was the cause."""
        future = self._submit(function, task)
        if future is None:
            return Lost(task, "The decoding process could not be started for this file.")
        try:
            return future.result(timeout=self._hang_seconds)
        except BrokenProcessPool:
            self._restart()
            self._check_they_start()
            return Lost(task, "The decoder crashed on this file.")
        except TimeoutError:
            self._restart()
            return Lost(task, f"The decoder did not finish this file within {self._hang_seconds:.0f} seconds.")

    def _check_they_start(self) -> None:
        try:
            self._started().submit(cores).result(timeout=self._hang_seconds)
        except (BrokenProcessPool, TimeoutError) as error:
            self._restart()
            raise ReverieError(
                "The processes that decode photos end as soon as they are started. Photos not looked at yet wait for"
                " the next import; restarting the computer, or freeing memory, may help."
            ) from error

    def _submit(self, function: Callable[[T], R], task: T) -> Future[R] | None:
        try:
            return self._started().submit(function, task)
        except BrokenProcessPool:
            self._restart()
            return None

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(self.workers, mp_context=self._context, initializer=follow_parent)
        return self._executor

    def _restart(self) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        processes: list[BaseProcess] = list((executor._processes or {}).values())
        for process in processes:
            process.kill()
        executor.shutdown(wait=True, cancel_futures=True)


class _End:
    """Marks the end of the tasks."""


_END = _End()
