"""The eight orientations of EXIF."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it should be seen; ``image`` itself where it is (1, or nonsense)."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_array(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """The same for an array [h, w] or [h, w, c] of any depth."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height after :func:`upright`."""
    return (height, width) if orientation in (5, 6, 7, 8) else (width, height)
