"""A book of runs, for the Lab and for the Studio: what was trained, what trains now, and how a training is followed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from core.errors import Cancelled, ReverieError
from core.lab import runs
from core.lab.train import Outcome
from core.learn import process
from core.progress import Progress
from core.records_lab import Curve, PictureGrid, Run
from core.store.store import Store


class RunBook:
    """The runs of learners that are ``mine``, by name. ``busy`` is held while anything trains in the library."""

    _store: Store

    def open_book(self, store: Store, busy: threading.Lock, mine: Callable[[str], bool]) -> None:
        """Before anything else is asked."""
        self._store, self._busy, self._mine = store, busy, mine
        self._active: dict[str, Progress] = {}

    # ------------------------------------------------------------ reading

    def runs(self) -> tuple[Run, ...]:
        """Every training, the newest first; one whose folder is damaged is left out (see :meth:`notices`)."""
        found = (self._read(name) for name in runs.names(self._store.root, self._mine))
        return tuple(run for run in found if isinstance(run, Run))

    def notices(self) -> tuple[str, ...]:
        """What could not be read of the runs, as sentences."""
        found = (self._read(name) for name in runs.names(self._store.root, self._mine))
        return tuple(each for each in found if isinstance(each, str))

    def run(self, run_id: str) -> Run:
        """One training. Raises KeyError, ReverieError where it is damaged."""
        if not self._mine(runs.learner_of(run_id)):
            raise KeyError(run_id)
        alive = run_id in self._active if self._store.mode == "write" else None
        run = runs.read(self._store.root, run_id, alive)
        progress = self._active.get(run_id)
        paused = progress is not None and progress.paused
        return replace(run, state="paused") if paused and run.state == "running" else run

    def _read(self, name: str) -> Run | str | None:
        try:
            return self.run(name)
        except KeyError:
            return None
        except ReverieError as error:
            return str(error)

    def curves(self, run_id: str) -> tuple[Curve, ...]:
        """What was measured, by round, until now. Raises KeyError for what is no run's name."""
        return runs.curves(runs.folder_of(self._store.root, run_id))

    def _grid(self, run_id: str, kind: str, at: int | None) -> PictureGrid | None:
        return runs.pictures(runs.folder_of(self._store.root, run_id), kind, at)

    # ------------------------------------------------------------ training

    def _alone(self) -> Alone:
        return Alone(self._busy)

    def _stopped(self, run_id: str) -> Run:
        """A run that can go on. Raises KeyError, ReverieError."""
        run = self.run(run_id)
        if run.state in ("running", "paused"):
            raise ReverieError(f"The run {run_id} is being trained already.")
        if run.state == "done":
            raise ReverieError(f"The run {run_id} is finished.")
        return run

    def _follow(self, run: Run, work: Callable[[], Outcome], progress: Progress) -> Run:
        """Let ``work`` train a run, and keep what became of it however it ends."""
        root = self._store.root
        run = replace(run, state="running", message="")
        self._active[run.id] = progress
        try:
            runs.write(root, run)
            done = work()
            run = replace(
                run, state="done", device=done.device, photos=done.photos, held_out=done.held_out,
                epoch=done.kept.epoch, seconds=done.kept.seconds, figures=done.kept.figures or {},
            )  # fmt: skip
        except Cancelled:
            run = replace(run, state="stopped", message="Cancelled; it can go on from its last round.")
            raise
        except process.Died as error:
            run = replace(run, state="stopped", message=str(error))
            raise
        except ReverieError as error:
            run = replace(run, state="failed", message=str(error))
            raise
        finally:
            del self._active[run.id]
            spent = runs.progress_of(runs.folder_of(root, run.id)).seconds
            state = "stopped" if run.state == "running" else run.state
            runs.write(root, replace(run, state=state, seconds=max(run.seconds, spent)))
        return self.run(run.id)

    # ------------------------------------------------------------ keeping

    def note(self, run_id: str, text: str) -> Run:
        """Write a note to a run. Raises KeyError."""
        run = self.run(run_id)
        if run.state in ("running", "paused"):
            raise ReverieError("A note can be written once the training has ended or was stopped.")
        runs.write(self._store.root, replace(run, spec=replace(run.spec, note=text)))
        return self.run(run_id)

    def delete(self, run_id: str) -> None:
        """Forget a run with all it learned. Raises KeyError, ReverieError while it trains."""
        if run_id in self._active:
            raise ReverieError(f"The run {run_id} is being trained. Cancel it first.")
        if not self._mine(runs.learner_of(run_id)):
            raise KeyError(run_id)
        runs.delete(self._store.root, run_id)


class Alone:
    """The right to train: one at a time, since each would slow the other and fill memory. Others are refused."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise ReverieError("Another training runs in this library. Wait for it, or cancel it; it can go on later.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
