"""Pictures that a run shows as it learns: filters, what it keeps of a photo, dreams. Arrays in, small pictures out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.lab import data
from core.lab.learners import sees_pictures
from core.records_lab import PictureGrid, Value

Pictures = NDArray[np.uint8]
LOOKED_AT = 512
"""Photos kept apart that pictures are made of."""

UNITS, PAIRS, MOST_EXCITING, DREAMS, DREAM_STEPS = 64, 16, 9, 16, 100


class Shown:
    """What can be shown of a learner that sees ``rows`` (photos kept apart), whose small ``pictures`` are known.

    A learner that sees thumbnails shows its weights and reconstructions themselves. One that sees the CNN's vectors
    shows for each unit the mean of the photos that excite it most (its receptive field, as far as it has one).
    """

    def __init__(self, parameters: Mapping[str, Value], rows: NDArray[Any], pictures: Pictures | None) -> None:
        self._pixels = sees_pictures(parameters)
        count = 0 if pictures is None else min(len(rows), len(pictures))
        self._rows, self._pictures = rows[:count], pictures if pictures is None else pictures[:count]

    def grids(self, estimator: Any, epoch: int) -> Iterator[PictureGrid]:
        """The grids that can be made of a learner as it is now."""
        if self._pictures is None or not len(self._rows):
            return
        if not self._pixels:
            if hasattr(estimator, "transform"):
                yield PictureGrid("filters", epoch, self._fields(estimator))
            return
        weights = _weights(estimator)
        if weights is not None and weights.shape[1] == data.PIXELS:
            yield PictureGrid("filters", epoch, data.tiles(weights, UNITS))
        if hasattr(estimator, "reconstruct") and whole(estimator):
            yield PictureGrid("reconstructions", epoch, self._pairs(estimator))
        if hasattr(estimator, "dream") and whole(estimator):
            yield PictureGrid("dreams", epoch, data.as_pictures(estimator.dream(DREAMS, DREAM_STEPS)))

    def _pairs(self, estimator: Any) -> Pictures:
        """A photo, then what is kept of it, and so on."""
        assert self._pictures is not None
        kept = data.as_pictures(estimator.reconstruct(np.asarray(self._rows[:PAIRS])))
        return np.stack([self._pictures[:PAIRS], kept], axis=1).reshape(-1, data.SIDE, data.SIDE, 3)

    def _fields(self, estimator: Any) -> Pictures:
        """The mean of the photos that excite each unit most, of the units that tell photos apart most."""
        assert self._pictures is not None
        active = np.asarray(estimator.transform(np.asarray(self._rows)))
        active = np.unpackbits(active, axis=1).astype(np.float32) if active.dtype == np.uint8 else active
        units = np.argsort(-active.std(axis=0), kind="stable")[:UNITS]
        best = np.argsort(-active[:, units], axis=0, kind="stable")[:MOST_EXCITING].T
        mean: Pictures = np.rint(self._pictures[best].mean(axis=1, dtype=np.float32)).astype(np.uint8)
        return mean


def _weights(estimator: Any) -> NDArray[Any] | None:
    """[units, d]: the weights of the units that see the picture itself, those of the lowest layer of several."""
    if hasattr(estimator, "filters"):
        return np.asarray(estimator.filters(0))
    found = getattr(estimator, "components_", None)
    return None if found is None else np.asarray(found)


def whole(estimator: Any) -> bool:
    """Whether all layers are there: those of a stack come one after another."""
    return not hasattr(estimator, "machines_") or hasattr(estimator, "top_mean_")
