"""Stretches of land that people call by a name which no town has: ranges, coasts, islands. Rough outlines, by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Outline = tuple[tuple[float, float], ...]

REGIONS: dict[str, Outline] = {
    "the Dolomites": ((46.0, 11.3), (46.3, 11.3), (46.8, 11.7), (46.85, 12.5), (46.3, 12.5), (46.0, 11.9)),
    "the Alps": (
        (43.9, 6.2), (44.7, 5.5), (45.6, 5.6), (46.3, 6.2), (46.4, 7.0), (46.9, 8.2), (47.3, 9.2), (47.5, 10.5),
        (47.8, 12.5), (47.9, 14.5), (47.8, 15.7), (47.1, 15.0), (46.5, 14.9), (46.1, 13.6), (46.0, 12.4),
        (45.8, 10.6), (45.9, 8.9), (45.5, 7.8), (44.5, 7.2), (44.0, 7.4),
    ),
    "the Pyrenees": ((42.3, 2.9), (42.0, 1.0), (42.4, -1.0), (43.05, -1.7), (43.15, -0.6), (42.9, 1.5), (42.65, 2.6)),
    "the Scottish Highlands": ((56.2, -5.6), (56.4, -4.0), (57.2, -3.0), (57.7, -4.0), (58.6, -3.5), (58.6, -5.2),
                               (57.3, -5.8)),
    "the Lake District": ((54.25, -3.3), (54.3, -2.75), (54.65, -2.75), (54.7, -3.3), (54.45, -3.5)),
    "the Black Forest": ((47.6, 7.7), (47.65, 8.4), (48.4, 8.6), (48.85, 8.6), (48.8, 8.3), (48.0, 7.95)),
    "the Tatras": ((49.0, 19.6), (49.35, 19.6), (49.35, 20.4), (49.05, 20.4)),
    "the Carpathians": ((45.2, 23.0), (45.25, 25.9), (46.5, 26.6), (48.2, 25.2), (47.6, 24.4), (46.0, 25.5),
                        (45.65, 23.0)),
    "the Sierra Nevada": ((35.9, -118.2), (36.2, -118.9), (37.3, -119.6), (38.8, -120.4), (39.5, -120.6),
                          (39.4, -119.95), (38.0, -119.0), (37.0, -118.3)),
    "the Rocky Mountains": (
        (35.8, -105.2), (37.0, -107.8), (39.5, -108.0), (42.0, -111.0), (44.5, -114.5), (48.0, -115.5), (51.0, -118.2),
        (53.8, -119.5), (53.3, -117.0), (50.5, -114.6), (48.5, -112.8), (45.5, -109.5), (43.0, -108.0), (40.6, -105.2),
        (38.6, -104.9),
    ),
    "the Himalayas": ((27.4, 83.0), (27.2, 88.8), (28.3, 88.8), (29.3, 84.0), (31.8, 79.5), (33.8, 77.5), (33.0, 76.0),
                      (30.2, 78.5)),
    "Patagonia": ((-55.2, -66.5), (-55.2, -71.0), (-50.0, -75.0), (-41.5, -72.3), (-41.5, -70.0), (-46.0, -68.5)),
    "the Canary Islands": ((27.5, -18.3), (27.5, -13.2), (29.5, -13.2), (29.5, -18.3)),
    "the Azores": ((36.8, -31.4), (36.8, -24.9), (39.8, -24.9), (39.8, -31.4)),
    "the Hebrides": ((56.3, -7.8), (56.3, -6.0), (57.7, -6.0), (58.6, -6.1), (58.6, -7.8)),
    "the Lofoten Islands": ((67.6, 12.5), (67.6, 14.0), (68.1, 15.2), (68.5, 15.0), (68.2, 12.8)),
    "Tuscany": ((42.35, 11.0), (42.6, 11.7), (43.3, 12.3), (43.9, 12.3), (44.4, 10.0), (44.05, 9.7), (43.4, 10.2)),
    "the Algarve": ((36.9, -9.05), (36.9, -7.4), (37.4, -7.4), (37.4, -8.85)),
    "Crete": ((34.8, 23.4), (34.8, 26.4), (35.75, 26.4), (35.75, 23.4)),
    "Corsica": ((41.3, 8.5), (41.3, 9.6), (43.1, 9.6), (43.1, 8.5)),
    "Sardinia": ((38.8, 8.1), (38.8, 9.9), (41.28, 9.9), (41.28, 8.1)),
    "Sicily": ((36.6, 12.3), (36.6, 15.4), (38.3, 15.66), (38.4, 12.3)),
    "Mallorca": ((39.2, 2.3), (39.2, 3.5), (40.0, 3.5), (40.0, 2.3)),
}  # fmt: skip
"""Name -> corners (latitude, longitude). A smaller region stands before a larger one that holds it."""


def within(lat: ArrayLike, lon: ArrayLike, outline: Outline) -> NDArray[np.bool_]:
    """Which points, bool [n], lie inside an outline that does not cross the antimeridian (even-odd rule)."""
    y, x = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    inside = np.zeros(y.shape, dtype=np.bool_)
    for (y1, x1), (y2, x2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def regions_of(lat: ArrayLike, lon: ArrayLike) -> list[str]:
    """For every point the first region that holds it, or ""."""
    lat, lon = np.atleast_1d(np.asarray(lat, dtype=np.float64)), np.atleast_1d(np.asarray(lon, dtype=np.float64))
    names = list(REGIONS)
    index = np.full(len(lat), len(names), dtype=np.int64)
    for i, name in reversed(list(enumerate(names))):
        index[within(lat, lon, REGIONS[name])] = i
    names.append("")
    return [names[i] for i in index.tolist()]
