"""One function per thing a person can say of a group. Each is one undoable correction; what it would change besides is
shown before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Notice
from app.operations import UNDO, writable
from app.session import Session
from app.words import photos
from core.records import Change
from core.records_corrections import Preview


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction that would change more than what was asked for; ``apply`` does it all the same."""

    preview: Preview
    apply: Callable[[], None]


def split(session: Session, before: int, after: int, level: str) -> None:
    """Begin another group between two neighbours in time, the older ``before`` and the newer ``after``."""
    _correct(session, "split", (before, after), "Split in two.", "split the group", level=level)


def merge(session: Session, group_ids: Sequence[int]) -> None:
    """Make one group of several."""
    many = "the two" if len(group_ids) == 2 else str(len(group_ids))
    _correct(session, "merge", (list(group_ids),), f"Merged {many} into one.", "merge the groups")


def move(session: Session, photo_ids: Sequence[int], group_id: int, title: str = "") -> None:
    """Put photos into another group."""
    where = f" to {title}" if title else ""
    told = f"Moved {photos(len(photo_ids))}{where}."
    _correct(session, "move", (list(photo_ids), group_id), told, "move the photos")


def teach(session: Session, photo_ids: Sequence[int], group_id: int, title: str) -> None:
    """Photos are of the kind that a group gathers."""
    _correct(session, "move", (list(photo_ids), group_id), f"{photos(len(photo_ids))}: {title}.", "set the kind")


def not_this(session: Session, photo_ids: Sequence[int], group_id: int, title: str = "") -> None:
    """Photos do not belong to a group."""
    out = f"out of {title}" if title else "out of this group"
    told = f"Took {photos(len(photo_ids))} {out}."
    _correct(session, "exclude", (list(photo_ids), group_id), told, "take the photos out")


def rename(session: Session, group_id: int, title: str) -> None:
    """Give a group a name of the person's own."""
    _correct(session, "rename", (group_id, title), f"Named {title}.", "rename the group")


def cover(session: Session, group_id: int, photo_id: int) -> None:
    """Let a photo stand for its group."""
    _correct(session, "cover", (group_id, photo_id), "This photo is the cover now.", "set the cover")


def same(session: Session, photo_ids: Sequence[int], kind: str) -> None:
    """These photos belong together, as duplicates or look-alikes or a burst do."""
    _correct(session, "same", (list(photo_ids), kind), f"{photos(len(photo_ids))} kept together.", "join the photos")


def different(session: Session, photo_ids: Sequence[int], kind: str) -> None:
    """These photos are not the same."""
    told = f"{photos(len(photo_ids))} kept apart."
    _correct(session, "different", (list(photo_ids), kind), told, "part the photos")


def mark_kind(session: Session, photo_ids: Sequence[int], kind: str, title: str, is_one: bool = True) -> None:
    """Photos are of a kind, or are not."""
    told = f"{photos(len(photo_ids))}: {'' if is_one else 'not '}{title}."
    _correct(session, "kind", (list(photo_ids), kind, is_one), told, "set the kind")


def new_kind(session: Session, title: str, photo_ids: Sequence[int]) -> None:
    """Teach a new kind by its first photos."""
    told = f"New kind: {title}."
    _correct(session, "new_kind", (title, list(photo_ids)), told, "add the kind")


def pin(session: Session, before: int, after: int, on: bool, level: str) -> None:
    """Hold a boundary where it is, or keep it away."""
    told = "The boundary stays." if on else "The boundary is gone."
    _correct(session, "pin", (before, after, on), told, "change the boundary", level=level)


def move_boundary(session: Session, before: int, after: int, new_before: int, new_after: int, level: str) -> None:
    """Put a boundary between two other photos."""
    places = (before, after, new_before, new_after)
    _correct(session, "move_boundary", places, "Moved the boundary.", "move the boundary", level=level)


def forget(session: Session, correction_id: int) -> None:
    """Take back one thing that was said; the program decides for itself again."""
    _correct(session, "forget", ([correction_id],), "Forgot what you said there.", "forget the correction")


def _correct(session: Session, name: str, given: tuple[Any, ...], told: str, doing: str, **named: Any) -> None:
    """Apply one of ``library.correct``'s corrections; propose it first where it would change more than was asked."""
    library = writable(session)
    if library is None:
        return

    def submit(sure: bool) -> None:
        def work(_: object) -> tuple[Preview | None, Change | None]:
            correct = library.correct  # not on the GUI thread: its first use loads modules
            return (None, getattr(correct, name)(*given, **named)) if sure else correct.attempt(name, *given, **named)

        def done(answer: tuple[Preview | None, Change | None]) -> None:
            preview, change = answer
            if change is None and preview is not None:
                session.proposed.emit(Proposal(preview, lambda: submit(True)))
                return
            session.refresher.hasten()
            session.tell(Notice(told, "done", action=UNDO))

        session.runner.submit("db", work, done=done, failed=failed)

    def failed(error: BaseException) -> None:
        if isinstance(error, (ValueError, KeyError)):  # the group or the photos are not what they were
            session.tell(Notice(f"Could not {doing}.", "info", str(error.args[0]) if error.args else ""))
        else:
            session.fail(error, doing)

    submit(False)
