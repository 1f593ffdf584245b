"""The benchmark of the networks, on lives too small to mean anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality import sequence
from benchmarks.quality.looks import Pool


def _pool(classes: int = 8, pictures: int = 4, d: int = 24) -> Pool:
    rng = np.random.default_rng(0)
    label = np.repeat(np.arange(classes), pictures)
    vectors = rng.normal(size=(classes, d))[label][:, None, :] + 0.3 * rng.normal(size=(len(label), 3, d))
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Pool(vectors.astype(np.float16), label, tuple(f"c{k}" for k in range(classes)), "noise")


def test_every_method_is_judged_on_the_same_held_out_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "NETWORKS", {"lstm": lambda s: np.where(s.label, 1.0, -1.0)})
    monkeypatch.setattr(sequence, "_gated", lambda s: s.seed % 2 == 0)
    evidence = sequence.context_evidence
    monkeypatch.setattr(sequence, "context_evidence", lambda *a, **k: evidence(*a, **k, hidden=4, epochs=1))
    found = sequence.lives(2, 20, _pool())
    assert found["simulated"] is True
    methods = found["methods"]
    assert set(methods) == {*sequence.RULES, "lstm", "gated"}
    assert all(0.0 < each["f1"] <= 1.0 for each in methods.values())
    assert min(methods["rule_default"]["over_best_rule"], methods["rule_fitted"]["over_best_rule"]) <= 0.0
    assert methods["lstm"]["f1"] == 1.0, "the gaps of a life are judged by its own labels"
    assert found["gate_chose_network"] == 1
    assert methods["rule_fitted"]["f1"] <= methods["gated"]["f1"] <= 1.0


def test_known_gaps_are_60_percent_of_the_ends_and_whole_blocks() -> None:
    s = sequence.stream(7, 60, None)
    assert 0.5 < s.label[s.known].sum() / s.label.sum() < 0.7
    assert np.abs(np.diff(s.known.astype(int))).sum() <= 4
    assert not s.evidence


def test_people_are_disjoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = sequence.BoundaryScorer
    monkeypatch.setattr(sequence, "BoundaryScorer", lambda *a, **k: small(*a, **k, members=1, hidden=4, epochs=1))
    rng = np.random.default_rng(0)
    lines = ["person,unix_time,poi"]
    for person in range(6):
        at, poi = 1e9, 0
        for _ in range(40):
            end = rng.random() < 0.3
            at += float(rng.uniform(20_000, 90_000) if end else rng.uniform(20, 900))
            poi += end
            lines.append(f"{person},{at:.0f},{poi}")
    path = tmp_path / "streams.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = sequence.people(path)
    assert found["people"] == 6
    assert found["methods"]["tuned_gap"]["f1"] > 0.9
    assert set(found["methods"]) == {"tuned_gap", "rule_fitted", "lstm", "rnn", "lstm_alone"}
