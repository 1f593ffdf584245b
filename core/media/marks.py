"""Marks in files that models made, so that nobody takes them for photos: XMP, in IPTC's own words and in ours.

Digital source types are those of the IPTC vocabulary (cv.iptc.org/newscodes/digitalsourcetype).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import exiv2

from core.errors import MediaError
from core.media.tags import LOCK, open_image

GENERATED = "trainedAlgorithmicMedia"
"""Made by a model alone."""
PARTLY = "compositeWithTrainedAlgorithmicMedia"
"""A photo in which a model has invented detail."""
ENHANCED = "algorithmicallyEnhanced"
"""A photo that an algorithm has changed without inventing anything."""

SOURCE_TYPE = "Xmp.iptcExt.DigitalSourceType"
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOFTWARE = "Reverie"
_PREFIX, _NAMESPACE = "reverie", "urn:reverie:studio:1#"
_KEPT_GROUPS = frozenset({"Photo", "GPSInfo", "Iop"})
_KEPT_OF_IMAGE = frozenset(
    {
        "ImageDescription", "Make", "Model", "Software", "DateTime", "Artist", "Copyright", "Rating", "RatingPercent",
        "XPTitle", "XPComment", "XPAuthor", "XPKeywords", "XPSubject", "HostComputer", "DocumentName",
    }
)  # fmt: skip
"""Of EXIF's first directory what says something of the photo, not of how its file is laid out."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``source_type``: one of the above. ``sentence``: for people, where a caption is shown and none was written.
    ``facts``: what it was made with (model, run, seed, settings), by name in CamelCase."""

    source_type: str
    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict)


def stamped(data: bytes, mark: Mark, *, like: str | None = None) -> bytes:
    """The file ``data`` (JPEG, PNG, TIFF or WebP) with the mark in it.

    ``like``: a photo whose EXIF, XMP and IPTC it takes over, as an upright picture of its own size. Raises MediaError
    (stage "write") where that cannot be written.
    """

    def change(image: Any) -> None:
        if like is not None:
            _take_over(image, like)
        _write_mark(image, mark)

    return _changed(data, change)


def with_profile(data: bytes, profile: bytes) -> bytes:
    """A TIFF file with an ICC profile in it. Raises MediaError."""
    return _changed(data, lambda image: image.setIccProfile(exiv2.DataBuf(profile), True))


def untagged(data: bytes) -> bytes:
    """A picture whose orientation its file no longer tells. Raises MediaError."""

    def change(image: Any) -> None:
        image.exifData()["Exif.Image.Orientation"] = exiv2.UShortValue(1)

    return _changed(data, change)


def _changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    with LOCK:
        try:
            try:
                return _written(data, change)
            except exiv2.Exiv2Error as error:
                if error.args[0] != exiv2.ErrorCode.kerXMPToolkitError:
                    raise
            # A damaged packet that was read before may have left names in the toolkit that contradict each other.
            exiv2.XmpProperties.unregisterNs()
            exiv2.XmpParser.terminate()
            exiv2.XmpParser.initialize()
            return _written(data, change)
        except exiv2.Exiv2Error as error:
            raise MediaError("write", f"The mark of the model cannot be written ({error.args[-1]}).") from error


def _written(data: bytes, change: Callable[[Any], None]) -> bytes:
    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    change(image)
    image.writeMetadata()
    written = image.io()
    written.open()
    return bytes(written.data())


def _write_mark(image: Any, mark: Mark) -> None:
    if _PREFIX not in exiv2.XmpProperties.registeredNamespaces():
        exiv2.XmpProperties.registerNs(_NAMESPACE, _PREFIX)
    xmp = image.xmpData()
    xmp[SOURCE_TYPE] = VOCABULARY + mark.source_type
    xmp["Xmp.xmp.CreatorTool"] = SOFTWARE
    for name, value in mark.facts.items():
        xmp[f"Xmp.{_PREFIX}.{name}"] = value
    xmp[f"Xmp.{_PREFIX}.Note"] = mark.sentence
    if xmp.findKey(exiv2.XmpKey("Xmp.dc.description")) == xmp.end():
        xmp["Xmp.dc.description"] = mark.sentence


def _take_over(image: Any, like: str) -> None:
    """What a photo says of itself; its orientation, size and thumbnail are those of another picture."""
    try:
        source = open_image(like)
    except MediaError:
        return  # what cannot be read cannot be copied; the picture itself could be
    size = (image.pixelWidth(), image.pixelHeight())
    exif = image.exifData()
    for datum in source.exifData():
        group, name = datum.groupName(), datum.tagName()
        if group in _KEPT_GROUPS or (group == "Image" and name in _KEPT_OF_IMAGE):
            exif[datum.key()] = datum.value()
    image.setXmpData(source.xmpData())
    image.setIptcData(source.iptcData())
    if len(exif):
        exif["Exif.Image.Orientation"] = exiv2.UShortValue(1)
    for key, value in _sizes(*size).items():
        _replace(exif, exiv2.ExifKey, f"Exif.Photo.{key}", value)
        _replace(image.xmpData(), exiv2.XmpKey, f"Xmp.exif.{key}", value)
    for key, value in (("ImageWidth", str(size[0])), ("ImageLength", str(size[1])), ("Orientation", "1")):
        _replace(image.xmpData(), exiv2.XmpKey, f"Xmp.tiff.{key}", value)


def _sizes(width: int, height: int) -> dict[str, str]:
    return {"PixelXDimension": str(width), "PixelYDimension": str(height)}


def _replace(data: Any, key: Any, name: str, value: str) -> None:
    """Set what is there already."""
    if data.findKey(key(name)) != data.end():
        data[name] = value


def source_type_of(xmp: Mapping[str, str]) -> str:
    """The last word of a digital source type, "" where a file names none."""
    return xmp.get(SOURCE_TYPE, "").rstrip("/").rpartition("/")[2]


def facts_of(path: str) -> dict[str, str]:
    """What our own mark in a file says, by name; empty without one. Raises MediaError."""
    with LOCK:
        found = {}
        for datum in open_image(path).xmpData():
            if datum.groupName() == _PREFIX:
                found[datum.tagName()] = datum.toString()
        return found
