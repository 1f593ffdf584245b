"""Exact neighbours against the plain formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.retrieve import exact


@given(n=st.integers(0, 60), dim=st.integers(1, 9), seed=st.integers(0, 50), top=st.integers(0, 70))
def test_scores_and_order_are_those_of_the_formula(n: int, dim: int, seed: int, top: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, query = rng.normal(size=(n, dim)).astype(np.float16), rng.normal(size=dim).astype(np.float16)
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1) * np.linalg.norm(query.astype(np.float64))
    expected = vectors.astype(np.float64) @ query.astype(np.float64) / lengths
    scores = exact.cosine_scores(vectors, query)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    found = exact.best(scores, top)
    assert len(found) == min(n, top)
    assert sorted(scores.tolist(), reverse=True)[:top] == scores[found].tolist()


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(101, 8)).astype(np.float16)
    whole = exact.cosine_scores(vectors, vectors[3])
    monkeypatch.setattr(exact, "BLOCK_BYTES", 4 * 8 * 10)
    np.testing.assert_allclose(exact.cosine_scores(vectors, vectors[3]), whole, atol=1e-6)


def test_noise_is_never_a_neighbour() -> None:
    vectors = np.array([[1, 0], [np.nan, 1], [np.inf, 0], [0, 0], [0.6, 0.8]], np.float16)
    scores = exact.cosine_scores(vectors, np.array([1, 0], np.float16))
    assert exact.best(scores, 5).tolist() == [0, 4]
