"""Which models there are, why one is not available, and how one is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import WeightsError
from core.nn import checkpoints
from core.nn.checkpoints import to_arrays
from core.superres import models, own
from core.superres.networks import Compact
from core.superres.resampling import reduced


def weights_file(path: Path, scale: int = 4, seed: int = 0) -> Compact:
    """A small network with weights by chance, written as the training writes it."""
    torch.manual_seed(seed)
    network = Compact(scale, n_feats=4, n_convs=1)
    shape = {"scale": scale, "n_feats": 4, "n_convs": 1}
    arrays = {name: array.astype(np.float16) for name, array in to_arrays(network).items()}
    checkpoints.save(path, arrays, {"compact": json.dumps(shape)})
    return network


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(models, "WEIGHTS", tmp_path / "weights")
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


IMAGE = np.random.default_rng(0).random((12, 10, 3), np.float32)


def test_every_model_says_what_it_is_or_why_it_is_not_there() -> None:
    found = models.models()
    assert [about.name for about in found] == [
        *("bicubic", "compact", "srgan", "restore", "realesrgan-x4plus", "realesr-animevideov3", "file")
    ]
    assert found[0].available
    for about in found:
        assert about.title
        assert about.what.endswith(".")
        assert {2, 3, 4} <= set(about.scales)
        assert about.available == (not about.why_not)
        assert len(about.sha256) in (0, 64)


def test_without_weights_a_model_is_not_available_and_says_so(shipped: Path) -> None:
    about = models.info("compact")
    assert not about.available
    assert "not in this copy" in about.why_not
    with pytest.raises(WeightsError, match="not in this copy"):
        models.load("compact", 4)


@pytest.mark.parametrize("name", ["compact", "srgan", "restore"])
def test_weights_that_lie_there_are_used_and_their_hash_is_shown(shipped: Path, name: str) -> None:
    weights_file(shipped / f"{name}-x4.safetensors")
    about = models.info(name)
    assert about.available
    assert about.sha256 == checkpoints.sha256(shipped / f"{name}-x4.safetensors")
    model = models.load(name, 4)
    assert model.info == about
    assert model.scale == 4
    assert model.receptive_field == 3
    made = model(IMAGE)
    assert made.shape == (48, 40, 3)
    assert made.dtype == np.float32


def test_smaller_scales_are_the_largest_reduced_unless_they_have_weights(shipped: Path) -> None:
    weights_file(shipped / "compact-x4.safetensors")
    whole = models.load("compact", 4)(IMAGE)
    for scale in (2, 3):
        model = models.load("compact", scale)
        assert model.scale == scale
        np.testing.assert_array_equal(model(IMAGE), reduced(whole, 4, scale))
    weights_file(shipped / "compact-x2.safetensors", scale=2, seed=1)
    two = models.load("compact", 2)
    assert two.info.sha256 == checkpoints.sha256(shipped / "compact-x2.safetensors")
    assert np.abs(two(IMAGE) - reduced(whole, 4, 2)).max() > 1e-3
    np.testing.assert_array_equal(models.load("compact", 3)(IMAGE), reduced(whole, 4, 3))


def test_weights_of_a_run_are_loaded_by_their_path(shipped: Path, tmp_path: Path) -> None:
    weights_file(tmp_path / "mine.safetensors", seed=3)
    assert not models.info("srgan").available
    model = models.load("srgan", 4, file=tmp_path / "mine.safetensors")
    assert model.info.sha256 == checkpoints.sha256(tmp_path / "mine.safetensors")
    assert model.info.adversarial


def test_networks_are_what_their_files_say(tmp_path: Path) -> None:
    network = weights_file(tmp_path / "a.safetensors")
    again = own.read(tmp_path / "a.safetensors")
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, atol=2e-3, rtol=2e-3)
    checkpoints.save(tmp_path / "b.safetensors", {"x": np.zeros(3)}, {"rbm": "{}"})
    with pytest.raises(WeightsError, match="no network of ours"):
        own.read(tmp_path / "b.safetensors")
    assert own.is_ours(tmp_path / "a.safetensors")
    assert not own.is_ours(tmp_path / "b.safetensors")
    assert not own.is_ours(tmp_path / "c.safetensors")


@pytest.mark.parametrize(
    ("name", "scale", "words"),
    [
        ("bicubic", 5, "enlarges by 2, 3, 4, not by 5"),
        ("waifu2x", 2, "There is no model “waifu2x”"),
        ("file", 2, "Choose the file"),
    ],
)
def test_what_cannot_be_loaded_is_said(name: str, scale: int, words: str) -> None:
    with pytest.raises(WeightsError, match=words):
        models.load(name, scale)


def test_a_model_never_enlarges_by_more_than_it_can(tmp_path: Path) -> None:
    weights_file(tmp_path / "two.safetensors", scale=2)
    with pytest.raises(WeightsError, match="enlarges by 2, not by 4"):
        models.load("compact", 4, file=tmp_path / "two.safetensors")
    with pytest.raises(WeightsError, match="cannot be read"):
        models.load("compact", 4, file=tmp_path / "absent.safetensors")


def test_listing_and_bicubic_need_no_torch() -> None:
    """The window lists models; torch is loaded when a network is."""
    code = (
        "import sys; from core.superres import enlarge, models, tiles; import numpy as np; models.models();"
        "enlarge.enlarge(np.zeros((4, 4, 3), np.uint8), models.load('bicubic', 2), 2);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
