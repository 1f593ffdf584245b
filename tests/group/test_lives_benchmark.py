"""The benchmark on simulated lives, small: what it counts is what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality import lives
from benchmarks.quality.looks import Pool


def pictures() -> Pool:
    rng = np.random.default_rng(0)
    middle = rng.normal(size=(12, 1, 1, 24)).repeat(10, axis=1)
    raw = middle + 0.5 * rng.normal(size=(12, 10, 1, 24)) + 0.1 * rng.normal(size=(12, 10, 3, 24))
    raw = raw.reshape(120, 3, 24)
    vectors = (raw / np.linalg.norm(raw, axis=2, keepdims=True)).astype(np.float16)
    return Pool(vectors, np.repeat(np.arange(12), 10), tuple("abcdefghijkl"), "made up")


def test_rules_and_models_are_judged_on_the_same_lives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(lives, "TRAIN_SEEDS", range(10_000, 10_003))
    monkeypatch.setattr(lives, "pool", lambda *_: pictures())
    monkeypatch.setattr(lives, "CLOCK_EVENTS", 60)
    lives.main(["--seeds", "2", "--events", "40", "--clean", "2", "--no-network", "--cache", str(tmp_path), "--json"])
    result = json.loads(capsys.readouterr().out)
    assert result["simulated"] is True
    methods = result["events"]["methods"]
    assert {"tuned_gap", "phototoc", "time_gps_rule", "time", "time_gps", "full", "full_default"} <= set(methods)
    assert all(0.2 < each["f1"] <= 1 for each in methods.values())
    assert result["clocks"]["wrong"] == 4
    assert result["clocks"]["clean"] == 2


def test_clocks_alone_from_another_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(lives, "pool", lambda *_: pictures())
    monkeypatch.setattr(lives, "CLOCK_EVENTS", 60)
    seeds: list[int] = []
    made = lives.life
    monkeypatch.setattr(lives, "life", lambda seed, *more, **named: seeds.append(seed) or made(seed, *more, **named))
    lives.main(
        ["--seeds", "1", "--clean", "1", "--clocks-only", "--clock-seed", "77", "--cache", str(tmp_path), "--json"]
    )
    result = json.loads(capsys.readouterr().out)
    assert "clocks" in result
    assert "events" not in result
    assert seeds[:3] == [77, 78, 77]
    assert min(seeds) == 77


def test_a_second_cut_between_two_photos_is_a_false_one() -> None:
    one = lives.case(lives.life(1, 30, pictures()))
    truth = one.life.boundaries(one.line)
    assert lives.f1_program(truth, one) == 1.0
    passive = one.line.passive
    doubled = truth.copy()
    free = np.flatnonzero(passive[1:] & ~truth)
    doubled[free] = True
    assert len(free) == 0 or lives.f1_program(doubled, one) < 1.0
