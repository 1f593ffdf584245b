"""Odd ones have a reason, and ordinary photos have none."""

from __future__ import annotations

import numpy as np

from core.group import odd
from core.group.base import Found, FoundGroup, PhotoTable
from tests.group.builders import seconds, table


def _library(n: int = 400, seed: int = 0, **planted: np.ndarray) -> PhotoTable:
    """Simulated: ten subjects, three years, two towns near each other; ``planted`` arrays replace what is ordinary."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(10, 32))
    vectors = centres[rng.integers(0, 10, n)] + 0.35 * rng.normal(size=(n, 32))
    time = np.sort(seconds(2020, 1, 1) + rng.uniform(0, 3 * 365 * 86400.0, n))
    columns = {
        "sharpness": rng.lognormal(6.5, 0.6, n),
        "contrast": rng.uniform(0.12, 0.3, n),
        "has_camera": np.ones(n),
        "screenshot_name": np.zeros(n),
    }
    columns |= {name: values for name, values in planted.items() if name in columns}
    vectors = planted.get("vectors", vectors)
    return table(
        planted.get("time", time),
        52.0 + rng.normal(0, 0.02, n) if "lat" not in planted else planted["lat"],
        13.0 + rng.normal(0, 0.02, n),
        columns=columns,
        vectors=(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16),
    )


def _by_reason(found: Found) -> dict[str, list[int]]:
    return {group.key: sorted(group.members.tolist()) for group in found.groups}


def test_an_ordinary_library_has_hardly_any() -> None:
    flagged = sum(len(group.members) for seed in range(5) for group in odd.find(_library(seed=seed)).groups)
    assert flagged <= 2


def test_blank_and_blurred() -> None:
    plain = _library()
    sharp, contrast = plain.columns["sharpness"].copy(), plain.columns["contrast"].copy()
    sharp[[7, 8]], contrast[7] = 1.0, 0.004
    found = odd.find(_library(sharpness=sharp, contrast=contrast))
    assert _by_reason(found) == {"blank": [7], "blurred": [8]}
    assert [group.title for group in found.groups] == ["Blank", "Blurred"]
    reason = found.groups[1].reasons[0]
    assert reason["reason"] == "blurred"
    assert reason["deviations_below"] > 4


def test_dates_of_clocks_never_set_and_dates_far_from_all() -> None:
    time = _library().instant.copy()
    time[:9] = seconds(2000, 1, 1, 0.5) + 60.0 * np.arange(9)
    time[20], time[21] = seconds(1970, 1, 1, 2), seconds(2041, 5, 5)
    assert _by_reason(odd.find(_library(time=time))) == {"date": [*range(9), 20, 21]}


def test_a_new_year_that_was_lived_is_no_wrong_date() -> None:
    rng = np.random.default_rng(0)
    time = np.sort(seconds(1999, 8, 1) + rng.uniform(0, 300 * 86400.0, 400))
    time[200:220] = seconds(2000, 1, 1, 0.2) + 60.0 * np.arange(20)
    assert "date" not in _by_reason(odd.find(_library(time=time)))


def test_places_that_cannot_be_reached() -> None:
    lat = np.full(400, 52.0)
    lat[50] = -33.0
    t = _library(lat=lat, time=seconds(2021, 5, 5) + 600.0 * np.arange(400))
    found = odd.find(t)
    assert _by_reason(found) == {"place": [50]}
    assert found.groups[0].reasons[0]["km_away"] > 5000


def test_a_flight_is_no_wrong_place() -> None:
    lat = np.where(np.arange(400) < 200, 52.0, -33.0)
    time = seconds(2021, 5, 5) + 600.0 * np.arange(400) + np.where(np.arange(400) < 200, 0.0, 5 * 3600.0)
    assert "place" not in _by_reason(odd.find(_library(lat=lat, time=time)))


def test_screenshots_are_odd_among_photos_and_not_among_themselves() -> None:
    name = np.zeros(400)
    name[[5, *range(100, 130)]] = 1.0
    t = _library(screenshot_name=name)

    def event(rows: np.ndarray) -> FoundGroup:
        return FoundGroup("", "", "", rows, np.ones(len(rows), np.float32), [{}] * len(rows), 1.0)

    events = Found("events", [event(np.arange(20)), event(np.arange(90, 135))], "", "", {})
    assert _by_reason(odd.find(t, events=events)) == {"screenshot": [5]}


def test_unlike_anything_else() -> None:
    rng = np.random.default_rng(9)
    vectors = np.asarray(_library().vectors, dtype=np.float64).copy()
    vectors[33] = rng.normal(size=32)
    found = odd.find(_library(vectors=vectors))
    assert _by_reason(found) == {"alone": [33]}
    assert found.groups[0].reasons[0]["distance_ratio"] > 1.25
