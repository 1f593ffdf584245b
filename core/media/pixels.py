"""Pictures for the viewer."""

from __future__ import annotations

import os

from PIL import Image

from core.media.decode import decode
from core.records import Pixels


def pixels(path: str | os.PathLike[str], max_side: int | None = None) -> Pixels:
    """A file's picture, upright, 8-bit sRGB; its long side at most ``max_side`` where that is given. MediaError."""
    image = decode(os.fspath(path), target=max_side).image
    if max_side is not None and max(image.size) > max_side:
        scale = max_side / max(image.size)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return Pixels(image.width, image.height, len(image.getbands()), image.tobytes())
