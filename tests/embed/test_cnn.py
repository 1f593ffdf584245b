"""EfficientNet-Lite0: the package's weights, every key; the exported graph against torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.device import Device
from core.embed import cnn, registry, weights
from core.embed.base import Embedder
from core.embed.catalogue import DEFAULT, ENTRIES, LITE0_SHA256
from core.embed.model import Model, normalised
from core.errors import WeightsError
from core.nn.checkpoints import read_state_dict
from core.nn.torch_runner import TorchRunner

SPEC = ENTRIES[DEFAULT].spec


@pytest.fixture(scope="module")
def path() -> Path:
    found = weights.find(DEFAULT)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def model(path: Path) -> Model:
    return cnn.load(path, SPEC, LITE0_SHA256)


def test_every_key_of_the_file_is_used_once(path: Path) -> None:
    state = read_state_dict(path, LITE0_SHA256)
    renamed = cnn.rename(state)
    assert len(renamed) == len(state)
    network = cnn.EfficientNetLite0(SPEC.mean, SPEC.std)
    own = {f"network.{key}" for key in network.state_dict()} | {"head.weight", "head.bias"}
    assert set(renamed) == own


def test_a_key_too_many_or_too_few_is_refused(path: Path, tmp_path: Path) -> None:
    state = read_state_dict(path)
    torch.save({**state, "_surprise": torch.ones(1)}, tmp_path / "more.pth")
    with pytest.raises(WeightsError, match="_surprise"):
        cnn.load(tmp_path / "more.pth", SPEC, None)
    state.pop("_blocks.3._bn1.running_var")
    torch.save(state, tmp_path / "fewer.pth")
    with pytest.raises(WeightsError, match=r"blocks\.3\.depthwise\.norm\.running_var"):
        cnn.load(tmp_path / "fewer.pth", SPEC, None)


def test_damaged_weights_are_refused(path: Path, tmp_path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "damaged.pth").write_bytes(data)
    with pytest.raises(WeightsError, match="SHA-256"):
        registry.create(weights=tmp_path / "damaged.pth", cache=tmp_path, device="cpu")
    with pytest.raises(WeightsError, match="not there"):
        registry.create(weights=tmp_path / "absent.pth", cache=tmp_path, device="cpu")


def test_the_graph_gives_torchs_vectors(embedder: Embedder, model: Model, inputs: NDArray[np.uint8]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    pixels = np.concatenate([inputs, noise, np.zeros_like(noise[:1])])
    reference = TorchRunner(model.network)(pixels)
    unit = reference / np.linalg.norm(reference, axis=1, keepdims=True)
    embedding = embedder.embed(pixels)
    vectors = embedding.vectors.astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (vectors * unit).sum(axis=1).min() >= 0.9999
    np.testing.assert_allclose(embedding.norms, np.linalg.norm(reference, axis=1), rtol=1e-3)


def test_half_precision_as_gpus_run_it(path: Path, embedder: Embedder, inputs: NDArray[np.uint8]) -> None:
    network = cnn.load(path, SPEC, LITE0_SHA256).network
    half = normalised(TorchRunner(network, Device("cpu", "CPU"), half=True)(inputs))
    likeness = (half.vectors.astype(np.float32) * embedder.embed(inputs).vectors.astype(np.float32)).sum(axis=1)
    assert likeness.min() > 0.999


def test_probabilities_from_what_is_stored(embedder: Embedder, model: Model, inputs: NDArray[np.uint8]) -> None:
    """softmax(W (v * norm) + b) of the stored half-precision vectors is what the whole network says."""
    assert model.head is not None
    features = torch.from_numpy(TorchRunner(model.network)(inputs))
    weight, bias = torch.from_numpy(model.head.weight), torch.from_numpy(model.head.bias)
    expected = torch.softmax(features @ weight.T + bias, dim=1).numpy()
    np.testing.assert_allclose(embedder.classify(embedder.embed(inputs)), expected, atol=2e-3)
