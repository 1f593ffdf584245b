"""Metadata of files made with exiv2: every source, who wins, and what is left out."""

from __future__ import annotations

import os
import time
from calendar import timegm
from pathlib import Path

import exiv2
import pytest

from core.errors import MediaError
from core.media.metadata import read_metadata
from tests.media.conftest import Make, xmp_packet

AT = float(timegm((2024, 1, 2, 3, 4, 5)))
WHEN = {"Exif.Photo.DateTimeOriginal": "2024:01:02 03:04:05"}
LISBON = {
    "Exif.GPSInfo.GPSLatitude": "38/1 42/1 30/1",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLongitude": "9/1 8/1 30/1",
    "Exif.GPSInfo.GPSLongitudeRef": "W",
}


def sidecar(folder: Path, name: str, properties: str, body: str = "") -> str:
    path = folder / name
    path.write_text(xmp_packet(properties, body), encoding="utf-8")
    return str(path)


def test_a_camera_file(make: Make) -> None:
    exif = {
        "Exif.Image.Make": "Canon", "Exif.Image.Model": "Canon EOS 5D", "Exif.Image.Software": "1.0",
        "Exif.Image.Orientation": exiv2.UShortValue(6), "Exif.Photo.SubSecTimeOriginal": "25",
        "Exif.Photo.OffsetTimeOriginal": "+01:00", "Exif.Photo.ExposureTime": "1/125", "Exif.Photo.FNumber": "28/10",
        "Exif.Photo.ISOSpeedRatings": exiv2.UShortValue(400), "Exif.Photo.ExposureBiasValue": "-2/3",
        "Exif.Photo.FocalLength": "50/1", "Exif.Photo.FocalLengthIn35mmFilm": exiv2.UShortValue(80),
        "Exif.Photo.SubjectDistance": "25/10", "Exif.Photo.Flash": exiv2.UShortValue(0x19),
        "Exif.Photo.LensModel": "EF 50mm", "Exif.GPSInfo.GPSAltitude": "1234/10", **WHEN, **LISBON,
    }  # fmt: skip
    found = read_metadata(make("a.jpg", exif=exif))
    assert found.taken_local == pytest.approx(AT + 0.25)
    assert (found.utc_offset, found.taken_source) == (60, "exif")
    assert (found.make, found.model, found.lens, found.software) == ("Canon", "Canon EOS 5D", "EF 50mm", "1.0")
    assert (found.orientation, found.width, found.height) == (6, 96, 64)
    assert (found.exposure_time, found.f_number, found.iso) == (1 / 125, 2.8, 400)
    assert found.exposure_bias == pytest.approx(-2 / 3)
    assert (found.focal_length, found.focal_length_35, found.subject_distance, found.flash) == (50.0, 80.0, 2.5, True)
    assert found.lat == pytest.approx(38.708333, abs=1e-5)
    assert found.lon == pytest.approx(-9.141667, abs=1e-5)
    assert found.altitude == pytest.approx(123.4)
    assert found.warnings == ()


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.jpg"])
def test_formats_that_carry_exif(make: Make, name: str) -> None:
    found = read_metadata(make(name, exif={"Exif.Image.Orientation": exiv2.UShortValue(8), **WHEN}))
    assert (found.taken_local, found.orientation, found.width, found.height) == (AT, 8, 96, 64)


def test_a_picture_that_says_nothing_has_its_files_time(make: Make) -> None:
    for name in ("plain.gif", "plain.bmp", "plain.jpg"):
        found = read_metadata(make(name), mtime_ns=1_704_164_645 * 10**9)
        assert found.taken_source == "file time"
        assert found.taken_local is not None
        assert found.taken_local - 60 * (found.utc_offset or 0) == 1_704_164_645
        assert (found.width, found.height, found.rating, found.keywords) == (96, 64, None, ())
    assert read_metadata(make("plain.jpg")).taken_local is None


