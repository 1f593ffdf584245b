"""What the Studio says, in the terms of the field where it must. No Qt widgets."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.lab.words import figure, latest
from app.words import count, duration, number
from core.records_lab import Curve
from core.records_studio import AlbumFacts, Made, Upscaler

HEADS = ("State", "Model", "Photos", "Step", "Time", "Figures", "Note", "Begun")
CONDITIONS = {
    "": "Nothing",
    "events": "Events",
    "kinds": "Kinds",
    "places": "Places",
    "albums": "Albums",
}
HOW = {
    "generated": "Generated",
    "walk": "From a walk",
    "near": "Like another",
    "projection": "A photo, sought",
    "dream": "Dreamt",
}
SOUGHT = "photo-"
"""What the name of a point begins with that a photo was found at."""
ORDER = (
    *("generator_loss", "discriminator_loss", "content_loss", "kid", "memorisation", "precision", "recall"),
    *("gan_train", "gan_test", "held_out_psnr", "held_out_content", "real_logit", "fake_logit", "skipped"),
)
FORMATS = "GIF (*.gif);;Animated PNG (*.png *.apng);;WebP (*.webp)"
WEIGHTS = "Models (*.safetensors *.pth *.pt)"


def facts_line(facts: AlbumFacts) -> str:
    """``212 photos, 21 kept apart. 3 could not be read.`` and what is to be expected of them."""
    told = count(facts.photos, "photo", "photos")
    if facts.held_out:
        told += f", {number(facts.held_out)} kept apart"
    told += "."
    return " ".join([told, *facts.sentences])


def warned(sentences: Sequence[str]) -> str:
    """What the measures say, as one text; empty where they say nothing."""
    return "\n".join(sentences)


def point_words(point: int | str) -> str:
    """Where a picture comes from: ``seed 1,234``, ``near seed 17``, ``a photo that was sought``."""
    text = str(point)
    if text.isdecimal():
        return f"seed {number(int(text))}"
    if "~" in text:
        return f"near {point_words(text.partition('~')[0])}"
    return "a photo that was sought" if text.startswith(SOUGHT) else text


def made_line(made: Made) -> str:
    """``Generated · FastGAN · seed 17 · 64 × 64``."""
    parts = [HOW.get(made.how, made.how), made.model]
    if made.seed:
        parts.append(point_words(made.seed))
    for name in ("condition", "truncation"):
        value = made.settings.get(name)
        if value not in (None, "", 1.0):
            parts.append(f"{name} {value}")
    return " · ".join([*parts, f"{made.width} × {made.height}"])


def about(seconds: float) -> str:
    """``about 12 s``; coarse, as estimates are."""
    return "under a second" if seconds < 1 else f"about {duration(seconds)}"


def upscaler_line(model: Upscaler, seconds: float | None) -> str:
    """A sentence on a model, with the time measured here; why it cannot be used where it cannot."""
    if not model.available:
        return model.why_not
    return model.what if seconds is None else f"{model.what} Here: {about(seconds)} a photo."


def last_value(curves: Sequence[Curve], name: str) -> float | None:
    """The newest value of a measure, None where it was not measured."""
    curve = next((each for each in curves if each.name == name), None)
    value = math.nan if curve is None else latest(curve.value)
    return value if math.isfinite(value) else None


def ordered(curves: Sequence[Curve]) -> list[Curve]:
    """What tells most comes first; what is not known here keeps its order, at the end."""
    place = {name: at for at, name in enumerate(ORDER)}
    return sorted(curves, key=lambda curve: place.get(curve.name, len(ORDER)))


def difference_line(name: str, one: float | None, other: float | None) -> str:
    """``0.031 against 0.044`` for a measure of two runs."""
    if one is None or other is None:
        return ""
    return f"{name} {figure(one)} against {figure(other)}"
