"""From a decoded picture to a network's input, in one resize. Pillow and numpy only: decode workers call this."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.embed.base import InputSpec

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_REDUCING_GAP = 2.0


def crop_box(width: int, height: int, crop: float) -> tuple[float, float, float, float]:
    """The centred square (left, top, right, bottom) in source pixels that a network sees; ``crop`` in (0, 1]."""
    side = min(width, height) * crop
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def prepare(image: Image.Image, spec: InputSpec) -> NDArray[np.uint8]:
    """A picture, upright and in sRGB already, as uint8 [size, size, 3] for the embedder of ``spec``.

    Scaling and centre crop are one call: Pillow resamples only the square that is kept, and ``reducing_gap`` lets it
    average blocks first when the picture is much larger. Raises KeyError for an interpolation Pillow does not have.
    """
    resample = _FILTERS[spec.interpolation]
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    box = crop_box(image.width, image.height, spec.crop)
    small = image.resize((spec.size, spec.size), resample, box=box, reducing_gap=_REDUCING_GAP)
    return np.array(small.convert("RGB"), dtype=np.uint8)
