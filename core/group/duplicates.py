"""Duplicates, two lists in one: exact (the same bytes) and near (the same shot, encoded, resized or edited anew).

Merely similar photos and the frames of a burst are not duplicates. Candidates come from hash bands and from the nearest
neighbours, never from all pairs; each is verified by dHash, vector and shape together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64, Found, FoundGroup, PhotoTable
from core.group.bursts import cosines, one_shot
from core.group.graph import components
from core.group.hashes import candidates, distance, telling
from core.group.neighbours import Neighbours, nearest
from core.group.quality import quality
from core.group.timeline import I64, column

ALGORITHM, VERSION = "dhash-vector-shape", "1"


@dataclass(frozen=True, slots=True)
class DuplicateParams:
    """A pair is the same shot when its hashes differ by at most ``bits`` and its cosine reaches ``cosine``; or by
    ``wide_bits`` with ``high_cosine``; without vectors by ``strict_bits`` alone. Shapes agree within ``aspect``.
    Frames of one camera within ``burst_seconds`` never count; its shots at other times (a tripod) and screenshots only
    when they are the same in all but the encoding (``same_bits``, ``same_cosine``)."""

    bits: int = 6
    cosine: float = 0.85
    wide_bits: int = 12
    high_cosine: float = 0.95
    strict_bits: int = 3
    same_bits: int = 2
    same_cosine: float = 0.985
    aspect: float = 0.03
    burst_seconds: float = 30.0


DEFAULT = DuplicateParams()


def find(
    table: PhotoTable,
    *,
    params: DuplicateParams = DEFAULT,
    neighbours: Neighbours | None = None,
    seed: int = 0,
) -> Found:
    """Sets of near-duplicates: one shot, encoded, resized or edited anew.

    In each set the cover is the one proposed to keep, and its reason says why.
    """
    if neighbours is None and table.vectors is not None:
        neighbours = nearest(table.vectors, 5, seed=seed)
    a, b = _pairs(table, neighbours)
    good, bits, cosine = _verified(table, a, b, params)
    near = _near(table, a[good], b[good], bits[good], cosine[good], params)
    return Found("duplicates", near, ALGORITHM, VERSION, asdict(params), seed)


# ---------------------------------------------------------------- exact


def find_identical(table: PhotoTable, copies: Mapping[int, int] | None = None) -> Found:
    """Sets of files with the same bytes. ``copies``: for positions with several identical files, how many there are."""
    return Found("identical", _exact(table, copies or {}), "content-hash", "1", {})


def _exact(table: PhotoTable, copies: Mapping[int, int]) -> list[FoundGroup]:
    """Photos with several identical files, and rows that hold the same bytes."""
    sets: dict[int, list[int]] = {position: [position] for position in copies}
    known = np.flatnonzero(table.content >= 0)
    order = known[np.lexsort((table.ids[known], table.content[known]))]
    content = table.content[order]
    for part in np.split(order, np.flatnonzero(np.diff(content)) + 1) if len(order) else []:
        if len(part) > 1:
            rows = part.tolist()
            for row in rows:
                sets.pop(row, None)
            sets[rows[0]] = rows
    return [_exact_group(table, np.array(rows), copies) for _, rows in sorted(sets.items())]


def _exact_group(table: PhotoTable, rows: I64, copies: Mapping[int, int]) -> FoundGroup:
    files = sum(copies.get(row, 1) for row in rows.tolist())
    reason = {"identical_files": files}
    best = {**reason, "best": "any: the files are the same byte for byte"}
    return FoundGroup(
        key=f"exact:{int(table.ids[rows[0]])}",
        title=f"{files} identical files",
        subtitle="The same bytes",
        members=rows,
        strengths=np.ones(len(rows), dtype=np.float32),
        reasons=[best, *([reason] * (len(rows) - 1))],
        strength=1.0,
        cover=int(rows[0]),
        details={"how": "exact", "files": files},
    )


# ---------------------------------------------------------------- near


def _pairs(table: PhotoTable, neighbours: Neighbours | None) -> tuple[I64, I64]:
    """Distinct candidate pairs a < b from hash bands and neighbours, of photos with a hash."""
    rows = np.flatnonzero(table.has_dhash & telling(table.dhash)).astype(np.int64)
    a, b = candidates(table.dhash, rows)
    if neighbours is not None and len(neighbours.index):
        k = min(5, neighbours.index.shape[1])
        source = np.repeat(np.arange(len(table), dtype=np.int64), k)
        target = neighbours.index[:, :k].ravel().astype(np.int64)
        good = (target >= 0) & (neighbours.score[:, :k].ravel() >= 0.8)
        good &= table.has_dhash[source] & table.has_dhash[np.maximum(target, 0)]
        a = np.concatenate([a, np.minimum(source, target)[good]])
        b = np.concatenate([b, np.maximum(source, target)[good]])
    key = np.unique(a * max(len(table), 1) + b)
    return key // max(len(table), 1), key % max(len(table), 1)


def _verified(
    table: PhotoTable, a: I64, b: I64, params: DuplicateParams
) -> tuple[NDArray[np.bool_], NDArray[np.int64], F64]:
    """Which pairs are one shot, with their hash distances and cosines (NaN without vectors)."""
    bits = distance(table.dhash[a], table.dhash[b])
    other_bytes = (table.content[a] != table.content[b]) | (table.content[a] < 0)
    hopeful = (bits <= params.wide_bits) & _same_shape(table, a, b, params) & other_bytes
    cosine = np.full(len(a), np.nan)
    cosine[hopeful] = cosines(table, a[hopeful], b[hopeful])
    look = np.nan_to_num(cosine, nan=-1.0)
    alike = (bits <= params.bits) & (look >= params.cosine)
    alike |= (bits <= params.wide_bits) & (look >= params.high_cosine)
    alike |= np.isnan(cosine) & (bits <= params.strict_bits)
    same = (bits <= params.same_bits) & ((look >= params.same_cosine) | np.isnan(cosine))
    later, burst = _later_shots(table, a, b, params.burst_seconds)
    good: NDArray[np.bool_] = hopeful & alike & ~burst & (same | ~later)
    return good, bits, cosine


def _same_shape(table: PhotoTable, a: I64, b: I64, params: DuplicateParams) -> NDArray[np.bool_]:
    """Shapes (width / height) that agree; unknown sizes agree with any."""
    size = table.width.astype(np.float64), table.height.astype(np.float64)
    known = (size[0] > 0) & (size[1] > 0)
    shape = np.where(known, np.log(np.maximum(size[0], 1.0) / np.maximum(size[1], 1.0)), np.nan)
    off = np.abs(shape[a] - shape[b])
    agree: NDArray[np.bool_] = ~(off > params.aspect)
    return agree


def _later_shots(
    table: PhotoTable, a: I64, b: I64, burst_seconds: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pairs that must be the same in all but the encoding to count: of one camera at different times, or of pictures
    with large flat areas, as screenshots are. And pairs that never count: frames of one camera within seconds."""
    gap = np.abs(table.instant[a] - table.instant[b])
    camera = (table.camera[a] == table.camera[b]) & (table.camera[a] >= 0) & np.isfinite(gap) & ~one_shot(table, a, b)
    flat = np.nan_to_num(column(table, "flatness", 0.0)) > 0.4
    burst: NDArray[np.bool_] = camera & (gap <= burst_seconds)
    later: NDArray[np.bool_] = camera | flat[a] | flat[b]
    return later, burst


