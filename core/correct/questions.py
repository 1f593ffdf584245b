"""What the program is unsure of, as questions: where they come from and what an answer to each is worth.

An answer's worth is the expected number of photos it sets right: how likely the program's own guess is wrong, times the
photos that a wrong guess puts in the wrong place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from core.records import LEVELS
from core.records_corrections import Question
from core.store import schema as s
from core.store.columns import int_columns

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SCALE = 1_000_000_000
LEAST_DOUBT = 0.02
"""A guess surer than this is not worth a question."""

SHOWN = 3
"""Photos shown on each side of a gap."""

TRIP_STEEPNESS = 2.0
"""The strengths about the trips' level lie closer together than elsewhere (``levels.lift_trips``), so that the same
distance from the threshold means more."""

LIKENESS_SCALE = 0.05
"""Cosine above the threshold of look-alikes at which a doubt has fallen to a third."""


# ---------------------------------------------------------------- boundaries


@dataclass(frozen=True, slots=True)
class Gaps:
    """All gaps between neighbours in order of time: photos before and after int64 [g], strength float64 [g], seconds,
    held bool [g] (a correction pins it)."""

    before: I64
    after: I64
    strength: F64
    seconds: F64
    held: NDArray[np.bool_]


def read_gaps(conn: Connection) -> Gaps:
    """The stream's gaps as arrays."""
    before, after, strength, seconds, held = int_columns(
        conn,
        [
            "b.before_id",
            "b.after_id",
            f"CAST(b.strength * {SCALE} AS INTEGER)",
            "CAST(b.gap_seconds * 1000 AS INTEGER)",
            "b.pin IS NOT NULL",
        ],
        "FROM photo p INDEXED BY photo_by_time CROSS JOIN boundary b ON b.before_id = p.id "
        "ORDER BY p.instant DESC, p.id DESC",  # as the index runs, so that nothing is sorted
    )
    strengths, held_ = strength[::-1] / SCALE, held[::-1].astype(np.bool_)
    return Gaps(before[::-1], after[::-1], strengths, seconds[::-1] / 1000.0, held_)


def doubt(strength: F64, threshold: float, steepness: float = 1.0) -> F64:
    """How likely the guess at a threshold is wrong, [0, 0.5]: the odds against it, measured from the threshold."""
    s_ = np.clip(strength, 1e-6, 1.0 - 1e-6)
    z = steepness * (np.log(s_ / (1.0 - s_)) - math.log(threshold / (1.0 - threshold)))
    out: F64 = 0.5 * (1.0 - np.tanh(0.5 * np.abs(z)))
    return out


def at_stake(strength: F64, threshold: float) -> F64:
    """Photos that stand wrong when the guess at each gap is: those of the smaller of the two pieces beside it."""
    g = len(strength)
    cut = strength >= threshold
    index = np.arange(g)
    last = np.maximum.accumulate(np.where(cut, index, -1))  # the last cut at or before each gap
    previous = np.concatenate([[-1], last[:-1]]) if g else last
    nearest = np.minimum.accumulate(np.where(cut, index, g)[::-1])[::-1]
    following = np.concatenate([nearest[1:], [g]]) if g else nearest
    out: F64 = np.minimum(index - previous, following - index).astype(np.float64)
    return out


def boundaries(conn: Connection, gaps: Gaps) -> Iterator[Question]:
    """The gaps whose guess is least sure, the most useful answer first; never two questions on one gap."""
    events, trips = _worth(gaps, "events", 1.0), _worth(gaps, "trips", TRIP_STEEPNESS)
    trips[gaps.strength < LEVELS["trips"]] = 0.0
    trip_of = _trips_of(conn, gaps, np.flatnonzero(trips > events))
    for row in np.flatnonzero(trips > events).tolist():
        one, other = trip_of.get(int(gaps.before[row])), trip_of.get(int(gaps.after[row]))
        if one == other:  # inside a trip, or with a trip on neither side: no trip is in doubt there
            trips[row] = 0.0
    worth = np.maximum(events, trips)
    for row in np.argsort(-worth, kind="stable").tolist():
        if worth[row] <= 0:
            return
        level = "trips" if trips[row] > events[row] else "events"
        yield _boundary(gaps, row, level, float(worth[row]), trip_of)


def _worth(gaps: Gaps, level: str, steepness: float) -> F64:
    """Expected photos set right by an answer at each gap; 0 where the guess is sure or the person has spoken."""
    unsure = doubt(gaps.strength, LEVELS[level], steepness)
    unsure[(unsure < LEAST_DOUBT) | gaps.held] = 0.0
    stake = at_stake(gaps.strength, LEVELS["events"])
    if level != "events":
        stake = np.minimum(stake, at_stake(gaps.strength, LEVELS[level]))
    out: F64 = unsure * stake
    return out


