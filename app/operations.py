"""One function per thing a person can want. Each starts a job; views call these and nothing deeper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import Notice
from app.session import Session
from app.words import count, photos
from core.progress import Progress
from core.records import Change, ImportReport

if TYPE_CHECKING:
    from core.library import Library

SHOW_PROBLEMS = ("Show problems", "go-problems")
UNDO = ("Undo", "undo")


def add_folders(session: Session, folders: Sequence[Path]) -> None:
    """Import folders where they are."""
    wanted = [folder for folder in folders if folder.is_dir()]
    if not wanted:
        session.tell(Notice("Only folders can be added.", "info", "Drop a folder that holds photos."))
        return
    library = writable(session)
    if library is not None:
        _import(session, "Importing", library, lambda progress: library.import_folders(wanted, progress))


def rescan(session: Session) -> None:
    """Look through all folders of the library again for what is new, changed or gone."""
    library = writable(session)
    if library is not None:
        _import(session, "Looking for changes", library, lambda progress: library.import_folders((), progress))


def retry_problems(session: Session) -> None:
    """Read the files that could not be read once more."""
    library = writable(session)
    if library is not None:
        _import(session, "Trying again", library, library.retry_problems)


def regroup(session: Session) -> None:
    """Find events, trips, places and the rest anew."""
    library = writable(session)
    if library is not None:
        session.works.start(
            "Grouping",
            library.regroup,
            lambda _: session.tell(Notice("Grouped anew.", "done")),
            lambda error: session.fail(error, "group the photos"),
        )


def look_for_faces(session: Session) -> None:
    """Count the faces of photos not looked at yet, which tells portraits and groups. Can be stopped, and goes on."""
    library = writable(session)
    if library is not None:
        session.works.start(
            "Looking for faces",
            library.look_for_faces,
            lambda looked: session.tell(faces_notice(looked)),
            lambda error: session.fail(error, "look for faces"),
        )


def faces_notice(looked: int) -> Notice:
    """What came of it. ``looked``: photos that were looked at."""
    if not looked:
        return Notice("Faces were looked for in all photos already.", "done")
    return Notice(
        f"Faces were looked for in {photos(looked)}.", "done", "Kinds now shows portraits and groups of people."
    )


def learn(session: Session) -> None:
    """Train what learns from the person's corrections, then group with it. Can be stopped, and goes on next time."""
    library = writable(session)
    if library is None:
        return

    def work(progress: Progress) -> int:
        parts = library.learn(progress)
        library.regroup(progress)
        return sum(part.used for part in parts)

    session.works.start(
        "Learning",
        work,
        lambda used: session.tell(learning_notice(used)),
        lambda error: session.fail(error, "learn from the corrections"),
    )


def learning_notice(used: int) -> Notice:
    """What came of learning. ``used``: parts that beat the plain rule on held-out answers."""
    if used:
        more = "Health shows how much each one helps."
        return Notice(f"{count(used, 'part learns', 'parts learn')} from you now.", "done", more)
    return Notice("Nothing learned beats the plain rules yet.", "info", "More answers under Health teach more.")


def try_sample(session: Session, n_photos: int = 300) -> None:
    """Write the simulated sample album beside the library and import it."""
    library = writable(session)
    if library is None:
        return
    folder = sample_folder(session.root)

    def work(progress: Progress) -> ImportReport:
        from core import sample

        if not (folder / "truth.json").exists():
            sample.make(folder, photos=n_photos, progress=progress)
        return library.import_folders([folder], progress)

    _import(session, "Sample album", library, work)


def sample_folder(library_root: Path) -> Path:
    return library_root.parent / "sample album"


def rate(session: Session, ids: Sequence[int], stars: int) -> None:
    """Give photos 0 to 5 stars."""
    library = writable(session)
    if library is None or not ids:
        return
    chosen = [int(photo_id) for photo_id in ids]
    session.runner.submit(
        "db",
        lambda _: library.set_rating(chosen, stars),
        done=lambda change: _rated(session, len(chosen), stars, change),
        failed=lambda error: session.fail(error, "set the rating"),
    )


