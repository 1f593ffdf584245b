from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.nn import graphs

WEIGHTS = "a" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    graphs.save(tmp_path, "net-1", b"graph" * 100, {"w": np.ones(3, np.float32)}, {"dim": "3"}, WEIGHTS)
    return tmp_path


def test_what_was_kept_comes_back(folder: Path) -> None:
    stored = graphs.load(folder, "net-1", WEIGHTS)
    assert stored is not None
    assert stored.graph.read_bytes() == b"graph" * 100
    assert stored.texts["dim"] == "3"
    np.testing.assert_array_equal(stored.arrays["w"], np.ones(3, np.float32))


def test_of_other_weights_or_another_format(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert graphs.load(folder, "net-1", "b" * 64) is None
    assert graphs.load(folder, "net-2", WEIGHTS) is None
    monkeypatch.setattr(graphs, "FORMAT", "another")
    assert graphs.load(folder, "net-1", WEIGHTS) is None


@pytest.mark.parametrize("suffix", ["onnx", "safetensors"])
def test_damaged_or_absent(folder: Path, suffix: str) -> None:
    path = folder / f"net-1.{suffix}"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert graphs.load(folder, "net-1", WEIGHTS) is None
    path.unlink()
    assert graphs.load(folder, "net-1", WEIGHTS) is None


def test_a_new_graph_with_the_old_card_is_not_trusted(folder: Path) -> None:
    card = (folder / "net-1.safetensors").read_bytes()
    graphs.save(folder, "net-1", b"newer", {}, {}, WEIGHTS)
    (folder / "net-1.safetensors").write_bytes(card)
    assert graphs.load(folder, "net-1", WEIGHTS) is None
