"""Dates of EXIF, XMP and IPTC, offsets, and what file names tell."""

from __future__ import annotations

import math
from calendar import timegm
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.filenames import moment_of_name
from core.media.times import (
    Moment,
    file_moment,
    fraction_of,
    offset_from_utc,
    parse_date,
    parse_offset,
    this_year,
    wall_clock,
)

AT = float(timegm((2024, 1, 2, 3, 4, 5)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024:01:02 03:04:05", Moment(AT)),
        ("2024:01:02 03:04:05\0", Moment(AT)),
        ("2024-01-02T03:04:05", Moment(AT)),
        ("2024-01-02T03:04:05.25+02:00", Moment(AT + 0.25, 120)),
        ("2024-01-02T03:04:05Z", Moment(AT, 0)),
        ("2024-01-02T03:04:05-0330", Moment(AT, -210)),
        ("2024-01-02T03:04", Moment(AT - 5)),
        ("2024/1/2 03:04:05", Moment(AT)),
        ("20240102", Moment(float(timegm((2024, 1, 2, 0, 0, 0))))),
        ("2024-01", Moment(float(timegm((2024, 1, 1, 0, 0, 0))))),
        ("1931", Moment(float(timegm((1931, 1, 1, 0, 0, 0))))),
        ("2024:01:02 03:04:60", Moment(AT + 54)),
        ("0000:00:00 00:00:00", None),
        ("0001:01:01 00:00:00", None),
        ("1970:01:01 00:00:00", None),
        ("1980-01-01T00:00:00", None),
        ("1980-01-01T00:00:01", Moment(float(timegm((1980, 1, 1, 0, 0, 1))))),
        ("2024:13:01 00:00:00", None),
        ("2023:02:29 00:00:00", None),
        ("2024:04:31 10:00:00", None),
        ("2024:01:02 25:00:00", None),
        ("9999:99:99 99:99:99", None),
        ("    :  :     :  :  ", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: Moment | None) -> None:
    assert parse_date(text) == expected


def test_dates_end_with_next_year() -> None:
    year = this_year()
    assert parse_date(f"{year + 1}:01:01 12:00:00") is not None
    assert parse_date(f"{year + 2}:01:01 12:00:00") is None


def test_subseconds_and_offset_come_from_their_own_tags() -> None:
    assert parse_date("2024:01:02 03:04:05", "125", "+05:45") == Moment(AT + 0.125, 345)
    assert parse_date("2024:01:02 03:04:05", "  ", "nonsense") == Moment(AT)
    assert fraction_of("07") == pytest.approx(0.07)
    assert fraction_of("abc") == fraction_of(None) == 0.0


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+02:00", 120),
        ("-09:30", -570),
        ("+14:00", 840),
        ("Z", 0),
        ("+15:00", None),
        ("+02:75", None),
        ("2", None),
        (None, None),
    ],
)
def test_offsets(text: str | None, minutes: int | None) -> None:
    assert parse_offset(text) == minutes


@given(
    quarters=st.integers(-48, 56),
    drift=st.floats(-80, 80),
    utc=st.floats(0, 2e9),
)
def test_the_satellites_clock_gives_the_offset_to_a_quarter(quarters: int, drift: float, utc: float) -> None:
    assert offset_from_utc(utc + quarters * 900 + drift, utc) == quarters * 15


def test_clocks_that_do_not_agree_give_no_offset() -> None:
    assert offset_from_utc(1000.0 * 60, 0.0) is None
    assert offset_from_utc(52 * 60.0, 0.0) is None
    assert offset_from_utc(math.nan, 0.0) is None
    assert offset_from_utc(64 * 60.0, 0.0) == 60  # a fix four minutes old


def test_every_wall_clock_agrees_with_the_calendar() -> None:
    for month in range(1, 13):
        for day in range(1, 32):
            try:
                expected: float | None = datetime(2023, month, day, 7, 8, 9, tzinfo=UTC).timestamp()
            except ValueError:
                expected = None
            assert wall_clock(2023, month, day, 7, 8, 9) == expected


