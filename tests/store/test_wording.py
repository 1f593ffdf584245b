"""Dates and counts as headings say them."""

from __future__ import annotations

from datetime import date

import pytest

from core.store import wording


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2025, 9, 12), date(2025, 9, 12), "12 Sep 2025"),
        (date(2025, 9, 12), date(2025, 9, 15), "12–15 Sep 2025"),
        (date(2025, 8, 30), date(2025, 9, 2), "30 Aug – 2 Sep 2025"),
        (date(2024, 12, 28), date(2025, 1, 3), "28 Dec 2024 – 3 Jan 2025"),
        (None, date(2025, 1, 3), ""),
    ],
)
def test_ranges_are_as_short_as_they_can_be(first: date | None, last: date | None, said: str) -> None:
    assert wording.date_range(first, last) == said


@pytest.mark.parametrize(
    ("local", "day"),
    [
        (0.0, date(1970, 1, 1)),
        (86399.999, date(1970, 1, 1)),
        (-0.5, date(1969, 12, 31)),
        (1757971800.0, date(2025, 9, 15)),
        (1e15, None),
        (-1e15, None),
        (float("nan"), None),
        (None, None),
    ],
)
def test_days(local: float | None, day: date | None) -> None:
    assert wording.day_of(local) == day


def test_titles_and_counts() -> None:
    assert wording.day_title(date(2025, 9, 14)) == "Sunday 14 September 2025"
    assert wording.day_title(None) == "Undated"
    assert [wording.photos(n) for n in (0, 1, 1204)] == ["0 photos", "1 photo", "1,204 photos"]
    assert wording.joined("a", "", "b") == "a · b"
