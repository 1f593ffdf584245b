"""Numbers, spans and dates as people say them."""

import pytest

from app import words
from app.views.problems import summary
from core.progress import Report
from core.records import Metadata, PhotoRow, Problem

ROW = PhotoRow(1, "/a/b.jpg", 1757970720.0, 60, "exif", 38.7118, -9.13, "Alfama, Lisbon", 40, 30, "Pixel", 0, False)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "3 s"), (89, "89 s"), (38 * 60, "38 min"), (2 * 3600 + 600, "2 h 10 min"), (2 * 3600, "2 h"),
        (14 * 3600 + 60, "14 h"), (30 * 3600, "30 h"), (72 * 3600, "3 days"), (-5, "0 s"),
    ],
)  # fmt: skip
def test_duration(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("km", "said"), [(0.04, "40 m"), (0.4, "0.4 km"), (9.96, "10.0 km"), (312.2, "312 km"), (1500, "1,500 km")]
)
def test_distance(km, said):
    assert words.distance(km) == said


def test_counts_are_grouped_and_singular_is_singular():
    assert words.photos(3412) == "3,412 photos"
    assert words.photos(1) == "1 photo"


def test_dates_are_wall_clock_times():
    assert words.date_time(1757970720.0) == "15 Sept 2025, 21:12"
    assert words.date(0.0) == "1 Jan 1970"
    assert words.date(-86400.0) == "31 Dec 1969"
    assert words.date_range(0.0, 3600.0) == "1 Jan 1970"
    assert words.date_range(86400.0, 0.0) == "1 Jan 1970 – 2 Jan 1970"


def test_taken_names_the_zone_where_known():
    assert words.taken(ROW) == "15 Sept 2025, 21:12 (UTC+1)"
    assert words.zone(-210) == "UTC−3:30"


def test_coordinates_and_exposure():
    assert words.coordinates(38.7118, -9.13) == "38.7118° N, 9.1300° W"
    assert words.exposure(Metadata(exposure_time=0.008, f_number=2.8, iso=200, focal_length=35.0)) == (
        "1/125 s · f/2.8 · ISO 200 · 35 mm"
    )
    assert words.exposure(Metadata(exposure_time=2.0)) == "2.0 s"
    assert words.exposure(Metadata(exposure_time=0.0)) == ""


def report(done=3412, total=20118, rate=41.2, left=420.0, paused=False):
    return Report("Reading photos", done, total, "photos", rate, left, paused)


def test_work_line_says_how_far_how_fast_and_how_long():
    assert words.work_line(report()) == "3,412 of 20,118 · 41 photos/s · 7 min left"
    assert words.work_line(report(paused=True)) == "3,412 of 20,118 · paused"
    assert words.work_line(report(done=0, total=0, rate=0.0, left=None)) == ""
    assert words.work_line(report(done=70, total=0, rate=0.4, left=None)) == "70 photos · 24 photos/min"
    assert words.time_left(4) == "a few seconds left"
    assert words.time_left(33) == "30 s left"


def test_the_problem_list_says_what_was_read_in_part():
    def problems(*stages):
        return [Problem(f"/p/{i}.jpg", stage, "reason") for i, stage in enumerate(stages)]

    assert summary(problems("decode", "read", "metadata", "unsupported")) == (
        "2 files could not be read, 1 only in part, 1 is not handled yet"
    )
    assert summary(problems("metadata")) == "1 file read only in part"
    assert summary(problems("unsupported", "unsupported")) == "2 files are not handled yet"
    assert summary(problems("decode")) == "1 file could not be read"


def test_parts_are_put_into_lines_as_they_fit_and_the_last_holds_the_rest():
    def fits(line):
        return len(line) <= 9

    assert words.in_lines(["one", "two", "three", "four"], " ", fits, 3) == ["one two", "three", "four"]
    assert words.in_lines(["one", "two", "three", "four"], " ", fits, 2) == ["one two", "three four"]
    assert words.in_lines(["no room at all", "two"], " ", fits, 3) == ["no room at all", "two"]
    assert words.in_lines([], " ", fits, 3) == []
