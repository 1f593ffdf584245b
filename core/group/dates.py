"""Dates, days and parts of the day in words. Wall-clock seconds in, English out."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from core.group.base import F64

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
EPOCH = date(1970, 1, 1)
NIGHT_ENDS = 4 * 3600.0
"""Days end at four in the morning: what happens at one o'clock belongs to the evening before."""


def days(local: F64) -> tuple[date, date] | None:
    """The first and the last day of wall-clock times, days ending at four; None where no calendar reaches."""
    known = local[np.isfinite(local)]
    if len(known) == 0:
        return None
    first, last = (math.floor((float(x) - NIGHT_ENDS) / 86400.0) for x in (known.min(), known.max()))
    try:
        return EPOCH + timedelta(days=first), EPOCH + timedelta(days=last)
    except OverflowError:
        return None


def span(first: date, last: date) -> str:
    """``3 May 2024``, ``3–5 May 2024``, ``30 April – 2 May 2024``, ``30 December 2023 – 2 January 2024``."""
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    start = f"{first.day} {MONTHS[first.month - 1]}"
    return f"{start} – {end}" if first.year == last.year else f"{start} {first.year} – {end}"


def months(first: date, last: date) -> str:
    """``August 2024``, ``May to August 2024``, ``November 2023 to January 2024``."""
    end = f"{MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    start = MONTHS[first.month - 1]
    return f"{start} to {end}" if first.year == last.year else f"{start} {first.year} to {end}"


def part_of_day(local: F64) -> str:
    """morning, afternoon, evening or night, where the times keep to one part of a day; "" where they do not."""
    hours = np.sort(np.mod(local[np.isfinite(local)] - NIGHT_ENDS, 86400.0)) / 3600.0 + 4.0
    if len(hours) == 0 or hours[-1] - hours[0] > 7.0:
        return ""
    middle = float(hours[(len(hours) - 1) // 2] + hours[len(hours) // 2]) / 2.0
    for end, name in ((12.0, "morning"), (17.0, "afternoon"), (22.5, "evening"), (28.0, "night")):
        if middle < end:
            return name
    return "night"


def is_weekend(first: date, last: date) -> bool:
    """Two to four days that hold a Saturday and Sunday and no more than a Friday and a Monday beside them."""
    length = (last - first).days + 1
    inside = {(first + timedelta(days=i)).weekday() for i in range(length)} if length <= 4 else set()
    return length >= 2 and {5, 6} <= inside <= {4, 5, 6, 0}


def duration(first: date, last: date) -> str:
    """``Weekend``, ``Three days``, ``A week``, ``Two weeks``; "" where months are the better word."""
    length = (last - first).days + 1
    if is_weekend(first, last) and length <= 3:
        return "Weekend"
    if is_weekend(first, last):
        return "Long weekend"
    if length == 7:
        return "A week"
    if length <= 12:
        return f"{NUMBERS[length]} days"
    weeks = round(length / 7)
    return f"{NUMBERS[weeks]} weeks" if weeks <= 4 else ""


def number(count: int, one: str, many: str) -> str:
    """``1 photo``, ``12 photos``."""
    return f"{count:,} {one if count == 1 else many}"
