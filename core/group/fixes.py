"""All positions of a library in small cells: people come back, and the fixes of other days sharpen a place.

A position that was borrowed from few neighbours is moved towards where the fixes around it heap up (mean shift;
Fukunaga and Hostetler 1975; Comaniciu and Meer 2002), and stays where it is the only one. Work does not grow with how
often a place was visited, since a cell stands for all its fixes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import EARTH_KM
from core.group.base import F64

I64 = NDArray[np.int64]

LEAST_KM = 0.005
"""No receiver of a telephone is surer than this under open sky (van Diggelen and Enge 2015)."""

OWN = 6.0  # fixes that a borrowed position counts as
_REACH, _STEPS, _WIDTH = 2, 3, 1.2
_ROW = 1 << 32


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of ``side`` km that hold fixes: key int64 [c] ascending, count int64 [c], lat, lon float64 [c] means."""

    side: float
    key: I64
    count: I64
    lat: F64
    lon: F64

    @classmethod
    def of(cls, lat: F64, lon: F64, noise_km: float) -> Cells:
        """Of fixes whose noise along an axis is ``noise_km``."""
        side = max(noise_km, LEAST_KM)
        key = _keys(_rows(lat, side), lon, side)
        order = np.argsort(key, kind="stable")
        unique, start, count = np.unique(key[order], return_index=True, return_counts=True)
        if len(unique) == 0:
            return cls(side, unique, count, np.zeros(0), np.zeros(0))
        mean_lat, mean_lon = (np.add.reduceat(each[order], start) / count for each in (lat, lon))
        return cls(side, unique, count.astype(np.int64), mean_lat, mean_lon)

    def drawn(self, lat: F64, lon: F64, own: tuple[F64, F64] | None = None) -> tuple[F64, F64, F64]:
        """(east, north) float64 [m] km by which positions are moved to where fixes heap up, and how many fixes that
        rests on; ``own``: a fix (lat, lon) of each that must not count."""
        count, x, y = self._around(lat, lon, own)
        east, north, total = np.zeros(len(lat)), np.zeros(len(lat)), np.zeros(len(lat))
        for _ in range(_STEPS):
            square = (x - east[:, None]) ** 2 + (y - north[:, None]) ** 2
            weight = count * np.exp(-square / (2.0 * (_WIDTH * self.side) ** 2))
            total = weight.sum(axis=1)
            east, north = ((weight * each).sum(axis=1) / (total + OWN) for each in (x, y))
        return east, north, total

    def _around(self, lat: F64, lon: F64, own: tuple[F64, F64] | None) -> tuple[F64, F64, F64]:
        """(fixes, km east, km north) float64 [m, (2 * _REACH + 1)²] of the cells around positions."""
        none = np.full(len(lat), -1) if own is None else _keys(_rows(own[0], self.side), own[1], self.side)
        row, parts = _rows(lat, self.side), []
        for down in range(-_REACH, _REACH + 1):
            middle = _keys(row + down, lon, self.side)
            for across in range(-_REACH, _REACH + 1):
                key = middle + across
                at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
                count = np.where(self.key[at] == key, self.count[at], 0).astype(np.float64)
                at_lat, at_lon = self.lat[at], self.lon[at]
                if own is not None:
                    left = np.where(none == key, count - 1.0, count)
                    out = np.where(none == key, 1.0, 0.0) / np.maximum(left, 1.0)
                    at_lat, at_lon = at_lat + out * (at_lat - own[0]), at_lon + out * (at_lon - own[1])
                    count = left
                parts.append((count, at_lon - lon, at_lat - lat))
        found, x, y = (np.stack(each, axis=1) for each in zip(*parts, strict=True))
        shrink = np.cos(np.radians(lat))[:, None]
        return found, np.where(found > 0, np.radians(x) * shrink * EARTH_KM, 0.0), np.radians(y) * EARTH_KM


def _rows(lat: F64, side: float) -> I64:
    return np.floor(np.radians(lat) * EARTH_KM / side).astype(np.int64)


def _keys(row: I64, lon: F64, side: float) -> I64:
    """Cells of a row are as wide as high at its own latitude."""
    wide = np.cos((row + 0.5) * side / EARTH_KM) * EARTH_KM
    out: I64 = row * _ROW + np.floor(np.radians(lon) * wide / side).astype(np.int64)
    return out
