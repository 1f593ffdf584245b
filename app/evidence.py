"""Why a photo is in a group: the evidence that groupers leave, as short lines. No guessing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QLocale

from app.words import count, distance, duration, photos
from core.records import Membership
from core.records_corrections import WhyBoundary, WhyMember

Reason = Mapping[str, Any]


def _gap(reason: Reason, side: str, words: str) -> str:
    """``14 h and 312 km after the event before``; without a distance where none is known."""
    seconds = reason.get(f"gap_seconds_{side}")
    if seconds is None:
        return ""
    km = reason.get(f"distance_km_{side}")
    apart = f" and {distance(km)}" if km is not None and km >= 0.05 else ""
    return f"{duration(seconds)}{apart} {words}"


def _events(reason: Reason) -> list[str]:
    if reason.get("time") == "unknown":
        return ["Its time is not known"]
    lines = [_gap(reason, "before", "after the event before"), _gap(reason, "after", "before the next event")]
    if reason.get("gap_seconds") is not None:
        lines.append(f"{duration(reason['gap_seconds'])} after the photo before")
    if reason.get("distance_km") is not None:
        lines.append(f"{distance(reason['distance_km'])} from it")
    return lines


def _trips(reason: Reason) -> list[str]:
    lines = []
    if reason.get("distance_from_home_km") is not None:
        lines.append(f"{distance(reason['distance_from_home_km'])} from home")
    if reason.get("days") is not None:
        lines.append(f"{count(reason['days'], 'day', 'days')} away")
    if reason.get("place"):
        lines.append(f"its place is {reason['place']}")
    return lines


def _places(reason: Reason) -> list[str]:
    radius = reason.get("inferred_radius_km")
    if radius is not None:
        return [f"Its place is borrowed from the photos around it, to about {distance(radius)}"]
    km = reason.get("distance_km")
    return [f"{distance(km)} from its middle"] if km is not None else []


def _kinds(reason: Reason) -> list[str]:
    if reason.get("unsure"):
        return [str(reason["unsure"]).capitalize()]
    cues = reason.get("cues") or {}
    strongest = sorted(cues, key=lambda name: -cues[name])[:2]
    seen = f"Looks like: {reason['class']}" if reason.get("class") else ""
    return [seen or (f"Cues: {', '.join(strongest)}" if strongest else "")]


def _topics(reason: Reason) -> list[str]:
    words = reason.get("words")
    return [f"Its words: {', '.join(words)}"] if words else []


def _lookalikes(reason: Reason) -> list[str]:
    cosine = reason.get("cosine_to_middle")
    return [f"{_alike(cosine)} the middle of this group"] if cosine is not None else []


def _duplicates(reason: Reason) -> list[str]:
    best = reason.get("best")
    if reason.get("identical_files"):
        return ["The same file, byte for byte"]
    if isinstance(best, list):
        return [f"The one to keep: {', '.join(best)}"]
    lines = [f"{_alike(reason['cosine'])} the one to keep"] if reason.get("cosine") is not None else []
    if reason.get("hash_bits") is not None:
        lines.append(f"{reason['hash_bits']} of 64 marks differ from it")
    return lines


def _bursts(reason: Reason) -> list[str]:
    lines = []
    if reason.get("frames") is not None and reason.get("span_seconds") is not None:
        lines.append(f"{photos(reason['frames'])} within {_seconds(reason['span_seconds'])}")
    if reason.get("gap_seconds") is not None:
        lines.append(f"{_seconds(reason['gap_seconds'])} after the photo before")
    if reason.get("best"):
        lines.append(str(reason["best"]).capitalize())
    return lines


def _odd(reason: Reason) -> list[str]:
    """What is odd about a photo, from the figures it was judged by."""
    explain = ODD.get(str(reason.get("reason")))
    return explain(reason) if explain is not None else []


def _blurred(reason: Reason) -> list[str]:
    below = reason.get("deviations_below")
    return ["Far less sharp than the photos like it", f"{_decimal(below)} deviations below the usual" if below else ""]


def _screenshot(reason: Reason) -> list[str]:
    fellows = reason.get("photos_of_event")
    return [f"A screenshot among {photos(round(fellows))}" if fellows else "A screenshot among photos"]


def _date(reason: Reason) -> list[str]:
    year, years = reason.get("year"), reason.get("years_from_others")
    lines = [f"Dated {round(year)}" if year is not None else ""]
    return [*lines, f"{_decimal(years)} years from all others" if years is not None and years >= 1 else ""]


def _place(reason: Reason) -> list[str]:
    km, speed = reason.get("km_away"), reason.get("least_speed_kmh")
    lines = [f"{distance(km)} off its way" if km is not None else "At 0° north, 0° east"]
    return [*lines, f"only reached at {QLocale().toString(round(speed))} km/h" if speed is not None and km else ""]


def _alone(reason: Reason) -> list[str]:
    cosine = reason.get("nearest_cosine")
    return ["Nothing here looks like it", f"the nearest is {_alike(cosine)} it" if cosine is not None else ""]


def _decimal(value: float) -> str:
    return QLocale().toString(float(value), "f", 1)


ODD: dict[str, Callable[[Reason], list[str]]] = {
    "blank": lambda reason: ["It shows almost nothing"],
    "blurred": _blurred,
    "screenshot": _screenshot,
    "date": _date,
    "place": _place,
    "alone": _alone,
}


def _alike(cosine: float) -> str:
    return f"{round(100 * cosine)} % like"


def _seconds(seconds: float) -> str:
    return f"{QLocale().toString(seconds, 'f', 1)} s" if seconds < 10 else duration(seconds)


EXPLAINED: dict[str, Callable[[Reason], list[str]]] = {
    "events": _events,
    "trips": _trips,
    "places": _places,
    "kinds": _kinds,
    "topics": _topics,
    "lookalikes": _lookalikes,
    "identical": _duplicates,
    "duplicates": _duplicates,
    "bursts": _bursts,
    "odd": _odd,
}


def lines(kind: str, reason: Reason) -> list[str]:
    """Short lines for a membership of this kind; nothing for a kind or evidence that is not known."""
    explain = EXPLAINED.get(kind)
    return [line for line in explain(reason) if line] if explain is not None else []


def sentence(kind: str, reason: Reason) -> str:
    """The lines as one: ``38 min after the photo before · 0.4 km from it``."""
    return " · ".join(lines(kind, reason))


def by_level(members: Sequence[WhyMember]) -> list[tuple[WhyMember, tuple[WhyMember, ...]]]:
    """Memberships in their order, those of look-alikes once: the narrowest group with the wider ones that hold it, the
    nearest first."""
    alike: dict[int | None, WhyMember] = {
        each.membership.group_id: each for each in members if each.membership.kind == "lookalikes"
    }
    holding = {each.membership.parent for each in alike.values()} & set(alike)
    return [(each, _around(each, alike)) for each in members if each.membership.group_id not in holding]


def _around(member: WhyMember, groups: Mapping[int | None, WhyMember]) -> tuple[WhyMember, ...]:
    """Those of some groups that hold a membership's group, the nearest first."""
    wider: list[WhyMember] = []
    above = groups.get(member.membership.parent)
    while above is not None and above not in wider:
        wider.append(above)
        above = groups.get(above.membership.parent)
    return tuple(wider)


