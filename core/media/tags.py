"""Raw EXIF, XMP and IPTC of a file, as plain texts by key. Beside it only :mod:`core.media.marks` talks to exiv2."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import exiv2

from core.errors import MediaError

exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)

LOCK = threading.Lock()
"""The XMP toolkit inside exiv2 keeps state that threads must not share."""

LONGEST = 4000
"""Characters kept of any one text."""

_LARGEST_SIDECAR = 16 << 20
_EXIF_GROUPS = frozenset({"Image", "Photo", "GPSInfo", "SubImage1", "Iop"})
MAKER_LENSES = ("Exif.Canon.LensModel", "Exif.OlympusEq.LensModel", "Exif.Panasonic.LensType")
_XMP_TEXTS = frozenset(
    {
        "Xmp.xmp.Rating", "Xmp.xmp.CreateDate", "Xmp.xmp.CreatorTool", "Xmp.photoshop.DateCreated",
        "Xmp.exif.DateTimeOriginal", "Xmp.exif.DateTimeDigitized", "Xmp.exif.GPSLatitude", "Xmp.exif.GPSLongitude",
        "Xmp.exif.GPSAltitude", "Xmp.exif.GPSAltitudeRef", "Xmp.tiff.Orientation", "Xmp.tiff.Make", "Xmp.tiff.Model",
        "Xmp.aux.Lens", "Xmp.exifEX.LensModel", "Xmp.MicrosoftPhoto.Rating", "Xmp.exif.ExposureTime",
        "Xmp.exif.FNumber", "Xmp.exif.FocalLength", "Xmp.iptcExt.DigitalSourceType",
    }
)  # fmt: skip
_XMP_LISTS = frozenset(
    {
        "Xmp.dc.subject", "Xmp.lr.hierarchicalSubject", "Xmp.digiKam.TagsList", "Xmp.MicrosoftPhoto.LastKeywordXMP",
        "Xmp.exif.ISOSpeedRatings", "Xmp.exifEX.PhotographicSensitivity",
    }
)  # fmt: skip
_XMP_TRANSLATED = frozenset({"Xmp.dc.title", "Xmp.dc.description", "Xmp.exif.UserComment"})
_XMP_REGIONS = ("Xmp.mwg-rs.Regions/", "Xmp.MP.RegionInfo/")


@dataclass(slots=True)
class Tags:
    """What one file carries. ``width`` x ``height`` as its header says (0 unknown), before orientation.

    ``exif``, ``xmp``: key -> text; ``lists``: XMP bags and IPTC repeats, key -> texts.
    ``thumbnail``: the small JPEG of EXIF's first directory, as stored.
    """

    exif: dict[str, str] = field(default_factory=dict)
    xmp: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    width: int = 0
    height: int = 0
    thumbnail: bytes = b""


def read_tags(path: str, *, thumbnail: bool = False) -> Tags:
    """EXIF, XMP, IPTC and the pixel size of a picture or XMP file. MediaError (stage "metadata")."""
    with LOCK:
        return _tags_of(open_image(path), thumbnail)


def read_sidecar(path: str) -> Tags:
    """The XMP of a sidecar, whatever Unicode it is written in. MediaError (stage "sidecar")."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_SIDECAR + 1)
        if len(data) > _LARGEST_SIDECAR:
            raise MediaError("sidecar", "The sidecar is larger than any XMP file should be.")
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            data = data.decode("utf-16").encode()
        with LOCK:
            image = exiv2.ImageFactory.open(data.removeprefix(codecs.BOM_UTF8).lstrip())
            image.readMetadata()
            return _tags_of(image, thumbnail=False)
    except OSError as error:
        raise MediaError("sidecar", f"The sidecar cannot be read: {error.strerror or error}.") from error
    except (exiv2.Exiv2Error, UnicodeError) as error:
        raise MediaError("sidecar", "The sidecar is not XMP that can be understood.") from error


def _tags_of(image: Any, thumbnail: bool) -> Tags:
    tags = Tags(width=max(0, image.pixelWidth()), height=max(0, image.pixelHeight()))
    exif = image.exifData()
    _take_exif(exif, tags)
    _take_xmp(image.xmpData(), tags)
    _take_iptc(image.iptcData(), tags)
    if thumbnail:
        tags.thumbnail = _thumbnail(exif)
    return tags


def open_image(path: str) -> Any:
    """An exiv2 image with its metadata read; a path that is not UTF-8 is read into memory first."""
    try:
        source: str | bytes = path
        try:
            path.encode()
        except UnicodeEncodeError:
            with open(path, "rb") as file:
                source = file.read()
        image = exiv2.ImageFactory.open(source)
        image.readMetadata()
        return image
    except OSError as error:
        raise MediaError("read", f"The file cannot be read: {error.strerror or error}.") from error
    except exiv2.Exiv2Error as error:
        raise MediaError(
            "metadata", f"Its metadata cannot be read ({clean(str(error.args[-1]).removeprefix(f'{path}: '))})."
        ) from error


def clean(text: str) -> str:
    """Text fit to show: no control characters or surrogates, no blanks around it, of bounded length."""
    text = text[: LONGEST + 1]
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    if not text.isprintable():
        text = "".join(" " if char in "\r\n\t" else char for char in text if char.isprintable() or char in "\r\n\t")
    return text.strip()[:LONGEST]


def _take_exif(data: Iterable[Any], tags: Tags) -> None:
    """The standard groups; of maker notes only the lens, where it is a text.

    exiv2's own translation of lens numbers is not asked: on some cameras' notes it ends the process.
    """
    for datum in data:
        wanted = datum.groupName() in _EXIF_GROUPS or datum.key() in MAKER_LENSES
        if wanted and datum.size() <= 65536:
            tags.exif.setdefault(datum.key(), datum.toString())


def _take_xmp(data: Iterable[Any], tags: Tags) -> None:
    for datum in data:
        key = datum.key()
        if key in _XMP_TEXTS or key.startswith(_XMP_REGIONS):
            tags.xmp[key] = clean(datum.toString())
        elif key in _XMP_LISTS:
            tags.lists[key] = [text for at in range(min(datum.count(), 1000)) if (text := clean(datum.toString(at)))]
        elif key in _XMP_TRANSLATED:
            tags.xmp[key] = _default_language(datum)


def _default_language(datum: Any) -> str:
    """Of texts in several languages the one marked as default, else the first."""
    value = datum.value()
    if not isinstance(value, exiv2.LangAltValue):
        return clean(datum.toString())
    texts = dict(value.items())
    return clean(str(texts.get("x-default", next(iter(texts.values()), ""))))


def _take_iptc(data: Iterable[Any], tags: Tags) -> None:
    for datum in data:
        key = datum.key()
        if key.startswith("Iptc.Application2.") and datum.size() <= 65536:
            texts = tags.lists.setdefault(key, [])
            if len(texts) < 1000 and (text := clean(datum.toString())):
                texts.append(text)


def _thumbnail(exif: Any) -> bytes:
    buffer = exiv2.ExifThumbC(exif).copy()
    return bytes(buffer.data()) if len(buffer) > 0 else b""
