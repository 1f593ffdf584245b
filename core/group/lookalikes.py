"""Look-alikes: photos of one subject or scene, whenever taken. Communities of the mutual nearest-neighbour graph."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64, Found, FoundGroup, PhotoTable
from core.group.graph import components, whispers
from core.group.neighbours import Neighbours, nearest, present
from core.group.timeline import I64

ALGORITHM, VERSION = "mutual-knn-whispers", "1"
PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class LookParams:
    """``neighbours`` per photo; two photos are alike when each is among the other's and their cosine passes a threshold
    laid ``spread`` robust deviations above the cosines of random pairs, within ``lowest``..``highest``. Groups of at
    least ``fewest``; one larger than ``most_share`` of all photos is cut again more strictly."""

    neighbours: int = 15
    spread: float = 4.0
    lowest: float = 0.45
    highest: float = 0.85
    fewest: int = 3
    most_share: float = 0.25
    guard_from: int = 200


DEFAULT = LookParams()


def find(
    table: PhotoTable, *, params: LookParams = DEFAULT, seed: int = 0, neighbours: Neighbours | None = None
) -> Found:
    """Look-alike groups, the largest first. ``neighbours`` of the table's rows may be handed in to save the search."""
    vectors = table.vectors
    parameters: dict[str, Any] = asdict(params)
    if vectors is None or len(present(vectors)) < params.fewest:
        return Found("lookalikes", [], ALGORITHM, VERSION, parameters, seed)
    found = nearest(vectors, params.neighbours, seed=seed) if neighbours is None else neighbours
    by_id = np.argsort(table.ids, kind="stable")
    threshold = adaptive_threshold(vectors, by_id, params, seed)
    a, b, cosine = mutual(found, threshold)
    rank = np.argsort(by_id, kind="stable")  # the work is done in the order of ids, so that rows may come in any
    label = _communities(len(table), rank[a], rank[b], cosine, threshold, params, seed)[rank]
    parameters["threshold"] = round(threshold, 4)
    groups = [_group(table, rows, i) for i, rows in enumerate(_sets(label, table.ids, params.fewest))]
    return Found("lookalikes", groups, ALGORITHM, VERSION, parameters, seed)


def adaptive_threshold(vectors: NDArray[np.float16], by_id: I64, params: LookParams, seed: int) -> float:
    """The cosine from which two photos of this library are alike: well above what two random photos have."""
    rows = by_id[np.isin(by_id, present(vectors))]
    rng = np.random.default_rng(seed)
    one, two = rng.choice(rows, PAIRS), rng.choice(rows, PAIRS)
    one, two = one[one != two], two[one != two]
    left, right = np.asarray(vectors[one], dtype=np.float32), np.asarray(vectors[two], dtype=np.float32)
    cosine = np.einsum("ij,ij->i", left, right)
    middle = float(np.median(cosine)) if len(cosine) else 0.0
    deviation = 1.4826 * float(np.median(np.abs(cosine - middle))) if len(cosine) else 0.0
    return float(np.clip(middle + params.spread * deviation, params.lowest, params.highest))


def mutual(found: Neighbours, threshold: float) -> tuple[I64, I64, F64]:
    """Edges a < b between photos that are each among the other's neighbours, with their cosines above the threshold."""
    n, k = found.index.shape
    source = np.repeat(np.arange(n, dtype=np.int64), k)
    target, cosine = found.index.ravel().astype(np.int64), found.score.ravel().astype(np.float64)
    good = (target >= 0) & (cosine >= threshold)
    source, target, cosine = source[good], target[good], cosine[good]
    key = np.minimum(source, target) * n + np.maximum(source, target)
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    first = first[count == 2]
    return np.minimum(source, target)[first], np.maximum(source, target)[first], cosine[first]


def _communities(
    n: int, a: I64, b: I64, cosine: F64, threshold: float, params: LookParams, seed: int, depth: int = 4
) -> I64:
    """Label of each photo; a community that swallows the library is cut again with a stricter threshold."""
    label = whispers(n, a, b, (cosine - threshold) / (1.0 - threshold) + 0.02, seed=seed)
    label = _connected(n, a, b, label)
    most = max(params.guard_from, params.most_share * n)
    count = np.bincount(label, minlength=n)
    for big in np.flatnonzero(count > most).tolist() if depth else []:
        stricter = threshold + (1.0 - threshold) * 0.2
        inside = (label[a] == big) & (label[b] == big) & (cosine >= stricter)
        part = _communities(n, a[inside], b[inside], cosine[inside], stricter, params, seed, depth - 1)
        label = np.where(label == big, part, label)
    return label


def _connected(n: int, a: I64, b: I64, label: I64) -> I64:
    """Labels cut into their connected parts, named by a member, so that one label is one place in the graph."""
    same = label[a] == label[b]
    part = components(n, a[same], b[same])
    _, first, inverse = np.unique(part, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _sets(label: I64, ids: I64, fewest: int) -> list[I64]:
    """Rows of every label with enough members, the largest first, each by id."""
    order = np.lexsort((ids, label))
    starts = np.flatnonzero(np.concatenate([[True], np.diff(label[order]) != 0])) if len(order) else order[:0]
    parts = [part for part in np.split(order, starts[1:]) if len(part) >= fewest]
    return sorted((part.astype(np.int64) for part in parts), key=lambda part: (-len(part), int(ids[part[0]])))


def _group(table: PhotoTable, rows: I64, serial: int) -> FoundGroup:
    """Members with their cosine to the middle; the cover is the nearest to it."""
    assert table.vectors is not None
    vectors = np.asarray(table.vectors[rows], dtype=np.float32)
    middle = vectors.sum(axis=0)
    cosine: F32 = (vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-6))).astype(np.float32)
    cosine = np.clip(cosine, 0.0, 1.0)
    return FoundGroup(
        key=str(serial),
        title=f"Look-alikes {serial + 1}",
        subtitle="",
        members=rows,
        strengths=cosine,
        reasons=[{"cosine_to_middle": round(value, 3)} for value in cosine.tolist()],
        strength=float(cosine.mean()),
        cover=int(rows[int(np.argmax(cosine))]),
    )
