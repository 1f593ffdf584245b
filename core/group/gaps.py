"""One strength per gap between neighbours in time: is this where one event ends and the next begins?

Features follow Platt 2003 (PhotoTOC: the log gap against its neighbourhood), Cooper 2005 and Garcia del Molino 2018
(visual change between the photos before and after), with place and camera added. A logistic rule joins them; its
default weights were fitted to simulated lives (see ``benchmarks.quality.fit_gaps``), and :func:`fit` learns others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64, PhotoTable
from core.group.change import between, centre, distances, least_beside, looks_across, visual_change
from core.group.logistic import primal_weights
from core.group.rhythm import LONG, PRIOR_LOG_GAP, WIDE, busy, company, local_mean, local_median, stay
from core.group.timeline import I64, Timeline

LOG_17 = float(np.log(17.0))  # PhotoTOC's constant
KNOTS = (30.0, 120.0, 600.0, 1800.0, 5400.0, 21600.0, 172800.0)  # seconds: where the fitted rule may bend
DRIFT_DOUBT = 5.0

DEFAULT_WEIGHTS: dict[str, float] = {
    "bias": -7.85,
    "log_gap": 0.73,
    "log_gap>5400": -0.22,
    "log_gap>21600": 2.59,
    "median_20": 0.1,
    "far": 2.48,
    "far>6": -2.09,
    "moving": -0.9,
    "near": -0.41,
    "placeless": 1.0,
    "visual": 0.71,
    "nearest": 0.19,
    "again": -2.8,
    "camera": 0.25,
    "day": 1.05,
}
"""Fitted by ``benchmarks.quality.fit_gaps``."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of g gaps: one float64 [g] column per name, NaN where it cannot be known.

    ``log_gap``: log seconds. ``mean_10``, ``mean_20``, ``median_10``, ``median_20``: log gap less log 17 less the local
    mean or median of that many neighbours each side, within ±3.5. ``rhythm``: mean log gap of 500 each side.
    ``company``: log photos within 400 days on the poorer side. ``busy``: how long the gaps around are, 0 to 1.
    ``stay``: log seconds of the longer stretch without a pause beside it. ``placeless``: 1 where no distance is known.
    ``far``: log(1 + km/2). ``moving``: the smaller ``far`` of the two gaps beside. ``near``: exp(-km/0.3).
    ``speed``: log(1 + km/h / 30). ``visual``: change of look against the library's usual change, in its own spread.
    ``nearest``: likewise how little alike the two most alike photos either side are. ``again``: how much a thing seen
    shortly before is seen again shortly after, 0 to 1. ``camera``, ``day``: 0 or 1. ``hour_sin``, ``hour_cos``: hour of
    the photo after.
    """

    columns: dict[str, F64]

    def __len__(self) -> int:
        return len(self.columns["log_gap"])

    def take(self, rows: NDArray[np.bool_] | I64) -> Features:
        return Features({name: column[rows] for name, column in self.columns.items()})


def join(parts: list[Features]) -> Features:
    """The features of several streams as one."""
    return Features({name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns})


# ---------------------------------------------------------------- the rule


@dataclass(frozen=True, slots=True)
class GapModel:
    """A logistic rule over terms of the features (see :func:`term`); terms without a weight are not even computed."""

    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))

    def logits(self, features: Features) -> F64:
        """float64 [g]: the log odds that a gap is a boundary. What is not known adds nothing."""
        out = np.full(len(features), float(self.weights.get("bias", 0.0)))
        for name, weight in self.weights.items():
            if name != "bias" and weight != 0.0:
                out += weight * np.nan_to_num(term(features, name))
        return out


def term(features: Features, name: str) -> F64:
    """A named term, float64 [g]: a feature; ``log_gap>600`` (how far the log gap lies above log 600); ``a*b``."""
    if "*" in name:
        left, right = name.split("*")
        return term(features, left) * term(features, right)
    if ">" in name:
        base, knot = name.split(">")
        above: F64 = np.maximum(features.columns[base] - np.log(float(knot)), 0.0)
        return above
    return features.columns[name]


TIME_TERMS: tuple[str, ...] = (
    "log_gap",
    *(f"log_gap>{knot:g}" for knot in KNOTS),
    "rhythm",
    "log_gap*rhythm",
    "log_gap>600*rhythm",
    "company",
    "log_gap*company",
    "log_gap>600*company",
    "busy",
    "stay",
)
"""What :func:`fit` weighs when only time is known."""

ALL_TERMS = (
    *TIME_TERMS,
    "mean_10",
    "median_20",
    "far",
    "far>6",
    "moving",
    "near",
    "placeless",
    "speed",
    "visual",
    "nearest",
    "again",
    "camera",
    "day",
    "log_gap*hour_sin",
)


def fit(
    features: Features,
    boundary: NDArray[np.bool_],
    terms: tuple[str, ...] = ALL_TERMS,
    l2: float = 10.0,
    held: Mapping[str, float] | None = None,
) -> GapModel:
    """Learn the weights of ``terms`` from labelled gaps by penalised logistic regression.

    The penalty ``l2`` acts on standardised terms, so it is in units of gaps; constant terms keep weight 0. ``held``:
    weights of other terms that are kept as they are.
    """
    columns = np.stack([np.nan_to_num(term(features, name)) for name in terms], axis=1)
    mean, sd = columns.mean(axis=0), columns.std(axis=0)
    sd = np.where(sd > 1e-9, sd, np.inf)
    x = np.column_stack([np.ones(len(columns)), (columns - mean) / sd])
    offset = GapModel(held or {}).logits(features)
    ridge = np.array([1e-6, *[l2] * len(terms)])
    beta = primal_weights(x, boundary.astype(np.float64), np.ones(len(x)), offset, ridge)
    weights = dict(zip(terms, (beta[1:] / sd).tolist(), strict=True))
    return GapModel({"bias": float(beta[0] - (beta[1:] * mean / sd).sum()), **weights, **(held or {})})


# ---------------------------------------------------------------- features


WITHOUT_TIME = (
    *("far", "moving", "near", "placeless", "speed", "visual", "nearest", "again", "camera", "day"),
    *("hour_sin", "hour_cos"),
)
"""Features that times alone do not give."""


def time_features(time: F64, gap: F64 | None = None) -> Features:
    """Features of the g gaps of one stream from its times alone (float64 [g + 1], ascending); the rest is NaN.

    ``gap`` float64 [g] replaces the plain differences where the ends of a burst count.
    """
    gap = np.round(np.diff(time), 3) if gap is None else gap
    log_gap = np.log(np.maximum(gap, 1.0))
    unknown = np.full(len(gap), np.nan)
    columns: dict[str, F64] = {"log_gap": log_gap}
    for half in (10, 20):
        columns[f"mean_{half}"] = np.clip(log_gap - LOG_17 - local_mean(log_gap, half), -3.5, 3.5)
        columns[f"median_{half}"] = np.clip(log_gap - LOG_17 - local_median(log_gap, half), -3.5, 3.5)
    columns["rhythm"] = local_mean(log_gap, WIDE)
    columns["company"] = company(time)
    columns["busy"] = busy(log_gap)
    columns["stay"] = stay(time, gap)
    return Features({**columns, **dict.fromkeys(WITHOUT_TIME, unknown)})


@dataclass(frozen=True, slots=True)
class Measured:
    """Features of all m - 1 gaps of a timeline, and the plain measures shown as reasons (NaN unknown)."""

    logits: F64
    distance_km: F64
    visual: F64
    camera_changed: NDArray[np.bool_]


def measure(table: PhotoTable, line: Timeline, model: GapModel) -> Measured:
    """The log odds of every gap between neighbours in time, with what they rest on. float64 [m - 1] each.

    Local statistics and looks are taken over the photos a camera made, bursts counted once; the gaps inside a burst
    and around pictures that only drift by are judged by their time alone.
    """
    m = len(line)
    if m < 2:
        empty = np.zeros(0)
        return Measured(empty, empty, empty, np.zeros(0, dtype=np.bool_))
    heads, tails = units_that_count(line)
    km = distances(table, line)
    features = _unit_features(table, line, heads, tails, km)
    change = np.full(m - 1, np.nan)
    features, raw_visual = _with_looks(features, table, line, heads, tails)
    logits = spread(line, model.logits(features))
    if raw_visual is not None:
        joined = tails[:-1] + 1 == heads[1:]
        change[tails[:-1][joined]] = raw_visual[joined]
    camera = table.camera[line.order]
    changed = (camera[1:] != camera[:-1]) & (camera[1:] >= 0) & (camera[:-1] >= 0)
    return Measured(logits, km, change, changed)


def unit_features(table: PhotoTable, line: Timeline) -> tuple[Features, I64]:
    """Features of the gaps between neighbouring units, for :func:`fit`, and the timeline gap (int64) that each one is:
    the first of them where pictures drift by in between."""
    heads, tails = units_that_count(line)
    features = _unit_features(table, line, heads, tails, distances(table, line))
    return _with_looks(features, table, line, heads, tails)[0], tails[:-1]


def _with_looks(
    features: Features, table: PhotoTable, line: Timeline, heads: I64, tails: I64
) -> tuple[Features, F64 | None]:
    """The features with the change of look, and that change as it was measured, float64 [g] or None.

    Looks are compared by what they do not share with all of the library's.
    """
    if table.vectors is None:
        return features, None
    rows, begin, end = line.order[heads], line.time[heads], line.time[tails]
    middle = centre(table.vectors, rows)
    change = visual_change(table.vectors, rows, gap=begin[1:] - end[:-1], middle=middle)
    nearest, again = looks_across(table.vectors, rows, begin, end, middle=middle)
    columns = {**features.columns, "visual": _in_spread(change), "nearest": _in_spread(nearest), "again": again}
    return Features(columns), change


def units_that_count(line: Timeline) -> tuple[I64, I64]:
    """First and last photo (indices into the timeline) of every burst or single photo that a camera made."""
    active = np.flatnonzero(~line.passive) if not line.passive.all() else np.arange(len(line))
    unit = line.unit[active]
    first = np.concatenate([[True], unit[1:] != unit[:-1]])
    last = np.concatenate([unit[1:] != unit[:-1], [True]])
    return active[first].astype(np.int64), active[last].astype(np.int64)


def _unit_features(table: PhotoTable, line: Timeline, heads: I64, tails: I64, km: F64) -> Features:
    """Features of the gaps between neighbouring units."""
    gap = np.round(line.time[heads[1:]] - line.time[tails[:-1]], 3)
    features = time_features(line.time[heads], gap)
    columns = dict(features.columns)
    unit_km = between(table, line, tails[:-1], heads[1:], km)
    columns["far"] = np.log1p(unit_km / 2.0)
    columns["moving"] = least_beside(columns["far"])
    columns["near"] = np.exp(-unit_km / 0.3)
    columns["placeless"] = np.isnan(unit_km).astype(np.float64)
    columns["speed"] = np.log1p(unit_km / np.maximum(gap / 3600.0, 1 / 60.0) / 30.0)
    camera = table.camera[line.order]
    before, after = camera[tails[:-1]], camera[heads[1:]]
    columns["camera"] = np.where((before >= 0) & (after >= 0), before != after, np.nan).astype(np.float64)
    local = table.local[line.order]
    columns["day"] = (_day(local[heads[1:]]) != _day(local[tails[:-1]])).astype(np.float64)
    angle = 2 * np.pi * np.mod(local[heads[1:]], 86400.0) / 86400.0
    columns["hour_sin"], columns["hour_cos"] = np.sin(angle), np.cos(angle)
    return Features(columns)


def _day(local: F64) -> F64:
    """Number of the day a wall-clock time belongs to; days end at 4 in the morning. NaN stays NaN."""
    out: F64 = np.floor((local - 4 * 3600.0) / 86400.0)
    return out


def _in_spread(values: F64) -> F64:
    """Measures against their median in the library, and in their own spread, within ±2; NaN stays NaN."""
    if not np.isfinite(values).any():
        return np.full(len(values), np.nan)
    low, middle, high = np.nanpercentile(values, (25, 50, 75))
    out: F64 = np.clip((values - middle) / max((high - low) / 1.349, 0.02), -2.0, 2.0)
    return out


def spread(line: Timeline, whole: F64) -> F64:
    """Log odds of all m - 1 gaps from those between units (``whole``: the rule's, or a network's).

    Where pictures drift by between two units, the widest of the small gaps carries the strength of the whole and the
    others are judged by their own time, never more sure than the whole. A gap beside such a picture needs to be longer
    by ``DRIFT_DOUBT`` log odds, so that a lone screenshot joins the event it is nearest to.
    """
    logits = own_time_logits(line.gap)
    logits[line.passive[1:] | line.passive[:-1]] -= DRIFT_DOUBT
    if len(whole) == 0:
        return logits
    heads, tails = units_that_count(line)
    owner = np.searchsorted(heads, np.arange(len(line.gap)), side="right") - 1
    inside = (owner >= 0) & (owner < len(whole)) & (np.arange(len(line.gap)) >= tails[np.clip(owner, 0, None)])
    logits[inside] = np.minimum(logits[inside], whole[owner[inside]])
    rows = np.flatnonzero(inside)
    widest = rows[np.lexsort((rows, -line.gap[rows], owner[rows]))]
    first = np.concatenate([[True], owner[widest][1:] != owner[widest][:-1]])
    logits[widest[first]] = whole[owner[widest[first]]]
    return logits


def own_time_logits(gap: F64) -> F64:
    """Log odds from the length of a gap alone, as the default rule sees it in an ordinary neighbourhood."""
    log_gap = np.log(np.maximum(gap, 1.0))
    local = np.clip(log_gap - LOG_17 - PRIOR_LOG_GAP, -3.5, 3.5)
    out: F64 = 0.8 * (log_gap - LONG) + 0.6 * local
    return out
