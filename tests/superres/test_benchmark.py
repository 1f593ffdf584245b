"""The benchmark of enlarging: what it reads, what it measures, what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality import superres
from core.sample.sources import load
from core.superres import models
from core.superres.patches import lower
from core.superres.quality import psnr_y


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photo = load("coffee").convert("RGB").resize((450, 101), Image.Resampling.BICUBIC)
    photo.save(tmp_path / "a.png")
    photo.convert("L").save(tmp_path / "b.png")
    for scale in (2, 3):
        photo.save(tmp_path / f"c_SRF_{scale}_HR.png")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_pictures_are_cut_to_the_scale_and_only_its_own_count(folder: Path) -> None:
    assert [(name, high.shape) for name, high in superres.read(folder, 4)] == [
        ("a.png", (100, 448, 3)),
        ("b.png", (100, 448, 3)),
    ]
    assert [name for name, _ in superres.read(folder, 3)] == ["a.png", "b.png", "c_SRF_3_HR.png"]


def test_it_measures_what_pillow_gives(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "WEIGHTS", folder / "none")
    superres.main(["--images", str(folder), "--models", "bicubic,compact", "--repeats", "2", "--seams", "--json"])
    found = json.loads(capsys.readouterr().out)
    bicubic = found["models"]["bicubic"]
    expected = []
    for name in ("a.png", "b.png"):
        high = np.asarray(Image.open(folder / name).convert("RGB"))[:100, :448]
        small = Image.fromarray(lower(high, 4))
        expected.append(psnr_y(high, np.asarray(small.resize((448, 100), Image.Resampling.BICUBIC)), 4))
    assert bicubic["psnr_y"] == pytest.approx(np.mean(expected), abs=0.02)
    assert 0 < bicubic["ssim"] < 1
    assert bicubic["perceptual"] > 0
    assert 0 < bicubic["texture"] < 2
    assert bicubic["seconds"] > 0
    assert bicubic["seam"] < 1, "112 x 25, cut into pieces of 96"
    assert "not in this copy" in found["not_available"]["compact"]
    assert (found["pictures"], found["scale"], found["crop"]) == (2, 4, 4)
    assert "machine" in found


def test_ssim_is_one_for_the_same_and_less_for_others() -> None:
    high = np.asarray(load("coffee").convert("RGB").resize((60, 40)))
    assert superres.ssim_y(high, high, 4) == pytest.approx(1)
    assert superres.ssim_y(high, np.roll(high, 1, axis=1), 4) < 1


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no pictures"):
        superres.run(tmp_path)
