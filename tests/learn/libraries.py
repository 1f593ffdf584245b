"""Small streams for the tests of learning: outings with pauses, which a person joins and the rule does not."""

from __future__ import annotations

import numpy as np

from core.group.base import Inputs, LineConstraint, PhotoTable
from core.learn.examples import Stream, stream_of
from core.records import LEVELS
from tests.group.builders import table

EVENTS = LEVELS["events"]


def outings(n: int = 60, seed: int = 0) -> tuple[PhotoTable, np.ndarray]:
    """(table, number of the outing of each photo): outings of 6 photos half a day apart or more, at places of their
    own. Every one has a pause of nine hours in its middle, which the installed rule takes for an end."""
    rng = np.random.default_rng(seed)
    times, lat, number, at = [], [], [], 1.7e9
    for outing in range(n):
        for photo in range(6):
            at += 9 * 3600.0 if photo == 3 else float(rng.uniform(60, 240))
            times.append(at)
            lat.append(50.0 + outing * 0.05 + float(rng.normal(0, 1e-4)))
            number.append(outing)
        at += float(rng.uniform(14, 40)) * 3600.0
    return table(times, lat, np.full(len(times), 8.0)), np.array(number)


def stream(photos: PhotoTable, said: list[LineConstraint], folder: np.ndarray | None = None) -> Stream:
    """The stream with these corrections, the album showing what the rule says."""
    none = np.full(len(photos), -1, dtype=np.int64)
    return stream_of(photos, Inputs(line=tuple(said)), None, none if folder is None else folder)


def joined(number: np.ndarray, outing: int) -> LineConstraint:
    """ "These are one event": the two halves of an outing."""
    rows = np.flatnonzero(number == outing)
    return LineConstraint(int(rows[2]), int(rows[3]), EVENTS, False, outing + 1)
