"""Clocks that are wrong, found from what two cameras saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.group.streams import suggest
from core.group.timeline import timeline
from core.group.twins import compare, look_ratio
from tests.group.builders import permuted, table


def two_cameras(
    ahead: float,
    outings: int = 12,
    *,
    part: slice = slice(None),
    seed: int = 0,
    share: float = 0.6,
    shared_there: float | None = None,
    drift: float = 0.0,
    every: float = 5 * 86400.0,
):
    """Outings of two cameras that often see the same within a minute; camera 1's clock is ``ahead`` in ``part``, where
    ``shared_there`` of the moments are seen by both, and goes wrong by a further ``drift`` seconds a day."""
    rng = np.random.default_rng(seed)
    wrong = np.zeros(outings)
    wrong[part] = ahead
    rows: list[tuple[float, int, np.ndarray]] = []
    for outing in range(outings):
        start = 1.6e9 + outing * every + rng.uniform(0, 20000)
        both = share if shared_there is None or wrong[outing] == 0 else shared_there
        for _ in range(20):
            start += rng.exponential(600) + 40
            thing = rng.normal(size=32)
            rows.append((start, 0, thing + 0.15 * rng.normal(size=32)))
            other = thing if rng.random() < both else rng.normal(size=32)
            off = wrong[outing] + drift * (start - 1.6e9) / 86400.0
            rows.append((start + rng.normal(0, 20) + off, 1, other + 0.15 * rng.normal(size=32)))
    rows.sort(key=lambda row: row[0])
    vectors = np.stack([row[2] for row in rows])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return table([r[0] for r in rows], camera=[r[1] for r in rows], vectors=vectors.astype(np.float16))


@pytest.mark.parametrize("ahead", [3600.0, -7 * 3600.0, 2843.0, 20 * 3600.0 + 777.0])
def test_a_clock_that_is_wrong_throughout_is_found_to_the_minute(ahead: float) -> None:
    t = two_cameras(ahead)
    found = suggest(t, timeline(t))
    assert len(found) == 1
    assert abs(abs(found[0].seconds) - abs(ahead)) <= 30
    shift = found[0].seconds if found[0].camera == 1 else -found[0].seconds
    assert shift * ahead < 0, "what is to be added is against the error"
    assert found[0].start is None
    assert found[0].reason["pairs"] >= 6
    assert all(t.camera[a] == found[0].camera != t.camera[b] for a, b in found[0].pairs)


def test_whole_hours_are_said_as_such() -> None:
    t = two_cameras(3600.0)
    assert abs(suggest(t, timeline(t))[0].seconds) == 3600.0


def test_a_zone_forgotten_on_one_journey_is_found_for_that_time_alone() -> None:
    t = two_cameras(2 * 3600.0, part=slice(4, 7))
    found = suggest(t, timeline(t))
    assert len(found) == 1
    assert found[0].start is not None
    assert found[0].end is not None
    assert 1.6e9 + 15 * 86400 < found[0].start < 1.6e9 + 21 * 86400
    assert 1.6e9 + 29 * 86400 < found[0].end < 1.6e9 + 36 * 86400


@pytest.mark.parametrize("seed", range(4))
def test_a_short_journey_is_found_by_few_shared_moments(seed: int) -> None:
    t = two_cameras(2 * 3600.0, part=slice(4, 5), seed=seed, shared_there=0.25)
    found = suggest(t, timeline(t))
    assert [each.seconds for each in found] == [-2 * 3600.0]
    assert found[0].camera == 1
    assert found[0].start is not None
    assert found[0].reason["occasions"] <= 9
    assert found[0].strength < 0.8


def test_two_journeys_with_two_zones_are_two_suggestions() -> None:
    first, second = two_cameras(3 * 3600.0, part=slice(2, 4)), two_cameras(-5 * 3600.0, part=slice(8, 9))
    late = first.instant.min() + 30 * 86400.0
    rows = np.concatenate([np.flatnonzero(first.instant < late), len(first) + np.flatnonzero(second.instant >= late)])
    both = table(
        np.concatenate([first.instant, second.instant])[rows],
        camera=np.concatenate([first.camera, second.camera])[rows],
        vectors=np.concatenate([first.vectors, second.vectors])[rows],
    )
    found = sorted(suggest(both, timeline(both)), key=lambda each: each.start or 0.0)
    assert [each.seconds for each in found] == [-3 * 3600.0, 5 * 3600.0]
    assert found[0].end < found[1].start


def test_what_looks_alike_in_two_places_is_no_evidence() -> None:
    t = two_cameras(2 * 3600.0, part=slice(4, 7))
    near = replace(t, lat=np.full(len(t), 50.0), lon=np.full(len(t), 8.0))
    apart = replace(near, lat=50.0 + 0.1 * t.camera)
    assert len(suggest(near, timeline(near))) == 1
    assert suggest(apart, timeline(apart)) == []


def test_a_clock_that_drifts_is_right_in_the_middle() -> None:
    t = two_cameras(4000.0, outings=40, drift=0.5, every=20 * 86400.0)  # 390 seconds over all
    found = suggest(t, timeline(t))
    own = t.instant[t.camera == 1]
    truth = 4000.0 + 0.5 * (np.median(own) - 1.6e9) / 86400.0
    assert len(found) == 1
    assert abs(abs(found[0].seconds) - truth) <= 20
    assert abs(abs(found[0].reason["drift_a_day"]) - 0.5) <= 0.1


def test_the_clock_that_photographs_at_night_is_the_wrong_one() -> None:
    t = two_cameras(-12 * 3600.0)
    day = 1.6e9 - 1.6e9 % 86400.0
    by_day = replace(t, local=t.instant - 1.6e9 + day + 9 * 3600.0)  # outings begin at 9 to 14.5 by camera 0
    for satellites in (0, 1):  # whichever is trusted for its positions
        lat = np.where(t.camera == satellites, 50.0, np.nan)
        located = replace(by_day, lat=lat, lon=lat)
        found = suggest(located, timeline(located))
        assert [(each.camera, each.seconds) for each in found] == [(1, 12 * 3600.0)]
        assert ("occasions_at_night" in found[0].reason) == (satellites == 1)


def test_one_hour_is_the_error_of_the_camera_without_satellites() -> None:
    t = two_cameras(3600.0)
    for satellites in (0, 1):
        lat = np.where(t.camera == satellites, 50.0, np.nan)
        located = replace(t, lat=lat, lon=lat)
        found = suggest(located, timeline(located))
        assert [each.camera for each in found] == [1 - satellites]


def test_the_one_of_three_that_disagrees_with_both_is_wrong_whoever_is_trusted() -> None:
    t = two_cameras(-12 * 3600.0)
    rng = np.random.default_rng(0)
    other = np.flatnonzero(t.camera == 0)
    other = other[rng.random(len(other)) < 0.5]
    rows = np.concatenate([np.arange(len(t)), other])
    camera = np.concatenate([t.camera, np.full(len(other), 2)])
    later = t.instant[rows] + np.where(camera == 2, rng.normal(0, 20, len(rows)), 0.0)
    day = 1.6e9 - 1.6e9 % 86400.0
    local = later - 1.6e9 + day + 9 * 3600.0
    lat = np.where(camera == 1, 50.0, np.nan)
    three = table(later, lat, lat, camera=camera, vectors=t.vectors[rows], local=local)
    found = suggest(three, timeline(three))
    assert [(each.camera, each.seconds) for each in found] == [(1, 12 * 3600.0)]


def test_looks_tell_by_how_much_likelier_they_are_at_one_moment() -> None:
    t = two_cameras(0.0)
    camera = [np.flatnonzero(t.camera == code) for code in (0, 1)]
    pairs = compare(t, camera[1], camera[0], np.zeros(32, np.float32))
    ratio = look_ratio(pairs)
    once = np.abs(pairs.difference) <= 90
    assert abs(ratio[np.abs(pairs.difference) > 1200].mean() - 1.0) < 0.01
    assert ratio[once & (pairs.cosine > 0.8)].min() > 10.0
    assert np.median(ratio[pairs.cosine < 0.3]) < 1.0
    assert (look_ratio(replace(pairs, far=np.ones(len(pairs), np.bool_))) == 0.0).all()


@pytest.mark.parametrize("seed", range(5))
def test_right_clocks_and_strangers_raise_no_question(seed: int) -> None:
    right, strangers = two_cameras(0.0, seed=seed), two_cameras(5000.0, seed=seed, share=0.0)
    assert suggest(right, timeline(right)) == []
    assert suggest(strangers, timeline(strangers)) == []


def test_the_same_things_seen_every_day_are_no_wrong_clock() -> None:
    rng = np.random.default_rng(0)
    things = rng.normal(size=(4, 32))
    time = np.sort(1.6e9 + rng.uniform(0, 60, 600).round() * 86400 + rng.uniform(0, 50000, 600))
    vectors = things[rng.integers(0, 4, 600)] + 0.2 * rng.normal(size=(600, 32))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    t = table(time, camera=rng.integers(0, 2, 600), vectors=vectors.astype(np.float16))
    assert suggest(t, timeline(t)) == []


def test_little_to_go_by_is_nothing_found() -> None:
    t = two_cameras(3600.0, outings=1)
    for small in (permuted(t, np.arange(6)), table([]), table([1.0, 2.0])):
        assert suggest(small, timeline(small)) == []
