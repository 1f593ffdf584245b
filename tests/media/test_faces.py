"""Face regions land on the same face however the picture is stored."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core.media.faces import read_faces, turn_upright
from core.media.turn import upright, upright_size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_region_turns_as_the_pixels_do(orientation: int) -> None:
    stored = np.zeros((60, 100), np.uint8)
    stored[10:20, 60:90] = 255  # a box off every axis
    x, y, width, height = turn_upright(0.75, 0.25, 0.3, 1 / 6, orientation)
    turned = np.asarray(upright(Image.fromarray(stored), orientation))
    rows, columns = np.nonzero(turned)
    wide, high = upright_size(100, 60, orientation)
    assert turned.shape == (high, wide)
    assert (x - width / 2) * wide == pytest.approx(columns.min(), abs=0.01)
    assert (x + width / 2) * wide == pytest.approx(columns.max() + 1, abs=0.01)
    assert (y - height / 2) * high == pytest.approx(rows.min(), abs=0.01)
    assert (y + height / 2) * high == pytest.approx(rows.max() + 1, abs=0.01)


def mwg(x: str = "0.25", y: str = "0.5", w: str = "0.1", h: str = "0.2", name: str = "Marie", kind: str = "Face",
        unit: str = "normalized", applied: tuple[int, int] = (400, 300)) -> dict[str, str]:  # fmt: skip
    root, item = "Xmp.mwg-rs.Regions/mwg-rs:", "Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:"
    place = {f"{item}Area/stArea:{key}": text for key, text in {"x": x, "y": y, "w": w, "h": h, "unit": unit}.items()}
    size = {f"{root}AppliedToDimensions/stDim:{side}": str(n) for side, n in zip("wh", applied, strict=True)}
    return {f"{item}Name": name, f"{item}Type": kind, **place, **size}


def microsoft(rectangle: str, name: str = "Pierre") -> dict[str, str]:
    item = "Xmp.MP.RegionInfo/MPRI:Regions[1]/MPReg:"
    return {f"{item}Rectangle": rectangle, f"{item}PersonDisplayName": name}


def test_working_group_regions_lie_in_the_stored_picture() -> None:
    (face,) = read_faces(mwg(), 400, 300, 6)
    assert (face.name, face.x, face.y, face.width, face.height) == ("Marie", 0.5, 0.25, 0.2, 0.1)


def test_unless_they_were_made_for_the_upright_one() -> None:
    (face,) = read_faces(mwg(applied=(300, 400)), 400, 300, 6)
    assert (face.x, face.y) == (0.25, 0.5)


def test_pixels_are_understood() -> None:
    (face,) = read_faces(mwg("100", "150", "40", "60", unit="pixel"), 400, 300, 1)
    assert (face.x, face.y, face.width, face.height) == (0.25, 0.5, 0.1, 0.2)


def test_microsoft_regions_lie_in_the_upright_picture() -> None:
    (face,) = read_faces(microsoft("0.2, 0.4, 0.1, 0.2"), 400, 300, 6)
    assert face.x == pytest.approx(0.25)
    assert face.y == pytest.approx(0.5)


def test_both_count_once() -> None:
    assert len(read_faces(mwg() | microsoft("0.2, 0.4, 0.1, 0.2"), 400, 300, 1)) == 1


@pytest.mark.parametrize(
    "xmp",
    [
        mwg(x="2.5"), mwg(w="0"), mwg(w="-0.1"), mwg(x="left"), mwg(x="nan"), mwg(name=""), mwg(kind="Pet"),
        mwg(unit="pixel", applied=(0, 0)), microsoft("0.1, 0.2"), microsoft("a, b, c, d"), microsoft(""), {},
    ],
)  # fmt: skip
def test_nonsense_is_no_face(xmp: dict[str, str]) -> None:
    assert read_faces(xmp, 400, 300, 1) == ()
