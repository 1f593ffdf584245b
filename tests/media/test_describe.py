"""The second pass: one answer for every file, and thumbnails that appear whole or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path

import exiv2
import numpy as np
import pytest
from blake3 import blake3
from PIL import Image

from core.embed.base import InputSpec
from core.media import describe as module
from core.media.describe import describe, put
from core.media.pixels import pixels
from core.records import STAGES
from tests.media.conftest import Make, corner_names, corners, noise

SPEC = InputSpec(size=64, crop=0.875, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))


def test_a_photo(make: Make, tmp_path: Path) -> None:
    path = make("a.jpg", noise(1200, 900), exif={"Exif.Image.Orientation": exiv2.UShortValue(6)})
    thumb = tmp_path / "thumbs" / "000000" / "7.jpg"
    found = describe(path, thumb_to=str(thumb), spec=SPEC)
    assert found.problem is None
    assert (found.path, found.width, found.height) == (path, 900, 1200)
    assert found.content_hash == blake3(Path(path).read_bytes()).digest()
    assert found.thumb is None
    assert found.network_input is not None
    assert (found.network_input.shape, found.network_input.dtype) == ((64, 64, 3), np.uint8)
    assert found.sharpness > 0
    assert 0 < found.brightness < 1
    assert os.listdir(thumb.parent) == ["7.jpg"]
    with Image.open(thumb) as image:
        assert (image.format, image.mode, max(image.size)) == ("JPEG", "RGB", image.height)
        assert 470 <= image.height <= 512


def test_the_thumbnail_in_memory_and_without_a_network(make: Make) -> None:
    found = describe(make("a.png"), thumb_to=None, spec=None, max_thumb=48)
    assert found.network_input is None
    assert found.thumb is not None
    with Image.open(io.BytesIO(found.thumb)) as image:
        assert image.size == (48, 32)
        assert corner_names(image) == ("red", "green", "blue", "yellow")


def test_the_network_sees_enough_of_a_panorama(make: Make) -> None:
    path = make("a.jpg", noise(2400, 300))
    wide = InputSpec(size=224, crop=0.875, mean=(0.5,) * 3, std=(0.5,) * 3)
    found = describe(path, thumb_to=None, spec=wide)
    assert found.network_input is not None
    detail = np.abs(np.diff(found.network_input.astype(int), axis=1)).mean()
    blurred = np.asarray(
        noise(2400, 300).resize((512, 64)).resize((2400, 300)).crop((1050, 0, 1350, 300)).resize((224, 224))
    )
    assert detail > 1.5 * np.abs(np.diff(blurred.astype(int), axis=1)).mean()


def test_the_same_pixels_measure_the_same_in_any_orientation(make: Make) -> None:
    upright = noise(600, 400)
    one = describe(make("a.png", upright), thumb_to=None, spec=None)
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    other = describe(
        make("b.png", turned, exif={"Exif.Image.Orientation": exiv2.UShortValue(6)}), thumb_to=None, spec=None
    )
    assert (one.width, one.height, one.dhash, one.mean_colour) == (
        other.width,
        other.height,
        other.dhash,
        other.mean_colour,
    )


def test_huge_files_are_streamed_to_the_same_answer(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make("a.jpg", noise(300, 200))
    whole = describe(path, thumb_to=None, spec=SPEC)
    monkeypatch.setattr(module, "WHOLE_FILE", 10)
    streamed = describe(path, thumb_to=None, spec=SPEC)
    assert streamed.content_hash == whole.content_hash
    assert streamed.thumb == whole.thumb


def test_every_failure_is_a_problem_with_the_hash_where_there_is_one(make: Make, tmp_path: Path) -> None:
    good = Path(make("a.jpg", noise(300, 200))).read_bytes()
    cases = {
        "empty.jpg": b"",
        "text.jpg": b"plain text",
        "cut.jpg": good[:-2000],
        "film.mp4": b"\0\0\0\x18ftypmp42" + b"\0" * 20,
    }
    for name, data in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        found = describe(str(path), thumb_to=str(tmp_path / "t.jpg"), spec=SPEC)
        assert found.problem is not None
        assert found.problem.path == str(path)
        assert found.problem.stage in STAGES
        assert found.problem.reason.endswith(".")
        assert found.content_hash == blake3(data).digest()
        assert not (tmp_path / "t.jpg").exists()
    gone = describe(str(tmp_path / "gone.jpg"), thumb_to=None, spec=None)
    assert gone.problem is not None
    assert (gone.problem.stage, gone.content_hash) == ("read", b"")


def test_a_thumbnail_that_cannot_be_written_is_a_problem(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    found = describe(make("a.jpg"), thumb_to=str(tmp_path / "file" / "t.jpg"), spec=None)
    assert found.problem is not None
    assert found.problem.stage == "thumbnail"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x" / "t.jpg"
    put(b"first", str(path))
    put(b"second", str(path))
    assert path.read_bytes() == b"second"
    assert os.listdir(path.parent) == ["t.jpg"]


def test_pixels_for_the_viewer(make: Make) -> None:
    path = make("a.jpg", exif={"Exif.Image.Orientation": exiv2.UShortValue(8)})
    full = pixels(path)
    assert (full.width, full.height, full.channels, len(full.data)) == (64, 96, 3, 64 * 96 * 3)
    small = pixels(path, max_side=48)
    assert (small.width, small.height) == (32, 48)
    clear = corners().convert("RGBA")
    clear.putalpha(100)
    assert pixels(make("b.png", clear)).channels == 4
