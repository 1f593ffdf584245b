"""Corrections in sentences."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.records_corrections import Correction
from core.store import schema as s
from core.store import wording
from core.store.journal import from_runs

LEVEL = {"moments": "moment", "events": "event", "trips": "trip", "seasons": "season", "years": "year"}
SETS = {"lookalikes": "look-alikes", "duplicates": "duplicates", "bursts": "a burst"}


def with_text(conn: Connection, said: Correction) -> Correction:
    """The correction with what it says in a sentence."""
    return replace(said, text=text_of(conn, said))


def text_of(conn: Connection, said: Correction) -> str:
    payload = said.payload
    if said.kind in ("same", "different"):
        return _two(conn, said)
    if said.kind == "move":
        return f"{_photos(said)} {_belong(said)} to the event of another photo."
    if said.kind == "exclude":
        return f"{_photos(said)} {_belong(said)} not to this group of {payload['group_kind']}."
    if said.kind == "kind":
        return f"{_photos(said)} {_is(said)}{'' if payload['is'] else ' not'} of the kind “{payload['kind']}”."
    if said.kind == "new_kind":
        return f"“{payload['title']}” is a kind of photograph."
    if said.kind == "name":
        return f"A group is called “{payload['title']}”."
    if said.kind == "cover":
        return "A group shows a chosen photo."
    if said.kind == "clock":
        return f"The clock of {payload['camera']} is put {_duration(payload['seconds'])}."
    return "A question is not asked again."


def _two(conn: Connection, said: Correction) -> str:
    payload = said.payload
    if payload["scope"] == "line":
        word = LEVEL[payload["level"]]
        days = [_day(conn, payload[end]) for end in ("a", "b")]
        when = f"between {days[0]} and {days[1]}" if days[0] != days[1] else f"on {days[0]}"
        return f"One {word} {when}." if said.kind == "same" else f"A new {word} begins {when}."
    word = SETS[payload["scope"]]
    return f"Two photos are {'' if said.kind == 'same' else 'not '}{word}."


def _day(conn: Connection, photo: int) -> str:
    local = conn.execute(select(s.photo.c.local).where(s.photo.c.id == photo)).scalar()
    day = wording.day_of(local)
    return wording.date_range(day, day) or "an unknown day"


def _photos(said: Correction) -> str:
    return wording.photos(len(from_runs(said.payload["photos"])))


def _belong(said: Correction) -> str:
    return "belongs" if len(from_runs(said.payload["photos"])) == 1 else "belong"


def _is(said: Correction) -> str:
    return "is" if len(from_runs(said.payload["photos"])) == 1 else "are"


def _duration(seconds: float) -> str:
    """``1 h 30 min forward``."""
    whole = round(abs(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return f"{' '.join(parts) or '0 s'} {'forward' if seconds > 0 else 'back'}"
