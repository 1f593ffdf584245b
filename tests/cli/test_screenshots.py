"""Pictures of the real window, taken without a display."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from app import screenshots


def _brightness(path: Path) -> float:
    with Image.open(path) as picture:
        assert picture.size == screenshots.SIZE
        return float(np.asarray(picture.convert("L")).mean())


def test_every_scene_is_taken_light_and_dark(
    qapp: QApplication, photo_library_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "SETTLE_MS", 0)
    library = tmp_path / "library"
    shutil.copytree(photo_library_path, library)
    paths = screenshots.take(library, tmp_path / "out")
    names = [f"{scene}-{scheme}.png" for scheme in screenshots.SCHEMES for scene in (*screenshots.SCENES, "welcome")]
    assert [path.name for path in paths] == names
    for scene in ("problems", "welcome"):
        assert _brightness(tmp_path / "out" / f"{scene}-light.png") > 200
        assert _brightness(tmp_path / "out" / f"{scene}-dark.png") < 60
    pictures = {path.read_bytes() for path in paths if path.name.endswith("-light.png")}
    assert len(pictures) > 7, "the scenes differ"
    assert not (library / "window.ini").exists(), "the window's remembered state is not touched"


def test_small_pictures_of_one_scene(
    qapp: QApplication, photo_library_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "SETTLE_MS", 0)
    library = tmp_path / "library"
    shutil.copytree(photo_library_path, library)
    plain, small = (
        screenshots.take(library, tmp_path / "out", ["problems"], screenshots.SIZE, ending)
        for ending in ("png", "webp")
    )
    assert [path.name for path in small] == ["problems-light.webp", "problems-dark.webp"]
    assert [_brightness(path) for path in small] == pytest.approx([_brightness(path) for path in plain], abs=2)


def test_a_library_that_is_not_there_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        screenshots.main(["--library", str(tmp_path / "none"), "--out", str(tmp_path)])
    assert end.value.code == 2
    assert "there is no library" in capsys.readouterr().err
