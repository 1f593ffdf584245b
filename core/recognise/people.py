"""How many faces a picture shows, and how much of it the largest fills: what tells portraits and groups.

Meant for a process of its own (:class:`core.learn.process.Aside`): torch is loaded where :func:`count` is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.progress import Progress

COUNTED = np.dtype([("faces", np.uint8), ("area", np.float32)])
"""Faces in a picture, 255 at most, and the share of it that the largest one's box fills."""

GLANCE, LOOK = 160, 320
"""Pixels of the long side: at the first all pictures are looked at, at the second those that seem to show a face."""

SURE = 0.95
"""How probable a face must be at the second look: chosen on the half for tuning of ``benchmarks.quality.kinds``."""


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
            picture.draft("RGB", (LOOK, LOOK))
            return np.asarray(picture.convert("RGB"))
    except (OSError, ValueError):
        return None


def look_at(picture: NDArray[np.uint8]) -> tuple[int, float]:
    """(faces, area), as COUNTED has them, of uint8 [h, w, 3] RGB. Raises WeightsError."""
    from core.recognise.faces import detect, reduced

    if not len(detect(reduced(picture, GLANCE))):
        return 0, 0.0
    seen = reduced(picture, LOOK)
    found = detect(seen)
    boxes = found.boxes[found.probability >= SURE]
    shares = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / (seen.shape[0] * seen.shape[1])
    return min(len(boxes), 255), float(shares.max(initial=0.0))
