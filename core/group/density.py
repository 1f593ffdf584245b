"""Density clusters of positions on the sphere: DBSCAN (Ester 1996) over weighted cells, with a bound on their width."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geo.sphere import cells, chord, extent_km, unit_vectors
from core.group.base import F64
from core.group.timeline import I64


def clusters(lat: F64, lon: F64, eps_km: float, min_photos: int, max_extent_km: float) -> I64:
    """Cluster of each position, int64 [n], -1 for none; clusters are numbered from the largest to the smallest.

    Positions (degrees, all valid) are gathered into cells of a fifth of ``eps_km``. Places where ``min_photos`` lie
    within ``eps_km`` grow together; what grew wider than ``max_extent_km`` (a coast, a commuter belt) is cut again with
    half the reach, down to a quarter of it.
    """
    labels = _dbscan(lat, lon, eps_km, min_photos)
    labels = _split_wide(lat, lon, labels, eps_km, min_photos, max_extent_km, depth=2)
    return by_size(labels)


def by_size(labels: I64) -> I64:
    """Renumber clusters 0, 1, … from the largest down (equal sizes by first member); -1 stays."""
    out = np.full(len(labels), -1, dtype=np.int64)
    known = labels >= 0
    if not known.any():
        return out
    _, first, inverse, count = np.unique(labels[known], return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(count), dtype=np.int64)
    rank[np.lexsort((first, -count))] = np.arange(len(count))
    out[known] = rank[inverse]
    return out


def _dbscan(lat: F64, lon: F64, eps_km: float, min_photos: int) -> I64:
    """DBSCAN labels, int64 [n]. A cell is a core if its surroundings hold enough photos; a border cell joins the
    nearest core."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if len(lat) == 0:
        return np.zeros(0, dtype=np.int64)
    cell, cell_lat, cell_lon, count = cells(lat, lon, eps_km / 5.0)
    points = unit_vectors(cell_lat, cell_lon)
    m = len(points)
    a, b = cKDTree(points).query_pairs(chord(eps_km), output_type="ndarray").astype(np.int32).T
    weight = count + np.bincount(a, count[b], m) + np.bincount(b, count[a], m)
    core = weight >= min_photos
    joined = core[a] & core[b]
    a, b = a[joined], b[joined]
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(m, m)).tocsr()
    label: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    label[~core] = -1
    if core.any() and not core.all():
        distance, nearest = cKDTree(points[core]).query(points[~core])
        reach = distance <= chord(eps_km)
        label[np.flatnonzero(~core)[reach]] = label[core][nearest[reach]]
    return label[cell]


def _split_wide(lat: F64, lon: F64, labels: I64, eps_km: float, min_photos: int, max_km: float, depth: int) -> I64:
    """Cut clusters wider than ``max_km`` again with half the reach; photos that fall out join the nearest piece."""
    if depth == 0:
        return labels
    out = labels.copy()
    top = int(labels.max(initial=-1)) + 1
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(top + 1))
    for label in range(top):
        rows = order[bounds[label] : bounds[label + 1]]
        if len(rows) == 0 or extent_km(lat[rows], lon[rows]) <= max_km:
            continue
        y, x = lat[rows], lon[rows]
        inner = _adopt(y, x, _dbscan(y, x, eps_km / 2, min_photos))
        inner = _split_wide(y, x, inner, eps_km / 2, min_photos, max_km, depth - 1)
        out[rows] = np.where(inner >= 0, inner + out.max() + 1, -1)
    return out


def _adopt(lat: F64, lon: F64, labels: I64) -> I64:
    """Labels with those that have none given the nearest labelled position's (as they are where none has one)."""
    from scipy.spatial import cKDTree

    known = labels >= 0
    if known.all() or not known.any():
        return labels
    points = unit_vectors(lat, lon)
    nearest = cKDTree(points[known]).query(points[~known])[1]
    out = labels.copy()
    out[~known] = labels[known][nearest]
    return out
