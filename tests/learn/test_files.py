"""What was learned lies on disk whole or not at all, and is refused with a reason where it is not what it should be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import WeightsError
from core.learn import files

ARRAYS = {"a/weight": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1.5])}


def test_round_trip_and_the_old_weights_go(tmp_path: Path) -> None:
    assert files.load(tmp_path, "network", 1) is None
    files.save(tmp_path, "network", 1, {"x": 1}, {"b": np.zeros(3)})
    files.save(tmp_path, "network", 1, {"x": [2, "y"]}, ARRAYS)
    kept = files.load(tmp_path, "network", 1)
    assert kept is not None
    assert kept.info == {"x": [2, "y"]} == files.read_info(tmp_path, "network", 1)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(kept.arrays[name], array)
        assert kept.arrays[name].dtype == array.dtype
    assert len(list((tmp_path / "models").iterdir())) == 2
    files.save(tmp_path, "network", 1, {})
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["network.json"]
    files.forget(tmp_path, "network")
    assert files.load(tmp_path, "network", 1) is None


def test_refused_with_a_reason(tmp_path: Path) -> None:
    files.save(tmp_path, "network", 1, {}, ARRAYS)
    with pytest.raises(WeightsError, match="version 1; this program reads version 2"):
        files.load(tmp_path, "network", 2)
    weights = next((tmp_path / "models").glob("*.safetensors"))
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + b"\x7f")
    with pytest.raises(WeightsError, match="damaged"):
        files.load(tmp_path, "network", 1)
    weights.unlink()
    with pytest.raises(WeightsError, match="not there"):
        files.load(tmp_path, "network", 1)
    path = tmp_path / "models" / "network.json"
    for text in ("{", "[]", json.dumps({"version": 1}), "null"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(WeightsError, match=r"network\.json"):
            files.load(tmp_path, "network", 1)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.save(tmp_path, "network", 1, {"old": True}, ARRAYS)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.checkpoints, "write_whole", full)
    with pytest.raises(OSError, match="no space"):
        files.save(tmp_path, "network", 1, {"old": False})
    monkeypatch.undo()
    kept = files.load(tmp_path, "network", 1)
    assert kept is not None
    assert kept.info == {"old": True}
    assert kept.arrays
