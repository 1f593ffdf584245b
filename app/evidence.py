"""Why a photo is in a group: the evidence that groupers leave, as short lines. No Qt widgets, no guessing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.words import distance, duration, number

Line = Callable[[Any], str]


def _percent(value: float) -> str:
    return f"{round(100 * value)} %"


LINES: dict[str, Line] = {
    "gap_seconds": lambda v: f"{duration(v)} after the photo before",
    "distance_km": lambda v: f"{distance(v)} away from it",
    "visual": lambda v: f"looks {_percent(1 - v)} alike",
}


def lines(reason: Mapping[str, Any]) -> list[str]:
    """One short line for each piece of evidence that is known; what is None or unknown is left out."""
    told = []
    for key, value in reason.items():
        if value is None or key not in LINES:
            continue
        told.append(LINES[key](value))
    return told


def sentence(reason: Mapping[str, Any]) -> str:
    """All evidence on one line: ``38 min after the photo before · 0.4 km away from it``."""
    return " · ".join(lines(reason))


def strength_word(strength: float) -> str:
    """How sure, with the number: ``sure (0.97)``."""
    word = "sure" if strength >= 0.8 else "likely" if strength >= 0.5 else "unsure"
    return f"{word} ({number(round(strength * 100))} %)"
