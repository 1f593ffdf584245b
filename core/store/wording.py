"""Dates and counts as a heading says them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
               "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNDATED = "Undated"
_EPOCH = date(1970, 1, 1)


def day_of(local: float | None) -> date | None:
    """The calendar day of wall-clock seconds; None where there is none or no calendar reaches."""
    return None if local is None or local != local else _day(int(local // 86400))


@lru_cache(maxsize=4096)
def _day(number: int) -> date | None:
    try:
        return _EPOCH + timedelta(days=number)
    except OverflowError:
        return None


def day_title(day: date | None) -> str:
    """``Sunday 14 September 2025``."""
    if day is None:
        return UNDATED
    return f"{WEEKDAYS[day.weekday()]} {day.day} {LONG_MONTHS[day.month - 1]} {day.year}"


def date_range(first: date | None, last: date | None) -> str:
    """``12–15 Sep 2025``, as short as it can be said; empty where nothing is known."""
    if first is None or last is None:
        return ""
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} – {end}"
    return f"{first.day} {MONTHS[first.month - 1]} {first.year} – {end}"


def photos(count: int) -> str:
    """``1 photo``, ``1,204 photos``."""
    return f"{count:,} photo" if count == 1 else f"{count:,} photos"


def joined(*parts: str) -> str:
    """What is known, with middle dots between."""
    return " · ".join(part for part in parts if part)
