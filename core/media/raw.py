"""RAW files by LibRaw: the preview that the camera put in, else a demosaic at half size."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image

from core.errors import MediaError
from core.media.safely import DECODER_ERRORS, check_pixels, open_image
from core.media.turn import upright

_ORIENTATION = 274
_TURN_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's flip as EXIF's orientation."""


Reduce = Callable[[bytes], Image.Image]
"""Decodes a JPEG in memory at the scale that is wanted."""


def read_raw(file: BinaryIO, target: int | None, reduce: Reduce) -> tuple[Image.Image, int, int]:
    """The picture upright in sRGB, and its upright size in full. MediaError.

    ``target``: pixels wanted of the long side, None for all. The preview is taken where it has about that many.
    """
    import rawpy

    try:
        with rawpy.imread(file) as raw:
            sizes = raw.sizes
            check_pixels(sizes.width, sizes.height, reduced=False)
            flip = int(sizes.flip)
            full = (sizes.height, sizes.width) if flip in (5, 6) else (sizes.width, sizes.height)
            picture = _preview(raw, flip, full, target, reduce)
            if picture is None:
                picture = _demosaic(raw, halved=target is not None and max(full) >= 2 * target)
    except rawpy.LibRawError as error:
        raise MediaError("decode", "The RAW file is damaged, or of a camera that is not known.") from error
    return picture, *full


def _preview(raw: Any, flip: int, full: tuple[int, int], target: int | None, reduce: Reduce) -> Image.Image | None:
    """The embedded picture upright, or None where there is none large enough."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
        if thumb.format == rawpy.ThumbFormat.BITMAP:
            picture = upright(Image.fromarray(thumb.data), _TURN_OF_FLIP.get(flip, 1))
        else:
            picture = _turned(reduce(thumb.data), thumb.data, flip, full)
    except (rawpy.LibRawError, MediaError, *DECODER_ERRORS):
        return None
    enough = 0.9 * max(full)
    return picture if max(picture.size) >= (enough if target is None else min(target, enough)) else None


def _turned(picture: Image.Image, data: bytes, flip: int, full: tuple[int, int]) -> Image.Image:
    """A preview that its own EXIF did not turn, though the picture is to be turned, is turned by LibRaw's flip."""
    with open_image(io.BytesIO(data), ("JPEG",)) as stored:
        turned_itself = (stored.width > stored.height) != (picture.width > picture.height)
        says_so = stored.getexif().get(_ORIENTATION, 1) not in (0, 1)
    if turned_itself or says_so or flip not in _TURN_OF_FLIP:
        return picture
    lies = (picture.width > picture.height) != (full[0] > full[1])
    return upright(picture, _TURN_OF_FLIP[flip]) if lies or flip == 3 else picture


def _demosaic(raw: Any, *, halved: bool) -> Image.Image:
    """8-bit sRGB by LibRaw, with the camera's white balance; it turns the picture itself."""
    return Image.fromarray(raw.postprocess(half_size=halved, use_camera_wb=True, output_bps=8))
