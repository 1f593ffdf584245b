"""Where a photo was taken: GPS of EXIF and XMP, with what cannot be true left out."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from core.media.tags import Tags
from core.media.times import parse_date

LOWEST, HIGHEST = -450.0, 25_000.0
"""Altitudes in metres that a photographer can be at."""

_XMP_ANGLE = re.compile(r"\s*(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEWnsew])\s*$")


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees north and east, metres above the sea where known."""

    lat: float
    lon: float
    altitude: float | None = None


def rational(text: str | None) -> float | None:
    """``"28/10"`` or ``"2.8"`` as a number; None where it is absent, over zero or not a number."""
    if text is None:
        return None
    upper, slash, lower = text.strip().partition("/")
    try:
        value = float(upper) / float(lower) if slash else float(upper)
    except (ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) else None


def rationals(text: str) -> list[float] | None:
    """Several of them, parted by blanks; None where one of them is no number."""
    values = [rational(part) for part in text.split()]
    return [value for value in values if value is not None] if None not in values else None


def exif_position(exif: dict[str, str], warnings: list[str]) -> Position | None:
    """The position in EXIF, or None; what was there but made no sense is added to ``warnings``."""
    lat_text, lon_text = exif.get("Exif.GPSInfo.GPSLatitude"), exif.get("Exif.GPSInfo.GPSLongitude")
    if lat_text is None or lon_text is None:
        if (lat_text is None) != (lon_text is None):
            warnings.append("The GPS position is incomplete.")
        return None
    lat = _angle(lat_text, exif.get("Exif.GPSInfo.GPSLatitudeRef", ""), "NS")
    lon = _angle(lon_text, exif.get("Exif.GPSInfo.GPSLongitudeRef", ""), "EW")
    altitude = _altitude(exif.get("Exif.GPSInfo.GPSAltitude"), exif.get("Exif.GPSInfo.GPSAltitudeRef"), warnings)
    return _position(lat, lon, altitude, warnings)


def xmp_position(xmp: dict[str, str], warnings: list[str]) -> Position | None:
    """The same from XMP (``38,42.5N``)."""
    lat_text, lon_text = xmp.get("Xmp.exif.GPSLatitude"), xmp.get("Xmp.exif.GPSLongitude")
    if not lat_text or not lon_text:
        return None
    altitude = _altitude(xmp.get("Xmp.exif.GPSAltitude"), xmp.get("Xmp.exif.GPSAltitudeRef"), warnings)
    return _position(_xmp_angle(lat_text, "NS"), _xmp_angle(lon_text, "EW"), altitude, warnings)


def gps_utc(tags: Tags) -> float | None:
    """The satellite's time in seconds since 1970 UTC, where EXIF has date and time of it."""
    day = parse_date(tags.exif.get("Exif.GPSInfo.GPSDateStamp", ""))
    parts = rationals(tags.exif.get("Exif.GPSInfo.GPSTimeStamp", ""))
    if day is None or not parts or len(parts) != 3:
        return None
    hour, minute, second = parts
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61):
        return None
    return day.local + hour * 3600 + minute * 60 + second


def _angle(text: str, reference: str, signs: str) -> float | None:
    """Degrees, minutes and seconds with their side; None where any of it is wrong."""
    parts = rationals(text)
    side = reference.strip("\0 ").upper()[:1]
    if not parts or len(parts) > 3 or not side or side not in signs:
        return None
    degrees, minutes, seconds = (*parts, 0.0, 0.0)[:3]
    if degrees < 0 or not 0 <= minutes < 60.0001 or not 0 <= seconds < 60.0001:
        return None
    value = degrees + minutes / 60.0 + seconds / 3600.0
    return -value if side == signs[1] else value


def _xmp_angle(text: str, signs: str) -> float | None:
    match = _XMP_ANGLE.match(text)
    if not match or match[4].upper() not in signs:
        return None
    value = float(match[1]) + float(match[2] or 0) / 60.0 + float(match[3] or 0) / 3600.0
    return -value if match[4].upper() == signs[1] else value


def _altitude(text: str | None, reference: str | None, warnings: list[str]) -> float | None:
    if text is None:
        return None
    value = rational(text)
    if value is not None and (reference or "0").strip()[:1] in ("1", "3"):
        value = -value
    if value is None or not LOWEST <= value <= HIGHEST:
        warnings.append("The GPS altitude makes no sense and was left out.")
        return None
    return value


def _position(lat: float | None, lon: float | None, altitude: float | None, warnings: list[str]) -> Position | None:
    if lat is None or lon is None:
        warnings.append("The GPS position cannot be understood and was left out.")
    elif abs(lat) > 90.0 or abs(lon) > 180.0:
        warnings.append("The GPS position is outside the globe and was left out.")
    elif lat == 0.0 and lon == 0.0:
        warnings.append("The GPS position is 0, 0, which stands for none, and was left out.")
    else:
        return Position(lat, lon, altitude)
    return None
