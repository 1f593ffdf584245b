"""Clocks that are wrong, found from what two cameras saw."""

from __future__ import annotations

import numpy as np
import pytest

from core.group.streams import suggest
from core.group.timeline import timeline
from tests.group.builders import permuted, table


def two_cameras(ahead: float, outings: int = 12, *, part: slice = slice(None), seed: int = 0, share: float = 0.6):
    """Outings of two cameras that often see the same within a minute; camera 1's clock is ``ahead`` in ``part``."""
    rng = np.random.default_rng(seed)
    wrong = np.zeros(outings)
    wrong[part] = ahead
    rows: list[tuple[float, int, np.ndarray]] = []
    for outing in range(outings):
        start = 1.6e9 + outing * 5 * 86400.0 + rng.uniform(0, 20000)
        for _ in range(20):
            start += rng.exponential(600) + 40
            thing = rng.normal(size=32)
            rows.append((start, 0, thing + 0.15 * rng.normal(size=32)))
            other = thing if rng.random() < share else rng.normal(size=32)
            rows.append((start + rng.normal(0, 20) + wrong[outing], 1, other + 0.15 * rng.normal(size=32)))
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