def at(*parts: int, milli: int = 0) -> float:
    return timegm((*parts, 0, 0, 0)[:6]) + milli / 1000.0


@pytest.mark.parametrize(
    ("name", "local", "offset"),
    [
        ("IMG_20240102_030405.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("PXL_20240102_030405678.jpg", at(2024, 1, 2, 3, 4, 5, milli=678), 0),
        ("PXL_20240102_030405678.PORTRAIT.jpg", at(2024, 1, 2, 3, 4, 5, milli=678), 0),
        ("20240102_030405.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("20240102_030405(1).jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("IMG-20240102-WA0001.jpg", at(2024, 1, 2, 12), None),
        ("Screenshot_20240102-030405.png", at(2024, 1, 2, 3, 4, 5), None),
        ("Screenshot_20240102_030405_Chrome.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("Screenshot_2024-01-02-03-04-05-123_com.app.png", at(2024, 1, 2, 3, 4, 5, milli=123), None),
        ("Screenshot 2024-01-02 at 03.04.05.png", at(2024, 1, 2, 3, 4, 5), None),
        ("Screenshot 2024-01-02 at 3.04.05\u202fPM.png", at(2024, 1, 2, 15, 4, 5), None),
        ("Screenshot 2024-01-02 at 12.04.05 AM.png", at(2024, 1, 2, 0, 4, 5), None),
        ("Screenshot from 2024-01-02 03-04-05.png", at(2024, 1, 2, 3, 4, 5), None),
        ("Bildschirmfoto 2024-01-02 um 03.04.05.png", at(2024, 1, 2, 3, 4, 5), None),
        ("WhatsApp Image 2024-01-02 at 03.04.05.jpeg", at(2024, 1, 2, 3, 4, 5), None),
        ("WhatsApp Image 2024-01-02 at 03.04.05 (1).jpeg", at(2024, 1, 2, 3, 4, 5), None),
        ("signal-2024-01-02-030405.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("signal-2024-01-02-03-04-05-678.jpg", at(2024, 1, 2, 3, 4, 5, milli=678), None),
        ("photo_2024-01-02_03-04-05.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("photo_5@02-01-2024_03-04-05.jpg", None, None),
        ("VID_20240102_030405.mp4", at(2024, 1, 2, 3, 4, 5), None),
        ("2024-01-02 03.04.05.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("20240102030405.jpg", at(2024, 1, 2, 3, 4, 5), None),
        ("1931-07-14 wedding.jpg", at(1931, 7, 14, 12), None),
        ("FB_IMG_1704164645000.jpg", at(2024, 1, 2, 3, 4, 5), 0),
        ("mmexport1704164645123.jpg", at(2024, 1, 2, 3, 4, 5, milli=123), 0),
        ("IMG_1234.jpg", None, None),
        ("DSC01234.jpg", None, None),
        ("DSC_20241399.jpg", None, None),
        ("98765432101234567890.jpg", None, None),
        ("IMG_20240102_990405.jpg", at(2024, 1, 2, 12), None),
        ("20240102_30405.jpg", at(2024, 1, 2, 12), None),
        ("FB_IMG_9999999999999.jpg", None, None),
        ("\udcff\udcfe20240102_030405.jpg", at(2024, 1, 2, 3, 4, 5), None),
    ],
)
def test_file_names(name: str, local: float | None, offset: int | None) -> None:
    moment = moment_of_name(f"/somewhere/2019-05-06/{name}")
    if local is None:
        assert moment is None
    else:
        assert moment is not None
        assert moment.local == pytest.approx(local, abs=1e-6)
        assert moment.offset == offset


@given(st.text(max_size=40))
def test_no_name_is_too_odd(name: str) -> None:
    moment = moment_of_name(name)
    assert moment is None or math.isfinite(moment.local)


def test_a_files_time_is_on_this_machines_wall_clock() -> None:
    moment = file_moment(1_704_164_645_500_000_000)
    assert moment.local - 60 * (moment.offset or 0) == pytest.approx(1_704_164_645.5)
    assert file_moment(-(2**63)).local < 0
