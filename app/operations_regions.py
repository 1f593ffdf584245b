"""What the person says of regions: one function an intent."""

from __future__ import annotations

from app.errors import Notice
from app.operations import UNDO, writable
from app.session import Session


def tag(session: Session, photo_id: int, node: int, name: str) -> None:
    """Call a region of a photo so, or (empty) take its name off. Can be undone."""
    library = writable(session)
    if library is None:
        return
    told = f"Region called {name}." if name else "The region has no name any more."

    def done(_: object) -> None:
        session.refresher.hasten()
        session.tell(Notice(told, "done", action=UNDO))

    session.runner.submit(
        "db",
        lambda _: library.lab.tag_region(photo_id, node, name),
        done=done,
        failed=lambda error: session.fail(error, "name the region"),
    )
