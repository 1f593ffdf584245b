"""Bytes of good files flipped and cut at random (seeded): always an answer, never an exception."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path

import exiv2
import pytest
from PIL import Image

from core.embed.base import InputSpec
from core.media.describe import describe
from core.media.examine import ExamineRequest, examine
from core.media.metadata import read_metadata
from core.records import STAGES, Problem
from tests.media.conftest import noise, write_tags, xmp_packet

ROUNDS = 40
SPEC = InputSpec(size=16, crop=0.875, mean=(0.5,) * 3, std=(0.5,) * 3)
FORMATS = {
    "baseline.jpg": {}, "progressive.jpg": {"progressive": True}, "a.png": {}, "a.webp": {}, "plain.tif": {},
    "lzw.tif": {"compression": "tiff_lzw"}, "a.gif": {}, "a.bmp": {}, "a.avif": {}, "a.heic": {},
}  # fmt: skip
TAGS = {
    "Exif.Image.Make": "Acme", "Exif.Photo.DateTimeOriginal": "2024:01:02 03:04:05", "Exif.Photo.ExposureTime": "1/125",
    "Exif.GPSInfo.GPSLatitude": "38/1 42/1 30/1", "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLongitude": "9/1 8/1 30/1", "Exif.GPSInfo.GPSLongitudeRef": "W",
}  # fmt: skip


@cache
def good_file(folder: Path, name: str) -> bytes:
    """A good file of that format, with metadata where exiv2 can write it."""
    path = folder / name
    picture = noise(72, 48)
    if name.endswith(".heic"):
        pytest.importorskip("pillow_heif").from_pillow(picture).save(path, quality=60)
    else:
        picture.save(path, **FORMATS[name])
    if name.endswith((".jpg", ".png", ".webp", ".tif")):
        write_tags(path, {**TAGS, "Exif.Image.Orientation": exiv2.UShortValue(6)}, {"Xmp.xmp.Rating": "3"})
    if name.endswith(".jpg"):
        add_thumbnail(path)
    return path.read_bytes()


def add_thumbnail(path: Path) -> None:
    buffer = io.BytesIO()
    noise(80, 54).save(buffer, "JPEG")
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    exiv2.ExifThumb(image.exifData()).setJpegThumbnail(buffer.getvalue())
    image.writeMetadata()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """One to a hundred bytes changed, often near the beginning where headers are; sometimes the end cut off."""
    broken = bytearray(data)
    reach = min(len(broken), chance.choice((40, 400, len(broken))))
    for _ in range(chance.choice((1, 2, 5, 20, 100))):
        broken[chance.randrange(reach)] = chance.randrange(256)
    return bytes(broken[: chance.randrange(len(broken))] if chance.random() < 0.2 else broken)


def check(problem: Problem | None, path: Path) -> None:
    if problem is not None:
        assert problem.path == str(path)
        assert problem.stage in STAGES
        assert problem.reason.endswith(".")


@pytest.mark.parametrize("name", FORMATS)
def test_flipped_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    data = good_file(folder, name)
    path = folder / f"damaged.{name.rpartition('.')[2]}"
    outcomes = set()
    for round_ in range(ROUNDS):
        path.write_bytes(damaged(data, random.Random(f"{name} {round_}")))
        (first,) = examine([ExamineRequest(str(path), "photo", (), path.stat().st_size, 0)])
        second = describe(str(path), thumb_to=None, spec=SPEC)
        for problem in (first.problem, *first.notes, second.problem):
            check(problem, path)
        assert (first.metadata is None) == (first.problem is not None)
        assert (second.thumb is None) == (second.problem is not None)
        if second.thumb is not None:
            with Image.open(io.BytesIO(second.thumb)) as thumb:
                thumb.load()
        outcomes.add(second.problem is None)
    assert False in outcomes, "nothing was ever damaged enough to matter"


def test_the_undamaged_files_are_good(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("good")
    for name in FORMATS:
        good_file(folder, name)
        assert describe(str(folder / name), thumb_to=None, spec=SPEC).problem is None


def test_flipped_sidecars_never_raise(tmp_path: Path) -> None:
    picture, beside = tmp_path / "a.jpg", tmp_path / "a.xmp"
    noise(32, 32).save(picture)
    body = "<dc:subject><rdf:Bag><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>"
    good = xmp_packet('xmp:Rating="4" exif:DateTimeOriginal="2024-01-02T03:04:05"', body).encode()
    for round_ in range(3 * ROUNDS):
        beside.write_bytes(damaged(good, random.Random(round_)))
        found = read_metadata(str(picture), sidecars=(str(beside),))
        assert found.rating is None or -1 <= found.rating <= 5
