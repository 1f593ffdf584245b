"""What the inspector says of a photo's metadata, as plain lines. No widgets."""

from __future__ import annotations

import os
from dataclasses import dataclass

from app.words import SOURCES, coordinates, exposure, number, size, taken
from core.paths import printable
from core.records import Metadata, PhotoDetails, PhotoRow

ROLES = {"primary": "Picture", "raw": "RAW", "sidecar": "Sidecar", "copy": "Copy"}
MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known: an icon, a first line, quieter lines below it."""

    icon: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """The head of the inspector."""

    name: str
    caption: str
    lines: tuple[Fact, ...]


def facts(details: PhotoDetails) -> About:
    """Name, caption, and when, where, with what, how large, who and keywords, as far as they are known."""
    row, metadata = details.row, details.metadata
    lines = [
        Fact("clock", _texts(taken(row), SOURCES.get(row.taken_source or "", ""))),
        _where(details),
        _camera(details),
        Fact("photos", _texts(_dimensions(row.width, row.height))),
        Fact("kinds", _texts(", ".join(metadata.keywords), _people(metadata))),
    ]
    caption = "\n".join(dict.fromkeys(filter(None, (metadata.title, metadata.caption))))
    return About(printable(os.path.basename(row.path)), caption, tuple(fact for fact in lines if fact.texts))


def file_lines(details: PhotoDetails) -> list[tuple[str, str]]:
    """Path, and role with size, of every file of the photo."""
    told = []
    for file in details.files:
        about = [ROLES.get(file.role, file.role), size(file.size)]
        if file.missing:
            about.append("missing")
        told.append((printable(file.path), " · ".join(about)))
    return told


def describe(row: PhotoRow) -> str:
    """Name, date, place, camera and kinds, a line each: the overlay on a full picture, and what is read aloud."""
    kinds = ", ".join(name for name, _ in row.kinds)
    return "\n".join(
        _texts(printable(os.path.basename(row.path)), taken(row), row.place or "", row.camera or "", kinds)
    )


def _texts(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _where(details: PhotoDetails) -> Fact:
    row = details.row
    if row.lat is None or row.lon is None:
        return Fact("places", _texts(row.place or ""))
    spot = coordinates(row.lat, row.lon)
    altitude = details.metadata.altitude
    if altitude is not None:
        spot += f" · {number(round(altitude))} m"
    return Fact("places", _texts(row.place or "", spot))


def _camera(details: PhotoDetails) -> Fact:
    metadata = details.metadata
    return Fact("camera", _texts(details.row.camera or "", metadata.lens or "", exposure(metadata)))


def _dimensions(width: int, height: int) -> str:
    if not width or not height:
        return ""
    return f"{width} × {height} · {width * height / MEGA:.1f} MP"


def _people(metadata: Metadata) -> str:
    return ", ".join(dict.fromkeys(face.name for face in metadata.faces if face.name))
