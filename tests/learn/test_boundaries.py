"""Boundary weights learned from corrections: few move little, many move what is alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.group.base import LineConstraint
from core.group.gaps import GapModel
from core.group.logistic import primal_weights
from core.learn import boundaries, examples
from core.learn.examples import Labels
from tests.learn.libraries import EVENTS, joined, outings, stream


def _pauses(number: np.ndarray) -> np.ndarray:
    """Gaps in the middle of an outing."""
    return np.arange(len(number) - 1) % 6 == 2


def test_similar_mistakes_elsewhere_move_too() -> None:
    photos, number = outings()
    s = stream(photos, [joined(number, k) for k in range(0, 40, 2)])
    rule = GapModel().logits(s.features)
    pauses, ends = _pauses(number), number[1:] != number[:-1]
    assert (rule[pauses] >= 0).mean() > 0.9, "the rule takes the pauses for ends"
    model, part = boundaries.learn(s)
    learned = model.logits(s.features)
    untouched = pauses & (number[1:] % 2 == 1)
    assert (learned[untouched] >= 0).mean() < 0.1
    assert (learned[ends] >= 0).mean() > 0.9, "true ends stay"
    assert part.used
    assert part.learned is not None
    assert part.rule is not None
    assert part.learned > 0.8 > part.rule
    assert part.held_out == 20


def test_a_correction_or_two_move_little() -> None:
    photos, number = outings()
    prior = GapModel()
    said = [joined(number, 3)]
    s = stream(photos, said)
    rule = prior.logits(s.features)
    known = examples.labels(s, examples.said(s), rule, folders=False)
    one = boundaries.fit_map(s.features, known, prior).logits(s.features)
    assert float(np.abs(one - rule).mean()) < 0.4
    model, part = boundaries.learn(s)
    assert not part.used
    assert "so far there are 1" in part.why
    assert model.weights == prior.weights


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_no_labels_no_change_and_a_tighter_prior_moves_less(seed: int, count: int) -> None:
    photos, _ = outings(12, seed)
    s = stream(photos, [])
    prior = GapModel()
    rule = prior.logits(s.features)
    g = len(s)
    none = Labels(np.zeros(g, np.bool_), np.zeros(g), np.zeros(g))
    np.testing.assert_allclose(boundaries.fit_map(s.features, none, prior).logits(s.features), rule, atol=1e-9)
    rng = np.random.default_rng(seed)
    rows = rng.choice(g, count, replace=False)
    known = Labels(rng.random(g) < 0.5, np.where(np.isin(np.arange(g), rows), 1.0, 0.0), np.zeros(g))
    moved = [
        np.abs(boundaries.fit_map(s.features, known, prior, sd).logits(s.features) - rule).sum() for sd in (0.02, 0.3)
    ]
    assert moved[0] <= moved[1] + 1e-9


def test_the_fit_is_the_best_there_is() -> None:
    """Against a plain search: no small step in any weight betters the penalised likelihood."""
    photos, number = outings(20)
    s = stream(photos, [joined(number, k) for k in range(10)])
    prior = GapModel()
    rule = prior.logits(s.features)
    known = examples.labels(s, examples.said(s), rule, folders=False)
    rows = known.weight > 0
    x = np.random.default_rng(0).normal(size=(int(rows.sum()), 3))
    y, weight = known.boundary[rows].astype(float), known.weight[rows]
    best = primal_weights(x, y, weight, rule[rows], np.full(3, 4.0))

    def loss(delta: np.ndarray) -> float:
        z = rule[rows] + x @ delta
        return float((weight * (np.logaddexp(0, z) - y * z)).sum() + 2.0 * (delta**2).sum())

    for k in range(3):
        for step in (1e-3, -1e-3):
            assert loss(best + step * np.eye(3)[k]) > loss(best)


@pytest.mark.parametrize("level", [0.15, EVENTS, 0.93])
def test_corrections_of_every_level_are_read_for_what_they_say_of_events(level: float) -> None:
    photos, _ = outings(4)
    cut = LineConstraint(1, 2, level, True, 1)
    same = LineConstraint(8, 12, level, False, 2)
    said = examples.said(stream(photos, [cut, same]))
    assert [each.cut for each in said] == ([True] if level > EVENTS else [True, False])
    assert said[0].rows.tolist() == [1]
    assert said[0].bar == pytest.approx(min(0.0, np.log(level / (1 - level))))


def test_what_was_left_beside_a_correction_counts_a_little_and_a_folder_more() -> None:
    photos, number = outings(10)
    s = stream(photos, [joined(number, 5)], folder=np.where(number < 2, number, -1).astype(np.int64))
    known = examples.labels(s, examples.said(s), GapModel().logits(s.features), folders=True)
    assert known.weight[32] == 1.0
    assert not known.boundary[32]
    assert known.weight[31] == examples.SEEN_WEIGHT
    assert known.boundary[5]
    assert known.weight[5] == examples.FOLDER_WEIGHT
    assert known.weight[-1] == 0.0
    assert known.boundaries == int((known.boundary & (known.weight > 0)).sum())
