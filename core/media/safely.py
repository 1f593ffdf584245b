"""Pillow, kept from trusting a file: which formats, how many pixels, and every way in which decoders give up."""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from PIL import Image

from core.errors import MediaError

MAX_PIXELS = 500_000_000
"""Most pixels of a picture that is decoded at reduced scale (JPEG); more is taken for a decompression bomb."""

MAX_WHOLE_PIXELS = 200_000_000
"""Most pixels of one that must be decoded whole (about 800 MB while it is)."""

DECODER_ERRORS = (
    OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, AttributeError, EOFError, MemoryError,
    RuntimeError, AssertionError, struct.error, zlib.error, Image.DecompressionBombError, Warning,
)  # fmt: skip
"""What Pillow and its decoders raise on damaged files (found by fuzzing them)."""

Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_QUIET = threading.Lock()
"""Silencing warnings is a matter of the whole process, so one thread does it at a time."""


def open_image(source: IO[bytes] | str, formats: Sequence[str] | None = None) -> Image.Image:
    """``Image.open`` without its warnings (damaged EXIF, many pixels: the caller checks those).

    Raises any of ``DECODER_ERRORS``.
    """
    with silenced():
        return Image.open(source, formats=list(formats) if formats else None)


@contextmanager
def silenced() -> Iterator[None]:
    """No warnings in here (they are a matter of the whole process, so one thread at a time)."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def check_pixels(width: int, height: int, *, reduced: bool) -> None:
    """MediaError (stage "decode") where a header promises more than a computer should be asked to unpack."""
    limit = MAX_PIXELS if reduced else MAX_WHOLE_PIXELS
    if width <= 0 or height <= 0:
        raise MediaError("decode", "The picture has no width or no height.")
    if width * height > limit:
        size = f"{width:,} × {height:,}"
        raise MediaError(
            "decode", f"The picture claims {size} pixels; more than {limit // 10**6} million are not read."
        )


def reason_of(error: BaseException) -> str:
    """A sentence for the person about what a decoder raised."""
    text = str(error).lower()
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return "The picture claims more pixels than are read."
    if isinstance(error, MemoryError):
        return "There is not enough memory to decode the picture."
    if isinstance(error, OSError) and error.errno is not None:
        return f"The file cannot be read: {error.strerror}."
    if "truncated" in text or isinstance(error, EOFError) or "end of" in text:
        return "The file is cut short: part of the picture is missing."
    return "The picture is damaged and cannot be decoded."


def as_media_error(error: BaseException) -> MediaError:
    """The same as a MediaError (stage "decode", or "read" where the disk was the reason)."""
    if isinstance(error, MediaError):
        return error
    on_disk = isinstance(error, OSError) and error.errno is not None
    return MediaError("read" if on_disk else "decode", reason_of(error))
