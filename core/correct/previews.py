"""What a correction would do, found by doing it in a transaction that is then rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import plans, rows, words
from core.correct.apply import Back
from core.correct.rows import Stored
from core.records import Change
from core.records_corrections import Correction, Preview
from core.store import corrections, wording
from core.store.journal import from_runs
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


def attempt(store: Store, plan: Callable[..., plans.Plan], *args: Any, **kwargs: Any) -> tuple[Preview, Change | None]:
    """Run a plan, and keep what it did only if it changed nothing but what was asked for (None: it was rolled back)."""
    from core.correct.corrections import perform

    found = Preview("")
    try:
        with store.write() as conn:
            change, done = perform(conn, plan(conn, *args, **kwargs))
            found = _compare(conn, done)
            if found.also or found.superseded:
                raise _RolledBack
            store.changed = change
    except _RolledBack:
        return found, None
    return found, change


def _compare(conn: Connection, done: Done) -> Preview:
    """``also`` leaves out what was asked for: groups of the kind that was spoken of which hold a photo that was."""
    spoken = corrections.by_id(conn, list(done.on))
    kinds_meant, photos_meant = _meant(spoken)
    before = [*done.replaced.events, *done.replaced.trips, *_sets(done.replaced.looks)]
    photos, also = 0, list[str]()
    for kind in dict.fromkeys(each.row["kind"] for each in before):
        was = [each for each in before if each.row["kind"] == kind and each.id]
        mine = {photo for each in before if each.row["kind"] == kind for photo in each.members}
        now = list(rows.read(conn, rows.ids_holding(conn, kind, mine)).values())
        moved = _moved(was, now)
        if kind == "events" or not any(each.row["kind"] == "events" for each in before):
            photos = max(photos, len(moved))
        also += _sentences(*_besides(was, now, photos_meant if kind in kinds_meant else set()))
    kinds = [row for each in done.replaced.looks if each["what"] == "kinds" for row in each["rows"]]
    if not photos:
        photos = (
            len({p for c in spoken if c.kind == "kind" for p in from_runs(c.payload["photos"])})
            if kinds or not before
            else 0
        )
    gone = tuple(words.with_text(conn, each) for each in corrections.by_id(conn, list(done.off)))
    quiet = all(each.kind in ("name", "cover", "dismiss") for each in spoken)
    return Preview(
        f"{done.name}." if quiet and spoken else _headline(done.name, photos),
        photos,
        tuple(also[:MOST_SENTENCES]),
        gone,
    )


def _headline(name: str, photos: int) -> str:
    if not photos:
        return f"{name}: no photo changes its group."
    return f"{name}: {wording.photos(photos)} {'changes its group' if photos == 1 else 'change their group'}."


def _sets(looks: Iterable[dict[str, Any]]) -> list[Stored]:
    """The sets among what was replaced; with id 0 photos that were in none."""
    return [
        Stored(
            each["id"],
            {"kind": each["kind"], **each["row"]},
            {photo: (strength, reason) for photo, strength, reason in each["members"]},
        )
        for each in looks
        if each["what"] == "sets"
    ]


def _moved(was: list[Stored], now: list[Stored]) -> set[int]:
    """Photos whose group is another one afterwards."""
    before = {photo: each.id for each in was for photo in each.members}
    after = {photo: each.id for each in now for photo in each.members}
    return {photo for photo in before | after if before.get(photo) != after.get(photo)}


def _meant(spoken: Iterable[Correction]) -> tuple[set[str], set[int]]:
    """Kinds of groups and photos that some corrections speak of."""
    kinds, photos = set[str](), set[int]()
    for each in spoken:
        said = each.payload
        photos |= {int(said[key]) for key in ("a", "b") if key in said}
        photos |= set(from_runs(said.get("photos", []))) | set(said.get("anchors", []))
        if each.kind in ("same", "different"):
            line = "trips" if said.get("level") == "trips" else "events"
            kinds.add(line if said["scope"] == "line" else said["scope"])
        elif each.kind in ("move", "exclude"):
            kinds.add(said.get("group_kind", "events"))
    return kinds, photos


def _besides(was: list[Stored], now: list[Stored], meant: set[int]) -> tuple[list[Stored], list[Stored]]:
    """The groups before and after without those that hold a photo that was meant."""
    held = {each.id for each in (*was, *now) if not meant.isdisjoint(each.members)}
    return [each for each in was if each.id not in held], [each for each in now if each.id not in held]


def _sentences(was: list[Stored], now: list[Stored]) -> list[str]:
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
