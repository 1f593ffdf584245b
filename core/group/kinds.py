"""Kinds of photograph: several per photo, each with its strength and the cues for it; "unsure" is an answer.

The strength is a noisy or of the cues: 1 - product of (1 - weight * cue). A weight below 1/2 means that the cue alone
never decides. ImageNet knows no person, portrait or night, so those rest on faces named in the metadata and on EXIF.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.group.base import F32, Found, FoundGroup, PhotoTable
from core.group.cues import Cues, class_sets, measure
from core.group.timeline import I64

ALGORITHM, VERSION = "cues-noisy-or", "1"
UNSURE = "unsure"

KINDS: dict[str, tuple[str, dict[str, float]]] = {
    "portrait": ("Portraits", {"faces": 0.97, "people": 0.6}),
    "group": ("Groups of people", {"many faces": 0.97}),
    "landscape": ("Landscapes", {"landscape": 0.97, "sky and green": 0.35}),
    "seaside": ("Seaside", {"seaside": 0.97}),
    "mountains": ("Mountains", {"mountains": 0.97}),
    "city": ("City", {"city": 0.97}),
    "architecture": ("Architecture", {"architecture": 0.97}),
    "interior": ("Interiors", {"interior": 0.95}),
    "food": ("Food and drink", {"food": 0.98}),
    "pets": ("Pets", {"pets": 0.98}),
    "wildlife": ("Wildlife", {"wildlife": 0.97, "insects": 0.97}),
    "plants": ("Plants and flowers", {"plants": 0.97, "green": 0.2}),
    "macro": ("Close-ups", {"near": 0.85, "insects": 0.75}),
    "sport": ("Sport", {"sport": 0.95}),
    "vehicles": ("Vehicles", {"vehicles": 0.97}),
    "night": ("Night", {"low light": 0.95}),
    "snow": ("Snow and ice", {"snow": 0.95, "pale": 0.25}),
    "concert": ("Concerts and stage", {"stage": 0.7}),
    "document": ("Documents", {"writing": 0.85, "paper": 0.75}),
    "screenshot": ("Screenshots", {"screenshot by name": 0.99, "screen size, flat": 0.95, "flat writing": 0.8}),
    "art": ("Art and drawings", {"drawings": 0.8, "flat colours": 0.55}),
    "aerial": ("From above", {"from above": 0.75}),
}
"""Kind -> (title, weight of each cue)."""


@dataclass(frozen=True, slots=True)
class KindParams:
    """Photos belong to the kinds whose strength reaches ``threshold``."""

    threshold: float = 0.5


DEFAULT = KindParams()


def find(table: PhotoTable, *, params: KindParams = DEFAULT) -> Found:
    """One group per kind that has photos, and "unsure" for the photos of none."""
    cues = measure(table)
    best = np.zeros(len(table), dtype=np.float32)
    groups = []
    for kind, (title, weights) in KINDS.items():
        sure = strength(cues, weights)
        best = np.maximum(best, sure)
        rows = np.flatnonzero(sure >= params.threshold).astype(np.int64)
        if len(rows):
            groups.append(_group(kind, title, rows, sure[rows], _reasons(table, cues, weights, rows)))
    rest = np.flatnonzero(best < params.threshold).astype(np.int64)
    if len(rest):
        unsure = {"cues": {}, "unsure": "no cue is strong enough"}
        groups.append(_group(UNSURE, "Unsure", rest, 1.0 - best[rest], [unsure] * len(rest)))
    return Found("kinds", groups, ALGORITHM, VERSION, asdict(params))


def strength(cues: Cues, weights: dict[str, float]) -> F32:
    """The noisy or of weighted cues, float32 [n]."""
    doubt: F32 = np.ones(1, dtype=np.float32)
    for name, weight in weights.items():
        doubt = np.asarray(doubt * (1.0 - np.float32(weight) * cues.values[name]), dtype=np.float32)
    return np.asarray(1.0 - doubt, dtype=np.float32)


def _reasons(table: PhotoTable, cues: Cues, weights: dict[str, float], rows: I64) -> list[dict[str, Any]]:
    """For each photo the cues that spoke for the kind, and the likeliest class where classes did."""
    columns = [(name, np.round(cues.values[name][rows].astype(np.float64), 2).tolist()) for name in weights]
    sets = [name for name in weights if name in class_sets()]
    reasons: list[dict[str, Any]] = [
        {"cues": {name: value for (name, _), value in zip(columns, values, strict=True) if value >= 0.05}}
        for values in zip(*(values for _, values in columns), strict=True)
    ]
    if table.labels and sets:
        shares = np.stack([cues.values[name][rows] for name in sets])
        strongest = np.argmax(shares, axis=0)
        top = np.stack([cues.top[name][rows] for name in sets])[strongest, np.arange(len(rows))]
        for reason, label, share in zip(reasons, top.tolist(), shares.max(axis=0).tolist(), strict=True):
            if label >= 0 and share >= 0.2:
                reason["class"] = table.labels[label]
    return reasons


def _group(kind: str, title: str, rows: I64, sure: F32, reasons: list[dict[str, Any]]) -> FoundGroup:
    cover = None if kind == UNSURE else int(rows[int(np.argmax(sure))])
    return FoundGroup(
        key=kind,
        title=title,
        subtitle="",
        members=rows,
        strengths=np.clip(sure, 0.0, 1.0).astype(np.float32),
        reasons=reasons,
        strength=float(sure.mean()),
        cover=cover,
    )


def shares(found: Found, n: int) -> dict[str, F32]:
    """Kind -> strength of each of n photos (0 where not a member), for titles."""
    out: dict[str, F32] = {}
    for group in found.groups:
        if group.key != UNSURE:
            column = np.zeros(n, dtype=np.float32)
            column[group.members] = group.strengths
            out[group.key] = column
    return out
