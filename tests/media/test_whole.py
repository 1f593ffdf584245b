"""Whole pictures: what goes in comes out again, whatever its depth, channels and orientation."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import MediaError
from core.media import marks, whole
from core.media.turn import upright, upright_array
from tests.media.conftest import xmp_packet


@pytest.mark.parametrize("orientation", range(1, 9))
def test_arrays_are_turned_as_pictures_are(orientation: int) -> None:
    pixels = np.random.default_rng(orientation).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    expected = np.asarray(upright(Image.fromarray(pixels), orientation))
    np.testing.assert_array_equal(upright_array(pixels, orientation), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3), (9, 7, 4)])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_nothing_is_lost(tmp_path: Path, dtype: type, shape: tuple[int, ...], kind: str) -> None:
    pixels = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, shape).astype(dtype)
    mark = marks.Mark(marks.ENHANCED, "Enlarged by a model.", {"Model": "bicubic"})
    path = tmp_path / f"a{whole.SUFFIXES[kind]}"
    path.write_bytes(marks.stamped(whole.encode(pixels, kind), mark))
    found = whole.read_whole(str(path))
    assert (found.kind, found.profile) == (kind, None)
    np.testing.assert_array_equal(found.pixels, pixels)
    assert marks.facts_of(str(path)) == {"Model": "bicubic", "Note": "Enlarged by a model."}


def test_an_odd_file_read_before_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """A packet that binds a well-known prefix to another namespace stays in the toolkit's memory."""
    import exiv2

    packet = xmp_packet('exif:DateTimeOriginal="2024-01-02T03:04:05"', "")
    odd = tmp_path / "odd.xmp"
    odd.write_text(packet.replace("http://ns.adobe.com/exif/1.0/", "http://odd.example/"), encoding="utf-8")
    data = whole.encode(np.zeros((4, 4, 3), np.uint8), "png")
    for _ in range(2):
        image = exiv2.ImageFactory.open(str(odd))
        image.readMetadata()
        path = tmp_path / "a.png"
        path.write_bytes(marks.stamped(data, marks.Mark(marks.GENERATED, "Made by a model.", {"Model": "dcgan"})))
        assert marks.facts_of(str(path)) == {"Model": "dcgan", "Note": "Made by a model."}


def test_a_deep_turned_tiff_is_upright(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 65536, (9, 7, 3)).astype(np.uint16)
    data = io.BytesIO(whole.encode(pixels, "tiff"))
    path = tmp_path / "turned.tif"
    path.write_bytes(data.getvalue())
    import exiv2

    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    image.exifData()["Exif.Image.Orientation"] = exiv2.UShortValue(6)
    image.writeMetadata()
    np.testing.assert_array_equal(whole.read_whole(str(path)).pixels, upright_array(pixels, 6))


def test_what_a_kind_cannot_hold_becomes_png() -> None:
    flat, clear = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 4), np.uint8)
    assert whole.kind_for(flat, "jpeg") == "jpeg"
    assert whole.kind_for(clear, "jpeg") == "png"
    assert whole.kind_for(flat.astype(np.uint16), "webp") == "png"
    assert whole.kind_for(np.zeros((2, 70_000), np.uint8), "jpeg") == "png"


def test_palette_and_bits_are_read_in_their_colours(tmp_path: Path) -> None:
    colours = np.zeros((4, 4, 3), np.uint8)
    colours[:2] = (200, 30, 40)
    Image.fromarray(colours).quantize(4).save(tmp_path / "palette.png")
    np.testing.assert_array_equal(whole.read_whole(str(tmp_path / "palette.png")).pixels, colours)
    Image.fromarray(colours[..., 0] > 0).save(tmp_path / "bits.png")
    assert set(np.unique(whole.read_whole(str(tmp_path / "bits.png")).pixels)) == {0, 255}


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(MediaError):
        whole.read_whole(str(tmp_path / "a.png"))
    with pytest.raises(MediaError, match="cannot be read"):
        whole.read_whole(str(tmp_path / "none.png"))


def test_a_name_is_taken_once_and_given_back_where_the_disk_refuses(tmp_path: Path) -> None:
    first = whole.free_name(str(tmp_path), "a", ".png")
    second = whole.free_name(str(tmp_path), "a", ".png")
    assert (Path(first).name, Path(second).name) == ("a.png", "a-2.png")
    whole.fill(first, b"picture")
    assert Path(first).read_bytes() == b"picture"
