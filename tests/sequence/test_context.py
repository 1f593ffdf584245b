"""Contextual prediction: evidence is high where scenes end, however the stream is cut into windows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from benchmarks.quality.networks import context_evidence
from core.sequence import windows
from core.sequence.cells import CELLS
from core.sequence.compress import Compressor
from core.sequence.context import ContextPredictor, coming, context_loss, cosine_distance, peaks


def _scenes(n: int = 400, d: int = 8, length: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(vectors of scenes of ``length`` photos, bool [n - 1] where they end)."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n // length + 1, d))[np.arange(n) // length] + 0.5 * rng.normal(size=(n, d))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.arange(1, n) % length == 0


@pytest.mark.parametrize("cell", CELLS)
def test_evidence_is_high_where_scenes_end(cell: str) -> None:
    vectors, ends = _scenes()
    evidence = ContextPredictor(cell, hidden=16, epochs=6).fit(vectors).evidence(vectors)
    assert evidence.shape == (399,)
    assert evidence[ends].mean() > 2 * evidence[~ends].mean()
    assert (evidence >= 0).all()


def test_more_is_foreseen_than_by_the_last_photo_alone() -> None:
    vectors, _ = _scenes(1200)
    predictor = ContextPredictor(hidden=24, epochs=12).fit(vectors)
    wanted = coming(vectors, predictor.horizon)[:-1]
    foreseen = cosine_distance(predictor.predict(vectors, "forward")[:-1], wanted).mean()
    assert foreseen < cosine_distance(vectors[:-1], wanted).mean()


def test_windows_change_little_and_backward_is_forward_of_the_mirror() -> None:
    vectors, _ = _scenes(150)
    predictor = ContextPredictor(hidden=8, epochs=2, chunk=16, warm=48).fit(vectors)
    whole = predictor.evidence(vectors)
    predictor.chunk = 1000
    np.testing.assert_allclose(predictor.evidence(vectors), whole, atol=0.02)
    predictor.networks_["backward"] = predictor.networks_["forward"]
    mirrored = predictor.predict(vectors[::-1], "backward")[::-1]
    np.testing.assert_allclose(mirrored, predictor.predict(vectors, "forward"), atol=1e-6)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
def test_short_streams(n: int) -> None:
    vectors = np.eye(6, dtype=np.float32)[:n]
    predictor = ContextPredictor(hidden=4, epochs=1).fit(vectors)
    assert predictor.evidence(vectors).shape == (max(n - 1, 0),)
    assert np.isfinite(predictor.evidence(vectors)).all()


def test_unknown_vectors_neither_break_nor_count() -> None:
    vectors, _ = _scenes()
    vectors[50:90] = 0.0
    evidence = ContextPredictor(hidden=8, epochs=2).fit(vectors).evidence(vectors)
    assert np.isfinite(evidence).all()
    known = torch.tensor(vectors[:4])[None]
    blank = torch.zeros(1, 4, 8)
    both = torch.cat([known, blank], dim=1)
    said = torch.randn(1, 8, 8)
    torch.testing.assert_close(context_loss(said, both), context_loss(said[:, :4], known))
    assert float(context_loss(said, torch.zeros(1, 8, 8))) == 0.0


def test_what_comes_against_a_plain_loop() -> None:
    vectors, _ = _scenes(30)
    vectors[7] = 0.0
    found = coming(vectors, 4)
    for i in range(30):
        total = vectors[i + 1 : i + 5].sum(axis=0)
        length = np.linalg.norm(total)
        np.testing.assert_allclose(found[i], total / length if length > 0 else 0.0, atol=1e-5)


def test_kept_and_taken_again_it_says_the_same() -> None:
    vectors, _ = _scenes(120)
    made = ContextPredictor("rnn", hidden=6, epochs=1).fit(vectors)
    again = ContextPredictor("rnn", hidden=6, epochs=1).set_arrays(made.arrays())
    np.testing.assert_array_equal(made.evidence(vectors), again.evidence(vectors))


def test_peaks() -> None:
    assert peaks(np.array([1.0, 3.0, 2.0, 2.0, 5.0])).tolist() == [False, True, False, False, True]
    assert peaks(np.zeros(0)).tolist() == []


@pytest.mark.parametrize(("n", "length", "warm"), [(1, 4, 2), (7, 4, 2), (8, 4, 0), (33, 10, 3)])
def test_windows_cover_every_row_once(n: int, length: int, warm: int) -> None:
    stream = np.arange(1.0, n + 1)[:, None]
    first, used = windows.starts(n, length, warm)
    cut = windows.gather(stream, first, used + warm)
    np.testing.assert_array_equal(windows.scatter(cut, first, warm, used, n), stream)


def test_compressing_is_principal_components_with_rows_of_length_one() -> None:
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(300, 20)) * np.linspace(3, 0.1, 20) + 5).astype(np.float32)
    vectors[10] = 0.0
    made = Compressor(5).fit(vectors)
    short = made.transform(vectors)
    assert short.shape == (300, 5)
    assert not short[10].any()
    np.testing.assert_allclose(np.linalg.norm(np.delete(short, 10, 0), axis=1), 1.0, atol=1e-5)
    own = PCA(5).fit(np.delete(vectors, 10, 0)).components_
    np.testing.assert_allclose(np.abs((own @ made.components_).diagonal()), 1.0, atol=1e-3)
    np.testing.assert_array_equal(made.transform(vectors, np.array([3, 1])), short[[3, 1]])
    np.testing.assert_array_equal(Compressor.of_arrays(made.arrays()).transform(vectors), short)


def test_evidence_straight_from_long_vectors() -> None:
    vectors, ends = _scenes(200, d=12)
    rows = np.random.default_rng(0).permutation(200)
    table = np.zeros_like(vectors)
    table[rows] = vectors
    evidence = context_evidence(table.astype(np.float16), rows, components=6, hidden=8, epochs=2)
    assert evidence[ends].mean() > evidence[~ends].mean()
