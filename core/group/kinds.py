"""Kinds of photograph: several per photo, each with its strength and the cues for it; "unsure" is an answer.

The strength is a noisy or of the cues: 1 - product of (1 - weight * cue). A weight below 1/2 means that the cue alone
never decides. ImageNet knows no person, portrait or night, so those rest on faces named in the metadata and on EXIF.
Probes learned from the person's corrections move these strengths, and what they said of a photo decides it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from core.group.base import F32, Found, FoundGroup, PhotoTable
from core.group.cues import Cues, class_sets, measure
from core.group.logistic import sigmoid
from core.group.probes import RARE, Probe, cue_logits
from core.group.timeline import I64

ALGORITHM, VERSION = "cues-noisy-or-probes", "3"
UNSURE = "unsure"

KINDS: dict[str, tuple[str, dict[str, float]]] = {
    "portrait": ("Portraits", {"faces": 0.97, "people": 0.45}),
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
    "night": ("Night", {"low light": 0.95, "built in the dark": 0.95}),
    "snow": ("Snow and ice", {"snow": 0.95, "pale heights": 0.9}),
    "concert": ("Concerts and stage", {"stage": 0.9}),
    "document": ("Documents", {"writing": 0.85, "paper": 0.95}),
    "screenshot": (
        "Screenshots",
        {"screenshot by name": 0.99, "screen size, flat": 0.95, "flat writing": 0.45, "web page": 0.8},
    ),
    "art": ("Art and drawings", {"drawings": 0.8, "flat colours": 0.55}),
    "aerial": ("From above", {"from above": 0.75}),
}
"""Kind -> (title, weight of each cue)."""

BARS = {
    "landscape": 0.4,
    "seaside": 0.42,
    "mountains": 0.42,
    "city": 0.17,
    "architecture": 0.38,
    "interior": 0.3,
    "food": 0.55,
    "pets": 0.72,
    "wildlife": 0.35,
    "plants": 0.32,
    "macro": 0.4,
    "sport": 0.3,
    "vehicles": 0.42,
    "snow": 0.6,
    "concert": 0.6,
    "document": 0.84,
    "screenshot": 0.66,
    "art": 0.42,
}
"""The noisy or from which nine of ten pictures are of the kind, with something to spare, on the half for tuning of
labelled public sets (``benchmarks.quality.kinds``); one half where it is not listed. Strengths are bent so that this
reads as one half."""


@dataclass(frozen=True, slots=True)
class KindParams:
    """Photos belong to the kinds whose strength reaches ``threshold``."""

    threshold: float = 0.5


DEFAULT = KindParams()


@dataclass(frozen=True, slots=True)
class Taught:
    """What the person taught, in positions of the table. ``said``: kind -> (photos that are of it, that are not).
    ``titles``: kinds they added. ``probes``: what was learned from it; ``heads``: positions that another head than the
    probe decided, with its strengths."""

    said: Mapping[str, tuple[I64, I64]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    heads: Mapping[str, tuple[I64, F32]] = field(default_factory=dict)


NOTHING = Taught()


def find(table: PhotoTable, *, params: KindParams = DEFAULT, taught: Taught = NOTHING) -> Found:
    """One group per kind that has photos, and "unsure" for the photos of none."""
    cues = measure(table)
    best = np.zeros(len(table), dtype=np.float32)
    groups = []
    for kind, (title, weights) in known_kinds(taught.titles).items():
        plain = bent(strength(cues, weights, len(table)), BARS.get(kind, 0.5))
        sure = _decided(table, kind, plain, taught)
        best = np.maximum(best, sure)
        rows = np.flatnonzero(sure >= params.threshold).astype(np.int64)
        if len(rows):
            reasons = _with_lessons(_reasons(table, cues, weights, rows), kind, plain[rows], rows, taught)
            groups.append(_group(kind, title, rows, sure[rows], reasons))
    rest = np.flatnonzero(best < params.threshold).astype(np.int64)
    if len(rest):
        unsure = {"cues": {}, "unsure": "no cue is strong enough"}
        groups.append(_group(UNSURE, "Unsure", rest, 1.0 - best[rest], [unsure] * len(rest)))
    return Found("kinds", groups, ALGORITHM, VERSION, asdict(params))


def decided(
    table: PhotoTable, kind: str, taught: Taught, *, params: KindParams = DEFAULT
) -> tuple[F32, dict[int, dict[str, Any]]]:
    """One kind that the person added: the strength of every photo, float32 [n], and the reason of each member."""
    plain = np.zeros(len(table), dtype=np.float32)
    sure = _decided(table, kind, plain, taught)
    rows = np.flatnonzero(sure >= params.threshold).astype(np.int64)
    reasons = _with_lessons([{"cues": {}} for _ in range(len(rows))], kind, plain[rows], rows, taught)
    return sure, dict(zip(rows.tolist(), reasons, strict=True))


def plain_strengths(table: PhotoTable) -> dict[str, F32]:
    """What the cues alone say of every known kind, float32 [n] each: what probes start from."""
    cues = measure(table)
    return {
        kind: bent(strength(cues, weights, len(table)), BARS.get(kind, 0.5)) for kind, (_, weights) in KINDS.items()
    }


def known_kinds(titles: Mapping[str, str]) -> dict[str, tuple[str, dict[str, float]]]:
    """:data:`KINDS`, with the person's own titles, and the kinds that they added (which no cue speaks for)."""
    out = {kind: (titles.get(kind, title), weights) for kind, (title, weights) in KINDS.items()}
    return out | {kind: (title, {}) for kind, title in titles.items() if kind not in KINDS}


