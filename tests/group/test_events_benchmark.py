"""The benchmark of event boundaries on a small made-up file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality import events


@pytest.fixture
def streams(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = ["person,unix_time,poi,more"]
    for person in range(12):
        time, poi = 1.2e9, 0
        for _ in range(40):
            moved = rng.random() < 0.3
            time += rng.uniform(4000, 90000) if moved else rng.uniform(5, 1500)
            poi += int(moved)
            rows.append(f"p{person},{time:.0f},{poi},x")
    rng.shuffle(body := rows[1:])
    path = tmp_path / "streams.csv"
    path.write_text("\n".join([rows[0], *body]) + "\n", encoding="utf-8")
    return path


def test_all_methods_are_judged_alike(streams: Path) -> None:
    result = events.run(streams, repeats=1)
    assert result["people"] == 12
    assert result["gaps"] == 12 * 39
    methods = result["methods"]
    assert {"ours", "tuned_gap", "fixed_1h", "phototoc"} <= set(methods)
    assert methods["tuned_gap"]["f1"] > 0.98  # the file is made so that one gap tells
    assert methods["ours"]["f1"] > 0.95
    assert methods["every_gap"]["recall"] == 1.0
    assert all({"f1", "precision", "recall", "sd"} <= set(m) for m in methods.values())


def test_the_command_prints_one_json_object(streams: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events.main(["--streams", str(streams), "--repeats", "1", "--json"])
    assert "ours" in json.loads(capsys.readouterr().out)["methods"]


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("person,unix_time,poi\na,1,1\na,2,1\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="at least 5"):
        events.run(path)
