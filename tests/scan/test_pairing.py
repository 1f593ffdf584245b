"""Which files are one shot."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from core.media.formats import kind_of
from core.records import Found
from core.scan.pairing import pair


def found(*names: str) -> list[Found]:
    return [Found(f"/p/{name}", kind_of(name) or "", 1, 1, at) for at, name in enumerate(names)]


def shots(*names: str) -> list[tuple[str, ...]]:
    """(primary, others..., sidecars...) by name for each shot."""
    return [
        tuple(os.path.basename(file.path) for file in (shot.primary, *shot.others, *shot.sidecars))
        for shot in pair(found(*names))[0]
    ]


def test_raw_and_jpeg_are_one() -> None:
    assert shots("a.CR2", "a.JPG", "b.jpg", "c.nef") == [("a.JPG", "a.CR2"), ("b.jpg",), ("c.nef",)]


def test_letter_case_does_not_part_them() -> None:
    assert shots("IMG_1.dng", "img_1.heic") == [("img_1.heic", "IMG_1.dng")]


def test_several_raws_and_renderings() -> None:
    assert shots("a.arw", "a.dng", "a.heic", "a.jpg") == [("a.heic",), ("a.jpg", "a.arw", "a.dng")]
    assert shots("a.arw", "a.dng") == [("a.arw",), ("a.dng",)]


def test_a_png_of_the_same_name_is_another_picture() -> None:
    assert shots("a.jpg", "a.png") == [("a.jpg",), ("a.png",)]
    assert shots("a.nef", "a.png") == [("a.nef",), ("a.png",)]


def test_sidecars() -> None:
    assert shots("a.jpg", "a.jpg.xmp", "a.xmp") == [("a.jpg", "a.xmp", "a.jpg.xmp")]
    assert shots("A.JPG", "a.jpg.XMP") == [("A.JPG", "a.jpg.XMP")]
    assert shots("a.jpg", "a.nef", "a.nef.xmp", "a.xmp") == [("a.jpg", "a.nef", "a.xmp", "a.nef.xmp")]
    assert shots("a.jpg", "a.png", "a.png.xmp", "a.xmp") == [("a.jpg", "a.xmp"), ("a.png", "a.png.xmp")]
    assert shots("a.jpg", "a.nef", "a.png", "a.xmp") == [("a.jpg", "a.nef", "a.xmp"), ("a.png",)]


def test_orphan_sidecars_are_nothing() -> None:
    assert shots("b.xmp", "c.jpg.xmp", "a.jpg") == [("a.jpg",)]


def test_videos_are_the_second_answer() -> None:
    result, videos = pair(found("a.jpg", "a.mov", "b.mp4"))
    assert len(result) == 1
    assert [os.path.basename(file.path) for file in videos] == ["a.mov", "b.mp4"]


NAMES = st.builds(
    lambda stem, suffixes: stem + suffixes,
    st.sampled_from(["a", "A", "b", "a.jpg", ".x"]),
    st.sampled_from([".jpg", ".JPG", ".heic", ".nef", ".dng", ".png", ".xmp", ".jpg.xmp", ".nef.xmp", ".mov", ""]),
)


@given(st.lists(NAMES, unique=True, max_size=12))
def test_every_picture_is_in_exactly_one_shot(names: list[str]) -> None:
    files = [file for file in found(*names) if file.kind]
    result, videos = pair(files)
    held = [file for shot in result for file in (shot.primary, *shot.others)]
    assert sorted(file.path for file in held) == sorted(file.path for file in files if file.kind in ("photo", "raw"))
    assert videos == [file for file in files if file.kind == "video"]
    beside = [file.path for shot in result for file in shot.sidecars]
    assert len(beside) == len(set(beside))
