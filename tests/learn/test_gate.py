"""The gate: the better one of rule and network is used on held-out gaps, and never the worse."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learn import gate
from core.sequence.scores import best_threshold, blocks, f1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.5), st.floats(0, 0.5))
def test_never_the_worse(seed: int, rule_wrong: float, network_wrong: float) -> None:
    rng = np.random.default_rng(seed)
    boundary = rng.random(400) < 0.2
    rule, network = (boundary ^ (rng.random(400) < wrong) for wrong in (rule_wrong, network_wrong))
    verdict = gate.decide(rule, network, boundary)
    assert verdict.margin >= gate.MARGIN
    assert verdict.used == (verdict.network >= verdict.rule + verdict.margin)
    if verdict.used:
        assert f1(network, boundary).f1 > f1(rule, boundary).f1
    if f1(network, boundary).f1 <= f1(rule, boundary).f1:
        assert not verdict.used


def test_a_clear_gain_is_taken_and_the_same_answer_is_not() -> None:
    rng = np.random.default_rng(0)
    boundary = rng.random(2000) < 0.2
    noisy = boundary ^ (rng.random(2000) < 0.2)
    assert gate.decide(noisy, boundary, boundary).used
    assert not gate.decide(noisy, noisy, boundary).used


def test_held_out_gaps_are_kept_from_the_training() -> None:
    """Every known gap is judged once, by a network that saw neither it nor those beside it."""
    rng = np.random.default_rng(1)
    boundary = rng.random(600) < 0.2
    weight = (rng.random(600) < 0.8).astype(float)
    asked: list[np.ndarray] = []

    def train(rest: np.ndarray, _part: int) -> np.ndarray:
        asked.append(rest)
        return np.where(rest > 0, np.where(boundary, 5.0, -5.0), np.where(boundary, 1.0, -1.0))

    verdict = gate.judge(boundary, weight, np.zeros(600), train)
    assert verdict.boundaries == int((boundary & (weight > 0)).sum())
    assert len(asked) == gate.BLOCKS
    left_out = np.stack([(rest == 0) & (weight > 0) for rest in asked])
    assert left_out.any(axis=0)[weight > 0].all()
    for rest in left_out:
        inside = np.flatnonzero(rest)
        assert inside[-1] - inside[0] < 600 / gate.BLOCKS * 1.6
    assert verdict.network == 1.0


def test_blocks_hold_as_many_boundaries_and_follow_time() -> None:
    label = np.random.default_rng(0).random(1000) < 0.1
    block = blocks(label, 4)
    assert (np.diff(block) >= 0).all()
    counts = [int(label[block == k].sum()) for k in range(4)]
    assert max(counts) - min(counts) <= 1


@given(st.integers(0, 5000))
def test_the_best_threshold_is_as_good_as_trying_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    score, label = rng.integers(0, 8, 30).astype(float), rng.random(30) < 0.3
    found = f1(score >= best_threshold(score, label), label).f1
    every = [f1(score >= cut, label).f1 for cut in np.unique(score)]
    assert label.any() is np.False_ or found == max(every)