def test_the_order_of_sources(make: Make, tmp_path: Path) -> None:
    name = "IMG_20200101_000001.jpg"
    iptc = {"Iptc.Application2.DateCreated": "2021-01-01", "Iptc.Application2.TimeCreated": "10:00:00+02:00"}
    xmp = {"Xmp.photoshop.DateCreated": "2022-01-01T10:00:00"}
    digitized = {"Exif.Photo.DateTimeDigitized": "2023:01:01 10:00:00"}
    changed = {"Exif.Image.DateTime": "2019:01:01 10:00:00"}

    def source(**tags: object) -> tuple[str | None, str | None]:
        found = read_metadata(make(name, **tags), mtime_ns=10**18)
        assert found.taken_local is not None
        return found.taken_source, str(time.gmtime(found.taken_local).tm_year)

    assert source(exif=WHEN | digitized | changed, xmp=xmp, iptc=iptc) == ("exif", "2024")
    assert source(exif=digitized | changed, xmp=xmp, iptc=iptc) == ("exif", "2023")
    assert source(exif=changed, xmp=xmp, iptc=iptc) == ("xmp", "2022")
    assert source(exif=changed, iptc=iptc) == ("iptc", "2021")
    assert source(exif=changed) == ("file name", "2020")
    assert read_metadata(make("DSC1.jpg", exif=changed), mtime_ns=10**18).taken_source == "exif"
    beside = sidecar(tmp_path, "IMG.xmp", 'exif:DateTimeOriginal="2018-05-05T10:00:00+02:00"')
    found = read_metadata(make(name, exif=WHEN), sidecars=(beside,))
    assert (found.taken_local, found.utc_offset, found.taken_source) == (timegm((2018, 5, 5, 10, 0, 0)), 120, "xmp")


def test_iptc_time_and_zone(make: Make) -> None:
    iptc = {"Iptc.Application2.DateCreated": "2021-01-01", "Iptc.Application2.TimeCreated": "10:00:00+02:00"}
    found = read_metadata(make("a.jpg", iptc=iptc))
    assert (found.taken_local, found.utc_offset) == (timegm((2021, 1, 1, 10, 0, 0)), 120)


def test_a_sidecar_that_repeats_exif_does_not_lose_its_fraction(make: Make, tmp_path: Path) -> None:
    beside = sidecar(tmp_path, "a.xmp", 'exif:DateTimeOriginal="2024-01-02T03:04:05"')
    exif = WHEN | {"Exif.Photo.SubSecTimeOriginal": "5", "Exif.Photo.OffsetTimeOriginal": "+01:00"}
    found = read_metadata(make("a.jpg", exif=exif), sidecars=(beside,))
    assert (found.taken_local, found.utc_offset, found.taken_source) == (AT + 0.5, 60, "exif")


def test_the_satellites_clock_gives_the_offset(make: Make) -> None:
    stamp = {"Exif.GPSInfo.GPSDateStamp": "2024:01:01", "Exif.GPSInfo.GPSTimeStamp": "21/1 34/1 0/1"}
    assert read_metadata(make("a.jpg", exif=WHEN | stamp)).utc_offset == 330
    assert read_metadata(make("b.jpg", exif=stamp)).taken_local == timegm((2024, 1, 1, 21, 34, 0))
    written = {"Exif.Photo.OffsetTimeOriginal": "+02:00"}
    assert read_metadata(make("c.jpg", exif=WHEN | stamp | written)).utc_offset == 120


@pytest.mark.parametrize(
    "text",
    ["0000:00:00 00:00:00", "0001:01:01 00:00:00", "2099:01:01 00:00:00", "1970:01:01 00:00:00", "soon, perhaps......"],
)
def test_dates_that_cannot_be_true(make: Make, text: str) -> None:
    found = read_metadata(make("a.jpg", exif={"Exif.Photo.DateTimeOriginal": text}), mtime_ns=10**18)
    assert found.taken_source == "file time"
    assert len(found.warnings) == 1


def test_a_blank_date_is_no_news(make: Make) -> None:
    found = read_metadata(make("a.jpg", exif={"Exif.Photo.DateTimeOriginal": "    :  :     :  :  "}), mtime_ns=10**18)
    assert (found.taken_source, len(found.warnings)) == ("file time", 1)


