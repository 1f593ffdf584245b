"""What a correction would do, found by doing it in a transaction that is then rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import plans, rows, words
from core.correct.apply import Back
from core.correct.rows import Stored
from core.records_corrections import Preview
from core.store import corrections, wording
from core.store.store import Store

MOST_SENTENCES = 6


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was run: its name, the corrections it put in and out of force, and what it replaced."""

    name: str
    on: tuple[int, ...]
    off: tuple[int, ...]
    replaced: Back


class _RolledBack(Exception):
    """Ends a write without keeping anything of it."""


def preview(store: Store, plan: Callable[..., plans.Plan], *args: Any, **kwargs: Any) -> Preview:
    """What a plan would change. No listener hears of it and the generation stays."""
    from core.correct.corrections import perform

    found = Preview("")
    try:
        with store.write() as conn:
            _, done = perform(conn, plan(conn, *args, **kwargs))
            found = _compare(conn, done)
            raise _RolledBack
    except _RolledBack:
        return found


def _compare(conn: Connection, done: Done) -> Preview:
    before = [*done.replaced.events, *done.replaced.trips, *_sets(done.replaced.looks)]
    photos, also = 0, list[str]()
    for kind in dict.fromkeys(each.row["kind"] for each in before):
        was = [each for each in before if each.row["kind"] == kind]
        mine = {photo for each in was for photo in each.members}
        now = list(rows.read(conn, rows.ids_holding(conn, kind, mine)).values())
        moved = _moved(was, now)
        if kind == "events" or not any(each.row["kind"] == "events" for each in before):
            photos = max(photos, len(moved))
        also += _sentences(kind, was, now)
    kinds = [row for each in done.replaced.looks if each["what"] == "kinds" for row in each["rows"]]
    spoken = corrections.by_id(conn, list(done.on))
    if not photos:
        photos = len({p for c in spoken if c.kind == "kind" for p in _runs(c.payload)}) if kinds or not before else 0
    gone = tuple(words.with_text(conn, each) for each in corrections.by_id(conn, list(done.off)))
    return Preview(_headline(done.name, photos), photos, tuple(also[:MOST_SENTENCES]), gone)


def _runs(payload: dict[str, Any]) -> list[int]:
    from core.store.journal import from_runs

    return from_runs(payload["photos"])


def _headline(name: str, photos: int) -> str:
    if not photos:
        return f"{name}: no photo changes its group."
    return f"{name}: {wording.photos(photos)} {'changes its group' if photos == 1 else 'change their group'}."


def _sets(looks: Iterable[dict[str, Any]]) -> list[Stored]:
    """The sets among what was replaced."""
    return [
        Stored(each["id"], each["row"], {photo: (strength, reason) for photo, strength, reason in each["members"]})
        for each in looks
        if each["what"] == "sets" and each["id"]
    ]


def _moved(was: list[Stored], now: list[Stored]) -> set[int]:
    """Photos whose group is another one afterwards."""
    before = {photo: each.id for each in was for photo in each.members}
    after = {photo: each.id for each in now for photo in each.members}
    return {photo for photo in before | after if before.get(photo) != after.get(photo)}


def _sentences(kind: str, was: list[Stored], now: list[Stored]) -> list[str]:
    """What comes, goes, grows and shrinks."""
    before, after = {each.id: each for each in was}, {each.id: each for each in now}
    out = [f"“{each.row['title']}” goes." for number, each in before.items() if number not in after]
    for number, each in after.items():
        n = len(each.members)
        if number not in before:
            out.append(f"“{each.row['title']}” is new, with {wording.photos(n)}.")
            continue
        old = len(before[number].members)
        if before[number].photos != each.photos:
            out.append(f"“{before[number].row['title']}” has {wording.photos(n)} instead of {old:,}.")
        if before[number].row["title"] != each.row["title"]:
            out.append(f"“{before[number].row['title']}” becomes “{each.row['title']}”.")
    return out
