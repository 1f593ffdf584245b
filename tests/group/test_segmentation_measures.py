"""The measures of a segmentation against plain definitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.quality.events import expected_best
from benchmarks.quality.segmentation import b_cubed, f1, window_diff

cuts = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=25)


@given(cuts)
@settings(max_examples=100, deadline=None)
def test_a_perfect_answer_is_perfect_and_others_are_not(pairs: list[tuple[bool, bool]]) -> None:
    said, true = (np.array(x, dtype=bool) for x in zip(*pairs, strict=True))
    assert window_diff([true], [true]) == 0
    assert abs(b_cubed([true], [true]) - 1) < 1e-12
    if (said != true).any():
        assert b_cubed([said], [true]) < 1
    values = [f1([said], [true], k)[0] for k in (0, 1, 5)]
    assert values == sorted(values)
    assert abs(f1([said], [true])[0] - f1([true], [said])[0]) < 1e-12


@given(cuts)
@settings(max_examples=60, deadline=None)
def test_b_cubed_equals_the_plain_loop(pairs: list[tuple[bool, bool]]) -> None:
    said, true = (np.array(x, dtype=bool) for x in zip(*pairs, strict=True))
    ours, theirs = (np.concatenate([[0], np.cumsum(x)]) for x in (said, true))
    precision = np.mean([np.mean(theirs[ours == ours[i]] == theirs[i]) for i in range(len(ours))])
    recall = np.mean([np.mean(ours[theirs == theirs[i]] == ours[i]) for i in range(len(ours))])
    assert abs(b_cubed([said], [true]) - 2 * precision * recall / (precision + recall)) < 1e-12


def test_a_boundary_one_photo_off_counts_within_one_once() -> None:
    said, true = np.zeros(10, dtype=bool), np.zeros(10, dtype=bool)
    said[[3, 5]], true[4] = True, True
    assert f1([said], [true])[0] == 0
    assert f1([said], [true], 1) == (2 / 3, 1 / 2, 1.0)


def test_window_diff_counts_what_it_should() -> None:
    true, said = np.zeros(11, dtype=bool), np.zeros(11, dtype=bool)
    true[[3, 7]] = True  # segments of 4 photos: windows of 2 gaps
    said[3] = True
    assert abs(window_diff([said], [true]) - 2 / 10) < 1e-12


def test_the_threshold_expected_to_be_best_is_best_on_average() -> None:
    rng = np.random.default_rng(0)
    p = rng.beta(0.5, 1.5, 4000)
    cut = expected_best(p)
    labels = rng.random((20, 4000)) < p

    def mean(threshold: float) -> float:
        return float(np.mean([f1([p > threshold], [label])[0] for label in labels]))

    assert mean(cut) > max(mean(cut - 0.1), mean(cut + 0.1))
