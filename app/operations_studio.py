"""What the person does in the Studio, and what leads there: one function an intent. Training and enlarging are works,
shown in the bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.errors import Notice
from app.operations import UNDO, writable
from app.operations_lab import Trainings
from app.session import Session
from app.words import count, photos
from core.progress import Progress
from core.records import Change, Scope
from core.records_studio import EnlargeReport, Exported, ImaginePlan, Made, Projection, StudioSpec

TRAINING, ENLARGING, SEEKING = "Training a generator", "Enlarging", "Seeking a photo"
RESUME = ("Resume", "studio-resume")
SHOW = ("Show it", "go-studio")
FAILURES = 3
"""So many photos that could not be enlarged are named in a notice."""


# ---------------------------------------------------------------- ways here


def enlarge_these(desk: Any) -> None:
    """Put the photos that are meant into the queue of what is enlarged, and show it."""
    ids = desk.focus.photos_meant()
    page = _studio(desk)
    page.enlarge_these(ids)


def train_on_this(desk: Any) -> None:
    """Show what can be trained on the photos that are selected, else on the group that is meant."""
    picked = desk.focus.photos_meant()
    group, title = desk.editing.group_meant()
    if len(picked) > 1:
        place = (f"{photos(len(picked))} selected", Scope("ids", ids=tuple(picked)))
    elif group:
        place = (title, Scope("group", group))
    else:
        location = desk.history.current
        place = (location.title, location.scope)
    page = _studio(desk)
    page.train_on(place)


def imagine(desk: Any) -> None:
    """More pictures like those of the group that is meant, where a generator knows it; else how to train one."""
    group, title = desk.editing.group_meant()
    session = desk.session
    library = session.library
    if not group or library is None:
        session.tell(Notice("There is no group here to imagine more of.", "done", "Choose a photo of an event first."))
        return

    def done(plan: ImaginePlan) -> None:
        page = _studio(desk)
        page.imagine(plan, title)

    session.runner.submit(
        "io",
        lambda _: library.studio.imagine(group),
        key="imagine",
        done=done,
        failed=lambda error: session.fail(error, "look for a generator"),
    )


def _studio(desk: Any) -> Any:
    """The page of the Studio, shown."""
    desk.go_to("studio")
    return desk.window.page("studio")


# ---------------------------------------------------------------- training


STUDIO = Trainings(lambda library: library.studio, TRAINING, "generator", SHOW, RESUME)


def estimate(session: Session, spec: StudioSpec, told: Callable[[str], None]) -> None:
    """Measure some steps of training; ``told`` is called with how long it will take, in words."""
    library = writable(session)
    if library is not None:
        session.works.start(
            "Measuring some steps",
            lambda progress: library.studio.estimate(spec, progress),
            told,
            lambda error: told(str(error)),
        )


def note(session: Session, run_id: str, text: str, over: Callable[[], None]) -> None:
    """Write a note to a run."""
    _quickly(session, lambda studio: studio.note(run_id, text), lambda _: over(), "keep the note", over)


def delete(session: Session, run_id: str, over: Callable[[], None]) -> None:
    """Forget a generator. Cannot be undone; the view has asked. What was kept of its pictures stays."""
    _quickly(session, lambda studio: studio.delete(run_id), lambda _: over(), "forget the generator", over)


# ---------------------------------------------------------------- generating


def project(
    session: Session, run_id: str, photo_id: int, condition: str | None, done: Callable[[Projection], None]
) -> None:
    """Seek a photo among the pictures that a generator can make."""
    library = writable(session)
    if library is not None:
        session.works.start(
            SEEKING,
            lambda progress: library.studio.project(run_id, photo_id, progress, condition=condition),
            done,
            lambda error: session.fail(error, "find the photo in the generator"),
        )


def keep(
    session: Session,
    pictures: Any,
    run_id: str,
    how: str,
    points: Sequence[Any],
    settings: dict[str, Any],
    done: Callable[[], None],
) -> None:
    """Keep generated pictures, uint8 [n, h, w, 3], in the collection."""

    def kept(made: tuple[Made, ...]) -> None:
        done()
        told = f"{count(len(made), 'picture', 'pictures')} kept in the collection."
        session.tell(Notice(told, "news", "It never mixes with your photos.", action=UNDO))

    _quickly(session, lambda studio: studio.keep(pictures, run_id, how, points, settings), kept, "keep the pictures")


def forget(session: Session, ids: Sequence[str], done: Callable[[], None]) -> None:
    """Take pictures out of the collection. Can be undone."""

    def gone(_: Change) -> None:
        done()
        told = f"{count(len(ids), 'picture', 'pictures')} taken out of the collection."
        session.tell(Notice(told, "news", action=UNDO))

    _quickly(session, lambda studio: studio.forget(list(ids)), gone, "take the pictures out")


def export(session: Session, ids: Sequence[str], folder: Path) -> None:
    """Write pictures of the collection into a folder; they say in their metadata what they are."""

    def done(found: Exported) -> None:
        told = f"{count(len(found.paths), 'picture', 'pictures')} written to {folder.name}."
        kind = "problem" if found.failed else "done"
        session.tell(Notice(told, kind, " ".join(reason for _, reason in found.failed[:FAILURES])))

    _quickly(session, lambda studio: studio.export(list(ids), folder), done, "write the pictures")


def animation(session: Session, frames: Any, path: Path, run_id: str) -> None:
    """Write a walk as an animation, in the format that the path's ending says."""
    told = Notice(f"The walk was written to {path.name}.", "done")
    _quickly(
        session,
        lambda studio: studio.animation(frames, path, run_id=run_id),
        lambda _: session.tell(told),
        "write the animation",
    )


