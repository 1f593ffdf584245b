"""Bursts: frames that one camera took within seconds and that look alike. Not duplicates: the best one is proposed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64, NO_PAIRS, Found, FoundGroup, Pairs, PhotoTable
from core.group.hashes import distance
from core.group.quality import best_shot
from core.group.timeline import I64, timeline
from core.group.unions import unions

ALGORITHM, VERSION = "time-and-look", "1"


@dataclass(frozen=True, slots=True)
class BurstParams:
    """Frames at most ``seconds`` apart, of one camera, alike by cosine or by dHash; at least ``fewest`` of them."""

    seconds: float = 2.0
    cosine: float = 0.7
    bits: int = 22
    fewest: int = 3


DEFAULT = BurstParams()


def find(table: PhotoTable, *, params: BurstParams = DEFAULT, pairs: Pairs = NO_PAIRS) -> Found:
    """Bursts, oldest first, each with its best frame as cover. Screenshots and received pictures make none.

    Each camera is followed by itself, so that two of them at work at once do not break each other's bursts. ``pairs``:
    positions that are, and that are not, of one burst by the person's word: always kept.
    """
    line = timeline(table)
    rows = line.order[~line.passive]
    rows = rows[np.lexsort((table.ids[rows], table.instant[rows], table.camera[rows]))]
    a, b = rows[:-1], rows[1:]
    gap = np.round(table.instant[b] - table.instant[a], 3)
    near = (table.camera[a] == table.camera[b]) & (gap <= params.seconds) & ~one_shot(table, a, b)
    cosine = np.full(len(a), np.nan)
    cosine[near] = cosines(table, a[near], b[near])
    linked = near & _alike(table, a, b, cosine, params)
    groups = [_group(table, members) for members in _sets(table, a[linked], b[linked], gap[linked], pairs, params)]
    groups.sort(key=lambda g: (float(table.instant[g.members[0]]), int(table.ids[g.members[0]])))
    for serial, group in enumerate(groups):
        group.key = str(serial)
    return Found("bursts", groups, ALGORITHM, VERSION, asdict(params))


def _sets(table: PhotoTable, a: I64, b: I64, gap: F64, pairs: Pairs, params: BurstParams) -> list[I64]:
    """Members of each burst in order of time: frames linked to the next, the closest first, and what the person said;
    of two frames is a burst only when they said so."""
    same, different = pairs
    label = unions(len(table), a, b, -gap, same=same, different=different)
    touched = np.unique(np.concatenate([a, b, np.array(same, dtype=np.int64).ravel()]))
    touched = touched[np.lexsort((table.ids[touched], table.instant[touched], label[touched]))]
    parts = np.split(touched, np.flatnonzero(np.diff(label[touched])) + 1) if len(touched) else []
    said = {int(label[i]) for i, j in same if label[i] == label[j]}
    return [part for part in parts if len(part) >= (2 if int(label[part[0]]) in said else params.fewest)]


def one_shot(table: PhotoTable, a: I64, b: I64) -> NDArray[np.bool_]:
    """Pairs of one camera with one time that are two versions of one shot: the time has fractions of a second, which
    no two frames share, or the sizes differ."""
    sizes = (table.width[a] != table.width[b]) | (table.height[a] != table.height[b])
    together = np.abs(table.instant[a] - table.instant[b]) <= 0.0015
    fractions = np.mod(np.nan_to_num(table.instant[a]), 1.0) > 0.0015
    out: NDArray[np.bool_] = together & (table.camera[a] == table.camera[b]) & (sizes | fractions)
    return out


def cosines(table: PhotoTable, a: I64, b: I64) -> F64:
    """Cosines of pairs of photos, NaN where one has no vector."""
    if table.vectors is None or len(a) == 0:
        return np.full(len(a), np.nan)
    out = np.empty(len(a))
    for start in range(0, len(a), 8192):
        part = slice(start, start + 8192)
        left = np.asarray(table.vectors[a[part]], dtype=np.float32)
        right = np.asarray(table.vectors[b[part]], dtype=np.float32)
        known = left.any(axis=1) & right.any(axis=1)
        out[part] = np.where(known, np.einsum("ij,ij->i", left, right), np.nan)
    return out


def _alike(table: PhotoTable, a: I64, b: I64, cosine: F64, params: BurstParams) -> NDArray[np.bool_]:
    """By vector where both have one, by hash where both have one, by time alone otherwise."""
    hashed = table.has_dhash[a] & table.has_dhash[b]
    bits = distance(table.dhash[a], table.dhash[b])
    by_hash = hashed & (bits <= params.bits)
    seen = np.isfinite(cosine)
    return np.where(
        seen, (np.nan_to_num(cosine) >= params.cosine) | (by_hash & (bits <= params.bits // 2)), by_hash | ~hashed
    )


def _group(table: PhotoTable, members: I64) -> FoundGroup:
    gap = np.round(np.diff(table.instant[members]), 3)
    look = cosines(table, members[:-1], members[1:])
    span = float(table.instant[members[-1]] - table.instant[members[0]])
    alike = float(np.clip(np.nanmean(look), 0.0, 1.0)) if np.isfinite(look).any() else 0.8
    best, why, figures = best_shot(table, members)
    reasons: list[dict[str, Any]] = []
    for i in range(len(members)):
        reason: dict[str, Any] = {"frames": len(members), "span_seconds": round(span, 3)}
        if i:
            reason["gap_seconds"] = float(gap[i - 1])
            if np.isfinite(look[i - 1]):
                reason["cosine"] = round(float(look[i - 1]), 3)
        if i == best:
            reason |= {"best": why, **figures}
        reasons.append(reason)
    return FoundGroup(
        key="",
        title=f"Burst of {len(members)}",
        subtitle="",
        members=members,
        strengths=np.full(len(members), alike, dtype=np.float32),
        reasons=reasons,
        strength=alike,
        cover=int(members[best]),
        details={"span_seconds": round(span, 3)},
    )
