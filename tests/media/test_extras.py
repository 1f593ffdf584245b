"""HEIC and RAW, where their packages are installed."""

from __future__ import annotations

import os
from pathlib import Path

import exiv2
import numpy as np
import pytest

from core.errors import MediaError
from core.media.decode import decode
from core.media.describe import describe
from core.media.examine import ExamineRequest, examine
from tests.media.conftest import corner_names, corners, noise, write_tags
from tests.media.dng import dng

UPRIGHT = ("red", "green", "blue", "yellow")
TURNED_RIGHT = ("blue", "red", "yellow", "green")


def request(path: Path, kind: str) -> ExamineRequest:
    return ExamineRequest(str(path), kind, (), os.path.getsize(path), 0)


# ---------------------------------------------------------------- HEIC


@pytest.fixture
def heic(tmp_path: Path) -> Path:
    pillow_heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    try:
        pillow_heif.from_pillow(corners(128, 96)).save(path, quality=90)
    except RuntimeError:
        pytest.skip("this libheif cannot write HEIC")
    return path


def test_heic(heic: Path) -> None:
    decoded = decode(str(heic), target=64)
    assert (decoded.width, decoded.height, decoded.image.mode) == (128, 96, "RGB")
    assert corner_names(decoded.image) == UPRIGHT
    (found,) = examine([request(heic, "photo")])
    assert found.metadata is not None
    assert (found.metadata.width, found.metadata.height, found.metadata.orientation) == (128, 96, 1)


def test_heic_is_turned_once(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "a.heic"
    picture = corners(128, 96)
    exif = picture.getexif()
    exif[274] = 6
    pillow_heif.from_pillow(picture).save(path, quality=90, exif=exif.tobytes())
    (found,) = examine([request(path, "photo")])
    described = describe(str(path), thumb_to=None, spec=None)
    assert found.metadata is not None
    assert found.metadata.orientation == 1
    assert (found.metadata.width, found.metadata.height) == (described.width, described.height)


def test_cut_heic(heic: Path) -> None:
    heic.write_bytes(heic.read_bytes()[:-200])
    with pytest.raises(MediaError) as caught:
        decode(str(heic))
    assert caught.value.stage == "decode"
    (found,) = examine([request(heic, "photo")])
    assert found.path == str(heic)


# ---------------------------------------------------------------- RAW


def linear(width: int = 320, height: int = 240) -> np.ndarray:
    return (np.asarray(corners(width, height)) / 255.0) ** 2.2


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    pytest.importorskip("rawpy")
    return tmp_path / "a.dng"


@pytest.mark.parametrize(("orientation", "expected"), [(1, UPRIGHT), (6, TURNED_RIGHT), (3, UPRIGHT[::-1])])
def test_raw_without_a_preview_is_developed(raw: Path, orientation: int, expected: tuple[str, ...]) -> None:
    raw.write_bytes(dng(linear(), orientation))
    full, half = decode(str(raw)), decode(str(raw), target=100)
    size = (240, 320) if orientation == 6 else (320, 240)
    assert (full.width, full.height) == (half.width, half.height) == full.image.size == size
    assert max(half.image.size) == 160
    assert corner_names(full.image) == corner_names(half.image) == expected


@pytest.mark.parametrize(("orientation", "expected"), [(1, UPRIGHT), (6, TURNED_RIGHT), (3, UPRIGHT[::-1])])
def test_the_cameras_preview_comes_first(raw: Path, orientation: int, expected: tuple[str, ...]) -> None:
    raw.write_bytes(dng(np.zeros((240, 320, 3)), orientation, preview=corners(160, 120)))
    decoded = decode(str(raw), target=120)
    assert corner_names(decoded.image) == expected
    assert max(decoded.width, decoded.height) == 320


def test_a_preview_that_is_too_small_is_not_taken(raw: Path) -> None:
    raw.write_bytes(dng(linear(), preview=noise(80, 60)))
    assert corner_names(decode(str(raw), target=200).image) == UPRIGHT


def test_metadata_of_raw(raw: Path) -> None:
    raw.write_bytes(dng(linear(), 6))
    write_tags(
        raw,
        exif={
            "Exif.Photo.DateTimeOriginal": "2024:01:02 03:04:05",
            "Exif.Photo.ISOSpeedRatings": exiv2.UShortValue(200),
        },
    )
    (found,) = examine([request(raw, "raw")])
    assert found.problem is None
    assert found.metadata is not None
    assert (found.metadata.make, found.metadata.orientation, found.metadata.iso) == ("Acme", 6, 200)
    assert (found.metadata.width, found.metadata.height, found.metadata.taken_source) == (320, 240, "exif")


def test_broken_raw(raw: Path) -> None:
    data = dng(linear())
    for content in (data[:200], b"II*\0" + b"\xff" * 400, b"what is this?" * 50):
        raw.write_bytes(content)
        found = describe(str(raw), thumb_to=None, spec=None)
        assert found.problem is not None
        assert found.problem.stage == "decode"
        assert len(examine([request(raw, "raw")])) == 1