def wider_line(narrow: Membership, wide: Membership) -> str:
    """What the way to a wider group is called: ``Wider: 43 photos``, with its title where that is another."""
    return f"Wider: {photos(wide.n_photos)}" + ("" if wide.title == narrow.title else f", {wide.title}")


def sureness(strength: float) -> str:
    """How sure, in a word with the number: ``sure, 0.97``."""
    word = "sure" if strength >= 0.8 else "likely" if strength >= 0.5 else "unsure"
    return f"{word}, {strength:.2f}"


# ---------------------------------------------------------------- boundaries

TERMS = {
    "gap": "Length of the gap",
    "neighbourhood": "Against nearby gaps",
    "rhythm": "Rhythm of the library",
    "distance": "Distance",
    "look": "Change of look",
    "camera": "Another camera",
    "day": "Another day",
    "hour": "Time of day",
}


def term(name: str) -> str:
    """What a share in a boundary's strength is called."""
    return TERMS.get(name, name.replace("_", " ").capitalize())


def gap_line(why: WhyBoundary) -> str:
    """``14 h apart · 312 km · another camera``."""
    boundary = why.boundary
    parts = [f"{duration(boundary.gap_seconds)} apart"]
    if boundary.distance_km is not None and boundary.distance_km >= 0.05:
        parts.append(distance(boundary.distance_km))
    if boundary.visual is not None:
        parts.append(f"{max(round(100 * (1 - boundary.visual)), 0)} % alike")
    if boundary.camera_changed:
        parts.append("another camera")
    return " · ".join(parts)


def strength_line(why: WhyBoundary) -> str:
    """How strong a boundary is, and what it would be by itself where the person has held it."""
    strength = f"Strength {why.boundary.strength:.2f}"
    if why.correction is not None or abs(why.raw - why.boundary.strength) > 0.05:
        strength += f", {why.raw:.2f} by itself"
    return strength + (", by the network" if why.source == "network" else "")
