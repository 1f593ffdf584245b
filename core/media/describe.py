"""The second pass over one photo: its bytes read once, decoded once, everything measured of it."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image

from core.embed.base import InputSpec
from core.errors import MediaError
from core.media import measures
from core.media.colour import over_neutral
from core.media.decode import Decoded, decode_from
from core.media.safely import DECODER_ERRORS, as_media_error
from core.records import Described, Problem
from core.scan.identity import content_hash, content_hash_of

THUMB = 512
QUALITY = 85
WHOLE_FILE = 128 << 20
"""Files up to so many bytes are read into memory whole; larger ones are hashed and decoded from the disk."""

NO_HASH = b""
"""The content hash of a file that could not be read."""

_CLOSE_ENOUGH = 0.93


def describe(path: str, *, thumb_to: str | None, spec: InputSpec | None, max_thumb: int = THUMB) -> Described:
    """Content hash, thumbnail, measures and network input of one photo. Never raises for a file.

    The thumbnail (JPEG, long side at most ``max_thumb``) is put whole at ``thumb_to``, whose folder is made if need
    be, or is in ``thumb`` where ``thumb_to`` is None. ``network_input`` is made where ``spec`` is given. Of a file that
    cannot be read fully ``problem`` is set, with the content hash where at least the bytes could be read.
    """
    digest = NO_HASH
    try:
        digest, source = _open(path)
        with source:
            decoded = decode_from(source, path, target=max_thumb, short=_short_side(spec))
        return _measured(path, digest, decoded, thumb_to, spec, max_thumb)
    except DECODER_ERRORS as error:
        failure = as_media_error(error)
    except MediaError as error:
        failure = error
    return Described(path, digest, problem=Problem(path, failure.stage, failure.reason))


def _open(path: str) -> tuple[bytes, BinaryIO]:
    """The content hash, and the content to decode: from memory unless the file is huge. OSError."""
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read() if size <= WHOLE_FILE else None
    if data is not None:
        return content_hash_of(data), io.BytesIO(data)
    return content_hash(path), open(path, "rb")


def _short_side(spec: InputSpec | None) -> int | None:
    """Pixels that the network wants of the short side, where that is more than a thumbnail has by itself."""
    return None if spec is None else int(np.ceil(spec.size / spec.crop))


def _measured(
    path: str, digest: bytes, decoded: Decoded, thumb_to: str | None, spec: InputSpec | None, max_thumb: int
) -> Described:
    picture = over_neutral(decoded.image)
    small = shrink(picture, max_thumb)
    described = measure(small, Described(path, digest, decoded.width, decoded.height))
    if spec is not None:
        from core.embed.preprocess import prepare

        source = small if min(small.size) >= spec.size / spec.crop else picture
        described = replace(described, network_input=prepare(source, spec))
    jpeg = encode(small)
    if thumb_to is None:
        return replace(described, thumb=jpeg)
    put(jpeg, thumb_to)
    return described


def shrink(image: Image.Image, max_side: int) -> Image.Image:
    """At most ``max_side`` on the long side.

    Averaging whole blocks is several times cheaper than resampling, so where that ends close below ``max_side`` it is
    taken as it is (12 and 48 megapixels do); else blocks are averaged as far as they go and the rest is resampled.
    """
    longest = max(image.size)
    if longest <= max_side:
        return image
    factor = -(-longest // max_side)
    if longest / factor >= _CLOSE_ENOUGH * max_side:
        return image.reduce(factor)
    scale = max_side / longest
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.5)


def measure(small: Image.Image, described: Described) -> Described:
    """``described`` with all measures of a small RGB picture filled in."""
    grey_image = small.convert("L")
    grey = np.asarray(grey_image)
    histogram = np.array(grey_image.histogram(), dtype=np.int64)
    brightness, contrast = measures.brightness_contrast(histogram)
    sharpness, subject_sharpness = measures.sharpness(grey)
    packed = np.asarray(small.convert("RGBX")).view(np.uint32)[..., 0]
    coarse = small.reduce(4) if min(small.size) >= 64 else small
    return replace(
        described,
        dhash=measures.dhash(np.asarray(grey_image.resize((9, 8), Image.Resampling.BOX))),
        sharpness=sharpness,
        subject_sharpness=subject_sharpness,
        clipped=measures.clipped(histogram),
        brightness=brightness,
        contrast=contrast,
        flatness=measures.flatness(packed),
        text=measures.text_share(grey),
        **measures.colours(np.asarray(coarse)),
    )


def encode(image: Image.Image) -> bytes:
    """A JPEG for the wall."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def put(data: bytes, path: str) -> None:
    """Write a file that appears whole or not at all. MediaError (stage "thumbnail")."""
    partial = f"{path}.{os.getpid()}.part"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(partial, "wb") as file:
            file.write(data)
        os.replace(partial, path)
    except OSError as error:
        raise MediaError("thumbnail", f"The thumbnail cannot be written: {error.strerror or error}.") from error
