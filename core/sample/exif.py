"""EXIF as the two cameras of the sample album write it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from core.sample.plan import CLOCK_ERROR, Shot

CAMERAS = {"phone": ("Apple", "iPhone 13"), "camera": ("Canon", "Canon EOS 250D")}

_LENSES = {
    "phone": ("iPhone 13 back dual wide camera 5.1mm f/1.6", 1.6, 5.1, 26),
    "camera": ("EF-S18-55mm f/4-5.6 IS STM", 4.5, 35.0, 56),
}

_EXPOSURES = {"day": (1, 500, 64), "warm": (1, 60, 400), "dusk": (1, 30, 800), "night": (1, 15, 3200)}
"""Light -> exposure time as numerator and denominator, and ISO."""


def clock(shot: Shot) -> datetime:
    """What the device's clock showed when the shot was taken."""
    return shot.taken + CLOCK_ERROR if shot.device == "camera" else shot.taken


def exif(shot: Shot, software: str | None = None) -> bytes:
    """The EXIF block of a shot, for ``Image.save(exif=...)``."""
    block = Image.Exif()
    block[Base.Make], block[Base.Model] = CAMERAS[shot.device]
    block[Base.Orientation] = shot.orientation
    block[Base.DateTime] = _stamp(clock(shot))
    block[Base.Software] = software or ("18.4" if shot.device == "phone" else "Firmware Version 1.0.2")
    block.get_ifd(IFD.Exif).update(_exposure(shot) | _times(shot))
    if shot.gps is not None:
        block.get_ifd(IFD.GPSInfo).update(_gps(shot, shot.gps))
    return block.tobytes()


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y:%m:%d %H:%M:%S}"


def _times(shot: Shot) -> dict[int, Any]:
    """Capture time; the telephone adds milliseconds and its offset from UTC, the camera hundredths only."""
    moment = clock(shot)
    times: dict[int, Any] = {Base.DateTimeOriginal: _stamp(moment), Base.DateTimeDigitized: _stamp(moment)}
    if shot.device == "camera":
        return times | {Base.SubsecTimeOriginal: f"{moment.microsecond // 10_000:02d}"}
    minutes = shot.place.utc_offset
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return times | {
        Base.SubsecTimeOriginal: f"{moment.microsecond // 1000:03d}",
        Base.OffsetTime: offset,
        Base.OffsetTimeOriginal: offset,
        Base.OffsetTimeDigitized: offset,
    }


def _exposure(shot: Shot) -> dict[int, Any]:
    lens, aperture, focal_length, in_35mm = _LENSES[shot.device]
    over, under, iso = _EXPOSURES[shot.light]
    return {
        Base.ExposureTime: IFDRational(over, under),
        Base.FNumber: _rational(aperture),
        Base.ISOSpeedRatings: iso,
        Base.ExposureBiasValue: IFDRational(0, 1),
        Base.Flash: 16,
        Base.FocalLength: _rational(focal_length),
        Base.FocalLengthIn35mmFilm: in_35mm,
        Base.LensModel: lens,
        Base.ExifVersion: b"0232",
    }


def _rational(value: float) -> IFDRational:
    exact = Fraction(value).limit_denominator(1000)
    return IFDRational(exact.numerator, exact.denominator)


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds to a ten-thousandth."""
    total = round(abs(value) * 36_000_000)
    degrees, rest = divmod(total, 36_000_000)
    minutes, seconds = divmod(rest, 600_000)
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(seconds, 10_000)


def _gps(shot: Shot, position: tuple[float, float, float]) -> dict[int, Any]:
    lat, lon, altitude = position
    utc = shot.instant
    return {
        GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
        GPS.GPSLatitude: _degrees(lat),
        GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
        GPS.GPSLongitude: _degrees(lon),
        GPS.GPSAltitudeRef: b"\x00" if altitude >= 0 else b"\x01",
        GPS.GPSAltitude: _rational(abs(altitude)),
        GPS.GPSDateStamp: f"{utc:%Y:%m:%d}",
        GPS.GPSTimeStamp: (IFDRational(utc.hour, 1), IFDRational(utc.minute, 1), IFDRational(utc.second, 1)),
    }
