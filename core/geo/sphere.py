"""Geometry on the sphere: great-circle distances, unit vectors, centres. Degrees in, kilometres out, numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


def haversine_km(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> F64:
    """Great-circle distance in km between points in degrees, element by element (broadcasts); NaN stays NaN.

    The haversine form is exact for near points and indifferent to the antimeridian.
    """
    p1, l1, p2, l2 = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lat1, lon1, lat2, lon2))
    half = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin((l2 - l1) / 2) ** 2
    out: F64 = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return out


def unit_vectors(lat: ArrayLike, lon: ArrayLike) -> F64:
    """float64 [n, 3]: the points as unit vectors, in which near points are near whatever their longitude says."""
    p, m = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lat, lon))
    return np.stack([np.cos(p) * np.cos(m), np.cos(p) * np.sin(m), np.sin(p)], axis=-1)


def chord(km: float) -> float:
    """The straight distance between unit vectors that are ``km`` apart along the Earth: the radius for a KD-tree."""
    return float(2 * np.sin(min(km / EARTH_KM, np.pi) / 2))


def chord_to_km(distance: ArrayLike) -> F64:
    """Inverse of :func:`chord`, for arrays."""
    out: F64 = 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(distance, dtype=np.float64) / 2, 0.0, 1.0))
    return out


def centroid(lat: ArrayLike, lon: ArrayLike, weight: ArrayLike | None = None) -> tuple[float, float]:
    """The (weighted) centre of points in degrees, by the mean unit vector; NaN, NaN where there is none."""
    vectors = unit_vectors(lat, lon)
    good = np.isfinite(vectors).all(axis=1)
    weights = np.ones(len(vectors)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not good.any():
        return float("nan"), float("nan")
    x, y, z = (vectors[good] * weights[good, None]).sum(axis=0)
    return float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))


def extent_km(lat: ArrayLike, lon: ArrayLike) -> float:
    """Twice the largest distance of a point from the centre: a bound on how wide the points lie, in O(n)."""
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    centre = centroid(lat, lon)
    distance = haversine_km(lat, lon, *centre)
    return float(2 * np.nanmax(distance)) if np.isfinite(distance).any() else 0.0


def valid(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
    """Which positions can be believed: finite, in range, and not the (0, 0) that broken receivers write."""
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        inside = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    out: NDArray[np.bool_] = np.isfinite(lat) & np.isfinite(lon) & inside & ~((lat == 0) & (lon == 0))
    return out


def cells(lat: F64, lon: F64, size_km: float) -> tuple[NDArray[np.int64], F64, F64, NDArray[np.int64]]:
    """Gather valid points into cells of about ``size_km``.

    Returns (cell of each point int64 [n], lat [m] and lon [m] of the cells' centres of mass, points per cell int64
    [m]).
    Cells are rows of equal latitude cut into equal lengths, so that they are equally wide everywhere; a row closes at
    the antimeridian, where the last cell may be narrow.
    """
    degrees = np.degrees(size_km / EARTH_KM)
    row = np.floor((lat + 90.0) / degrees).astype(np.int64)
    middle = np.radians(np.clip((row + 0.5) * degrees - 90.0, -89.99, 89.99))
    column = np.floor(np.mod(lon + 180.0, 360.0) * np.cos(middle) / degrees).astype(np.int64)
    code = row * (1 << 32) + column
    _, cell, count = np.unique(code, return_inverse=True, return_counts=True)
    vectors = unit_vectors(lat, lon)
    mean = np.stack([np.bincount(cell, vectors[:, k], len(count)) for k in range(3)], axis=1) if len(count) else vectors
    cell_lat = np.degrees(np.arctan2(mean[:, 2], np.hypot(mean[:, 0], mean[:, 1])))
    cell_lon = np.degrees(np.arctan2(mean[:, 1], mean[:, 0]))
    return cell.astype(np.int64), cell_lat, cell_lon, count.astype(np.int64)
