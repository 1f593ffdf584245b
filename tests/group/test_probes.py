"""Kinds that learn from examples."""

from __future__ import annotations

import numpy as np
import pytest

from core.group import kinds, probes
from core.group.probes import RARE, cue_logits, fit, fit_taught
from tests.group.builders import table

D = 32


def _unit(rng: np.random.Generator, n: int, towards: int, weight: float = 1.2) -> np.ndarray:
    x = rng.normal(size=(n, D))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    x[:, towards] += weight
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def test_examples_move_what_looks_like_them_and_leave_the_rest() -> None:
    rng = np.random.default_rng(0)
    cakes, cats, rest = _unit(rng, 40, 0), _unit(rng, 40, 1), _unit(rng, 200, 2, 0.3)
    low = np.full(6, cue_logits(np.array([0.2]))[0])
    probe = fit(cakes[:6], np.ones(6, np.bool_), low, rest, np.full(200, -2.0))
    moved = probe.logits(cakes[6:], np.full(34, low[0]))
    assert (moved > 0).mean() > 0.9
    assert (probe.logits(cats, np.full(40, -2.0)) < 0).mean() > 0.9
    assert np.abs(probe.logits(rest, np.full(200, -2.0)) + 2.0).mean() < 0.7


def test_a_no_takes_away_what_the_cues_say() -> None:
    rng = np.random.default_rng(1)
    toys, rest = _unit(rng, 30, 3), _unit(rng, 200, 2, 0.3)
    sure = np.full(5, 1.5)
    probe = fit(toys[:5], np.zeros(5, np.bool_), sure, rest, np.full(200, -2.0))
    assert (probe.logits(toys[5:], np.full(25, 1.5)) < 0).mean() > 0.9
    assert (probe.yes, probe.no) == (0, 5)


def test_a_new_kind_is_taught_from_three_photos() -> None:
    rng = np.random.default_rng(2)
    boats, rest = _unit(rng, 60, 4, 1.5), _unit(rng, 400, 5, 0.2)
    probe = fit_taught(boats[:3], np.ones(3, np.bool_), rest[:200])
    assert (probe.logits(boats[3:], np.full(57, RARE)) >= 0).mean() > 0.8
    assert (probe.logits(rest[200:], np.full(200, RARE)) >= 0).mean() < 0.05


def test_without_examples_there_is_no_probe() -> None:
    with pytest.raises(ValueError, match="examples"):
        fit(np.zeros((0, D), np.float32), np.zeros(0, np.bool_), np.zeros(0), np.zeros((1, D), np.float32), np.zeros(1))


def test_photos_without_a_vector_keep_their_cues() -> None:
    probe = probes.Probe(np.ones(D, np.float32), 5.0, 1, 1)
    assert probe.logits(np.zeros((2, D), np.float32), np.array([-1.0, 2.0])).tolist() == [-1.0, 2.0]


def test_held_out_examples_judge_probes_and_cues() -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([_unit(rng, 20, 0), _unit(rng, 20, 1)])
    y = np.arange(40) < 20
    rest = _unit(rng, 100, 2, 0.3)
    found = probes.cross_validate(
        {"food": x}, {"food": y}, {"food": np.full(40, -1.0)}, rest, {"food": np.full(100, -2)}
    )
    assert found.held_out == 40
    assert found.rule == 0.5
    assert found.learned > 0.9
    assert probes.cross_validate({}, {}, {}, rest, {}).held_out == 0


# ---------------------------------------------------------------- in the groups of kinds


def _shown(found, key: str) -> list[int]:
    return next((g.members.tolist() for g in found.groups if g.key == key), [])


def test_what_the_person_said_decides() -> None:
    t = table(np.arange(4.0), columns={"text": np.array([0.9, 0, 0, 0], np.float32)})
    assert _shown(kinds.find(t), "document") == [0]
    said = {"document": (np.array([2]), np.array([0])), "cakes": (np.array([1]), np.array([], np.int64))}
    found = kinds.find(t, taught=kinds.Taught(said, {"cakes": "Birthday cakes"}))
    assert _shown(found, "document") == [2]
    assert _shown(found, "cakes") == [1]
    cakes = next(g for g in found.groups if g.key == "cakes")
    assert (cakes.title, cakes.reasons[0], cakes.strengths.tolist()) == ("Birthday cakes", {"correction": 0}, [1.0])
    assert _shown(found, kinds.UNSURE) == [0, 3]


def test_a_probe_moves_strengths_and_says_so() -> None:
    vectors = np.zeros((3, D), np.float16)
    vectors[0, 0] = vectors[1, 1] = 1
    probe = probes.Probe(np.concatenate([[12.0], np.zeros(D - 1)]).astype(np.float32), 0.0, 4, 2)
    t = table(np.arange(3.0), vectors=vectors)
    found = kinds.find(t, taught=kinds.Taught(probes={"food": probe}))
    assert _shown(found, "food") == [0]
    reason = next(g for g in found.groups if g.key == "food").reasons[0]
    assert reason["learned"] == {"before": 0.0, "examples": 6}


def test_a_probe_of_other_vectors_is_left_alone() -> None:
    t = table(np.arange(2.0), vectors=np.ones((2, D), np.float16))
    probe = probes.Probe(np.full(D + 1, 9.0, np.float32), 9.0, 4, 2)
    assert _shown(kinds.find(t, taught=kinds.Taught(probes={"food": probe})), "food") == []


def test_bars_are_where_strengths_are_one_half() -> None:
    values = np.array([0.0, 0.35, 0.75, 1.0], np.float32)
    assert kinds.bent(values, 0.75)[[0, 2, 3]] == pytest.approx([0.0, 0.5, 1.0])
    assert kinds.bent(values, 0.35)[1] == pytest.approx(0.5)
    assert kinds.bent(values, 0.5) == pytest.approx(values)
