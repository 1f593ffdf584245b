"""The benchmark of taught tags: what is kept apart is not learned from, and the ways are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.quality import teach
from benchmarks.quality.teach import Photos


def _labels() -> np.ndarray:
    return np.repeat(np.arange(6), [40, 40, 30, 30, 30, 30])


@pytest.mark.parametrize("size", [5, 10])
def test_nothing_learned_from_is_kept_apart(size: int) -> None:
    label = _labels()
    trial = teach.trial_of(label, 1, size, np.random.default_rng(0))
    assert trial is not None
    assert not set(trial.rows.tolist()) & set(trial.apart.tolist())
    assert trial.label.sum() == size
    assert (label[trial.rows[trial.label]] == 1).all()
    assert (label[trial.apart] == 1).tolist() == trial.answer.tolist()


def test_negatives_are_drawn_blindly_and_may_be_of_the_class() -> None:
    label = np.repeat(np.arange(6), 200)
    trial = teach.trial_of(label, 2, 5, np.random.default_rng(0))
    assert trial is not None
    share = float((label[trial.rows[~trial.label]] == 2).mean())
    assert 0 < share < 0.35


def test_classes_with_too_few_photos_are_left_out() -> None:
    assert teach.trial_of(_labels(), 0, 38, np.random.default_rng(0)) is None


def test_vectors_that_tell_are_told_and_noise_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teach, "WAYS", ("probe", "nearest_mean"))
    rng = np.random.default_rng(0)
    label = _labels()
    telling = np.eye(6)[label] + rng.normal(0, 0.05, (len(label), 6))
    noise = rng.normal(size=(len(label), 6))
    found = []
    for vectors in (telling, noise):
        unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        photos = Photos(np.zeros((len(label), 2, 2, 4), np.float16), unit, label, tuple("abcdef"), "test")
        found.append(teach.evaluate(photos, [0, 1], sizes=(5,))["examples_5"])
    for way in ("probe", "nearest_mean"):
        assert found[0][way]["ap"] > 0.95 > 0.6 > found[1][way]["ap"]
