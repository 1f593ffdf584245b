"""From exceptions to notices: what happened, to which file, what to do, and the details to copy."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from core.errors import LibraryLocked, LibraryTooNew, MediaError, ReverieError, WeightsError
from core.paths import printable


@dataclass(frozen=True, slots=True)
class Notice:
    """A calm message. ``kind``: "done" and "news" go away by themselves, "info" and "problem" stay until closed.

    ``advice``: one sentence on what to do. ``details``: text for "Copy details", empty for none.
    ``action``: label and id of an action offered beside it, or None.
    """

    text: str
    kind: str = "problem"
    advice: str = ""
    details: str = ""
    action: tuple[str, str] | None = None


_ADVICE: tuple[tuple[type[BaseException], str], ...] = (
    (LibraryLocked, "You can look around meanwhile; changes need the other program to finish."),
    (LibraryTooNew, "Open it with the version that wrote it, or a later one."),
    (WeightsError, "Installing the program again brings the files back."),
    (MediaError, "The file is listed under Problems; the original was not touched."),
    (PermissionError, "Check that you may read this folder, then try again."),
    (FileNotFoundError, "If it lies on a drive that is away, connect the drive and try again."),
    (OSError, "Check that the drive is connected and has free space, then try again."),
    (MemoryError, "Close other programs and try again; nothing was lost."),
)


def notice_of(error: BaseException, doing: str = "") -> Notice:
    """The notice for an error. ``doing``: what the program was at, as a phrase ("import the folder")."""
    return Notice(_sentence(error, doing), advice=_advice(error), details=details_of(error))


def details_of(error: BaseException) -> str:
    """Type, message and traceback as text a person can paste into a report; paths made printable."""
    text = "".join(traceback.format_exception(error))
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _sentence(error: BaseException, doing: str) -> str:
    lead = f"Could not {doing}" if doing else "Something went wrong"
    if isinstance(error, ReverieError):
        return f"{lead}. {error}" if doing else str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f": {printable(str(error.filename))}" if error.filename else ""
        return f"{lead}. {error.strerror}{where}"
    return f"{lead}: {type(error).__name__}" if not doing else f"{lead}."


def _advice(error: BaseException) -> str:
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return advice
    return "Your photos and the library were not harmed. The details help whoever looks into it."


def install_hook(show: Callable[[Notice], None]) -> Callable[[], None]:
    """Send errors that nothing caught to ``show`` as well as to stderr; returns "put the old hook back"."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        before(kind, error, trace)
        if isinstance(error, Exception):
            show(notice_of(error))

    sys.excepthook = hook

    def restore() -> None:
        sys.excepthook = before

    return restore