def _trips_of(conn: Connection, gaps: Gaps, rows: I64) -> dict[int, tuple[int, str]]:
    """Photo -> (id, title) of the trip of its event, for the photos beside some gaps."""
    photos = json.dumps(np.unique(np.concatenate([gaps.before[rows], gaps.after[rows]])).tolist())
    found = conn.exec_driver_sql(
        "SELECT m.photo_id, t.id, t.title FROM json_each(?) w CROSS JOIN membership m ON m.photo_id = w.value "
        'JOIN "group" e ON e.id = m.group_id AND e.kind = \'events\' JOIN "group" t ON t.id = e.parent_id',
        (photos,),
    )
    return {int(photo): (int(trip), str(title)) for photo, trip, title in found}


def _boundary(gaps: Gaps, row: int, level: str, worth: float, trip_of: dict[int, tuple[int, str]]) -> Question:
    before, after = int(gaps.before[row]), int(gaps.after[row])
    text = "Does a new event begin here?"
    if level == "trips":
        trip = trip_of.get(before) or trip_of.get(after) or (0, "the trip")
        text = f"Does “{trip[1]}” {'end' if before in trip_of else 'begin'} here?"
    low, high = max(0, row + 1 - SHOWN), row + SHOWN
    return Question(
        key=f"boundary:{before}:{after}:{level}",
        kind="boundary",
        text=text,
        left=tuple(gaps.before[low : row + 1].tolist()),
        right=tuple(gaps.after[row:high].tolist()),
        strength=float(gaps.strength[row]),
        gain=round(worth, 4),
        details={"level": level, "gap_seconds": float(gaps.seconds[row]), "guess": _guess(gaps.strength[row], level)},
    )


def _guess(strength: float, level: str) -> str:
    return "yes" if strength >= LEVELS[level] else "no"


# ---------------------------------------------------------------- memberships


def kinds(conn: Connection) -> Iterator[Question]:
    """Photos whose kind is least sure."""
    rows = conn.exec_driver_sql(
        'SELECT m.photo_id, g.key, g.title, m.strength FROM membership m JOIN "group" g ON g.id = m.group_id '
        "JOIN photo p ON p.id = m.photo_id WHERE g.kind = 'kinds' AND g.key != 'unsure' AND m.strength < 0.8 "
        "AND NOT p.hidden ORDER BY m.strength, m.photo_id LIMIT 200"
    )
    for photo, key, title, strength in rows:
        yield _kind(int(photo), key, title, float(strength))


def _kind(photo: int, key: str, title: str, strength: float) -> Question:
    return Question(
        key=f"kind:{photo}:{key}",
        kind="kind",
        text=f"Does this belong to “{title}”?",
        left=(photo,),
        right=(),
        strength=strength,
        gain=round(1.0 - strength, 4),
        details={"kind": key, "title": title, "guess": "yes"},
    )


def pairs(conn: Connection) -> Iterator[Question]:
    """The weakest member of each set of duplicates, burst and look-alikes, beside the photo that stands for the set."""
    rows = conn.exec_driver_sql(
        "SELECT g.kind, m.photo_id, g.cover_id, min(m.strength), r.parameters FROM membership m "
        'JOIN "group" g ON g.id = m.group_id JOIN grouping_run r ON r.id = g.run_id JOIN photo p ON p.id = m.photo_id '
        "WHERE g.kind IN ('duplicates', 'bursts', 'lookalikes') AND m.photo_id != g.cover_id AND NOT p.hidden "
        "GROUP BY g.id"
    )
    for kind, photo, cover, strength, parameters in rows:
        sure = float(strength) if kind != "lookalikes" else _likeness(float(strength), parameters)
        if 1.0 - sure >= LEAST_DOUBT and cover is not None:
            yield _pair(kind, int(photo), int(cover), sure)


def _pair(kind: str, photo: int, cover: int, sure: float) -> Question:
    a, b = sorted((photo, cover))
    words = {
        "duplicates": "Are these two the same picture?",
        "bursts": "Were these two taken in one burst?",
        "lookalikes": "Do these two show the same thing?",
    }
    return Question(
        key=f"pair:{kind}:{a}:{b}",
        kind="pair",
        text=words[kind],
        left=(cover,),
        right=(photo,),
        strength=round(sure, 4),
        gain=round(1.0 - sure, 4),
        details={"kind": kind, "guess": "yes"},
    )


def _likeness(cosine: float, parameters: Any) -> float:
    """How sure a look-alike is, from its cosine to the middle against the threshold its library's groups were cut at:
    even odds at the threshold, surer by ``LIKENESS_SCALE``."""
    stored = json.loads(parameters) if isinstance(parameters, str) else parameters
    threshold = float(stored.get("threshold", 0.5))
    return 1.0 - 0.5 * math.exp(-max(cosine - threshold, 0.0) / LIKENESS_SCALE)


