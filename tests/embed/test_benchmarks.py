"""The benchmarks of machines and classifiers: what they feed to each side, and how they judge."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.quality import classify, rbm_speed
from core.embed.rbm import RBM


def test_shifts_move_whole_pictures_and_any_shift_is_one_of_them() -> None:
    x, y = classify.digits()
    np.testing.assert_array_equal(classify.shifted(x, (0, 0)), x)
    np.testing.assert_array_equal(classify.shifted(x, (1, 0)).reshape(-1, 8, 8)[:, :-1], x.reshape(-1, 8, 8)[:, 1:])
    moved = classify.any_shift(torch.from_numpy(x[:40]), np.random.default_rng(0)).numpy()
    choices = np.stack([classify.shifted(x[:40], by) for by in classify.SHIFTS])
    which = (choices == moved).all(axis=2)
    assert which.any(axis=0).all()
    assert which.any(axis=1).all()
    few = classify.few_of(y, 3)
    assert np.bincount(y[few]).tolist() == [10] * 10
    assert len(set(few.tolist())) == 100


def test_every_method_is_given_the_same_rows_and_none_sees_the_test_labels() -> None:
    assert list(classify.methods(few=False)) == ["dbn", "not_pretrained", "mlp", "mlp_shifts", "logistic"]
    assert {"dbn_labels_alone", "dbn_shifts"} <= classify.methods(few=True, shifts=True).keys()
    x, y = classify.digits()
    right = (classify.logistic(x[:900], y[:900], x[:900], x[900:], 0) == y[900:]).mean()
    assert right > 0.85


def test_both_sides_are_judged_by_the_same_formula_on_the_same_rows() -> None:
    rows = rbm_speed.small(0)[:200]
    model = RBM(16, epochs=1).fit(rows)
    machine = model.machine_
    judged = rbm_speed.judge(model.components_, machine.visible_bias.numpy(), machine.hidden_bias.numpy(), rows)
    assert judged == pytest.approx(model.pseudo_likelihood(rows), rel=0.05)
    _, untrained = rbm_speed.peer(rows, rows, 4, 0, np.float32)
    assert np.isfinite(untrained)
    assert rbm_speed.means_alone(rows, rows) < 0


def test_pieces_of_photographs_are_half_black_and_those_apart_are_of_another() -> None:
    rows = rbm_speed.patches(0)
    assert rows.shape == (rbm_speed.ROWS + rbm_speed.APART, 784)
    assert set(np.unique(rows)) == {0.0, 1.0}
    assert 0.3 < rows.mean() < 0.55
