"""The first pass: one answer for every request, in order, whatever lies in the files."""

from __future__ import annotations

import io
import os
from pathlib import Path

import exiv2
import pytest
from PIL import Image

from core.media import examine as module
from core.media.examine import ExamineRequest, examine
from core.media.preview import upright_preview
from core.records import Examined
from core.scan.identity import quick_key
from tests.media.conftest import Make, corner_names, corners, noise, xmp_packet


def look(path: str | Path, kind: str = "photo", sidecars: tuple[str, ...] = ()) -> Examined:
    size = os.path.getsize(path) if os.path.exists(path) else 0
    (found,) = examine([ExamineRequest(str(path), kind, sidecars, size, 10**18)])
    assert found.path == str(path)
    return found


def test_a_photo(make: Make) -> None:
    path = make("a.jpg", exif={"Exif.Photo.DateTimeOriginal": "2024:01:02 03:04:05"})
    found = look(path)
    assert found.problem is None
    assert found.notes == ()
    assert found.metadata is not None
    assert (found.metadata.width, found.metadata.height, found.metadata.taken_source) == (96, 64, "exif")
    assert found.quick_key == quick_key(path, os.path.getsize(path))
    assert len(found.quick_key) == 16


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp", "a.avif"])
def test_sizes_come_from_headers(make: Make, name: str) -> None:
    metadata = look(make(name)).metadata
    assert metadata is not None
    assert (metadata.width, metadata.height) == (96, 64)


def test_nothing_is_decoded(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("decoded")

    path = make("a.jpg")
    monkeypatch.setattr(Image.Image, "load", refuse)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)
    assert look(path).problem is None


def test_bad_files_are_told_apart_and_order_is_kept(make: Make, tmp_path: Path) -> None:
    good = make("good.jpg")
    contents = {"empty.jpg": b"", "text.jpg": b"Dear Grandmother,", "film.heic": b"\0\0\0\x14ftypqt  \0\0\0\0qt  "}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "new.jxl").write_bytes(b"\xff\x0a\xfa\x7f")
    names = [
        "good.jpg",
        "empty.jpg",
        "text.jpg",
        "good.jpg",
        "film.heic",
        "gone.jpg",
        "folder.jpg",
        "new.jxl",
        "good.jpg",
    ]
    answers = examine([ExamineRequest(str(tmp_path / name), "photo", (), 1, 0) for name in names])
    assert [os.path.basename(found.path) for found in answers] == names
    reasons = {os.path.basename(found.path): found.problem for found in answers}
    assert reasons["good.jpg"] is None
    told = {name: (problem.stage, problem.reason) for name, problem in reasons.items() if problem}
    assert told["empty.jpg"] == ("read", "The file is empty (0 bytes).")
    assert told["text.jpg"] == ("read", "Named .jpg, but it is not a picture.")
    assert told["film.heic"] == ("unsupported", "Named .heic, but it is a video; videos are not handled yet.")
    assert told["gone.jpg"] == ("read", "The file cannot be read: No such file or directory.")
    assert told["folder.jpg"][0] == "read"
    assert told["new.jxl"][0] == "unsupported"
    assert os.path.exists(good)


def test_a_wrong_name_is_noted_and_read(make: Make, tmp_path: Path) -> None:
    Path(make("a.png")).rename(tmp_path / "b.jpg")
    found = look(tmp_path / "b.jpg")
    assert found.problem is None
    assert found.metadata is not None
    assert found.metadata.width == 96
    assert [note.reason for note in found.notes] == ["Named .jpg, but it is a PNG picture; it was read as that."]


def test_absurd_metadata_is_one_note(make: Make) -> None:
    exif = {"Exif.Photo.DateTimeOriginal": "0000:00:00 00:00:00", "Exif.Photo.ExposureTime": "1/0"}
    found = look(make("a.jpg", exif=exif))
    assert found.problem is None
    (note,) = found.notes
    assert note.stage == "metadata"
    assert "zeros" in note.reason
    assert "ExposureTime 1/0" in note.reason


def test_sidecars_are_merged_and_broken_ones_noted(make: Make, tmp_path: Path) -> None:
    good, broken = tmp_path / "a.xmp", tmp_path / "a.jpg.xmp"
    good.write_text(xmp_packet('xmp:Rating="4"'))
    broken.write_text("<x:xmpmeta")
    found = look(make("a.jpg"), sidecars=(str(good), str(broken)))
    assert found.metadata is not None
    assert found.metadata.rating == 4
    assert [(note.path, note.stage) for note in found.notes] == [(str(broken), "sidecar")]


def test_missing_codecs_are_named(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    monkeypatch.setattr(module.extras, "_known", {"heif": False, "raw": False})
    problem = look(path).problem
    assert problem is not None
    assert (problem.stage, problem.reason) == (
        "unsupported",
        "HEIC pictures need a package: pip install reverie[heif].",
    )


def test_names_that_are_not_utf_8(make: Make, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(str(tmp_path)) + b"/caf\xe9.jpg")
    os.rename(make("a.jpg"), odd)
    found = look(odd)
    assert found.problem is None
    assert found.metadata is not None
    assert found.metadata.width == 96


# ---------------------------------------------------------------- previews


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_the_embedded_preview_is_found_and_turned(make: Make) -> None:
    path = make("a.jpg", corners(960, 640), exif={"Exif.Image.Orientation": exiv2.UShortValue(6)})
    image = exiv2.ImageFactory.open(path)
    image.readMetadata()
    exiv2.ExifThumb(image.exifData()).setJpegThumbnail(jpeg(corners(160, 107)))
    image.writeMetadata()
    preview = opened(look(path).preview)
    assert preview.size == (107, 160)
    assert corner_names(preview) == ("blue", "red", "yellow", "green")


def test_an_upright_preview_is_passed_on_as_it_is() -> None:
    data = jpeg(corners(160, 120))
    assert upright_preview(data, 4000, 3000, 1) is data


def test_bars_are_cut_off() -> None:
    barred = Image.new("RGB", (160, 120))
    barred.paste(corners(160, 107), (0, 6))
    preview = opened(upright_preview(jpeg(barred), 3000, 2000, 1))
    assert preview.size == (160, 107)
    assert preview.getpixel((40, 1))[0] > 150
    tall = Image.new("RGB", (160, 120))
    tall.paste(corners(80, 120), (40, 0))
    assert opened(upright_preview(jpeg(tall), 2000, 3000, 1)).size == (80, 120)


def test_a_preview_that_was_turned_already_is_not_turned_again() -> None:
    preview = opened(upright_preview(jpeg(corners(120, 160)), 4000, 3000, 6))
    assert preview.size == (120, 160)
    assert corner_names(preview) == ("red", "green", "blue", "yellow")


def test_useless_previews_are_left_out() -> None:
    good = jpeg(noise(160, 120))
    for data in (b"", b"no jpeg" * 30, good[: len(good) // 2], jpeg(corners(1600, 1200)), jpeg(corners(32, 24))):
        assert upright_preview(data, 4000, 3000, 1) is None
