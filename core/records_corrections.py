"""Frozen records of what the person corrects, what the program asks, and the evidence it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.records import Boundary, Membership, PhotoRow


@dataclass(frozen=True, slots=True)
class Correction:
    """What the person said once. ``kind`` and ``payload`` as in ``core.store.corrections``; ``active``: in force;
    ``text``: it in a sentence."""

    id: int
    kind: str
    payload: dict[str, Any]
    created_at: float
    active: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a correction would do: ``text`` in a sentence; ``photos``: how many change their group; ``also``: sentences
    on what else would change; ``superseded``: earlier corrections that it contradicts and would take out of force."""

    text: str
    photos: int = 0
    also: tuple[str, ...] = ()
    superseded: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyBoundary:
    """A gap with all that speaks for and against a boundary there.

    ``terms``: (name, log odds it adds), strongest first. ``before``, ``after``: the photos whose looks were compared.
    ``raw``: the strength before corrections. ``source``: "rule" or "network". ``correction``: the one that pinned it.
    """

    boundary: Boundary
    terms: tuple[tuple[str, float], ...] = ()
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    raw: float = 0.0
    source: str = "rule"
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class WhyMember:
    """A membership with its evidence: ``neighbours``: (photo, cosine) of the most alike members of the group."""

    membership: Membership
    neighbours: tuple[tuple[int, float], ...] = ()
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a photo is where it is: its memberships, and the boundaries of its event either side."""

    photo_id: int
    members: tuple[WhyMember, ...]
    before: WhyBoundary | None = None
    after: WhyBoundary | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Something the program is unsure of. ``kind``: "boundary", "membership", "clock", "pair" or "kind"; ``key`` names
    it for good. ``left``, ``right``: photos to look at. ``strength``: of the answer the program gives itself. ``gain``:
    what the answer is worth (expected photos set right). ``answers``: (key, words) of each, "yes" first."""

    key: str
    kind: str
    text: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    strength: float
    gain: float
    answers: tuple[tuple[str, str], ...] = (("yes", "Yes"), ("no", "No"), ("skip", "Not sure"))
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnedPart:
    """A part that learns: "boundaries", "network", "kinds", "metric". ``rule`` and ``learned``: the score (``metric``
    names it) of the plain rule and of what was learned, on ``held_out`` examples kept apart; ``used``: whether it is in
    use, ``why`` in a sentence."""

    name: str
    metric: str
    rule: float | None
    learned: float | None
    held_out: int
    used: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """Open questions, the most useful first; ``answered`` so far; ``enough``: more answers would change little
    (``gain``: the photos the next ten would set right); ``learned``: what answers have taught; ``unsorted``: photos
    that wait for a full regrouping; ``more``: there are further questions."""

    questions: tuple[Question, ...]
    answered: int
    gain: float
    enough: bool
    learned: tuple[LearnedPart, ...] = ()
    unsorted: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One photo of a set shown side by side. ``best``: proposed to keep, ``reason`` says why; ``marked``: the person
    (or "keep best") marked it to be put away, which moves nothing until they confirm."""

    row: PhotoRow
    strength: float
    reason: dict[str, Any]
    best: bool
    marked: bool
    sharpness: float | None = None
    file_size: int = 0
