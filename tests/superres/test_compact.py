"""The compact network, its pictures to learn from, its training and its weights on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from core.errors import Cancelled, WeightsError
from core.nn.training import History, Resume
from core.progress import Progress
from core.sample.sources import load
from core.superres import patches as data
from core.superres import train as training
from core.superres.networks import Compact, parameter_count
from core.superres.quality import luma, psnr_y

TINY = training.Recipe(n_feats=8, n_convs=1, epochs=4, steps=6, batch=4, crop=16, held_out=0.2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("pictures")
    for name in ("coffee", "astronaut", "pagoda"):
        load(name).save(where / f"{name}.png")
    (where / "broken.jpg").write_bytes(b"\xff\xd8\xff not a picture")
    Image.new("RGB", (900, 700), (90, 120, 200)).save(where / "flat.png")
    return where


@pytest.fixture(scope="module")
def found(folder: Path) -> data.Patches:
    return data.gather(data.files_below([folder]), scale=4, size=96, per_picture=6)


def test_a_picture_is_enlarged_by_the_scale_and_the_reach_is_what_the_network_sees() -> None:
    for scale in (2, 4):
        network = Compact(scale, n_feats=8, n_convs=2).eval()
        x = torch.rand(1, 3, 20, 24, requires_grad=True)
        y = network(x)
        assert y.shape == (1, 3, 20 * scale, 24 * scale)
        y[0, :, 10 * scale, 12 * scale].sum().backward()
        assert x.grad is not None
        seen = torch.nonzero(x.grad.abs().sum(dim=(0, 1)))
        assert int((seen - torch.tensor([10, 12])).abs().max()) == network.reach


def test_the_shipped_shape_stays_below_a_hundred_thousand_parameters() -> None:
    assert parameter_count(Compact(4)) == 89_040


def test_patches_are_of_whole_pictures_and_never_flat(found: data.Patches) -> None:
    assert found.high.shape[1:] == (96, 96, 3)
    assert found.low.shape[1:] == (24, 24, 3)
    assert found.scale == 4
    assert {name for name, _ in found.sources} == {"coffee.png", "astronaut.png", "pagoda.png"}
    np.testing.assert_array_equal(found.low[0], data.lower(found.high[0], 4))


def test_without_pictures_there_are_no_patches(tmp_path: Path) -> None:
    nothing = data.gather(data.files_below([tmp_path]), scale=4)
    assert len(nothing) == 0
    assert nothing.sources == ()


def test_crops_of_small_and_large_belong_together() -> None:
    """Enlarging a picture by repetition makes any cut, mirrored or turned, match its small one."""
    rng = np.random.default_rng(0)
    low = rng.integers(0, 256, (5, 24, 24, 3), dtype=np.uint8)
    both = data.Patches(low.repeat(4, axis=1).repeat(4, axis=2), low, ())
    small, large = training.crops(both, rng.integers(0, 5, 40), 16, rng)
    assert torch.equal(small.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3), large)


def test_luma_and_psnr_are_those_of_the_literature() -> None:
    rng = np.random.default_rng(1)
    one = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    other = np.clip(one.astype(int) + rng.integers(-9, 10, one.shape), 0, 255).astype(np.uint8)
    reference = peak_signal_noise_ratio(luma(one)[4:-4, 4:-4], luma(other)[4:-4, 4:-4], data_range=255)
    assert psnr_y(one, other) == pytest.approx(reference)
    assert luma(np.full((1, 1, 3), 255, np.uint8))[0, 0] == pytest.approx(235.0)
    assert psnr_y(one, one) == float("inf")


def test_training_betters_what_it_is_judged_by(found: data.Patches) -> None:
    _, history = training.train(found, replace(TINY, steps=40))
    assert min(history.judged) < history.judged[0]
    assert history.skipped == 0


def test_a_stopped_training_goes_on_to_the_bit(found: data.Patches, tmp_path: Path) -> None:
    whole, _ = training.train(found, TINY)
    resume, progress = Resume(tmp_path / "state", "tiny"), Progress()

    def stop(history: History) -> None:
        if len(history.judged) == 2:
            progress.cancel()

    with pytest.raises(Cancelled):
        training.train(found, TINY, progress=progress, resume=resume, on_epoch=stop)
    again, history = training.train(found, TINY, resume=resume)
    assert len(history.judged) == TINY.epochs
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name


def test_the_command_writes_weights_with_their_recipe(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "x4.safetensors"
    small = ["--n-feats", "8", "--n-convs", "1", "--epochs", "1", "--steps", "2", "--batch", "2", "--crop", "16"]
    assert training.main([str(folder), "--out", str(out), *small]) == 0
    text = json.loads(out.with_suffix(".json").read_text())
    assert text["recipe"]["n_feats"] == 8
    assert {name for name, _ in text["pictures"]} == {"coffee.png", "astronaut.png", "pagoda.png"}
    network = training.read(out)
    assert (network.scale, network.n_convs) == (4, 1)
    assert not list(tmp_path.glob("*.checkpoint"))
    out.write_bytes(out.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError):
        training.read(out)


def test_the_command_says_when_there_are_no_pictures(tmp_path: Path) -> None:
    assert training.main([str(tmp_path), "--out", str(tmp_path / "x.safetensors")]) == 1
