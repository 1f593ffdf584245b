"""How a photo was exposed: lens, time, aperture, sensitivity, focal length, flash."""

from __future__ import annotations

from typing import TypedDict

from core.media.gps import rational
from core.media.tags import MAKER_LENSES, Tags, clean


class Exposure(TypedDict):
    """Fields of ``records.Metadata`` with the same names and units."""

    lens: str | None
    exposure_time: float | None
    f_number: float | None
    iso: int | None
    exposure_bias: float | None
    focal_length: float | None
    focal_length_35: float | None
    subject_distance: float | None
    flash: bool | None


_LENS_KEYS = ("Exif.Photo.LensModel", *MAKER_LENSES)
_ISO_KEYS = ("Exif.Photo.ISOSpeedRatings", "Exif.Photo.RecommendedExposureIndex", "Exif.Photo.ISOSpeed")
_NO_ISO = (0, 65535)
_UNKNOWN = (0.0, 4294967295.0)
"""How EXIF writes that a number is not known, or has no end."""


def read_exposure(tags: Tags, notes: list[str]) -> Exposure:
    """What EXIF (else XMP) tells, each number within what cameras can do; what is not is noted."""

    def number(key: str, low: float, high: float) -> float | None:
        text = tags.exif.get(f"Exif.Photo.{key}") or tags.xmp.get(f"Xmp.exif.{key}")
        value = rational(text)
        if text is None or (value is not None and low <= value <= high):
            return value
        if value not in _UNKNOWN and text.strip() not in ("", "0/0"):
            notes.append(f"{key} {text[:30]} makes no sense and was left out.")
        return None

    return Exposure(
        lens=_lens(tags),
        exposure_time=number("ExposureTime", 1e-7, 1e6) or _from_apex(tags),
        f_number=number("FNumber", 0.3, 1000.0),
        iso=_iso(tags),
        exposure_bias=number("ExposureBiasValue", -20.0, 20.0),
        focal_length=number("FocalLength", 0.1, 50_000.0),
        focal_length_35=number("FocalLengthIn35mmFilm", 1.0, 50_000.0),
        subject_distance=number("SubjectDistance", 0.001, 1e6),
        flash=_flash(tags.exif.get("Exif.Photo.Flash")),
    )


def _lens(tags: Tags) -> str | None:
    names = [tags.exif.get(key) for key in _LENS_KEYS]
    names += [tags.xmp.get("Xmp.exifEX.LensModel"), tags.xmp.get("Xmp.aux.Lens")]
    texts = (clean(name) for name in names if name)
    return next((text for text in texts if any(char.isalnum() for char in text) and text.upper() != "N/A"), None)


def _from_apex(tags: Tags) -> float | None:
    """Seconds from ShutterSpeedValue, which is -log2 of them."""
    value = rational(tags.exif.get("Exif.Photo.ShutterSpeedValue"))
    return 2.0**-value if value is not None and -15.0 <= value <= 20.0 and value != 0.0 else None


def _iso(tags: Tags) -> int | None:
    texts = [tags.exif.get(key, "") for key in _ISO_KEYS]
    texts += (
        tags.lists.get("Xmp.exifEX.PhotographicSensitivity", [])[:1]
        + tags.lists.get("Xmp.exif.ISOSpeedRatings", [])[:1]
    )
    for text in texts:
        value = rational((text.split() or [""])[0])
        if value is not None and value not in _NO_ISO and 1 <= value <= 10_000_000:
            return int(value)
    return None


def _flash(text: str | None) -> bool | None:
    """Bit 0 of EXIF's Flash: fired."""
    value = rational(text)
    return bool(int(value) & 1) if value is not None and 0 <= value <= 255 else None
