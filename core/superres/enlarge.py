"""A whole picture enlarged by a model: whatever its depth and channels, with a strength, gentler on faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.progress import Progress
from core.superres import tiles
from core.superres.models import Model
from core.superres.resampling import bicubic, bicubic_rows

F32 = NDArray[np.float32]
Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the small picture."""
FACE_STRENGTH = 0.5
"""How strong a model is on faces at most, unless something else is asked."""
_SOFT = 0.15
"""Part of a face's size over which the strength passes to that of its surroundings."""
_TRIAL, _LONG_ENOUGH = 24, 0.1


def enlarge(
    pixels: Pixels,
    model: Model,
    scale: int,
    *,
    strength: float = 1.0,
    faces: Sequence[Box] = (),
    face_strength: float = FACE_STRENGTH,
    tile: int | None = None,
    progress: Progress | None = None,
) -> Pixels:
    """uint8 or uint16 [h, w], [h, w, 2] (grey, alpha), [h, w, 3] or [h, w, 4] -> the same, ``scale`` times as large.

    ``strength`` 0: plain bicubic; 1: the model's picture; between: a blend. In ``faces`` (boxes) it is at most
    ``face_strength``. Alpha is enlarged apart, by bicubic. Raises Cancelled, ReverieError.
    """
    _check(pixels, model, scale)
    full = float(np.iinfo(pixels.dtype).max)
    colour, alpha = _parts(pixels)
    image = np.ascontiguousarray(np.broadcast_to(colour, (*colour.shape[:2], 3)), np.float32) / np.float32(full)
    height, width = image.shape[:2]
    out = np.empty((height * scale, width * scale, pixels.shape[2] if pixels.ndim == 3 else 1), pixels.dtype)
    weights = _Weights(strength, faces, face_strength, scale, width)
    for top, rows in tiles.bands(model, image, tile=tile, progress=progress):
        blended = _blended(rows, image, weights, scale, top)
        grey = colour.shape[2] == 1
        out[top : top + len(rows), :, : colour.shape[2]] = _stored(_mean(blended) if grey else blended, full, out.dtype)
        if alpha is not None:
            plain = bicubic_rows(alpha.astype(np.float32) / full, scale, top, top + len(rows))
            out[top : top + len(rows), :, -1] = _stored(plain, full, out.dtype)
    return out if pixels.ndim == 3 else out[..., 0]


def plain(pixels: Pixels, scale: int) -> Pixels:
    """The same by bicubic alone, whatever its channels."""
    full = float(np.iinfo(pixels.dtype).max)
    return _stored(bicubic(pixels.astype(np.float32) / np.float32(full), scale), full, pixels.dtype)


def invented(result: Pixels, plain: Pixels) -> F32:
    """Float32 [h, w] in [0, 1]: how far each pixel lies from another enlargement (the bicubic one, or another model's),
    mean over the colours. What is far from it the photo does not say: the model did."""
    if result.shape != plain.shape or result.dtype != plain.dtype:
        raise ReverieError("Only pictures of the same size and depth can be compared.")
    full = np.float32(np.iinfo(result.dtype).max)
    difference = np.abs(np.asarray(result, np.float32) - np.asarray(plain, np.float32)) / full
    if difference.ndim == 2:
        return difference.astype(np.float32, copy=False)
    colours = difference[..., : 3 if difference.shape[2] >= 3 else 1]
    return np.asarray(colours.mean(axis=2), np.float32)


def seconds(
    model: Model, h: int, w: int, *, tile: int | None = None, clock: Callable[[], float] = perf_counter
) -> float:
    """How long a picture of this size takes here: from a trial on a small one, grown until it can be timed."""
    side, most = _TRIAL, tile or model.tile
    model(np.zeros((side, side, 3), np.float32))
    while True:
        trial = np.random.default_rng(0).random((side, side, 3), np.float32)
        begin = clock()
        model(trial)
        spent = clock() - begin
        if spent >= _LONG_ENOUGH or 2 * side > most:
            return spent * tiles.pixels_seen(h, w, model, tile) / side**2
        side *= 2


# ---------------------------------------------------------------- parts


def _check(pixels: NDArray[Any], model: Model, scale: int) -> None:
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim not in (2, 3):
        raise ReverieError("Only pictures of 8 or 16 bits a channel can be enlarged.")
    if pixels.ndim == 3 and not 1 <= pixels.shape[2] <= 4:
        raise ReverieError(f"A picture with {pixels.shape[2]} channels cannot be enlarged.")
    if pixels.size == 0:
        raise ReverieError("The picture is empty.")
    if scale != model.scale:
        raise ReverieError(f"The model was loaded to enlarge by {model.scale}, not by {scale}.")


def _parts(pixels: Pixels) -> tuple[Pixels, Pixels | None]:
    """Colour [h, w, 1 or 3], and alpha [h, w] where there is one."""
    if pixels.ndim == 2:
        return pixels[..., None], None
    if pixels.shape[2] in (2, 4):
        return pixels[..., :-1], pixels[..., -1]
    return pixels, None


class _Weights:
    """How strong the model is at each pixel of the large picture."""

    def __init__(self, strength: float, faces: Sequence[Box], face_strength: float, scale: int, width: int) -> None:
        self._strength = float(np.clip(strength, 0.0, 1.0))
        self._held = min(self._strength, float(np.clip(face_strength, 0.0, 1.0)))
        self._faces = [np.array(box, np.float64) * scale for box in faces]
        self._width = width * scale

    def rows(self, top: int, count: int) -> F32 | float:
        """[count, width, 1], or one number for all."""
        if not self._faces or self._held == self._strength:
            return self._strength
        y, x = np.arange(top, top + count) + 0.5, np.arange(self._width) + 0.5
        inside = np.zeros((count, self._width), np.float32)
        for left, upper, right, lower in self._faces:
            soft = max(_SOFT * max(right - left, lower - upper), 1.0)
            across = np.clip(1 - np.maximum(left - x, x - right) / soft, 0, 1)
            down = np.clip(1 - np.maximum(upper - y, y - lower) / soft, 0, 1)
            inside = np.maximum(inside, np.outer(down, across).astype(np.float32))
        weight: F32 = np.float32(self._strength) + np.float32(self._held - self._strength) * inside
        return weight[..., None]


def _blended(rows: F32, image: F32, weights: _Weights, scale: int, top: int) -> F32:
    weight = weights.rows(top, len(rows))
    if isinstance(weight, float) and weight == 1.0:
        return rows
    below = bicubic_rows(image, scale, top, top + len(rows))
    return below + np.asarray(weight, np.float32) * (rows - below)


def _mean(rows: F32) -> F32:
    return np.asarray(rows.mean(axis=2, keepdims=True), np.float32)


def _stored(values: F32, full: float, dtype: np.dtype[Any]) -> Pixels:
    """Values in [0, 1] as whole numbers, the nearest."""
    stored: Pixels = np.clip(np.rint(values * np.float32(full)), 0, full).astype(dtype)
    return stored
