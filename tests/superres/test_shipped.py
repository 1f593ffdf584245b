"""The weights that come with the program: each with its recipe, small, and doing what it is for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.nn import checkpoints
from core.sample.sources import load
from core.superres import models, own, patches
from core.superres.degrade import Degradation, degrade
from core.superres.enlarge import enlarge, plain
from core.superres.networks import parameter_count
from core.superres.quality import psnr_y

SHIPPED = sorted(models.WEIGHTS.glob("*.safetensors"))


def test_there_are_weights_for_restoring_and_for_srgan() -> None:
    assert {"restore-x1", "restore-x4", "srgan-x4"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_weights_are_those_of_their_recipe(path: Path) -> None:
    recipe = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert recipe["weights_sha256"] == checkpoints.sha256(path)
    assert recipe["parameters"] == parameter_count(own.read(path)) <= 100_000
    assert isinstance(recipe["recipe"]["seed"], int)
    assert len(recipe["data_sha256"]) == 64
    assert all(len(digest) == 64 for _, digest in recipe["pictures"])
    assert not [name for name, _ in recipe["pictures"] if "set5" in name.lower() or "set14" in name.lower()]
    assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize("scale", [1, 4])
def test_restoring_comes_nearer_to_the_truth_than_leaving_it(scale: int) -> None:
    """On simulated wear; how much, on photos that were not trained on, is for the benchmark to say."""
    photo = np.asarray(load("astronaut").convert("RGB"))[:256, :256]
    rng, gains = np.random.default_rng(5), []
    model = models.load("restore", scale)
    for _ in range(6):
        worn = degrade(photo, scale, rng, Degradation(spared=0.0))
        gains.append(psnr_y(enlarge(worn, model, scale), photo) - psnr_y(plain(worn, scale), photo))
    assert np.mean(gains) > 0.2


def test_srgan_sharpens_where_bicubic_blurs() -> None:
    photo = np.asarray(load("coffee").convert("RGB"))[:256, :256]
    small = patches.lower(photo, 4)

    def sharpness(picture: np.ndarray) -> float:
        return float(np.abs(np.diff(picture.astype(float), axis=1)).mean())

    made = enlarge(small, models.load("srgan", 4), 4)
    assert sharpness(plain(small, 4)) < 0.9 * sharpness(made) < 1.3 * sharpness(photo)
    assert psnr_y(made, photo) > psnr_y(plain(small, 4), photo) - 1.0
