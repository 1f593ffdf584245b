"""Oddness by neighbours, against the plain formula."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from core.embed.oddness import NeighbourOddness

F32 = NDArray[np.float32]


def _rows(n: int, seed: int = 0) -> F32:
    return np.random.default_rng(seed).normal(size=(n, 6)).astype(np.float32)


def _ratio(reference: F32, queries: F32, k: int, itself: bool) -> NDArray[np.float64]:
    own = cdist(reference, reference)
    np.fill_diagonal(own, np.inf)
    scale = np.sort(own, axis=1)[:, :k].mean(axis=1)
    far = own if itself else cdist(queries, reference)
    near = np.argsort(far, axis=1)[:, :k]
    return np.asarray(np.take_along_axis(far, near, axis=1).mean(axis=1) / np.sqrt(scale[near].mean(axis=1)))


def test_scores_are_those_of_the_formula() -> None:
    known, asked = _rows(60), _rows(9, 1)
    model = NeighbourOddness(4).fit(known)
    usual = np.median(_ratio(known, known, 4, itself=True))
    np.testing.assert_allclose(model.score(asked), _ratio(known, asked, 4, itself=False) / usual, rtol=1e-4)
    np.testing.assert_allclose(model.scores_, _ratio(known, known, 4, itself=True) / usual, rtol=1e-4)


def test_several_spaces_count_the_same_whatever_their_units() -> None:
    known, other = _rows(50), _rows(50, 2)
    plain = NeighbourOddness(3).fit(known, other)
    larger = NeighbourOddness(3).fit(known, 1000 * other)
    np.testing.assert_allclose(plain.scores_, larger.scores_, rtol=1e-4)
    alone = NeighbourOddness(3).fit(known).scores_ + NeighbourOddness(3).fit(other).scores_
    np.testing.assert_allclose(plain.scores_, alone / 2, rtol=1e-6)


def test_a_stranger_is_the_oddest() -> None:
    rows = np.concatenate([_rows(200), _rows(1, 5) + 8])
    assert NeighbourOddness().fit(rows.astype(np.float16)).scores_.argmax() == 200


def test_of_many_rows_some_are_compared_with() -> None:
    rows = _rows(300)
    model = NeighbourOddness(3, reference=50, random_state=4).fit(rows)
    assert len(model.kept_) == 50
    assert len(model.scores_) == 300
    again = NeighbourOddness(3, reference=50, random_state=4).fit(rows)
    np.testing.assert_array_equal(model.scores_, again.scores_)
    others = np.setdiff1d(np.arange(300), model.kept_)
    np.testing.assert_allclose(model.scores_[others], model.score(rows[others]), rtol=1e-6)


def test_equal_rows_are_not_odd() -> None:
    rows = np.concatenate([np.ones((20, 6), np.float32), _rows(20)])
    scores = NeighbourOddness(3).fit(rows).scores_
    assert np.isfinite(scores).all()
    assert scores[:20].max() < scores[20:].min()


def test_spaces_have_the_same_rows() -> None:
    with pytest.raises(ValueError, match="two rows"):
        NeighbourOddness().fit(_rows(1))
    with pytest.raises(ValueError, match="same in every space"):
        NeighbourOddness().fit(_rows(5), _rows(6))
