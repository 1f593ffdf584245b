"""The scorer of gaps: it learns what the rule cannot say, leaves the rule alone where there is nothing to learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.quality.networks import network_logits
from core.group.gaps import time_features
from core.sequence.boundary import BoundaryScorer, validation_part, weighted_loss
from core.sequence.cells import CELLS, GapScorer
from core.sequence.columns import NAMES, matrix
from core.sequence.scores import f1

SMALL = {"members": 2, "hidden": 12, "chunk": 24, "warm": 8, "epochs": 15}


def _pulses(n: int = 900, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A boundary is the gap *after* a pulse: no rule on a gap's own features can see it."""
    rng = np.random.default_rng(seed)
    pulse = rng.random(n) < 0.2
    return np.column_stack([pulse.astype(float), rng.normal(size=n)]), np.concatenate([[False], pulse[:-1]])


@pytest.mark.parametrize("cell", CELLS)
def test_it_reads_the_neighbours(cell: str) -> None:
    x, y = _pulses()
    known = np.arange(900) < 600
    scorer = BoundaryScorer(cell, **SMALL).fit(x, y, weight=known.astype(float))
    assert f1(scorer.predict(x)[~known], y[~known]).f1 > 0.9


def test_unlabelled_gaps_teach_nothing() -> None:
    x, y = _pulses(200)
    weight = (np.arange(200) < 120).astype(float)
    other = np.where(weight > 0, y, ~y)
    a, b = (
        BoundaryScorer(random_state=2, **SMALL | {"epochs": 2}).fit(x, labels, weight=weight) for labels in (y, other)
    )
    for name, array in a.arrays().items():
        np.testing.assert_array_equal(array, b.arrays()[name])


def test_it_starts_from_the_rule() -> None:
    """Untrained it adds nothing, and where the rule is right it stays right."""
    x, _ = _pulses(300)
    rule = np.random.default_rng(1).normal(0, 3, 300)
    with torch.no_grad():
        assert not GapScorer("lstm", 4, 6, 0.0)(torch.randn(2, 5, 4)).any()
    scorer = BoundaryScorer(**SMALL | {"epochs": 3}).fit(x, rule >= 0, offset=rule)
    assert f1(scorer.predict(x, rule), rule >= 0).f1 > 0.97
    nothing = BoundaryScorer(**SMALL).fit(x, rule >= 0, weight=np.zeros(300), offset=rule)
    np.testing.assert_allclose(nothing.decision_function(x, rule), np.clip(rule, -12, 12), atol=1e-5)


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_short_streams(n: int) -> None:
    x, y = _pulses(n) if n else (np.zeros((0, 2)), np.zeros(0, np.bool_))
    scorer = BoundaryScorer(members=1, hidden=3, epochs=1).fit(x, y)
    assert np.isfinite(scorer.decision_function(x)).all()
    assert scorer.predict(x).shape == (n,)


def test_windows_change_little_and_files_nothing() -> None:
    x, y = _pulses(300)
    x[::7, 1] = np.nan
    scorer = BoundaryScorer(**SMALL | {"epochs": 4, "warm": 32}).fit(x, y)
    said = scorer.decision_function(x)
    again = BoundaryScorer(**SMALL | {"epochs": 4, "warm": 32}).set_arrays(scorer.arrays())
    np.testing.assert_array_equal(again.decision_function(x), said)
    again.chunk = 1000
    np.testing.assert_allclose(again.decision_function(x), said, atol=0.05)


def test_the_loss_against_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    score, answer, weight = rng.normal(size=9), rng.random(9) < 0.5, rng.random(9)
    total = sum(
        w * (np.log1p(np.exp(-z)) if a else np.log1p(np.exp(z))) for z, a, w in zip(score, answer, weight, strict=True)
    )
    found = weighted_loss(*(torch.tensor(v, dtype=torch.float64) for v in (score, answer.astype(float), weight)))
    assert float(found) == pytest.approx(total / weight.sum())


def test_the_validation_part_is_whole_segments_of_what_is_labelled() -> None:
    weight = (np.arange(500) % 3 != 0).astype(float)
    part = validation_part(np.zeros(500, np.bool_), weight, 0.2, 0)
    labelled = np.flatnonzero(weight)
    assert not part[weight == 0].any()
    assert abs(part.sum() / len(labelled) - 0.2) < 0.05
    assert np.abs(np.diff(part[labelled].astype(int))).sum() <= 2 * 4
    assert not validation_part(np.zeros(5, np.bool_), np.ones(5), 0.2, 0).any()


def test_the_matrix_says_what_is_not_known() -> None:
    features = time_features(np.cumsum(np.random.default_rng(0).exponential(600.0, 50)))
    x = matrix(features)
    assert x.shape == (49, len(NAMES) + 2)
    assert np.isnan(x[:, NAMES.index("visual")]).all()
    assert np.isnan(x[:, -2:]).all()
    seen = matrix(features, np.random.default_rng(1).random(49))
    assert np.isfinite(seen[:, -2:]).all()
    assert np.abs(seen[:, -2]).max() <= 3.0


def test_log_odds_from_features_alone() -> None:
    rng = np.random.default_rng(0)
    y = rng.random(400) < 0.2
    gap = np.where(y, 40_000.0, 120.0) * rng.uniform(0.5, 2, 400)
    features = time_features(np.concatenate([[0.0], np.cumsum(gap)]))
    known = (np.arange(400) < 300).astype(float)
    said = network_logits(features, y, known, members=1, hidden=8, epochs=10, chunk=16)
    assert f1(said[300:] >= 0, y[300:]).f1 > 0.9