def _near(
    table: PhotoTable, a: I64, b: I64, bits: NDArray[np.int64], cosine: F64, params: DuplicateParams
) -> list[FoundGroup]:
    """Sets of verified pairs; every member must itself be verified against the one proposed to keep."""
    if len(a) == 0:
        return []
    touched = np.unique(np.concatenate([a, b]))
    label = components(len(touched), np.searchsorted(touched, a), np.searchsorted(touched, b))
    order = np.argsort(label, kind="stable")
    marks = _keeping_marks(table, touched)
    groups = []
    for part in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        rows = touched[part]
        best = int(part[np.lexsort((table.ids[rows], -marks[part]))[0]])
        group = _near_group(table, rows, int(touched[best]), params)
        if group is not None:
            groups.append(group)
    return sorted(groups, key=lambda g: g.key)


def _keeping_marks(table: PhotoTable, rows: I64) -> F64:
    """Which photo of a set is worth keeping: pixels first, then camera data, then sharpness and size of the file."""
    pixels = np.log2(np.maximum(table.width[rows].astype(np.float64) * table.height[rows], 1.0))
    camera = np.nan_to_num(column(table, "has_camera", 0.0)[rows])
    size = np.log2(np.maximum(np.nan_to_num(column(table, "file_size", 0.0)[rows]), 1.0))
    out: F64 = 4.0 * np.round(pixels, 1) + 3.0 * camera + 0.3 * size + quality(table)[rows]
    return out


def _near_group(table: PhotoTable, rows: I64, best: int, params: DuplicateParams) -> FoundGroup | None:
    others = rows[rows != best]
    others = others[np.argsort(table.ids[others], kind="stable")]
    anchor = np.full(len(others), best, dtype=np.int64)
    good, bits, cosine = _verified(table, np.minimum(others, anchor), np.maximum(others, anchor), params)
    others, bits, cosine = others[good], bits[good], cosine[good]
    if len(others) == 0:
        return None
    sure = np.where(np.isnan(cosine), 0.8, np.clip(cosine, 0.0, 1.0)) * (1.0 - bits / 64.0)
    reasons: list[dict[str, Any]] = [{"best": _why_best(table, best, others)}]
    for bit, look in zip(bits.tolist(), cosine.tolist(), strict=True):
        reasons.append({"hash_bits": bit, **({"cosine": round(look, 3)} if look == look else {})})
    members = np.concatenate([[best], others]).astype(np.int64)
    return FoundGroup(
        key=f"near:{int(table.ids[members].min()):012d}",
        title=f"{len(members)} versions of one shot",
        subtitle="Nearly the same picture",
        members=members,
        strengths=np.concatenate([[1.0], sure]).astype(np.float32),
        reasons=reasons,
        strength=float(sure.mean()),
        cover=best,
        details={"how": "near"},
    )


def _why_best(table: PhotoTable, best: int, others: I64) -> list[str]:
    """What speaks for the photo proposed to keep, in words."""
    pixels = table.width.astype(np.int64) * table.height
    why = ["most pixels"] if pixels[best] > pixels[others].max() else []
    for name, words in (
        ("has_camera", "has its camera data"),
        ("sharpness", "sharpest"),
        ("file_size", "largest file"),
    ):
        values = np.nan_to_num(column(table, name, np.nan), nan=-1.0)
        if values[best] > values[others].max():
            why.append(words)
    return why or ["first in the library"]
