"""Capture times: how EXIF, XMP, IPTC and file names write them, and what is nonsense.

A time here is seconds since 1970-01-01 of the wall clock where the photo was taken; an offset is minutes east of
Greenwich.
"""

from __future__ import annotations

import math
import re
import time
from calendar import timegm
from dataclasses import dataclass

EARLIEST_YEAR = 1826
"""Of the first photograph; a scan may well be dated by its picture."""

_UNSET_CLOCKS = frozenset({(1904, 1, 1), (1970, 1, 1), (1980, 1, 1)})
"""Where clocks that were never set begin; at midnight sharp they say nothing."""

_DATE = re.compile(
    r"\s*(\d{4})(?:[:/.-](\d{1,2})(?:[:/.-](\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?)?)?\s*(Z|[+-]\d{1,2}:?\d{2})?\s*$"
)
_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})\s*$")
_OFFSET = re.compile(r"\s*([+-])(\d{1,2}):?(\d{2})\s*$")
_LARGEST_OFFSET = 14 * 60


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock time, and its offset where known."""

    local: float
    offset: int | None = None


def this_year() -> int:
    """The year by this machine's clock."""
    return time.localtime().tm_year


def wall_clock(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, fraction: float = 0.0
) -> float | None:
    """Seconds of a wall clock, or None where there is no such time or no photo can be of it."""
    if not EARLIEST_YEAR <= year <= this_year() + 1:
        return None
    if (year, month, day) in _UNSET_CLOCKS and hour == minute == second == 0:
        return None
    second = min(second, 59) if second == 60 else second
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return None
    seconds = timegm((year, month, day, hour, minute, second))
    if time.gmtime(seconds)[1:3] != (month, day):  # 31 April
        return None
    return seconds + fraction


def parse_offset(text: str | None) -> int | None:
    """``+02:00``, ``-0330`` or ``Z`` in minutes, or None."""
    if text is None:
        return None
    if text.strip() in ("Z", "z"):
        return 0
    match = _OFFSET.match(text)
    if not match or int(match[3]) >= 60:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return (minutes if match[1] == "+" else -minutes) if minutes <= _LARGEST_OFFSET else None


def fraction_of(digits: str | None) -> float:
    """EXIF's SubSecTime: ``"12"`` is 0.12 s; anything else 0."""
    text = (digits or "").strip().rstrip("\0").strip()
    return float(f"0.{text[:9]}") if text.isascii() and text.isdigit() else 0.0


def parse_date(text: str, subsec: str | None = None, offset: str | None = None) -> Moment | None:
    """A date of EXIF (``2024:01:02 03:04:05``), XMP (ISO 8601, perhaps shortened) or IPTC (``20240102``), or None."""
    match = _COMPACT.match(text) or _DATE.match(text.replace("\0", ""))
    if not match:
        return None
    fields = match.groups()
    year, month, day, hour, minute, second = (int(part) if part else None for part in (*fields, None, None, None)[:6])
    fraction = fraction_of(fields[6]) if len(fields) > 6 and fields[6] else fraction_of(subsec)
    local = wall_clock(
        year or 0,
        1 if month is None else month,
        1 if day is None else day,
        hour or 0,
        minute or 0,
        second or 0,
        fraction,
    )
    if local is None:
        return None
    written = parse_offset(fields[7]) if len(fields) > 7 else None
    return Moment(local, written if written is not None else parse_offset(offset))


def offset_from_utc(local: float, utc: float) -> int | None:
    """Minutes by which a wall clock is ahead of UTC, where both were read at about the same time.

    Half hours within 5 minutes (a satellite's time may be a little old), quarters within 90 seconds; else None.
    """
    minutes = (local - utc) / 60.0
    if not math.isfinite(minutes) or abs(minutes) > _LARGEST_OFFSET + 5:
        return None
    for step, tolerance in ((30, 5.0), (15, 1.5)):
        nearest = round(minutes / step) * step
        if abs(minutes - nearest) <= tolerance and abs(nearest) <= _LARGEST_OFFSET:
            return nearest
    return None


def file_moment(mtime_ns: int) -> Moment:
    """A file's time of change, on the wall clock of this machine."""
    seconds = mtime_ns / 1e9
    try:
        east = time.localtime(seconds).tm_gmtoff
    except (OverflowError, ValueError, OSError):
        east = 0
    return Moment(seconds + east, east // 60 if east % 60 == 0 else None)
