"""A picture with all that its file holds of it: 16 bits, transparency, its own colours and profile; and back to a file.

For what works on the picture itself (enlarging). What is only shown goes through :mod:`core.media.decode`.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import MediaError
from core.media.colour import to_srgb
from core.media.decode import PILLOW, decode_from, kind_of, orientation_of
from core.media.marks import untagged, with_profile
from core.media.safely import DECODER_ERRORS, as_media_error, check_pixels, open_image
from core.media.turn import upright_array
from core.nn.checkpoints import write_whole

Pixels = NDArray[np.uint8] | NDArray[np.uint16]

SUFFIXES = {"jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp"}
"""Kinds that are written, and how their names end."""

LONGEST = {"jpeg": 65_500, "webp": 16_383}
"""Pixels of the longest side that these kinds can hold; the others hold any."""

_QUALITY = 95
_PLAIN = ("L", "LA", "RGB", "RGBA")
_BITS_PER_SAMPLE = 258
_PNG_HEADER = 33
"""Bytes of a PNG's signature and header chunk."""


@dataclass(frozen=True, slots=True)
class Whole:
    """``pixels`` uint8 or uint16 [h, w], [h, w, 2] (grey, alpha), [h, w, 3] or [h, w, 4], upright, in the colours of
    ``profile`` (ICC; None: sRGB). ``kind`` that it is written as again."""

    pixels: Pixels
    profile: bytes | None
    kind: str


def read_whole(path: str) -> Whole:
    """The whole picture in a file. MediaError with a plain reason for anything else."""
    try:
        with open(path, "rb") as file:
            kind = kind_of(file, path)
            if kind in ("raw", "heif"):
                return _converted(file, path)
            return _read(file, kind)
    except DECODER_ERRORS as error:
        raise as_media_error(error) from error


def _converted(file: BinaryIO, path: str) -> Whole:
    """What no writer of ours writes: 8 bits, sRGB."""
    image = decode_from(file, path).image
    return Whole(np.asarray(image), None, "png" if image.mode == "RGBA" else "jpeg")


def _read(file: BinaryIO, kind: str) -> Whole:
    written = kind if kind in SUFFIXES else "png"
    with open_image(file, PILLOW[kind]) as image:
        check_pixels(*image.size, reduced=False)
        profile = image.info.get("icc_profile")
        orientation = orientation_of(image)
        if kind in ("png", "tiff") and _is_deep(image, file):
            return Whole(upright_array(_deep(file, kind == "tiff" and orientation != 1), orientation), profile, written)
        image.load()  # Pillow turns TIFF itself
        turn = 1 if kind == "tiff" else orientation
        if image.mode == "P":
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        elif image.mode == "1":
            image = image.convert("L")
        elif image.mode not in _PLAIN:
            image, profile = to_srgb(image, profile), None
        elif image.mode in ("L", "RGB") and image.has_transparency_data:
            image = image.convert("RGBA")
        return Whole(upright_array(np.asarray(image), turn), profile, written)


def _is_deep(image: Image.Image, file: BinaryIO) -> bool:
    """Whether a PNG or TIFF has 16 bits a channel, in grey or colours that OpenCV reads."""
    if image.format == "PNG":
        file.seek(24)
        deep = file.read(1) == b"\x10"
        file.seek(0)
        return deep
    bits = image.tag_v2.get(_BITS_PER_SAMPLE, ()) if hasattr(image, "tag_v2") else ()
    return image.mode in ("RGB", "RGBA", "I;16", "I;16B") and set(np.atleast_1d(bits).tolist()) == {16}


def _deep(file: BinaryIO, turned: bool) -> NDArray[np.uint16]:
    """uint16 [h, w] or [h, w, 3 or 4] as stored; OpenCV turns some TIFF files and fails at others, so that it must not
    know of ``turned`` ones."""
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    file.seek(0)
    data = untagged(file.read()) if turned else file.read()
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None or found.dtype != np.uint16:
        raise MediaError("decode", "The picture has 16 bits a channel in a form that cannot be read.")
    if found.ndim == 3:
        found = found[..., [2, 1, 0, 3][: found.shape[2]]]
    return np.ascontiguousarray(found)


# ---------------------------------------------------------------- writing


def kind_for(pixels: Pixels, kind: str) -> str:
    """The kind that a picture can be written as: ``kind``, or PNG where that cannot hold it."""
    alpha = pixels.ndim == 3 and pixels.shape[2] in (2, 4)
    deep = pixels.dtype == np.uint16
    too_long = max(pixels.shape[:2]) > LONGEST.get(kind, 1 << 30)
    return "png" if too_long or (kind == "jpeg" and alpha) or (deep and kind not in ("png", "tiff")) else kind


def encode(pixels: Pixels, kind: str, profile: bytes | None = None) -> bytes:
    """A picture as a file of a kind of :data:`SUFFIXES` that can hold it, with its ICC profile. Raises MediaError."""
    if pixels.dtype == np.uint16:
        return _encode_deep(pixels, kind, profile)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if kind == "webp":
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    data = io.BytesIO()
    image.save(data, icc_profile=profile, **_HOW[kind])
    return data.getvalue()


_HOW: dict[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "quality": _QUALITY, "subsampling": 0},
    "webp": {"format": "WEBP", "quality": _QUALITY, "method": 4},
    "tiff": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    "png": {"format": "PNG", "compress_level": 4},
}


def _encode_deep(pixels: Pixels, kind: str, profile: bytes | None) -> bytes:
    import cv2

    if pixels.ndim == 3 and pixels.shape[2] == 2:
        pixels = pixels[..., [0, 0, 0, 1]]
    stored = pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]
    done, encoded = cv2.imencode(SUFFIXES[kind], np.ascontiguousarray(stored))
    if not done:
        raise MediaError("write", "The picture cannot be written with 16 bits a channel.")
    data = bytes(encoded.tobytes())
    if profile is None:
        return data
    return _png_with_profile(data, profile) if kind == "png" else with_profile(data, profile)


def _png_with_profile(data: bytes, profile: bytes) -> bytes:
    """A PNG with an iCCP chunk after its header (PNG specification, third edition, 11.3.2.3)."""
    body = b"iCCP" + b"ICC profile\0\0" + zlib.compress(profile)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:_PNG_HEADER] + chunk + data[_PNG_HEADER:]


def free_name(folder: str, stem: str, suffix: str) -> str:
    """A path in ``folder`` that no file has yet, made there empty so that nobody else takes it. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    serial = 1
    while True:
        path = os.path.join(folder, stem + (f"-{serial}" if serial > 1 else "") + suffix)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except FileExistsError:
            serial += 1
            continue
        return path


def fill(path: str, data: bytes) -> None:
    """Put a file whole where an empty one holds its place (see :func:`free_name`); where the disk refuses, not even
    that stays. Raises OSError."""
    try:
        replace_file(path, data)
    except BaseException:
        if os.path.exists(path):
            os.unlink(path)
        raise


def replace_file(path: str, data: bytes) -> None:
    """Write a file whole, or leave what was there. Raises OSError."""
    write_whole(Path(path), data)
    os.chmod(path, 0o644)
