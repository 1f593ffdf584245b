"""HEIC and RAW, which need packages that not everyone has installed."""

from __future__ import annotations

from importlib.util import find_spec

from core.errors import MediaError
from core.media.safely import DECODER_ERRORS
from core.media.tags import Tags

_NEEDS = {"heif": ("pillow_heif", "HEIC"), "raw": ("rawpy", "RAW")}
_known: dict[str, bool] = {}


def available(kind: str) -> bool:
    """Whether the package that reads ``kind`` ("heif" or "raw") is installed."""
    if kind not in _known:
        _known[kind] = find_spec(_NEEDS[kind][0]) is not None
    return _known[kind]


def require(kind: str) -> None:
    """MediaError (stage "unsupported") where it is not."""
    if not available(kind):
        name = _NEEDS[kind][1]
        raise MediaError("unsupported", f"{name} pictures need a package: pip install reverie[{kind}]")


def correct_geometry(path: str, tags: Tags) -> None:
    """Set size and orientation to those that libheif decodes to: it applies the file's own turns and cuts.

    Where the file cannot be opened ``tags`` stay as they were; decoding will say what is wrong.
    """
    import pillow_heif

    try:
        image = pillow_heif.open_heif(path)
        tags.width, tags.height = image.size
    except DECODER_ERRORS:
        return
    tags.exif["Exif.Image.Orientation"] = "1"
