"""Faces in a photo that is enlarged: on them models that invent detail are held down, wherever they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import MediaError, WeightsError
from core.progress import Progress
from core.recognise import face_files
from core.superres.enlarge import FACE_STRENGTH, Box
from core.superres.models import ModelInfo


def are(model: ModelInfo, strength: float) -> bool:
    """Whether a model at this strength is held down on faces at all."""
    return model.adversarial and strength > FACE_STRENGTH


def warn(progress: Progress) -> None:
    """Tell the person where faces cannot be found here."""
    reason = face_files.available()
    if reason:
        progress.notice(f"Only faces that photos' metadata name are spared. {reason}")


def faces(path: str, pixels: NDArray[Any], progress: Progress) -> tuple[Box, ...]:
    """The faces that a photo's metadata place, then those that are found in its pixels (uint8 or uint16, upright, any
    channels) where the weights for that are there. A face may be among both: boxes may overlap."""
    height, width = pixels.shape[:2]
    return (*_placed(path, width, height), *_found(pixels, progress))


def _placed(path: str, width: int, height: int) -> tuple[Box, ...]:
    from core.media.metadata import read_metadata
    from core.studio.food import boxes

    try:
        named = read_metadata(path).faces
    except MediaError:
        return ()
    placed = boxes([{"x": f.x, "y": f.y, "width": f.width, "height": f.height} for f in named])
    return tuple((a * width, b * height, c * width, d * height) for a, b, c, d in placed)


def _found(pixels: NDArray[Any], progress: Progress) -> tuple[Box, ...]:
    """On the CPU: it takes a fraction of a second there."""
    if face_files.available():
        return ()
    from core.recognise import faces as detection

    try:
        found = detection.detect(_seen(pixels))
    except WeightsError as error:
        progress.notice(f"Only faces that photos' metadata name are spared. {error}")
        return ()
    return tuple((left, top, right, bottom) for left, top, right, bottom in found.boxes.tolist())


def _seen(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """uint8 [h, w, 3], without alpha."""
    colour = pixels[..., None] if pixels.ndim == 2 else pixels
    colour = colour[..., :1] if colour.shape[2] <= 2 else colour[..., :3]
    if colour.dtype == np.uint16:
        colour = (colour >> 8).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(colour, (*colour.shape[:2], 3)), np.uint8)
