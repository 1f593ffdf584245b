"""Squares of photos that generators learn from, in the process that trains: cropped once, kept in the library's cache.

Thumbnails are large enough for most; where one is not, and for photos without, the photo itself is decoded, reduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import MediaError, ReverieError
from core.gan.smart_crop import crop
from core.lab.data import SmallPictures, gathered
from core.media.colour import over_neutral
from core.media.decode import decode_from
from core.media.safely import DECODER_ERRORS
from core.paths import thumb_path
from core.progress import Progress
from core.studio.asked import Look
from core.studio.food import Food

U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Portion:
    """Photos as a training takes them: uint8 [n, size, size, 3], labels int64 [n] or None, to learn from and apart."""

    learn: U8
    held: U8
    learn_labels: I64 | None
    held_labels: I64 | None


class Cropper:
    """Makes the square of a photo with its subject in it; None where there is nothing to see."""

    def __init__(self, size: int, sources: Mapping[int, str], faces: Mapping[int, tuple[Box, ...]]) -> None:
        self.size, self.sources, self.faces = size, sources, faces

    def __call__(self, root: Path, photo: int) -> U8 | None:
        image = _thumbnail(root, photo)
        if image is None or min(image.size) < self.size:
            image = self._decoded(photo) or image
        if image is None:
            return None
        across, down = image.size
        boxes = [(a * across, b * down, c * across, d * down) for a, b, c, d in self.faces.get(photo, ())]
        return crop(np.asarray(image), self.size, boxes)

    def _decoded(self, photo: int) -> Image.Image | None:
        path = self.sources.get(photo)
        if path is None:
            return None
        try:
            with open(path, "rb") as file:
                return over_neutral(decode_from(file, path, target=self.size, short=self.size).image)
        except (OSError, MediaError):
            return None


def _thumbnail(root: Path, photo: int) -> Image.Image | None:
    try:
        with Image.open(thumb_path(root, photo)) as picture:
            return picture.convert("RGB")
    except DECODER_ERRORS:
        return None


def _cache(food: Food, size: int) -> SmallPictures:
    make = Cropper(size, food.sources, food.faces)
    return SmallPictures(Path(food.root), Path(food.cache), side=size, make=make, name=f"crops-{size}")


def look(asked: Look, progress: Progress) -> NDArray[np.bool_]:
    """bool [n]: of which photos there is a picture; they are in the cache then. Raises Cancelled, ReverieError."""
    try:
        return _cache(asked.food, asked.size).rows(asked.food.ids, progress)[1] >= 0
    except OSError as error:
        raise ReverieError(f"The pictures to learn from cannot be kept: {error.strerror or error}.") from error


def portion(food: Food, size: int, scratch: Path, progress: Progress) -> Portion:
    """The pictures themselves; many lie in a file named ``scratch``. Raises Cancelled, OSError, ReverieError where some
    are gone since the training began."""
    stored, rows = _cache(food, size).rows(food.ids, progress)
    gone = int((rows < 0).sum())
    if gone:
        raise ReverieError(
            f"{gone:,} of the {len(rows):,} photos that this run learns from can no longer be read, so it cannot go on "
            "as it was. Start a new one."
        )
    apart = food.held_out
    labels = food.labels
    return Portion(
        gathered(stored, rows[~apart], scratch),
        np.asarray(stored[rows[apart]]),
        None if labels is None else labels[~apart],
        None if labels is None else labels[apart],
    )
