"""From a file to an upright sRGB picture, at a reduced scale where the format allows it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from core.errors import MediaError
from core.media import extras
from core.media.colour import to_srgb
from core.media.formats import HEAD, extension, format_of, sniff
from core.media.safely import (
    DECODER_ERRORS,
    MAX_PIXELS,
    MAX_WHOLE_PIXELS,
    as_media_error,
    check_pixels,
    open_image,
    silenced,
)
from core.media.turn import upright, upright_size

__all__ = [
    "MAX_PIXELS", "MAX_WHOLE_PIXELS", "PILLOW", "Decoded", "decode", "decode_from", "kind_of", "orientation_of",
]  # fmt: skip

PILLOW = {
    "jpeg": ("JPEG",), "png": ("PNG",), "webp": ("WEBP",), "tiff": ("TIFF",), "gif": ("GIF",), "bmp": ("BMP", "DIB"),
    "avif": ("AVIF",),
}  # fmt: skip
_ORIENTATION = 274


@dataclass(frozen=True, slots=True)
class Decoded:
    """``image``: RGB or RGBA, upright, sRGB, perhaps reduced. ``width``, ``height``: of the upright picture in full."""

    image: Image.Image
    width: int
    height: int


def decode(path: str, *, target: int | None = None) -> Decoded:
    """The picture in a file. MediaError with a plain reason for anything else.

    ``target``: the picture may come reduced, as long as its long side keeps at least so many pixels (if it had them);
    None: in full.
    """
    try:
        with open(path, "rb") as file:
            return decode_from(file, path, target=target)
    except OSError as error:
        raise as_media_error(error) from error


def decode_from(file: BinaryIO, path: str, *, target: int | None = None, short: int | None = None) -> Decoded:
    """The same from an open file or bytes in memory (``path`` only names it).

    ``short``: a like demand on the short side.
    """
    try:
        kind = kind_of(file, path)
        if kind == "raw":
            return _decode_raw(file, target, short)
        if kind == "heif":
            return _decode_heif(file)
        return _decode_pillow(file, kind, target, short)
    except DECODER_ERRORS as error:
        raise as_media_error(error) from error


def kind_of(file: BinaryIO, path: str) -> str:
    """The true format. MediaError for none that is read here."""
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise MediaError("read", "The file is empty (0 bytes).")
    true = sniff(head)
    if format_of(path) == "raw" and true in (None, "tiff", "raw"):
        true = "raw"
    if true is None:
        raise MediaError("read", f"Named .{extension(path)}, but it is not a picture.")
    extras.require(true)
    if true not in PILLOW and true not in ("heif", "raw"):
        raise MediaError("unsupported", "Files of this kind cannot be read yet.")
    return true


def _decode_pillow(file: BinaryIO, kind: str, target: int | None, short: int | None) -> Decoded:
    with open_image(file, PILLOW[kind]) as image:
        width, height = image.size
        check_pixels(width, height, reduced=image.format in ("JPEG", "MPO") and not image.info.get("progressive"))
        profile = image.info.get("icc_profile")
        orientation = 1 if kind == "tiff" else orientation_of(image)  # Pillow turns TIFF itself
        _draft(image, target, short)
        image.load()
        picture = _reduced(image, target, short)
        picture = upright(to_srgb(picture, profile), orientation)
    return Decoded(picture, *upright_size(width, height, orientation))


def orientation_of(image: Image.Image) -> int:
    """EXIF's orientation; 1 where EXIF cannot be read."""
    try:
        with silenced():
            value = image.getexif().get(_ORIENTATION, 1)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def wanted_size(size: tuple[int, int], target: int | None, short: int | None) -> tuple[int, int] | None:
    """The least size that keeps both demands, or None where the picture is wanted in full (or is too small)."""
    if target is None:
        return None
    scale = max(target / max(size), (short or 0) / min(size))
    if scale >= 1.0:
        return None
    return max(1, -int(-size[0] * scale // 1)), max(1, -int(-size[1] * scale // 1))


def _draft(image: Image.Image, target: int | None, short: int | None) -> None:
    """Let a JPEG decode at 1/2, 1/4 or 1/8, where that is still large enough; one too large for memory must."""
    wanted = wanted_size(image.size, target, short)
    if wanted is None and image.width * image.height > MAX_WHOLE_PIXELS:
        wanted = image.width // 2, image.height // 2
    if wanted is not None:
        image.draft(None, wanted)


def _reduced(image: Image.Image, target: int | None, short: int | None) -> Image.Image:
    """What cannot be decoded small is made small before anything else is done to it, by whole factors."""
    wanted = wanted_size(image.size, target, short)
    if wanted is None or image.mode in ("P", "1") or image.mode.startswith("I;16"):
        return image
    factor = min(image.width // wanted[0], image.height // wanted[1])
    return image.reduce(factor) if factor >= 2 and "transparency" not in image.info else image


def _decode_raw(file: BinaryIO, target: int | None, short: int | None) -> Decoded:
    """The camera's own preview where it is large enough, else a demosaic (by half where that suffices)."""
    from core.media.raw import read_raw

    def reduced(data: bytes) -> Image.Image:
        return decode_from(io.BytesIO(data), "preview.jpg", target=target, short=short).image

    return Decoded(*read_raw(file, target, reduced))


def _decode_heif(file: BinaryIO) -> Decoded:
    """libheif turns and cuts as the file says; its own EXIF orientation is not applied again."""
    import pillow_heif

    opened = pillow_heif.open_heif(file, convert_hdr_to_8bit=True)
    check_pixels(*opened.size, reduced=False)
    profile = opened.info.get("icc_profile")
    image = opened.to_pillow()
    return Decoded(to_srgb(image, profile), *image.size)
