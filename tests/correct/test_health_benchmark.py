"""The benchmark of questions: its score against a slow count, and truthful answers that lead to the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.health import ASKED, ORDERS, b_cubed, follow, run


def _slow(cut: np.ndarray, truth: np.ndarray) -> float:
    mine, real = [0], [0]
    for one, other in zip(cut, truth, strict=True):
        mine.append(mine[-1] + int(one))
        real.append(real[-1] + int(other))
    n = len(mine)
    precision = recall = 0.0
    for i in range(n):
        together = sum(mine[i] == mine[j] and real[i] == real[j] for j in range(n))
        precision += together / mine.count(mine[i])
        recall += together / real.count(real[i])
    return 2 * (precision / n) * (recall / n) / (precision / n + recall / n)


def test_b_cubed_agrees_with_counting() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        g = int(rng.integers(1, 25))
        cut, truth = rng.random(g) < 0.3, rng.random(g) < 0.3
        assert b_cubed(cut, truth) == pytest.approx(_slow(cut, truth))
    assert b_cubed(truth, truth) == 1.0


@pytest.mark.parametrize("name", ORDERS)
def test_enough_truthful_answers_lead_to_the_truth(name: str) -> None:
    rng = np.random.default_rng(2)
    strength, truth = rng.random(30), rng.random(30) < 0.2
    scores = follow(strength, truth, ORDERS[name], seed=0)
    assert len(scores) == len(ASKED)
    assert scores[-1] == 1.0


def test_it_runs_on_a_file_of_streams(tmp_path: Path) -> None:
    rows = ["person,unix_time,poi"]
    rows += [f"ann,{1.6e9 + i * 60 + (i // 9) * 40000},{i // 9}" for i in range(70)]
    path = tmp_path / "streams.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = run(path)
    assert found["people"] == 1
    assert found["ours"]["after_40"] >= found["ours"]["after_0"]
