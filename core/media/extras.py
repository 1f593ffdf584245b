"""HEIC, RAW and AVIF, which need what not everyone has installed."""

from __future__ import annotations

from importlib.util import find_spec

from PIL import features

from core.errors import MediaError
from core.media.safely import DECODER_ERRORS
from core.media.tags import Tags

_NEEDS = {
    "heif": ("pillow_heif", "HEIC pictures need a package: pip install reverie[heif]"),
    "raw": ("rawpy", "RAW pictures need a package: pip install reverie[raw]"),
    "avif": ("", "AVIF pictures need a Pillow built with it: pip install --upgrade Pillow"),
}
_known: dict[str, bool] = {}


def available(kind: str) -> bool:
    """Whether what reads ``kind`` is installed; formats that need nothing special always are."""
    if kind not in _NEEDS:
        return True
    if kind not in _known:
        package = _NEEDS[kind][0]
        _known[kind] = find_spec(package) is not None if package else bool(features.check("avif"))
    return _known[kind]


def require(kind: str) -> None:
    """MediaError (stage "unsupported"), with what to install, where it is not available."""
    if not available(kind):
        raise MediaError("unsupported", _NEEDS[kind][1] + ".")


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
