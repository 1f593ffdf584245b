"""Offsets that photos do not say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.index.clocks import NEAR_SECONDS, borrowed_offsets

HOUR = 3600.0


def test_a_camera_without_a_zone_takes_the_phone_s() -> None:
    local = np.array([0.0, HOUR, 2 * HOUR])
    assert borrowed_offsets(local, np.array([480.0, np.nan, 480.0])).tolist() == [480.0, 480.0, 480.0]


def test_the_nearer_neighbour_counts() -> None:
    local = np.array([0.0, 9 * HOUR, 10 * HOUR])
    assert borrowed_offsets(local, np.array([60.0, np.nan, 480.0]))[1] == 480.0


def test_far_from_any_the_usual_offset_is_taken() -> None:
    local = np.append(np.arange(10) * HOUR, 1000 * HOUR)
    offset = np.append(np.full(10, 60.0), np.nan)
    assert borrowed_offsets(local, offset)[-1] == 60.0


def test_a_few_known_offsets_say_nothing_about_far_photos() -> None:
    assert np.isnan(borrowed_offsets(np.array([0.0, 1000 * HOUR]), np.array([60.0, np.nan]))[1])


def test_nothing_known_nothing_borrowed() -> None:
    assert np.isnan(borrowed_offsets(np.array([0.0, HOUR]), np.full(2, np.nan))).all()


@given(st.lists(st.tuples(st.floats(0, 1e7), st.sampled_from([np.nan, -300.0, 0.0, 60.0])), max_size=30))
def test_known_offsets_stay_and_near_unknown_ones_are_filled(photos: list[tuple[float, float]]) -> None:
    photos = sorted(photos, key=lambda p: p[0])
    local = np.array([p[0] for p in photos])
    offset = np.array([p[1] for p in photos])
    found = borrowed_offsets(local, offset)
    known = np.isfinite(offset)
    assert (found[known] == offset[known]).all()
    for i in np.flatnonzero(~known):
        if known.any() and np.abs(local[known] - local[i]).min() <= NEAR_SECONDS:
            assert np.isfinite(found[i])
