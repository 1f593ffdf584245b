"""Duplicates, two lists: identical (the same bytes) and near (the same shot, encoded, resized, cropped or edited anew).

Merely similar photos and the frames of a burst are not duplicates. Candidates come from hash bands (mirrored too) and
from the nearest neighbours, never from all pairs. Two shots that their camera dates differently are told apart by that;
of all others, ``verify`` lays one over the other, and only the same picture passes. Without it, or where it shows
too little, dHash, vector and shape decide together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.alignment import Verdicts
from core.group.base import F64, NO_PAIRS, Found, FoundGroup, Pairs, PhotoTable
from core.group.bursts import cosines, one_shot
from core.group.hashes import candidates, distance, half_turned, mirrored, telling
from core.group.neighbours import Neighbours, nearest
from core.group.quality import keeping, why_keep
from core.group.timeline import I64, column
from core.group.unions import unions

ALGORITHM, VERSION = "dhash-vector-geometry", "2"
Verify = Callable[[I64, I64], Verdicts]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DuplicateParams:
    """Candidates: hashes within ``wide_bits``, or one of the ``k`` nearest with ``floor`` cosine.

    Laid over each other, a pair is one picture when ``inliers`` keypoints fit one transform and the tiles correlate by
    ``agreement`` with at most ``unlike`` of them apart (an overlay covers some), or by ``fair`` with ``few`` apart; the
    overlap is at least ``overlap`` of the smaller one; and none is stretched by more than ``stretch``, as a scene seen
    from another place is, unless they agree by ``beyond_doubt``.

    Unseen, when its hashes differ by at most ``bits`` and its cosine reaches ``cosine``; or by ``wide_bits`` with
    ``high_cosine``; without vectors by ``strict_bits`` alone; shapes agree within ``aspect``. Frames of one camera
    within ``burst_seconds`` never count; its shots at other times (a tripod) and screenshots only when they are the
    same in all but the encoding (``same_bits``, ``same_cosine``, and by sight ``same_agreement``).
    """

    bits: int = 6
    cosine: float = 0.85
    wide_bits: int = 12
    high_cosine: float = 0.95
    strict_bits: int = 3
    same_bits: int = 2
    same_cosine: float = 0.985
    same_agreement: float = 0.97
    aspect: float = 0.03
    burst_seconds: float = 30.0
    k: int = 8
    floor: float = 0.5
    inliers: int = 12
    agreement: float = 0.92
    unlike: float = 0.3
    fair: float = 0.87
    few: float = 0.1
    overlap: float = 0.4
    stretch: float = 1.015
    beyond_doubt: float = 0.985
    keypoints: int = 40


DEFAULT = DuplicateParams()


def find(
    table: PhotoTable,
    *,
    params: DuplicateParams = DEFAULT,
    neighbours: Neighbours | None = None,
    verify: Verify | None = None,
    pairs: Pairs = NO_PAIRS,
    seed: int = 0,
) -> Found:
    """Sets of near-duplicates: one shot, encoded, resized, cropped, turned or edited anew.

    ``verify``: for pairs of positions, the most promising first, what laying one picture over the other said.
    ``pairs``: positions that are, and that are not, one shot by the person's word: always kept. In each set the cover
    is the one proposed to keep, and its reason says why.
    """
    if neighbours is None and table.vectors is not None:
        neighbours = nearest(table.vectors, params.k, seed=seed)
    links = _links(table, neighbours, verify, params)
    groups = _sets(table, links, pairs, list(pairs[1]), params)
    return Found("duplicates", groups, ALGORITHM, VERSION, asdict(params), seed)


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


# ---------------------------------------------------------------- pairs


@dataclass(frozen=True, slots=True)
class _Links:
    """m verified pairs a < b: how sure, in [0, 1]; the evidence; ``tight``: the same in all but the encoding, or laid
    over each other only mirrored or turned, which no two frames of one camera are."""

    a: I64
    b: I64
    score: F64
    tight: Bools
    reasons: list[dict[str, Any]]


def _links(table: PhotoTable, neighbours: Neighbours | None, verify: Verify | None, params: DuplicateParams) -> _Links:
    a, b = _pairs(table, neighbours, params)
    bits, cosine = distance(table.dhash[a], table.dhash[b]), cosines(table, a, b)
    unseen = _by_hash(table, a, b, bits, cosine, params)
    flipped = distance(mirrored(table.dhash)[a], table.dhash[b])
    other, later = _other_shots(table, a, b, params)
    flat = np.nan_to_num(column(table, "flatness", 0.0)) > 0.4
    if verify is None:
        later |= flat[a] | flat[b]
    same = (bits <= params.same_bits) & (np.isnan(cosine) | (cosine >= params.same_cosine))
    worth = ~other & (same | ~later)
    at_once = (table.camera[a] == table.camera[b]) & (np.abs(table.instant[a] - table.instant[b]) <= 0.0015)
    worth |= other & at_once & (flipped <= params.wide_bits) & (bits > 2 * params.wide_bits)
    order = np.flatnonzero(worth)
    hope = np.where(np.isnan(cosine), 0.5, cosine) + 0.2 * unseen + 0.2 * (np.minimum(bits, flipped) <= params.bits)
    order = order[np.lexsort((table.ids[b[order]], table.ids[a[order]], -np.round(hope[order], 6)))]
    a, b, bits, cosine, unseen = a[order], b[order], bits[order], cosine[order], unseen[order]
    other, later = other[order], later[order]
    if verify is None:
        keep = np.flatnonzero(unseen & ~other)
        seen, score = None, _unseen_score(bits, cosine)
        tight = later
    else:
        seen = verify(a, b)
        keep, score, tight = _judged(seen, unseen, other, later, bits, cosine, params)
    reasons = [_reason(i, bits, cosine, seen) for i in keep.tolist()]
    return _Links(a[keep], b[keep], score[keep], tight[keep], reasons)


def _pairs(table: PhotoTable, neighbours: Neighbours | None, params: DuplicateParams) -> tuple[I64, I64]:
    """Distinct candidate pairs a < b of photos with different bytes, from hash bands and neighbours."""
    n = max(len(table), 1)
    rows = np.flatnonzero(table.has_dhash & telling(table.dhash)).astype(np.int64)
    plain = table.dhash[rows]
    found = [candidates(table.dhash, rows, params.wide_bits)]
    for turned in (mirrored(plain), half_turned(plain)):
        both, at = np.concatenate([plain, turned]), np.arange(2 * len(rows), dtype=np.int64)
        left, right = candidates(both, at, params.bits)
        across = (left < len(rows)) & (right >= len(rows))
        found.append((rows[left[across]], rows[right[across] - len(rows)]))
    if neighbours is not None and len(neighbours.index):
        k = min(params.k, neighbours.index.shape[1])
        source = np.repeat(np.arange(len(table), dtype=np.int64), k)
        target = neighbours.index[:, :k].ravel().astype(np.int64)
        good = (target >= 0) & (neighbours.score[:, :k].ravel() >= params.floor)
        found.append((source[good], target[good]))
    a, b = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
    low, high = np.minimum(a, b), np.maximum(a, b)
    apart = (low != high) & ((table.content[low] != table.content[high]) | (table.content[low] < 0))
    key = np.unique(low[apart] * n + high[apart])
    return key // n, key % n


def _by_hash(table: PhotoTable, a: I64, b: I64, bits: NDArray[np.int64], cosine: F64, params: DuplicateParams) -> Bools:
    """Which pairs are one shot as far as hash, vector and shape can tell."""
    look = np.nan_to_num(cosine, nan=-1.0)
    alike = (bits <= params.bits) & (look >= params.cosine)
    alike |= (bits <= params.wide_bits) & (look >= params.high_cosine)
    alike |= np.isnan(cosine) & (bits <= params.strict_bits)
    hashed = table.has_dhash & telling(table.dhash)
    good: Bools = alike & hashed[a] & hashed[b] & _same_shape(table, a, b, params)
    return good


def _same_shape(table: PhotoTable, a: I64, b: I64, params: DuplicateParams) -> Bools:
    """Shapes (width / height) that agree; unknown sizes agree with any."""
    size = table.width.astype(np.float64), table.height.astype(np.float64)
    known = (size[0] > 0) & (size[1] > 0)
    shape = np.where(known, np.log(np.maximum(size[0], 1.0) / np.maximum(size[1], 1.0)), np.nan)
    agree: Bools = ~(np.abs(shape[a] - shape[b]) > params.aspect)
    return agree


def _other_shots(table: PhotoTable, a: I64, b: I64, params: DuplicateParams) -> tuple[Bools, Bools]:
    """Pairs that are two shots by what their cameras say: of two cameras, or of one within seconds. And pairs that must
    be the same in all but the encoding: of one camera at different times, or of two screens or pages of writing."""
    gap = np.abs(table.instant[a] - table.instant[b])
    cameras = (table.camera[a] >= 0) & (table.camera[b] >= 0)
    camera = cameras & (table.camera[a] == table.camera[b]) & np.isfinite(gap) & ~one_shot(table, a, b)
    page = np.nan_to_num(column(table, "screenshot_name", 0.0)) > 0.5
    page |= np.nan_to_num(column(table, "text", 0.0)) > 0.1
    other: Bools = (cameras & (table.camera[a] != table.camera[b])) | (camera & (gap <= params.burst_seconds))
    later: Bools = camera | (page[a] & page[b])
    return other, later


def _judged(
    seen: Verdicts,
    unseen: Bools,
    other: Bools,
    later: Bools,
    bits: NDArray[np.int64],
    cosine: F64,
    params: DuplicateParams,
) -> tuple[I64, F64, Bools]:
    """Which of the pairs are one picture, by sight where sight can tell; how sure; which are tight (see _Links)."""
    well = (seen.agreement >= params.agreement) & (seen.unlike <= params.unlike)
    well |= (seen.agreement >= params.fair) & (seen.unlike <= params.few)
    well &= (seen.stretch <= params.stretch) | (seen.agreement >= params.beyond_doubt)
    same = well & (seen.inliers >= params.inliers) & (seen.overlap >= params.overlap)
    exact = same & (seen.agreement >= params.same_agreement) & (seen.unlike <= 0.02) & ~seen.mirrored
    turned = same & (seen.mirrored | (np.abs(seen.rotation) > 45.0)) & (seen.agreement >= params.agreement)
    same = np.where(other, turned, np.where(later, exact, same))
    blind = ~seen.known | (seen.keypoints < params.keypoints)
    good = same | (blind & unseen & ~other)
    sure = np.clip(seen.agreement, 0.0, 1.0) * (1.0 - 0.5 * seen.unlike)
    score = np.where(same, sure, _unseen_score(bits, cosine))
    return np.flatnonzero(good), score, exact | turned | (blind & later)


def _unseen_score(bits: NDArray[np.int64], cosine: F64) -> F64:
    out: F64 = np.where(np.isnan(cosine), 0.8, np.clip(cosine, 0.0, 1.0)) * (1.0 - bits / 64.0)
    return out


def _reason(i: int, bits: NDArray[np.int64], cosine: F64, seen: Verdicts | None) -> dict[str, Any]:
    """The evidence for one pair as plain values."""
    reason: dict[str, Any] = {"hash_bits": int(bits[i])}
    if cosine[i] == cosine[i]:
        reason["cosine"] = round(float(cosine[i]), 3)
    if seen is not None and seen.inliers[i]:
        reason |= {
            "keypoints": int(seen.inliers[i]),
            "agreement": round(float(seen.agreement[i]), 3),
            "overlap": round(float(seen.overlap[i]), 3),
            "rotation": round(float(seen.rotation[i]), 1),
            "mirrored": bool(seen.mirrored[i]),
        }
    return reason


# ---------------------------------------------------------------- sets


def _sets(
    table: PhotoTable,
    links: _Links,
    pairs: Pairs,
    different: list[tuple[int, int]],
    params: DuplicateParams,
) -> list[FoundGroup]:
    """Sets of linked photos; two shots never meet in one set, however many versions lie between them."""
    touched = np.unique(np.concatenate([links.a, links.b, np.array(pairs[0], dtype=np.int64).ravel()]))
    if len(touched) == 0:
        return []
    place = {row: i for i, row in enumerate(touched.tolist())}
    a, b = np.searchsorted(touched, links.a), np.searchsorted(touched, links.b)
    tight = set(zip(a[links.tight].tolist(), b[links.tight].tolist(), strict=True))
    clash = _clash(table, touched, tight, params)
    label = unions(
        len(touched),
        a,
        b,
        links.score,
        same=[(place[i], place[j]) for i, j in pairs[0]],
        different=[(place[i], place[j]) for i, j in different if i in place and j in place],
        clash=clash,
    )
    best_link = _best_links(links, touched, label, a, b)
    order = np.argsort(label, kind="stable")
    parts = np.split(touched[order], np.flatnonzero(np.diff(label[order])) + 1)
    return sorted((_near_group(table, rows, best_link) for rows in parts if len(rows) > 1), key=lambda g: g.key)


def _clash(
    table: PhotoTable, touched: I64, tight: set[tuple[int, int]], params: DuplicateParams
) -> Callable[[int, int], bool]:
    camera, instant = table.camera[touched].tolist(), table.instant[touched].tolist()
    size = list(zip(table.width[touched].tolist(), table.height[touched].tolist(), strict=True))

    def clash(i: int, j: int) -> bool:
        """Whether two photos are two shots by what their cameras say."""
        if camera[i] < 0 or camera[j] < 0 or (min(i, j), max(i, j)) in tight:
            return False
        if camera[i] != camera[j]:
            return True
        gap = abs(instant[i] - instant[j])
        if not gap <= 0.0015:
            return bool(gap == gap)
        return bool(size[i] == size[j] and instant[i] % 1.0 <= 0.0015)

    return clash


def _best_links(links: _Links, touched: I64, label: I64, a: I64, b: I64) -> dict[int, tuple[float, dict[str, Any]]]:
    """For every photo (position) its surest link within its set: how sure and the evidence."""
    out: dict[int, tuple[float, dict[str, Any]]] = {}
    inside = np.flatnonzero(label[a] == label[b])
    for i in inside[np.argsort(-links.score[inside], kind="stable")].tolist():
        for row in (int(touched[a[i]]), int(touched[b[i]])):
            out.setdefault(row, (float(links.score[i]), links.reasons[i]))
    return out


def _near_group(table: PhotoTable, rows: I64, best_link: dict[int, tuple[float, dict[str, Any]]]) -> FoundGroup:
    marks = keeping(table, rows)
    best = int(rows[np.lexsort((table.ids[rows], -marks))[0]])
    others = rows[rows != best]
    others = others[np.argsort(table.ids[others], kind="stable")]
    said = (1.0, {"said": "you said that they are the same"})
    members = np.concatenate([[best], others]).astype(np.int64)
    links = [best_link.get(row, said) for row in members.tolist()]
    strengths = np.array([1.0, *(score for score, _ in links[1:])], dtype=np.float32)
    reasons = [{"best": why_keep(table, best, others)}, *(dict(reason) for _, reason in links[1:])]
    return FoundGroup(
        key=f"near:{int(table.ids[members].min()):012d}",
        title=f"{len(members)} versions of one shot",
        subtitle="Nearly the same picture",
        members=members,
        strengths=strengths,
        reasons=reasons,
        strength=float(strengths[1:].mean()),
        cover=best,
        details={"how": "near"},
    )