# ---------------------------------------------------------------- enlarging


def enlarge(
    session: Session,
    ids: Sequence[int],
    model: str,
    scale: int,
    strength: float,
    file: Path | None,
    done: Callable[[EnlargeReport], None],
    over: Callable[[], None],
) -> None:
    """Enlarge a queue of photos. Originals stay as they are; each result is a file of its own."""
    library = writable(session)
    if library is None:
        return

    def work(progress: Progress) -> EnlargeReport:
        return library.studio.enlarge(list(ids), model, scale, strength=strength, file=file, progress=progress)

    def answered(report: EnlargeReport) -> None:
        over()
        done(report)
        session.refresher.hasten()
        session.tell(enlarged_notice(report))

    def failed(error: BaseException) -> None:
        over()
        session.fail(error, "enlarge the photos")

    session.works.start(ENLARGING, work, answered, failed)


def enlarged_notice(report: EnlargeReport) -> Notice:
    """What came of a queue."""
    text = f"{photos(len(report.done))} enlarged." if report.done or not report.failed else "No photo was enlarged."
    if not report.failed:
        return Notice(text, "news", "Each is a version beside its photo, marked as made by a model.", action=UNDO)
    reasons = " ".join(reason for _, reason in report.failed[:FAILURES])
    left = f"{photos(len(report.failed))} could not be."
    return Notice(text, "problem", f"{left} {reasons}", action=UNDO if report.done else None)


def forget_versions(session: Session, ids: Sequence[int], done: Callable[[], None]) -> None:
    """Take enlarged versions out of their photos' stacks. Can be undone."""

    def gone(_: Change) -> None:
        done()
        session.tell(Notice(f"{count(len(ids), 'version', 'versions')} taken away.", "news", action=UNDO))

    _quickly(session, lambda studio: studio.forget_versions(list(ids)), gone, "take the version away")


# ---------------------------------------------------------------- inside


def _quickly(
    session: Session,
    work: Callable[[Any], Any],
    done: Callable[[Any], None],
    doing: str,
    over: Callable[[], None] = lambda: None,
) -> None:
    library = writable(session)
    if library is None:
        return

    def failed(error: BaseException) -> None:
        over()
        session.fail(error, doing)

    session.runner.submit("db", lambda _: work(library.studio), done=done, failed=failed)
