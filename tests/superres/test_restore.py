"""Restoration: what it learns from, its training on files and on pictures, the chain and its strength."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ReverieError
from core.sample.sources import load
from core.superres import models, patches
from core.superres import train as training
from core.superres.adversarial import SrganRecipe
from core.superres.degrade import degrade
from core.superres.enlarge import plain
from core.superres.restore import restore

TINY = training.Recipe(n_feats=8, n_convs=1, epochs=1, steps=2, batch=2, crop=16, held_out=0.3)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [np.asarray(load(name).convert("RGB")) for name in ("coffee", "astronaut", "pagoda")]


@pytest.fixture(scope="module")
def weights(pictures: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("weights")
    paths = {scale: folder / f"restore-x{scale}.safetensors" for scale in (1, 4)}
    for scale, path in paths.items():
        recipe = training.Recipe(**{**training.asdict(TINY), "scale": scale})
        training.from_pictures("restore", pictures, recipe, path, most=20)
    return paths


def test_it_learns_from_degraded_pictures(pictures: list[np.ndarray]) -> None:
    """Where the patches lie does not depend on what becomes of them."""
    options = {"scale": 4, "size": 64, "per_picture": 4}
    clean = patches.of_pictures(pictures, **options)
    worn = patches.of_pictures(pictures, **options, lowered=degrade)
    np.testing.assert_array_equal(clean.high, worn.high)
    assert not np.array_equal(clean.low, worn.low)
    assert [name for name, _ in worn.sources] == ["0", "1", "2"]


def test_files_kept_apart_are_others_than_those_learned_from() -> None:
    paths = [Path(str(i)) for i in range(50)]
    learned, kept = patches.apart(paths, 0.1, 3)
    assert len(kept) == 5
    assert sorted([*learned, *kept], key=str) == sorted(paths, key=str)
    assert patches.apart(paths, 0.1, 4)[1] != kept
    assert patches.apart(paths[:2], 0.01, 0)[1], "at least one"
    assert patches.apart(paths[:1], 0.01, 0) == (paths[:1], [])


def test_weights_of_ones_own_pictures_come_with_a_recipe(weights: dict[int, Path]) -> None:
    text = json.loads(weights[1].with_suffix(".json").read_text())
    assert text["kind"] == "restore"
    assert text["recipe"]["scale"] == 1
    assert len(text["pictures"]) == 2, "one of three is kept apart"
    assert not list(weights[1].parent.glob("*.checkpoint"))


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_photo_is_restored_at_every_scale(pictures: list[np.ndarray], weights: dict[int, Path], scale: int) -> None:
    small = pictures[0][:40, :52]
    made = restore(small, scale, file=weights[1 if scale == 1 else 4])
    assert made.shape == (40 * scale, 52 * scale, 3)
    assert made.dtype == np.uint8


def test_the_strength_passes_from_the_photo_to_the_networks_word(
    pictures: list[np.ndarray], weights: dict[int, Path]
) -> None:
    small = pictures[0][:40, :52]
    none, half, full = (restore(small, 1, strength=s, file=weights[1]).astype(int) for s in (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(none, small)
    inside = (full > 0) & (full < 255)
    assert int(np.abs(2 * half - none - full)[inside].max()) <= 2
    assert np.abs(full - none).mean() > 1
    np.testing.assert_array_equal(restore(small, 4, strength=0.0, file=weights[4]), plain(small, 4))


def test_a_chain_enlarges_what_was_restored(pictures: list[np.ndarray], weights: dict[int, Path]) -> None:
    small = pictures[0][:40, :52]
    bicubic = models.load("bicubic", 2)
    chained = restore(small, 2, then=bicubic, file=weights[1])
    np.testing.assert_array_equal(chained, plain(restore(small, 1, file=weights[1]), 2))
    with pytest.raises(ReverieError, match="enlarge by 2, not by 4"):
        restore(small, 4, then=bicubic, file=weights[1])


def test_a_network_for_the_same_size_does_not_enlarge(weights: dict[int, Path]) -> None:
    with pytest.raises(ReverieError):
        restore(np.zeros((40, 40, 3), np.uint8), 2, file=weights[1])


def test_too_few_or_too_small_pictures_are_told(tmp_path: Path) -> None:
    with pytest.raises(ReverieError, match="too few"):
        training.from_pictures("restore", [np.zeros((50, 50, 3), np.uint8)] * 4, TINY, tmp_path / "x.safetensors")


@pytest.mark.parametrize("kind", ["restore", "srgan"])
def test_the_command_trains_every_kind(pictures: list[np.ndarray], tmp_path: Path, kind: str) -> None:
    from PIL import Image

    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    out = tmp_path / "out" / "x4.safetensors"
    short = {
        "restore": ["--n-convs", "1", "--epochs", "1", "--steps", "1", "--batch", "2", "--crop", "16"],
        "srgan": ["--n-blocks", "1", "--steps", "2", "--pretraining", "1", "--batch-size", "2", "--crop", "32"],
    }
    arguments = [str(tmp_path), "--out", str(out), "--kind", kind, "--n-feats", "8", "--most", "12"]
    if kind == "srgan":
        arguments += ["--pretrained", "false", "--d-feats", "4"]
    assert training.main([*arguments, "--held-out", "0.3", *short[kind]]) == 0
    text = json.loads(out.with_suffix(".json").read_text())
    assert text["kind"] == kind
    assert len(text["pictures"]) == 2
    made = models.load(kind, 4, file=out)(np.zeros((20, 24, 3), np.float32))
    assert made.shape == (80, 96, 3)
    if kind == "srgan":
        assert {"held_out_psnr", "held_out_content"} <= text.keys()
        assert text["recipe"]["parameters"]["adversarial_weight"] == 1e-3


def test_srgan_learns_from_ones_own_pictures_too(pictures: list[np.ndarray], tmp_path: Path) -> None:
    parameters = {
        "n_feats": 8, "n_blocks": 1, "d_feats": 4, "crop": 32, "batch_size": 2, "pretraining": 1, "pretrained": False,
        "scale": "2",
    }  # fmt: skip
    recipe = SrganRecipe(steps=2, every=1, held_out=0.3, parameters=parameters)
    out = tmp_path / "own.safetensors"
    training.from_pictures("srgan", pictures, recipe, out, most=12)
    assert models.load("srgan", 2, file=out)(np.zeros((9, 9, 3), np.float32)).shape == (18, 18, 3)