# ---------------------------------------------------------------- clocks


def clocks(conn: Connection) -> Iterator[Question]:
    """Cameras whose clock is probably wrong, with the pairs of photos that say so; those that were answered too, as an
    answer may have been undone."""
    c = s.suggestion.c
    rows = conn.execute(select(c.key, c.payload).where(c.kind == "clock").order_by(c.created_at.desc(), c.key))
    for key, payload in rows:
        sure = float(payload.get("strength", payload.get("confidence", 0.5)))
        shown = [tuple(pair)[:2] for pair in payload.get("pairs", [])][:SHOWN]
        n = _photos_of_camera(conn, payload)
        yield Question(
            key=key,
            kind="clock",
            text=f"The clock of {payload['camera']} seems to be {shift(float(payload['seconds']))}. Set it right?",
            left=tuple(int(one) for one, _ in shown),
            right=tuple(int(other) for _, other in shown),
            strength=sure,
            gain=round(sure * n, 4),
            details={**payload, "photos": n, "guess": "yes"},
        )


def _photos_of_camera(conn: Connection, payload: dict[str, Any]) -> int:
    c = s.photo.c
    wanted = select(c.id).where(c.camera == payload["camera"], c.hidden.is_(False))
    if payload.get("start") is not None:
        wanted = wanted.where(c.local >= payload["start"])
    if payload.get("end") is not None:
        wanted = wanted.where(c.local <= payload["end"])
    return len(conn.execute(wanted).all())


def shift(seconds: float) -> str:
    """``47 min fast`` for a camera whose times need 47 minutes taken off."""
    amount = abs(seconds)
    hours, minutes = divmod(round(amount / 60), 60)
    said = f"{round(amount)} s" if amount < 90 else f"{hours} h {minutes} min" if hours and minutes else ""
    said = said or (f"{hours} h" if hours else f"{minutes} min")
    return f"{said} {'fast' if seconds < 0 else 'slow'}"


def merged(sources: Sequence[Iterator[Question]], shut: set[str], limit: int) -> list[Question]:
    """The most useful open questions, best first: those of ``shut`` left out, each gap and photo pair once."""
    found: dict[str, Question] = {}
    for source in sources:
        taken = 0
        for question in source:
            if question.key in shut or question.key in found:
                continue
            found[question.key] = question
            taken += 1
            if taken >= limit:
                break
    return sorted(found.values(), key=lambda each: (-each.gain, each.key))[:limit]


# ---------------------------------------------------------------- one question


def by_key(conn: Connection, key: str) -> Question | None:
    """A question by its key, as far as its subject is still there: enough to answer it."""
    word, *rest = key.split(":")
    try:
        if word == "boundary" and len(rest) == 3:
            return _one_boundary(conn, int(rest[0]), int(rest[1]), rest[2])
        if word == "kind" and len(rest) == 2:
            return _one_kind(conn, int(rest[0]), rest[1])
        if word == "pair" and len(rest) == 3:
            return _one_pair(conn, rest[0], int(rest[1]), int(rest[2]))
    except ValueError:  # a number that is none
        return None
    return next((each for each in clocks(conn) if each.key == key), None)


def _one_boundary(conn: Connection, before: int, after: int, level: str) -> Question | None:
    b = s.boundary.c
    wanted = select(b.strength, b.gap_seconds).where(b.before_id == before, b.after_id == after, b.pin.is_(None))
    row = conn.execute(wanted).first()
    if row is None or level not in LEVELS:
        return None
    held = np.zeros(1, np.bool_)
    one = Gaps(np.array([before]), np.array([after]), np.array([row.strength]), np.array([row.gap_seconds]), held)
    return _boundary(one, 0, level, 0.0, {})


def _one_kind(conn: Connection, photo: int, key: str) -> Question | None:
    g, m = s.group.c, s.membership.c
    wanted = select(g.title, m.strength).select_from(s.membership.join(s.group))
    row = conn.execute(wanted.where(g.kind == "kinds", g.key == key, m.photo_id == photo)).first()
    return None if row is None else _kind(photo, key, row.title, float(row.strength))


def _one_pair(conn: Connection, kind: str, a: int, b: int) -> Question | None:
    """Two photos of one set; the surer of the two is looked at as standing for the set."""
    g, m = s.group.c, s.membership.c
    both = select(m.group_id).where(m.photo_id.in_([a, b])).group_by(m.group_id).having(func.count() == 2)
    wanted = select(g.id, g.cover_id).where(g.kind == kind, g.id.in_(both))
    row = conn.execute(wanted).first()
    if row is None:
        return None
    cover = b if row.cover_id == b else a
    photo = a if cover == b else b
    sure = conn.execute(select(m.strength).where(m.group_id == row.id, m.photo_id == photo)).scalar_one()
    return _pair(kind, photo, cover, float(sure))