def test_absurd_numbers_are_left_out_and_noted(make: Make) -> None:
    exif = {
        "Exif.Photo.ExposureTime": "1/0", "Exif.Photo.FNumber": "-5/1",
        "Exif.Photo.FocalLength": exiv2.URationalValue((4_000_000_000, 1)),
        "Exif.Photo.ISOSpeedRatings": exiv2.UShortValue(0), "Exif.Image.Orientation": exiv2.UShortValue(77),
        "Exif.GPSInfo.GPSLatitude": "0/0 0/0 0/0", "Exif.GPSInfo.GPSLatitudeRef": "N",
        "Exif.GPSInfo.GPSLongitude": "9/1 8/1 30/1", "Exif.GPSInfo.GPSLongitudeRef": "W",
    }  # fmt: skip
    found = read_metadata(make("a.jpg", exif=exif))
    assert (found.exposure_time, found.f_number, found.focal_length, found.iso) == (None, None, None, None)
    assert (found.orientation, found.lat, found.lon) == (1, None, None)
    assert len(found.warnings) == 5


def test_unknown_and_infinite_are_not_absurd(make: Make) -> None:
    infinite = exiv2.URationalValue((4_294_967_295, 1))
    exif = {"Exif.Photo.SubjectDistance": infinite, "Exif.Photo.FNumber": "0/1", "Exif.Photo.FocalLength": "0/0"}
    found = read_metadata(make("a.jpg", exif=exif))
    assert (found.subject_distance, found.f_number, found.focal_length, found.warnings) == (None, None, None, ())


def test_exposure_from_apex_and_iso_from_its_successor(make: Make) -> None:
    exif = {
        "Exif.Photo.ShutterSpeedValue": "7/1", "Exif.Photo.ISOSpeedRatings": exiv2.UShortValue(65535),
        "Exif.Photo.RecommendedExposureIndex": exiv2.ULongValue(102400),
    }  # fmt: skip
    found = read_metadata(make("a.jpg", exif=exif))
    assert (found.exposure_time, found.iso) == (1 / 128, 102400)


def test_words(make: Make) -> None:
    xmp = {
        "Xmp.dc.title": exiv2.LangAltValue({"de": "Turm", "x-default": "Tower"}),
        "Xmp.dc.description": 'lang="x-default" By the sea',
        "Xmp.xmp.Rating": "4", "Xmp.dc.subject": exiv2.XmpArrayValue(exiv2.TypeId.xmpBag),
    }  # fmt: skip
    for word in ("sea, blue", "Belém"):
        xmp["Xmp.dc.subject"].append(word)
    xmp["Xmp.lr.hierarchicalSubject"] = exiv2.XmpArrayValue(exiv2.TypeId.xmpBag)
    xmp["Xmp.lr.hierarchicalSubject"].append("Places|Lisbon|Belém")
    iptc = {"Iptc.Application2.Keywords": ["sea, blue", "holiday"]}
    found = read_metadata(make("a.jpg", xmp=xmp, iptc=iptc))
    assert (found.title, found.caption, found.rating) == ("Tower", "By the sea", 4)
    assert found.keywords == ("sea, blue", "holiday", "Places|Lisbon|Belém")


def test_what_makers_write_is_no_caption(make: Make) -> None:
    assert read_metadata(make("a.jpg", exif={"Exif.Image.ImageDescription": "OLYMPUS DIGITAL CAMERA"})).caption is None
    exif = {"Exif.Image.ImageDescription": "SONY DSC", "Exif.Photo.UserComment": "charset=Ascii Grandmother at ninety"}
    assert read_metadata(make("b.jpg", exif=exif)).caption == "Grandmother at ninety"


