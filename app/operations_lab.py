"""What the person does in the Lab: one function an intent. Training and comparing are works, shown in the bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.errors import Notice
from app.operations import UNDO, writable
from app.session import Session
from core.errors import ReverieError
from core.progress import Progress
from core.records_lab import Comparison, PictureGrid, Run, RunSpec

TRAINING, COMPARING = "Training", "Comparing"
RESUMABLE = ("stopped", "failed")
RESUME = ("Resume", "lab-resume")
SHOW = ("Show it", "go-lab")


def train(session: Session, spec: RunSpec, over: Callable[[], None]) -> None:
    """Train a learner in a process of its own; ``over`` is called when that has ended, well or not."""
    library = writable(session)
    if library is not None:
        _train(session, lambda progress: library.lab.start(spec, progress), over)


def resume(session: Session, run_id: str, over: Callable[[], None]) -> None:
    """Go on with a training that was stopped or failed."""
    library = writable(session)
    if library is not None:
        _train(session, lambda progress: library.lab.resume(run_id, progress), over)


def resume_latest(session: Session) -> None:
    """Go on with the newest training that did not come to its end."""
    library = writable(session)
    if library is None:
        return

    def work(progress: Progress) -> Run | None:
        waiting = (run for run in library.lab.runs() if run.state in RESUMABLE)
        run = next(waiting, None)
        return None if run is None else library.lab.resume(run.id, progress)

    _train(session, work, lambda: None)


def _train(session: Session, work: Callable[[Progress], Run | None], over: Callable[[], None]) -> None:
    done, failed = trained(session, over, "training", SHOW, RESUME)
    session.works.start(TRAINING, work, done, failed)


def trained(
    session: Session, over: Callable[[], None], what: str, show: tuple[str, str], again: tuple[str, str]
) -> tuple[Callable[[Run | None], None], Callable[[BaseException], None]]:
    """What to do when a training has ended, well or not. ``what`` is trained; ``show`` and ``again`` are the actions
    that lead to it and go on with it."""

    def done(run: Run | None) -> None:
        over()
        if run is None:
            session.tell(Notice(f"No {what} waits to be resumed.", "done"))
        else:
            session.tell(Notice(f"The {what} is done.", "done", run.message, action=show))

    def failed(error: BaseException) -> None:
        over()
        tell_failure(session, error, what, again)

    return done, failed


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
