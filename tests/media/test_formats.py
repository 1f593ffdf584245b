"""Formats by name and by first bytes."""

from __future__ import annotations

import io

import pytest

from core.media.formats import FORMAT_NAMES, HEAD, codecs, format_of, kind_of, sniff
from tests.media.conftest import corners


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JPG", "photo"), ("a.b.jpeg", "photo"), ("x.heic", "photo"), ("x.tif", "photo"), ("x.avif", "photo"),
        ("x.NEF", "raw"), ("x.dng", "raw"), ("x.jpg.xmp", "sidecar"), ("x.MOV", "video"), ("x.txt", None),
        ("jpg", None), (".jpg", None), ("", None), ("x.jxl", "photo"), ("a\udcff.jpg", "photo"),
    ],
)  # fmt: skip
def test_kind_by_name(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("encoder", "expected"),
    [
        ("JPEG", "jpeg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("TIFF", "tiff"),
        ("GIF", "gif"),
        ("BMP", "bmp"),
        ("AVIF", "avif"),
    ],
)
def test_what_is_written_is_recognised(encoder: str, expected: str) -> None:
    buffer = io.BytesIO()
    corners().save(buffer, encoder)
    assert sniff(buffer.getvalue()[:HEAD]) == expected
    assert expected in FORMAT_NAMES


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicavif", "avif"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "raw"),
        (b"\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00qt  ....", "video"),
        (b"FUJIFILMCCD-RAW 0201", "raw"),
        (b"BM is how this letter begins, which is no bitmap", None),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"<html><body>not found</body></html>", None),
        (b"\xff\x0a\xfa\x7f", "jxl"),
        (b"", None),
    ],
)
def test_first_bytes(head: bytes, expected: str | None) -> None:
    assert sniff(head) == expected


def test_every_format_of_a_name_can_be_named() -> None:
    for name in ("a.jpg", "a.png", "a.webp", "a.tiff", "a.gif", "a.bmp", "a.heic", "a.avif", "a.cr2", "a.jxl"):
        assert format_of(name) in FORMAT_NAMES


def test_codecs_say_what_reads_what() -> None:
    answer = codecs()
    assert {"JPEG", "HEIC", "AVIF", "RAW"} <= set(answer)
    assert "Pillow" in answer["JPEG"]
    for name in ("HEIC", "RAW"):
        assert answer[name].startswith("not installed: pip install reverie[") or any(
            char.isdigit() for char in answer[name]
        )
