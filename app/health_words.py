"""The Health view in words: questions, progress, what was learned. No Qt beyond the locale."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from app.words import count, distance, duration, number, photos
from core.records_corrections import Health, LearnedPart, Question

PARTS = {
    "boundaries": "Where events end",
    "network": "Where events end, by the network",
    "kinds": "Kinds of photographs",
    "metric": "What looks alike",
}
SCORES = {"f1": "F1", "accuracy": "accuracy", "precision": "precision", "ari": "agreement"}


def progress_line(health: Health, under_way: int = 0) -> str:
    """``12 answered · about 9 photos set right by the next ten``."""
    answered = health.answered + under_way
    parts = [f"{number(answered)} answered"] if answered else []
    if health.questions and not health.enough:
        gain = health.gain
        about = photos(round(gain)) if gain >= 1.5 else "one photo" if gain >= 0.5 else "less than one photo"
        parts.append(f"the next ten would set about {about} right")
    if health.unsorted:
        parts.append(f"{photos(health.unsorted)} not sorted yet")
    told = " · ".join(parts)
    return told[:1].upper() + told[1:]


def aside(question: Question) -> str:
    """The facts beside a question: ``3 h 13 min apart · the program thinks so (0.68)``."""
    details, parts = question.details, []
    if details.get("gap_seconds") is not None:
        parts.append(f"{duration(float(details['gap_seconds']))} apart")
    if details.get("distance_km") is not None:
        parts.append(distance(float(details["distance_km"])))
    if question.kind == "clock":
        parts += _clock(details)
    guess = "yes" if details.get("guess", "yes") == "yes" else "no"
    parts.append(f"the program’s guess: {guess}, {QLocale().toString(question.strength, 'f', 2)}")
    told = " · ".join(parts)
    return told[:1].upper() + told[1:]


def _clock(details: dict[str, object]) -> list[str]:
    parts = []
    if isinstance(details.get("photos"), int):
        parts.append(f"{photos(int(str(details['photos'])))} of that camera")
    pairs = details.get("pairs")
    if isinstance(pairs, list) and pairs:
        parts.append(f"{count(len(pairs), 'pair', 'pairs')} of photos of the same thing")
    return parts


def side_names(question: Question) -> tuple[str, str]:
    """What the photos of the left and the right are called."""
    if question.kind == "boundary":
        return "Before the gap", "After the gap"
    if question.kind == "clock":
        return str(question.details.get("camera", "This camera")), "Another camera"
    return "The photo", "The other photo"


def learned_line(part: LearnedPart) -> str:
    """``Where events end: F1 0.74 learned, 0.71 by rule, on 120 examples kept apart. In use.``"""
    name = PARTS.get(part.name, part.name.capitalize())
    metric = SCORES.get(part.metric.lower(), part.metric)
    scores = [
        f"{QLocale().toString(value, 'f', 2)} {word}"
        for value, word in ((part.learned, "learned"), (part.rule, "by the rule"))
        if value is not None
    ]
    use = "The learned one is in use." if part.used else "The rule stays in use."
    if not scores:
        return f"{name}: {part.why or 'nothing learned yet'}"
    apart = f", on {count(part.held_out, 'example', 'examples')} kept apart" if part.held_out else ""
    return f"{name}: {metric} {', '.join(scores)}{apart}. {use}"