def _decided(table: PhotoTable, kind: str, plain: F32, taught: Taught) -> F32:
    """Strengths of a kind as its probe moves them, and as the person said."""
    sure = plain
    probe = taught.probes.get(kind)
    if probe is not None and table.vectors is not None and len(probe.weight) == table.vectors.shape[1]:
        logits = cue_logits(plain) if kind in KINDS else np.full(len(table), RARE)
        sure = sigmoid(probe.logits(table.vectors, logits)).astype(np.float32)
    if kind in taught.heads:
        rows, strength = taught.heads[kind]
        sure = sure.copy()
        sure[rows] = strength
    if kind in taught.said:
        yes, no = taught.said[kind]
        sure = sure.copy()
        sure[yes], sure[no] = 1.0, 0.0
    return sure


def _with_lessons(
    reasons: list[dict[str, Any]], kind: str, plain: F32, rows: I64, taught: Taught
) -> list[dict[str, Any]]:
    """The reasons with what examples changed, and what the person decided."""
    probe = taught.probes.get(kind)
    if probe is not None:
        examples = probe.yes + probe.no
        for reason, before in zip(reasons, np.round(plain.astype(np.float64), 2).tolist(), strict=True):
            reason["learned"] = {"before": before, "examples": examples}
    if kind in taught.heads:
        for index in np.flatnonzero(np.isin(rows, taught.heads[kind][0])).tolist():
            reasons[index].setdefault("learned", {})["by"] = "head"
    if kind in taught.said:
        for index in np.flatnonzero(np.isin(rows, taught.said[kind][0])).tolist():
            reasons[index] = {"correction": 0}
    return reasons


def strength(cues: Cues, weights: dict[str, float], n: int) -> F32:
    """The noisy or of weighted cues, float32 [n]."""
    doubt: F32 = np.ones(n, dtype=np.float32)
    for name, weight in weights.items():
        doubt = np.asarray(doubt * (1.0 - np.float32(weight) * cues.values[name]), dtype=np.float32)
    return np.asarray(1.0 - doubt, dtype=np.float32)


def bent(strength: F32, bar: float) -> F32:
    """Strengths with ``bar`` moved to one half, 0 and 1 left where they are."""
    return np.asarray(strength ** np.float32(np.log(0.5) / np.log(bar)), dtype=np.float32)


def _reasons(table: PhotoTable, cues: Cues, weights: dict[str, float], rows: I64) -> list[dict[str, Any]]:
    """For each photo the cues that spoke for the kind, and the likeliest class where classes did."""
    columns = [(name, np.round(cues.values[name][rows].astype(np.float64), 2).tolist()) for name in weights]
    sets = [name for name in weights if name in class_sets()]
    if not columns:
        return [{"cues": {}} for _ in range(len(rows))]
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
