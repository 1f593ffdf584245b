"""Which earlier corrections a new one contradicts: the newest holds, they go out of force in the same operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import replay
from core.correct.replay import PAIR_SCOPES, LineSaid
from core.group.constraints import resolve_pairs
from core.records_corrections import Correction
from core.store import corrections
from core.store.journal import from_runs

Added = tuple[str, dict[str, Any]]
NEW = 1 << 40
"""Above every id: new corrections are the newest while they are weighed."""


def contradicted(conn: Connection, add: Sequence[Added], off: Sequence[int]) -> tuple[list[int], list[Added]]:
    """(earlier corrections that cannot hold beside new ones or say nothing beside them, what of them can still hold as
    corrections to add)."""
    said = [c for c in corrections.read(conn) if c.id not in set(off)]
    new = [Correction(NEW + i, kind, payload, 0.0, True) for i, (kind, payload) in enumerate(add)]
    gone, rest = _on_line(conn, said, new)
    for scope in PAIR_SCOPES:
        gone |= _of_pairs(said, new, scope)
    gone |= _covered(said, new) | _replaced(said, new)
    return sorted(gone), rest


def _on_line(conn: Connection, said: list[Correction], new: list[Correction]) -> tuple[set[int], list[Added]]:
    if not any(c.payload.get("scope") == "line" for c in new):
        return set(), []
    before, _ = replay.line_said(conn, said)
    after, _ = replay.line_said(conn, [*said, *new])
    holds = {c.correction for c in after}
    lost = [c for c in before if c.correction not in holds]
    again = _said_again(before, after)
    return {c.correction for c in lost} | again, [
        part for c in lost if not c.cut for part in _what_is_left(said, c, after)
    ]


def _said_again(before: list[LineSaid], after: list[LineSaid]) -> set[int]:
    """Earlier corrections that a new one repeats word for word."""
    words = {(c.a, c.b, c.threshold, c.cut) for c in after if c.correction >= NEW}
    return {c.correction for c in before if (c.a, c.b, c.threshold, c.cut) in words}


def _what_is_left(said: list[Correction], lost: LineSaid, after: list[LineSaid]) -> list[Added]:
    """A "same" that a new cut between two photos breaks still holds on both sides of them."""
    level = next(c.payload["level"] for c in said if c.id == lost.correction)
    cuts = [c for c in after if c.cut and c.correction >= NEW and c.key_a >= lost.key_a and c.key_b <= lost.key_b]
    if not cuts:
        return []
    left, right = min(cuts, key=lambda c: c.key_a), max(cuts, key=lambda c: c.key_b)
    sides = [(lost.a, left.a), (right.b, lost.b)]
    return [("same", {"scope": "line", "level": level, "a": a, "b": b, "implied": True}) for a, b in sides if a != b]


def _of_pairs(said: list[Correction], new: list[Correction], scope: str) -> set[int]:
    fresh = replay.pairs_said(new, scope)
    if not fresh:
        return set()
    earlier = replay.pairs_said(said, scope)
    held = {p.correction for p in resolve_pairs(earlier)[0]}
    words = {(min(p.a, p.b), max(p.a, p.b), p.cut) for p in fresh}
    lost = {p.correction for p in resolve_pairs([*earlier, *fresh])[1] if p.correction < NEW}
    again = {p.correction for p in earlier if (min(p.a, p.b), max(p.a, p.b), p.cut) in words}
    pairs = {c.id for c in said if c.kind in ("same", "different")}
    return (lost & held) | (again & pairs)


def _covered(said: list[Correction], new: list[Correction]) -> set[int]:
    """Moves and kinds whose every photo the new ones speak of too."""
    gone: set[int] = set()
    for kinds in ("line", "kind"):
        told: dict[Any, set[int]] = {}
        for c in new:
            if _subject(c, kinds) is not None:
                told.setdefault(_subject(c, kinds), set()).update(from_runs(c.payload["photos"]))
        for c in said:
            subject = _subject(c, kinds)
            if subject in told and set(from_runs(c.payload["photos"])) <= told[subject]:
                gone.add(c.id)
    return gone


def _subject(c: Correction, kinds: str) -> str | None:
    if kinds == "kind":
        return str(c.payload["kind"]) if c.kind == "kind" else None
    off_line = c.kind == "move" or (c.kind == "exclude" and c.payload["group_kind"] == "events")
    return "line" if off_line else None


def _replaced(said: list[Correction], new: list[Correction]) -> set[int]:
    """Earlier names and covers of the same group, dismissals of the same question."""
    words = {_of(c) for c in new} - {None}
    return {c.id for c in said if _of(c) in words}


def _of(c: Correction) -> tuple[Any, ...] | None:
    if c.kind in ("name", "cover"):
        return c.kind, c.payload["group_kind"], c.payload["group"]
    return ("dismiss", c.payload["question"]) if c.kind == "dismiss" else None
