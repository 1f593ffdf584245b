"""Pictures made for a test: any format, any metadata. EXIF, XMP and IPTC are written by exiv2 into temporary files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import exiv2
import numpy as np
import pytest
from PIL import Image

CORNERS = {"red": (220, 30, 30), "green": (30, 180, 30), "blue": (30, 30, 220), "yellow": (220, 220, 30)}

Make = Callable[..., str]


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red at the top left, green at the top right, blue at the bottom left, yellow at the bottom right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    top, left = slice(None, height // 2), slice(None, width // 2)
    bottom, right = slice(height // 2, None), slice(width // 2, None)
    pixels[top, left], pixels[top, right] = CORNERS["red"], CORNERS["green"]
    pixels[bottom, left], pixels[bottom, right] = CORNERS["blue"], CORNERS["yellow"]
    return Image.fromarray(pixels)


def corner_names(image: Image.Image) -> tuple[str, ...]:
    """The colours found at top left, top right, bottom left, bottom right."""
    rgb = image.convert("RGB")
    wide, high = rgb.size
    points = [
        (wide // 4, high // 4),
        (3 * wide // 4, high // 4),
        (wide // 4, 3 * high // 4),
        (3 * wide // 4, 3 * high // 4),
    ]

    def nearest(point: tuple[int, int]) -> str:
        seen = np.array(rgb.getpixel(point), dtype=int)
        return min(CORNERS, key=lambda name: int(np.abs(seen - CORNERS[name]).sum()))

    return tuple(nearest(point) for point in points)


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """A smooth, noisy, believable picture."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (8, 12, 3), dtype=np.uint8)).resize((width, height))
    grain = rng.normal(0, 6, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8))


def write_tags(
    path: Path,
    exif: Mapping[str, Any] | None = None,
    xmp: Mapping[str, Any] | None = None,
    iptc: Mapping[str, Any] | None = None,
) -> None:
    """Write metadata into a picture; values as exiv2 takes them (texts, ints, its own Value types, lists)."""
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    for key, value in (exif or {}).items():
        image.exifData()[key] = value
    for key, value in (xmp or {}).items():
        image.xmpData()[key] = value
    for key, value in (iptc or {}).items():
        for item in value if isinstance(value, list) else [value]:
            datum = exiv2.Iptcdatum(exiv2.IptcKey(key))
            datum.setValue(item)
            image.iptcData().add(datum)
    image.writeMetadata()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """``make(name, image=None, exif={}, xmp={}, iptc={}, **save)`` -> the path of a picture file."""

    def make_file(name: str, image: Image.Image | None = None, *, exif: Any = None, xmp: Any = None, iptc: Any = None,
                  **save: Any) -> str:  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (image or corners()).save(path, **save)
        if exif or xmp or iptc:
            write_tags(path, exif, xmp, iptc)
        return str(path)

    return make_file


def xmp_packet(properties: str, body: str = "") -> str:
    """An XMP file: ``properties`` as attributes of its description, ``body`` as elements in it."""
    return f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
 xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#" {properties}>{body}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
