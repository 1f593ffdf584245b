"""How many faces a picture shows, and how much of it the largest fills: what tells portraits and groups.

Meant for a process of its own (:class:`core.learn.process.Aside`): torch is loaded where :func:`count` is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.progress import Progress

COUNTED = np.dtype([("faces", np.uint8), ("area", np.float32)])
"""Faces in a picture, 255 at most, and the share of it that the largest one's box fills."""

SIDES = (160, 320)
"""Pixels of the long side that pictures are looked at with: all at the first, those that show a face at the second."""


@dataclass(frozen=True, slots=True)
class Task:
    """Picture files to look at; one that cannot be read shows no face."""

    pictures: tuple[str, ...]


def count(task: Task, _progress: Progress) -> NDArray[Any]:
    """COUNTED [n] of the n pictures. Raises WeightsError where the networks are absent."""
    return np.array([(0, 0.0) if seen is None else look_at(seen) for seen in map(_read, task.pictures)], COUNTED)


def _read(path: str) -> NDArray[np.uint8] | None:
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (SIDES[-1], SIDES[-1]))
            return np.asarray(picture.convert("RGB"))
    except (OSError, UnidentifiedImageError, ValueError):
        return None


def look_at(picture: NDArray[np.uint8]) -> tuple[int, float]:
    """(faces, area), as COUNTED has them, of uint8 [h, w, 3] RGB. Raises WeightsError."""
    from core.recognise.faces import detect, reduced

    faces, area = 0, 0.0
    for side in SIDES:
        seen = reduced(picture, side)
        found = detect(seen)
        if not len(found):
            break
        largest = float((found.boxes[:, 2:] - found.boxes[:, :2]).prod(axis=1).max())
        faces, area = max(faces, len(found)), max(area, largest / (seen.shape[0] * seen.shape[1]))
    return min(faces, 255), area
