"""Heads of a taught tag: they learn what is there, are of one size, keep their contract; the choice between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone

from core.nn.training import Resume
from core.progress import Progress
from core.recognise import choosing, heads
from core.recognise.choosing import Judged
from core.recognise.heads import CapsuleHead, CnnHead, ProbeHead

SMALL = {"epochs": 6, "batch": 24, "learning_rate": 1e-2}
MapHead = CapsuleHead | CnnHead


def photos(n: int = 60, seed: int = 0) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """Maps [n, 5, 5, 12] with noise everywhere and, in every fifth, a pattern of channels at one position."""
    rng = np.random.default_rng(seed)
    maps = rng.normal(0, 1, (n, 5, 5, 12))
    tagged = np.arange(n) % 5 == 0
    for row in np.flatnonzero(tagged):
        y, x = rng.integers(0, 5, 2)
        maps[row, y, x, :4] += 6.0
    return maps.astype(np.float16), tagged


def small(name: str, **more: float) -> MapHead:
    return CapsuleHead(types=4, **{**SMALL, **more}) if name == "capsule" else CnnHead(hidden=16, **{**SMALL, **more})


@pytest.mark.parametrize("name", ["capsule", "cnn"])
def test_a_head_learns_a_pattern_wherever_it_is(name: str) -> None:
    maps, tagged = photos(120)
    head = small(name, epochs=15).fit(maps, tagged)
    other, answer = photos(60, seed=1)
    score = head.decision_function(other)
    assert score.shape == (60,)
    assert choosing.average_precision_score(answer, score) > 0.9 > 4 * answer.mean()
    assert head.history_["loss"][-1] < head.history_["loss"][0]


@pytest.mark.parametrize("name", ["capsule", "cnn"])
def test_the_same_seed_gives_the_same_bits_and_arrays_rebuild_a_head(name: str) -> None:
    maps, tagged = photos()
    one, two = (small(name, random_state=3).fit(maps, tagged) for _ in range(2))
    score = one.decision_function(maps)
    assert np.array_equal(score, two.decision_function(maps))
    again = type(one)(**one.get_params()).set_arrays(one.arrays())
    assert np.array_equal(score, again.decision_function(maps))
    assert not np.array_equal(score, small(name, random_state=4).fit(maps, tagged).decision_function(maps))


@pytest.mark.parametrize("name", ["capsule", "cnn"])
def test_a_stopped_run_goes_on_as_if_it_had_not_been(name: str, tmp_path: Path) -> None:
    maps, tagged = photos()
    whole = small(name).fit(maps, tagged)
    resume = Resume(tmp_path / "state.safetensors", "this run")
    small(name, epochs=3).fit(maps, tagged, resume=resume)
    seen: list[int] = []
    rest = small(name).fit(maps, tagged, resume=resume, on_epoch=lambda _, epoch: seen.append(epoch))
    assert seen == [3, 4, 5]
    assert rest.history_ == whole.history_
    assert np.array_equal(rest.decision_function(maps), whole.decision_function(maps))


def test_held_out_photos_choose_the_epoch() -> None:
    maps, tagged = photos()
    other, answer = photos(40, seed=2)
    head = small("cnn").fit(maps, tagged, X_held_out=other, y_held_out=answer)
    assert len(head.history_["loss_held_out"]) == len(head.history_["loss"]) == SMALL["epochs"]


@pytest.mark.parametrize("channels", [16, 112, 320, 1280])
def test_capsules_and_convolutions_are_of_one_size(channels: int) -> None:
    capsule, cnn = CapsuleHead().n_parameters(channels), CnnHead().n_parameters(channels)
    assert abs(cnn / capsule - 1) <= 0.05


@pytest.mark.parametrize("make", [CapsuleHead, CnnHead, ProbeHead])
def test_parameters_are_only_stored_and_both_sorts_are_asked_for(make: type) -> None:
    head = make()
    assert clone(head).get_params() == head.get_params()
    assert not [name for name in vars(head) if name.endswith("_")]
    with pytest.raises(ValueError, match="photos that"):
        head.fit(np.zeros((3, 4, 4, 2), np.float32), np.ones(3, np.bool_))


def test_maps_that_are_all_the_same_do_no_harm() -> None:
    maps = np.ones((12, 4, 4, 6), np.float16)
    tagged = np.arange(12) < 4
    for head in (CapsuleHead(types=2, **SMALL), CnnHead(hidden=4, **SMALL)):
        assert np.isfinite(head.fit(maps, tagged).decision_function(maps)).all()


# ---------------------------------------------------------------- the choice


def _judged(*precision: float) -> Judged:
    return Judged(np.array(precision), np.zeros(4))


def test_ties_go_to_the_simplest() -> None:
    same = _judged(0.8, 0.9, 0.7)
    assert choosing.best({"capsule": same, "cnn": same, "probe": same}) == "probe"


def test_a_clear_winner_is_used_and_a_lucky_one_is_not() -> None:
    probe = _judged(0.5, 0.6, 0.55, 0.5)
    assert choosing.best({"probe": probe, "cnn": _judged(0.8, 0.85, 0.8, 0.9), "capsule": probe}) == "cnn"
    assert choosing.best({"probe": probe, "capsule": _judged(1.0, 0.2, 0.9, 0.1)}) == "probe"


def test_every_photo_is_kept_apart_once() -> None:
    y = np.arange(50) < 13
    parts = list(choosing.folds(y, seed=0))
    assert len(parts) == choosing.FOLDS
    assert (np.sum(parts, axis=0) == 1).all()
    assert all(part[y].any() and part[~y].any() for part in parts)
    assert len(list(choosing.folds(np.arange(50) < 3, seed=0))) == 3, "few examples: one is left out at a time"


def test_heads_are_compared_on_what_they_have_not_seen() -> None:
    maps, tagged = photos(40)
    labels = np.random.default_rng(0).permutation(tagged)
    vectors = np.where(labels[:, None], [1.0, 0.0], [0.0, 1.0]).astype(np.float32)
    found = choosing.compare(maps, vectors, labels, names=("probe",), progress=Progress())
    assert found["probe"].mean == 1.0, "vectors that tell are told"
    noise = np.random.default_rng(1).normal(size=(40, 4)).astype(np.float32)
    found = choosing.compare(maps, noise, labels, names=("probe",))
    assert found["probe"].mean < 0.8, "vectors that do not are not"
    with pytest.raises(ValueError, match="3 examples"):
        choosing.compare(maps, vectors, np.arange(40) < 2)


def test_the_bar_stands_between_examples_and_negatives() -> None:
    score = np.concatenate([np.linspace(-1, 0, 100), [0.6, 0.8, 1.0]])
    y = np.arange(103) >= 100
    found = choosing.bar(score, y)
    assert found.at == pytest.approx(0.3)
    strength = found.strength(score)
    assert (strength[y] >= 0.5).all()
    assert not (strength[~y] >= 0.5).any()
    assert strength.dtype == np.float32


def test_negatives_that_carry_the_tag_unseen_do_not_move_the_bar() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(400) < 100
    clean = np.concatenate([rng.normal(1, 0.1, 100), rng.normal(0, 0.1, 300)])
    soiled = np.where((np.arange(400) >= 100) & (np.arange(400) < 130), rng.normal(1, 0.1, 400), clean)
    assert choosing.bar(clean, y).at == pytest.approx(0.5, abs=0.15)
    accepted = choosing.bar(soiled, y).strength(clean) >= 0.5
    assert accepted[y].mean() >= 0.9
    assert not accepted[~y].any()


def test_examples_below_all_negatives_do_not_break_the_bar() -> None:
    found = choosing.bar(np.array([0.0, 0.0, 1.0, 1.0]), np.array([True, True, False, False]))
    assert np.isfinite(found.strength(np.array([0.0, 2.0]))).all()


def test_scale_of_channels() -> None:
    maps = np.random.default_rng(0).normal(3.0, 2.0, (300, 2, 2, 5)).astype(np.float32)
    maps[..., 4] = 7.0
    mean, sd = heads.channel_scale(maps)
    np.testing.assert_allclose(mean, maps.reshape(-1, 5).mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(sd[:4], maps.reshape(-1, 5).std(axis=0)[:4], rtol=1e-3)
    assert sd[4] == 1.0
