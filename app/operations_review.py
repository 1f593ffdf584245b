"""What the person does in the views of health, sets and odd photos. One function an intent; each can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.errors import Notice
from app.operations import UNDO, writable
from app.session import Session
from app.words import photos


def answer(session: Session, key: str, said: str, settled: Callable[[str], None]) -> None:
    """Answer a question of the Health view; ``settled`` is called with its key when that is done or refused."""
    library = writable(session)
    if library is None:
        settled(key)
        session.read_health()
        return

    def over(_: object) -> None:
        session.refresher.hasten()
        settled(key)
        session.read_health()

    def failed(error: BaseException) -> None:
        over(None)
        if not isinstance(error, KeyError):  # answered meanwhile, or its photos are gone
            session.fail(error, "take the answer")

    session.runner.submit("db", lambda _: library.answer(key, said), done=over, failed=failed)


def mark(session: Session, photo_ids: Sequence[int], marked: bool) -> None:
    """Mark photos to be put away, or no longer; nothing is moved."""
    _change(session, "mark", (list(photo_ids), marked), "", "mark the photos")


def put_away(session: Session, photo_ids: Sequence[int]) -> None:
    """Take marked photos off the walls. No file is touched."""
    told = f"{photos(len(photo_ids))} put away."
    _change(session, "put_away", (list(photo_ids),), told, "put the photos away", "The files were not touched.")


def bring_back(session: Session) -> None:
    """Show everything again that was put away."""
    library = writable(session)
    if library is None:
        return

    def work(_: object) -> int:
        before = library.status().photos
        library.bring_back()
        return library.status().photos - before

    def done(back: int) -> None:
        session.refresher.hasten()
        text = f"{photos(back)} brought back." if back else "Nothing was put away."
        session.tell(Notice(text, "done", action=UNDO if back else None))

    session.runner.submit(
        "db",
        work,
        done=done,
        failed=lambda error: session.fail(error, "bring the photos back"),
    )


def redate(session: Session, camera: str, seconds: float, local: float) -> None:
    """Put one photo of a camera, by its wall-clock time, at another time. No file is touched."""
    library = writable(session)
    if library is None:
        return
    told = Notice("Its date was put right.", "news", "The file was not touched.", action=UNDO)

    def done(_: object) -> None:
        session.refresher.hasten()
        session.tell(told)

    session.runner.submit(
        "db",
        lambda _: library.correct.clock(camera, seconds, local, local),
        done=done,
        failed=lambda error: session.fail(error, "put the date right"),
    )


def _change(session: Session, name: str, given: tuple[Any, ...], told: str, doing: str, advice: str = "") -> None:
    library = writable(session)
    if library is None:
        return

    def done(_: object) -> None:
        session.refresher.hasten()
        if told:
            session.tell(Notice(told, "news", advice, action=UNDO))

    session.runner.submit(
        "db",
        lambda _: getattr(library, name)(*given),
        done=done,
        failed=lambda error: session.fail(error, doing),
    )


def away_text(count: int) -> tuple[str, str]:
    """What putting photos away does, said before it is done: (headline, text)."""
    leave = "photo leaves" if count == 1 else "photos leave"
    return f"Put {photos(count)} away?", f"{count:,} {leave} the walls. No file is touched, and undo brings them back."
