"""Health: what the program is unsure of, the most useful answer first, and when more answers would change little."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from core.correct import questions, sources
from core.records import Change
from core.records_corrections import Health, Question
from core.store import corrections
from core.store import schema as s
from core.store.journal import from_runs
from core.store.store import Store

if TYPE_CHECKING:
    from core.correct.corrections import Corrections

NEXT = 10
"""So many answers ahead are looked at to say whether more of them help."""

ENOUGH_SHARE, ENOUGH_LEAST = 0.001, 0.5
"""The next answers change little when they set right fewer than this share of the library's photos, or this many."""

REMEMBERED, PRIOR = 20, 2.0
"""The last answers are compared with the program's guesses; ``PRIOR`` answers' worth of belief in its doubts."""

ANSWERS = ("yes", "no", "skip")


def health(store: Store, limit: int = 50) -> Health:
    """Open questions, at most ``limit``, with what the next ten answers are worth and whether that is still much."""
    with store.read() as conn:
        said = corrections.read(conn)
        log = _log(conn, {each.id for each in said})
        shut = {entry.key for entry in log} | _decided(said)
        found = questions.merged(
            (
                questions.clocks(conn),
                questions.boundaries(conn, questions.read_gaps(conn)),
                questions.kinds(conn),
                questions.pairs(conn),
            ),
            shut,
            max(limit + 1, NEXT),
        )
        photos = int(conn.execute(select(func.count()).where(s.photo.c.hidden.is_(False))).scalar_one())
    gain = trust(log) * sum(question.gain for question in found[:NEXT])
    return Health(
        questions=tuple(found[:limit]),
        answered=len(log),
        gain=round(gain, 2),
        enough=gain < max(ENOUGH_LEAST, ENOUGH_SHARE * photos),
        learned=sources.learned(store),
        unsorted=sources.unsorted(store),
        more=len(found) > limit,
    )


def answer(store: Store, correct: Corrections, key: str, said: str) -> Change:
    """Answer an open question by its key with "yes", "no" or "skip"; one operation that can be undone.

    Raises KeyError for a question that is not open, ValueError for another answer.
    """
    if said not in ANSWERS:
        raise ValueError(f"an answer is yes, no or skip, not {said}")
    question = _question(store, key)
    before = _newest(store)
    change = correct.dismiss(key) if said == "skip" else _apply(correct, question, yes=said == "yes")
    _remember(store, question, said, before)
    return change


def _apply(correct: Corrections, question: Question, *, yes: bool) -> Change:
    details = question.details
    if question.kind == "boundary":
        return correct.pin(question.left[-1], question.right[0], yes, level=details["level"])
    if question.kind == "kind":
        return correct.kind(question.left, details["kind"], yes)
    if question.kind == "pair":
        both = [*question.left, *question.right]
        return correct.same(both, details["kind"]) if yes else correct.different(both, details["kind"])
    if not yes:
        return correct.dismiss(question.key)
    return correct.clock(details["camera"], details["seconds"], details.get("start"), details.get("end"))


def _question(store: Store, key: str) -> Question:
    """An open question by its key. Raises KeyError."""
    with store.read() as conn:
        said = corrections.read(conn)
        shut = {entry.key for entry in _log(conn, {each.id for each in said})} | _decided(said)
        found = None if key in shut else questions.by_key(conn, key)
    if found is None:
        raise KeyError(key)
    return found


# ---------------------------------------------------------------- what was answered


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer. ``doubt``: how unsure the program was; ``agreed``: the person said as it guessed (None: skipped)."""

    key: str
    doubt: float
    agreed: bool | None


def _log(conn: Connection, in_force: set[int]) -> list[Answered]:
    """Answers whose corrections are in force, oldest first; one that was undone is asked again."""
    c = s.suggestion.c
    rows = conn.execute(select(c.payload).where(c.kind == "answer").order_by(c.created_at, c.id)).scalars()
    return [
        Answered(row["question"], float(row["doubt"]), row["agreed"])
        for row in rows
        if in_force.issuperset(row["corrections"])
    ]


def trust(log: list[Answered]) -> float:
    """How much more (or less) often than it expects the program was wrong, over the last answers: what its doubts, and
    so the worth of further answers, are multiplied by."""
    recent = [each for each in log if each.agreed is not None][-REMEMBERED:]
    wrong = sum(not each.agreed for each in recent)
    expected = sum(each.doubt for each in recent)
    return float((wrong + PRIOR * 0.5) / (expected + PRIOR * 0.5))


def _remember(store: Store, question: Question, said: str, before: int) -> None:
    """Keep what was answered beside the corrections it made, so that an undo opens the question again."""
    key = f"answer:{question.key}"
    c = s.suggestion.c
    with store.write() as conn:
        made = conn.execute(select(s.correction.c.id).where(s.correction.c.id > before)).scalars().all()
        payload: dict[str, Any] = {
            "question": question.key,
            "answer": said,
            "doubt": round(min(question.strength, 1.0 - question.strength), 4),
            "agreed": None if said == "skip" else said == question.details.get("guess", "yes"),
            "corrections": [int(i) for i in made],
        }
        conn.execute(delete(s.suggestion).where(c.key == key))
        row = {"key": key, "kind": "answer", "payload": payload, "created_at": time.time(), "state": "accepted"}
        conn.execute(insert(s.suggestion).values(**row))
        if question.kind == "clock":  # so that a later grouping does not suggest nearly the same again
            state = "accepted" if said == "yes" else "dismissed"
            conn.execute(update(s.suggestion).where(c.key == question.key).values(state=state))


def _newest(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute(select(func.coalesce(func.max(s.correction.c.id), 0))).scalar_one())


def _decided(said: list[Any]) -> set[str]:
    """Keys of the questions that corrections answer already, however they were given."""
    shut: set[str] = set()
    for each in said:
        payload = each.payload
        if each.kind == "dismiss":
            shut.add(payload["question"])
        elif each.kind == "kind":
            shut.update(f"kind:{photo}:{payload['kind']}" for photo in from_runs(payload["photos"]))
        elif each.kind in ("same", "different") and payload["scope"] != "line":
            a, b = sorted((int(payload["a"]), int(payload["b"])))
            shut.add(f"pair:{payload['scope']}:{a}:{b}")
    return shut


__all__ = ["answer", "health", "trust"]
