"""A metric learned from pairs."""

from __future__ import annotations

import numpy as np
import pytest

from core.group.metric import best_threshold, cosines, cross_validate, fit

D = 24


def _pairs(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs alike in the first four dimensions are the same; the others only disturb."""
    rng = np.random.default_rng(seed)
    same = np.arange(n) % 2 == 0
    left = rng.normal(size=(n, D))
    right = rng.normal(size=(n, D))
    right[same, :4] = left[same, :4] + rng.normal(0, 0.2, (int(same.sum()), 4))
    unit = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (left, right))
    return (*(x.astype(np.float32) for x in unit), same)


def test_dimensions_that_tell_gain_weight() -> None:
    left, right, same = _pairs(200)
    found = fit(left, right, same)
    assert found.scale[:4].min() > found.scale[4:].mean()
    assert found.scale.dtype == np.float32
    assert float((found.scale**2).mean()) == pytest.approx(1.0, abs=0.01)


def test_held_out_pairs_are_told_better() -> None:
    found = cross_validate(*_pairs(200))
    assert found.held_out == 200
    assert found.learned > found.rule + 0.03


def test_few_pairs_move_little() -> None:
    left, right, same = _pairs(4)
    many = fit(*_pairs(200)).scale
    assert np.abs(fit(left, right, same).scale - 1).mean() < np.abs(many - 1).mean()


def test_pairs_of_one_sort_teach_nothing() -> None:
    left, right, _ = _pairs(6)
    with pytest.raises(ValueError, match="not"):
        fit(left, right, np.ones(6, np.bool_))
    assert cross_validate(left, right, np.ones(6, np.bool_)).held_out == 0


def test_the_threshold_lies_between_the_two_sorts() -> None:
    assert best_threshold(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])) == pytest.approx(0.5)


def test_a_zero_vector_is_like_nothing() -> None:
    assert cosines(np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32)).tolist() == [0.0]
