"""Old scans and much-compressed photos made presentable: without noise and JPEG's blocks, and larger if wished.

Two networks of the compact kind learn it from degraded pictures (:mod:`core.superres.degrade`): one leaves the size as
it is, one enlarges by four at once. A scale between them is the large picture reduced.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.progress import Progress
from core.superres import models
from core.superres.enlarge import Box, enlarge
from core.superres.models import Model

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
NAME = "restore"


def restore(
    pixels: Pixels,
    scale: int = 1,
    *,
    strength: float = 1.0,
    then: Model | None = None,
    faces: Sequence[Box] = (),
    file: Path | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Pixels:
    """uint8 or uint16 [h, w], [h, w, 3] or [h, w, 4] -> the same restored, ``scale`` (1, 2, 3, 4) times as large.

    ``strength`` 0 leaves noise and blocks as they are (enlarged by bicubic), 1 takes the network's word, between is a
    blend. With ``then`` the picture is restored at its own size and that model enlarges what comes out: a chain of two,
    whose strength is that of the first. ``file``: weights of one's own training. Raises Cancelled, ReverieError,
    WeightsError.
    """
    if then is None:
        return _applied(pixels, scale, strength, faces, file, device, progress)
    if then.scale != scale:
        raise ReverieError(f"The model was loaded to enlarge by {then.scale}, not by {scale}.")
    cleaned = _applied(pixels, 1, strength, faces, file, device, progress)
    return enlarge(cleaned, then, scale, faces=faces, progress=progress)


def _applied(
    pixels: Pixels,
    scale: int,
    strength: float,
    faces: Sequence[Box],
    file: Path | None,
    device: str,
    progress: Progress | None,
) -> Pixels:
    model = models.load(NAME, scale, file=file, device=device)
    return enlarge(pixels, model, scale, strength=strength, faces=faces, progress=progress)
