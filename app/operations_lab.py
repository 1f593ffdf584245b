"""What the person does in the Lab: one function an intent. Training and comparing are works, shown in the bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.errors import Notice
from app.operations import UNDO, writable
from app.session import Session
from core.errors import ReverieError
from core.progress import Progress
from core.records_lab import Comparison, PictureGrid, Run, RunSpec

if TYPE_CHECKING:
    from core.library import Library

TRAINING, COMPARING = "Training", "Comparing"
RESUMABLE = ("stopped", "failed")
RESUME = ("Resume", "lab-resume")
SHOW = ("Show it", "go-lab")


@dataclass(frozen=True, slots=True)
class Trainings:
    """Training in one room. ``of``: what trains there, of a library; ``work`` as the bar names it; ``what`` is trained,
    for notices; ``show``, ``again``: the actions that lead to it and go on with it. Each ``over`` is called when a
    training has ended, well or not."""

    of: Callable[[Library], Any]
    work: str
    what: str
    show: tuple[str, str]
    again: tuple[str, str]

    def train(self, session: Session, spec: Any, over: Callable[[], None]) -> None:
        """Train in a process of its own."""
        self._do(session, lambda room, progress: room.start(spec, progress), over)

    def resume(self, session: Session, run_id: str, over: Callable[[], None]) -> None:
        """Go on with a training that was stopped or failed."""
        self._do(session, lambda room, progress: room.resume(run_id, progress), over)

    def resume_latest(self, session: Session) -> None:
        """Go on with the newest training that did not come to its end."""

        def work(room: Any, progress: Progress) -> Run | None:
            run = next((run for run in room.runs() if run.state in RESUMABLE), None)
            return None if run is None else room.resume(run.id, progress)

        self._do(session, work, lambda: None)

    def _do(self, session: Session, work: Callable[[Any, Progress], Run | None], over: Callable[[], None]) -> None:
        library = writable(session)
        if library is None:
            return

        def done(run: Run | None) -> None:
            over()
            if run is None:
                session.tell(Notice(f"No {self.what} waits to be resumed.", "done"))
            else:
                session.tell(Notice(f"The {self.what} is done.", "done", run.message, action=self.show))

        def failed(error: BaseException) -> None:
            over()
            tell_failure(session, error, self.what, self.again)

        session.works.start(self.work, lambda progress: work(self.of(library), progress), done, failed)


LAB = Trainings(lambda library: library.lab, TRAINING, "training", SHOW, RESUME)


def tell_failure(session: Session, error: BaseException, what: str, again: tuple[str, str]) -> None:
    """Why a training ended, calmly: the window and the run are there as before, and it can be resumed."""
    if isinstance(error, ReverieError | ValueError | KeyError):
        said = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        session.tell(Notice(f"The {what} ended early. {said}", "problem", action=again))
    else:
        session.fail(error, "train")


def estimate(session: Session, spec: RunSpec, told: Callable[[str], None]) -> None:
    """Measure a round of training on a few photos; ``told`` is called with how long it will take, in words."""
    library = writable(session)
    if library is None:
        return

    def failed(error: BaseException) -> None:
        if isinstance(error, ReverieError | ValueError):
            told(str(error))
        else:
            session.fail(error, "measure a round")

    session.works.start("Measuring a round", lambda p: library.lab.estimate(spec, p), told, failed)


def compare(session: Session, done: Callable[[Comparison], None], over: Callable[[], None]) -> None:
    """Compare all ways to describe photos on this library."""
    library = writable(session)
    if library is None:
        return

    def answered(found: Comparison) -> None:
        over()
        done(found)

    def failed(error: BaseException) -> None:
        over()
        session.fail(error, "compare")

    session.works.start(COMPARING, library.lab.compare, answered, failed)


def use(session: Session, name: str, title: str, over: Callable[[], None]) -> None:
    """Let look-alikes and search go by a learner's vectors. ``name``: "cnn" or a run's id. Can be undone."""
    library = writable(session)
    if library is None:
        return

    def done(_: object) -> None:
        session.refresher.hasten()
        over()
        session.tell(Notice(f"Look-alikes and search go by: {title}.", "news", action=UNDO))

    session.works.start(
        "Describing photos",
        lambda progress: library.lab.use(name, progress),
        done,
        lambda error: session.fail(error, "use it"),
    )


def dream(session: Session, run_id: str, group_id: int | None, seed: int, done: Callable[[PictureGrid], None]) -> None:
    """Let a deep belief network make pictures by itself, near the photos of a group if asked."""
    library = writable(session)
    if library is not None:
        session.works.start(
            "Dreaming",
            lambda _: library.lab.dream(16, run_id=run_id, group_id=group_id, seed=seed),
            done,
            lambda error: session.fail(error, "dream"),
        )


def note(session: Session, run_id: str, text: str, over: Callable[[], None]) -> None:
    """Write a note to a run."""
    _quickly(session, lambda lab: lab.note(run_id, text), over, "keep the note")


def delete(session: Session, run_id: str, over: Callable[[], None]) -> None:
    """Forget a run with all it learned. Cannot be undone; the view has asked."""
    _quickly(session, lambda lab: lab.delete(run_id), over, "forget the run")


def _quickly(session: Session, work: Callable[[Any], object], over: Callable[[], None], doing: str) -> None:
    library = writable(session)
    if library is None:
        return

    def failed(error: BaseException) -> None:
        over()
        session.fail(error, doing)

    session.runner.submit("db", lambda _: work(library.lab), done=lambda _: over(), failed=failed)
