"""The small JPEG that cameras put into EXIF, made fit for the wall: upright, without bars, whole."""

from __future__ import annotations

import io

from PIL import Image

from core.media.safely import DECODER_ERRORS, open_image
from core.media.turn import upright

LARGEST = 512
SMALLEST = 64
_MOST_BYTES = 128 * 1024
_QUALITY = 85


def upright_preview(data: bytes, width: int | None, height: int | None, orientation: int) -> bytes | None:
    """A JPEG of at most 512 px that looks as the photo does, or None where the file has none that is of use.

    ``data``: EXIF's thumbnail; ``width`` x ``height``: of the photo as stored. Bars that the camera put around it to
    fill 160 x 120 are cut off; a thumbnail that was turned already (its shape tells) is not turned again.
    """
    if not SMALLEST < len(data) <= _MOST_BYTES or not data.startswith(b"\xff\xd8\xff"):
        return None
    try:
        with open_image(io.BytesIO(data), ("JPEG",)) as image:
            if not SMALLEST <= max(image.size) <= LARGEST or image.mode not in ("RGB", "L"):
                return None
            picture = _fitted(image, width or 0, height or 0, orientation)
            if picture is image:
                image.load()  # what does not decode is of no use
                return data
            return _encode(picture)
    except DECODER_ERRORS:
        return None


def _fitted(image: Image.Image, width: int, height: int, orientation: int) -> Image.Image:
    """``image`` itself where nothing needs doing."""
    picture = image
    if width > 0 and height > 0:
        turned = orientation >= 5 and (width > height) != (image.width > image.height) and width != height
        if turned:
            width, height, orientation = height, width, 1
        picture = _without_bars(image, width / height)
    return upright(picture, orientation)


def _without_bars(image: Image.Image, aspect: float) -> Image.Image:
    """Cut to the photo's shape where the thumbnail has another one."""
    wide, high = image.size
    if abs(wide / high / aspect - 1.0) < 0.03:
        return image
    if wide / high < aspect:
        keep = max(1, round(wide / aspect))
        top = (high - keep) // 2
        return image.crop((0, top, wide, top + keep))
    keep = max(1, round(high * aspect))
    left = (wide - keep) // 2
    return image.crop((left, 0, left + keep, high))


def _encode(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
