"""Named faces in XMP: regions of the Metadata Working Group and of Microsoft Photo."""

from __future__ import annotations

import math
import re
from collections import defaultdict

from core.records import FaceRegion

_MWG = "Xmp.mwg-rs.Regions/"
_MWG_ITEM = re.compile(r"Xmp\.mwg-rs\.Regions/mwg-rs:RegionList\[(\d+)\]/mwg-rs:(?:Area/stArea:)?(\w+)$")
_MICROSOFT_ITEM = re.compile(r"Xmp\.MP\.RegionInfo/MPRI:Regions\[(\d+)\]/MPReg:(\w+)$")
_FACE_TYPES = ("", "face")


def read_faces(xmp: dict[str, str], width: int, height: int, orientation: int) -> tuple[FaceRegion, ...]:
    """Faces with a name, placed in the upright picture. ``width`` x ``height``: pixels as stored.

    Regions of the Metadata Working Group lie in the picture as stored (unless the size they were made for says that
    it was upright), Microsoft's in the upright one. Where a file has both, the first are taken.
    """
    faces = _mwg_faces(xmp, width, height, orientation)
    return tuple(faces) if faces else tuple(_microsoft_faces(xmp))


def turn_upright(
    x: float, y: float, width: float, height: float, orientation: int
) -> tuple[float, float, float, float]:
    """A region (centre and size in [0, 1]) of a stored picture, in that picture turned upright (EXIF orientation)."""
    x, y = {
        2: (1 - x, y), 3: (1 - x, 1 - y), 4: (x, 1 - y), 5: (y, x), 6: (1 - y, x), 7: (1 - y, 1 - x), 8: (y, 1 - x),
    }.get(orientation, (x, y))  # fmt: skip
    return (x, y, height, width) if orientation >= 5 else (x, y, width, height)


def _items(xmp: dict[str, str], pattern: re.Pattern[str]) -> list[dict[str, str]]:
    items: dict[int, dict[str, str]] = defaultdict(dict)
    for key, text in xmp.items():
        match = pattern.match(key)
        if match:
            items[int(match[1])][match[2]] = text
    return [items[number] for number in sorted(items)]


def _numbers(texts: list[str]) -> list[float] | None:
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return None
    return values if all(math.isfinite(value) for value in values) else None


def _mwg_faces(xmp: dict[str, str], width: int, height: int, orientation: int) -> list[FaceRegion]:
    made_for = _numbers([xmp.get(f"{_MWG}mwg-rs:AppliedToDimensions/stDim:{side}", "0") for side in "wh"]) or [0.0, 0.0]
    if orientation >= 5 and made_for != [width, height] and made_for == [height, width]:
        orientation = 1
    faces = []
    for item in _items(xmp, _MWG_ITEM):
        numbers = _numbers([item.get(name, "") for name in ("x", "y", "w", "h")])
        if numbers is None or item.get("Type", "").lower() not in _FACE_TYPES:
            continue
        if item.get("unit", "normalized") == "pixel":
            if not all(made_for):
                continue
            numbers = [value / made_for[at % 2] for at, value in enumerate(numbers)]
        faces.append((item.get("Name", ""), turn_upright(numbers[0], numbers[1], numbers[2], numbers[3], orientation)))
    return [face for name, place in faces if (face := _face(name, *place)) is not None]


def _microsoft_faces(xmp: dict[str, str]) -> list[FaceRegion]:
    faces = []
    for item in _items(xmp, _MICROSOFT_ITEM):
        numbers = _numbers(item.get("Rectangle", "").split(","))
        if numbers is None or len(numbers) != 4:
            continue
        left, top, wide, high = numbers
        faces.append(_face(item.get("PersonDisplayName", ""), left + wide / 2, top + high / 2, wide, high))
    return [face for face in faces if face is not None]


def _face(name: str, x: float, y: float, width: float, height: float) -> FaceRegion | None:
    """A region that lies in the picture and has a name, else None."""
    if not name or not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 and 0.0 < width <= 1.0 and 0.0 < height <= 1.0):
        return None
    return FaceRegion(name, x, y, width, height)
