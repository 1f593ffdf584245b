"""Networks of other libraries: their weights from a file, their preparation from their own configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.embed import registry
from core.embed.catalogue import ENTRIES
from core.errors import WeightsError

SMALL = {
    "torchvision": ("torchvision-mobilenet_v3_small", "torchvision"),
    "timm": ("timm-mobilenetv3_small_050.lamb_in1k", "timm"),
    "clip": ("clip-RN50", "open_clip"),
}


def _random_network(family: str, name: str) -> Any:
    """The library's own network with random weights; batch norms get statistics so that features differ."""
    import torch

    torch.manual_seed(3)
    model = name.partition("-")[2]
    if family == "torchvision":
        import torchvision

        network = torchvision.models.get_model(model, weights=None)
    elif family == "timm":
        import timm

        network = timm.create_model(model, pretrained=False)
    else:
        import open_clip

        network = open_clip.create_model(model, pretrained=None)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_var.fill_(0.1)
    return network.eval()


@pytest.fixture(params=sorted(SMALL))
def family(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    pytest.importorskip(SMALL[request.param][1])
    monkeypatch.setenv("REVERIE_MODELS", str(tmp_path / "models"))
    return str(request.param)


@pytest.mark.filterwarnings("ignore")
def test_a_file_of_weights_becomes_an_embedder(family: str, tmp_path: Path) -> None:
    import torch

    name = SMALL[family][0]
    network = _random_network(family, name)
    torch.save(network.state_dict(), tmp_path / "chosen.pth")
    embedder = registry.create(name, weights=tmp_path / "chosen.pth", cache=tmp_path, device="cpu")
    pixels = np.random.default_rng(0).integers(0, 256, (3, embedder.spec.size, embedder.spec.size, 3), dtype=np.uint8)
    embedding = embedder.embed(pixels)

    normal = (pixels / 255 - np.array(embedder.spec.mean)) / np.array(embedder.spec.std)
    planes = torch.from_numpy(normal.transpose(0, 3, 1, 2).astype(np.float32))
    with torch.inference_mode():
        if family == "clip":
            features = network.encode_image(planes).numpy()
            unit = features / np.linalg.norm(features, axis=1, keepdims=True)
            assert (unit * embedding.vectors).sum(axis=1).min() > 0.999
            assert embedder.classify(embedding) is None
        else:
            expected = torch.softmax(network(planes), dim=1).numpy()
            np.testing.assert_allclose(embedder.classify(embedding), expected, atol=2e-3)
            assert len(embedder.labels) == 1000

    again = registry.create(name, weights=tmp_path / "chosen.pth", cache=tmp_path, device="cpu")
    np.testing.assert_array_equal(again.embed(pixels).vectors, embedding.vectors)
    assert again.spec == embedder.spec == registry.info(name).spec


@pytest.mark.filterwarnings("ignore")
def test_absent_weights_say_where_to_get_them(family: str) -> None:
    with pytest.raises(WeightsError, match="choose the file"):
        registry.create(SMALL[family][0])
    assert registry.info(SMALL[family][0]).weights == "download"


@pytest.mark.filterwarnings("ignore")
def test_weights_of_another_network_are_refused(family: str, tmp_path: Path) -> None:
    import torch

    torch.save({"layer.weight": torch.zeros(2, 2)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="another architecture"):
        registry.create(SMALL[family][0], weights=tmp_path / "other.pth", cache=tmp_path, device="cpu")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in ENTRIES if name.partition("-")[0] in SMALL])
def test_listed_facts_are_the_librarys_own(name: str) -> None:
    import importlib

    from core.embed.catalogue import FAMILIES

    family, _, model = name.partition("-")
    pytest.importorskip(FAMILIES[family].package)
    dim, spec = importlib.import_module(FAMILIES[family].adapter).facts(model)
    assert (dim, spec) == (ENTRIES[name].dim, ENTRIES[name].spec)


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REVERIE_MODELS", str(tmp_path))
    monkeypatch.setattr(registry, "_installed", lambda name: False)
    with pytest.raises(WeightsError, match="pip install timm"):
        registry.create("timm-resnet18.a1_in1k")
    with pytest.raises(WeightsError, match="pip install torchvision"):
        registry.info("torchvision-resnet18")