def test_windows_words(make: Make) -> None:
    def utf16(text: str) -> str:
        return " ".join(str(byte) for byte in (text + "\0").encode("utf-16-le"))

    exif = {
        "Exif.Image.XPTitle": utf16("Größe"),
        "Exif.Image.XPKeywords": utf16("a;b"),
        "Exif.Image.Rating": exiv2.UShortValue(5),
    }
    found = read_metadata(make("a.jpg", exif=exif))
    assert (found.title, found.keywords, found.rating) == ("Größe", ("a", "b"), 5)


def test_latin_text_is_read_and_control_characters_go(make: Make) -> None:
    path = make("a.jpg", exif={"Exif.Image.ImageDescription": "CafXX\tin the rain"})
    data = Path(path).read_bytes()
    Path(path).write_bytes(data.replace(b"CafXX\t", b"Caf\xe9\x07\t"))
    assert read_metadata(path).caption == "Café in the rain"


@pytest.mark.parametrize(("rating", "expected"), [("-1", -1), ("0", 0), ("5", 5), ("17", None), ("many", None)])
def test_ratings(make: Make, tmp_path: Path, rating: str, expected: int | None) -> None:
    beside = sidecar(tmp_path, "r.xmp", f'xmp:Rating="{rating}"')
    assert read_metadata(make("a.jpg"), sidecars=(beside,)).rating == expected


def test_sidecars_win(make: Make, tmp_path: Path) -> None:
    path = make("a.jpg", exif=LISBON, xmp={"Xmp.xmp.Rating": "2", "Xmp.dc.description": 'lang="x-default" inside'})
    body = "<dc:subject><rdf:Bag><rdf:li>beside</rdf:li></rdf:Bag></dc:subject>"
    first = sidecar(tmp_path, "a.xmp", 'xmp:Rating="3" exif:GPSLatitude="48,12.5N" exif:GPSLongitude="16,22.5E"', body)
    last = sidecar(tmp_path, "a.jpg.xmp", 'xmp:Rating="5"')
    found = read_metadata(path, sidecars=(first, last))
    assert (found.rating, found.keywords, found.caption) == (5, ("beside",), "inside")
    assert (found.lat, found.lon) == (pytest.approx(48.208333), pytest.approx(16.375))


def test_a_sidecar_in_utf_16(make: Make, tmp_path: Path) -> None:
    beside = tmp_path / "a.xmp"
    beside.write_bytes(xmp_packet('xmp:Rating="3"').encode("utf-16"))
    assert read_metadata(make("a.jpg"), sidecars=(str(beside),)).rating == 3


def test_broken_sidecars_are_noted_and_harm_nothing(make: Make, tmp_path: Path) -> None:
    broken = tmp_path / "a.xmp"
    broken.write_bytes(b"\xff\xfe\x00")
    found = read_metadata(make("a.jpg", exif=WHEN), sidecars=(str(broken), str(tmp_path / "gone.xmp")))
    assert found.taken_local == AT
    assert len(found.warnings) == 2


def test_faces_of_a_sidecar(make: Make, tmp_path: Path) -> None:
    body = """<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="96" stDim:h="64"
    stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="Marie" mwg-rs:Type="Face">
    <mwg-rs:Area stArea:x="0.25" stArea:y="0.5" stArea:w="0.1" stArea:h="0.2" stArea:unit="normalized"/>
    </rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"""
    found = read_metadata(make("a.jpg"), sidecars=(sidecar(tmp_path, "a.xmp", "", body),))
    assert [(face.name, face.x, face.y) for face in found.faces] == [("Marie", 0.25, 0.5)]


def test_names_that_are_not_utf_8(make: Make, tmp_path: Path) -> None:
    odd = os.fsencode(str(tmp_path)) + b"/caf\xe9.jpg"
    os.rename(os.fsencode(make("a.jpg", exif=WHEN)), odd)
    assert read_metadata(os.fsdecode(odd)).taken_local == AT


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(str(tmp_path)) + b"/gone\xff.jpg")
    with pytest.raises(MediaError) as caught:
        read_metadata(odd)
    assert caught.value.stage == "read"
    text = tmp_path / "a.jpg"
    text.write_text("no picture")
    found = read_metadata(str(text))
    assert found.width is None
    assert len(found.warnings) == 1