def remove_folder(session: Session, folder_id: int, name: str) -> None:
    """Forget a folder and its photos; the files stay as they are. Can be undone."""
    library = writable(session)
    if library is None:
        return
    told = Notice(f"“{name}” was taken out of the library.", "news", "Its files were not touched.", action=UNDO)
    session.runner.submit(
        "db",
        lambda _: library.remove_folder(folder_id),
        done=lambda change: session.tell(told),
        failed=lambda error: session.fail(error, "remove the folder"),
    )


def undo(session: Session) -> None:
    """Take back the last thing done."""
    library = writable(session)
    if library is not None:
        session.runner.submit("db", lambda _: library.undo(), done=lambda answer: _redone(session, "Undone", answer))


def redo(session: Session) -> None:
    """Do again what was taken back."""
    library = writable(session)
    if library is not None:
        session.runner.submit("db", lambda _: library.redo(), done=lambda answer: _redone(session, "Redone", answer))


def pause_or_resume(session: Session) -> None:
    if session.works.paused:
        session.works.resume()
    else:
        session.works.pause()


def cancel_work(session: Session) -> None:
    session.works.cancel()


def writable(session: Session) -> Library | None:
    """The library, if it may be changed now; else the person is told why not."""
    if session.writable:
        return session.library
    text = "The library is still opening." if session.library is None else "The library can only be read at the moment."
    session.tell(Notice(text, "info", "Try again in a moment."))
    return None


def _import(session: Session, name: str, library: Library, work: Callable[[Progress], ImportReport]) -> None:
    def counted(progress: Progress) -> tuple[ImportReport, int, bool]:
        before = library.status().photos
        report = work(progress)
        return report, library.status().photos - before, library.faces_due()

    def told(answer: tuple[ImportReport, int, bool]) -> None:
        report, added, faces_due = answer
        session.tell(import_notice(report, added))
        if faces_due:
            look_for_faces(session)

    session.works.start(
        name,
        counted,
        told,
        lambda error: session.fail(error, "finish the import"),
    )


def import_notice(report: ImportReport, added: int) -> Notice:
    """What an import did, in a sentence or two. ``added``: photos there are more now (copies and unread files are
    new files, yet no more photos)."""
    parts = []
    if added > 0:
        parts.append(f"{photos(added)} added")
    if report.changed:
        parts.append(f"{number_changed(report.changed)}")
    if report.moved:
        parts.append(count(report.moved, "moved file found again", "moved files found again"))
    if report.missing:
        parts.append(f"{photos(report.missing)} missing")
    text = (", ".join(parts) if parts else "Everything is up to date") + "."
    advice = []
    if report.problems:
        advice.append(f"{count(report.problems, 'file', 'files')} could not be read.")
    if report.videos:
        advice.append(f"{count(report.videos, 'video', 'videos')} left alone: videos are not handled yet.")
    action = SHOW_PROBLEMS if report.problems else None
    return Notice(text, "news" if report.problems else "done", " ".join(advice), action=action)


def number_changed(changed: int) -> str:
    return count(changed, "photo had changed", "photos had changed")


def _rated(session: Session, n: int, stars: int, change: Change) -> None:
    given = count(stars, "star", "stars") if stars else "no stars"
    if n > 1:
        session.tell(Notice(f"{photos(n)}: {given}.", "done", action=UNDO))


def _redone(session: Session, verb: str, answer: tuple[str, Change] | None) -> None:
    session.refresher.hasten()
    if answer is None:
        what = "undo" if verb == "Undone" else "redo"
        session.tell(Notice(f"There is nothing to {what}.", "done"))
    else:
        session.tell(Notice(f"{verb}: {answer[0]}.", "done"))
