"""The benchmark of restoration on two small pictures, with weights of a tiny training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality import restore as benchmark
from core.sample.sources import load
from core.superres import train as training


def test_it_measures_every_method_at_both_scales(tmp_path: Path) -> None:
    pictures = [np.asarray(load(name).convert("RGB")) for name in ("coffee", "astronaut")]
    Image.fromarray(pictures[1][:150, :131]).save(tmp_path / "photo.png")
    recipe = training.Recipe(n_feats=8, n_convs=1, epochs=1, steps=1, batch=2, crop=16, held_out=0.3)
    for scale in benchmark.SCALES:
        training.from_pictures(
            "restore", pictures, replace(recipe, scale=scale), tmp_path / f"restore-x{scale}.safetensors", most=8
        )
    photos = benchmark.photos(tmp_path, 96)
    assert [photo.shape for photo in photos] == [(96, 96, 3)]
    found = dict(benchmark.run(photos, 2, tmp_path))
    assert found.keys() == {"x1_twice", "x1_jpeg", "x4_twice", "x4_jpeg"}
    for methods in found.values():
        assert {"bicubic", "non_local_means", "restore"} <= methods.keys()
    assert found["x1_twice"]["bicubic"]["psnr_y_sd"] > 0
    assert found["x1_jpeg"]["bicubic"]["psnr_y_sd"] == 0
    assert found["x1_jpeg"]["bicubic"]["psnr_y"] > found["x4_jpeg"]["bicubic"]["psnr_y"]


def test_a_picture_is_no_distance_from_itself() -> None:
    photo = np.asarray(load("coffee").convert("RGB"))[:64, :64]
    psnr, ssim, distance = benchmark.measured(photo, photo)
    assert psnr == float("inf")
    assert ssim == pytest.approx(1.0)
    assert distance == pytest.approx(0.0, abs=1e-6)
