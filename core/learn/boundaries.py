"""The weights of the boundary rule, moved by the person's corrections: so far as the evidence goes, and no further.

Maximum a posteriori logistic regression with a Gaussian prior at the installed weights (MacKay 1992; Bishop 2006, 4.5):
one correction moves little, many of a kind move much, and every gap that resembles the corrected ones moves with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.gaps import Features, GapModel, term
from core.group.logistic import primal_weights
from core.learn.examples import Labels, Said, Stream, holds, labels, said
from core.records_corrections import LearnedPart

NAME, VERSION = "boundaries", 2
METRIC = "corrections that would not have been needed"
EXTRA = ("speed",)
"""Terms that the installed rule leaves out, and corrections may bring in."""
SPREAD = 0.35
"""Prior sd of the change of a weight, in log odds for one sd of its term in the library; for the bias in log odds."""
FEWEST = 6
"""Corrections from which learned weights may be used."""
FOLDS = 5
SURE, KEEP = 1.5, 0.97
"""Log odds from which the rule is sure of a gap, and the share of such gaps that learning has to leave as they are."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of the held-out corrections, the share that the rule and the learned weights agree with by themselves; of the
    gaps beside them that the rule was sure of and the person left, the share that the learned weights ``kept``."""

    rule: float
    learned: float
    kept: float
    corrections: int


def fit_map(features: Features, known: Labels, prior: GapModel, spread: float = SPREAD) -> GapModel:
    """The weights that explain the labelled gaps best without going further from ``prior`` than they must."""
    names = tuple(dict.fromkeys((*(n for n in prior.weights if n != "bias"), *EXTRA)))
    columns = np.stack([np.nan_to_num(term(features, name)) for name in names], axis=1)
    mean, sd = columns.mean(axis=0), columns.std(axis=0)
    varies = sd > 1e-9
    scale = np.where(varies, sd, 1.0)
    rows = known.weight > 0
    x = np.column_stack([np.ones(len(columns)), np.where(varies, (columns - mean) / scale, 0.0)])[rows]
    start = prior.logits(features)[rows] - known.bar[rows]
    ridge = np.full(x.shape[1], 1.0 / spread**2)
    delta = primal_weights(x, known.boundary[rows].astype(np.float64), known.weight[rows], start, ridge)
    change = np.where(varies, delta[1:] / scale, 0.0)
    weights = {name: float(prior.weights.get(name, 0.0) + c) for name, c in zip(names, change.tolist(), strict=True)}
    bias = float(prior.weights.get("bias", 0.0)) + float(delta[0] - (change * mean).sum())
    return GapModel({"bias": bias, **weights})


def learn(s: Stream, seed: int = 0) -> tuple[GapModel, LearnedPart]:
    """Weights from the corrections of a stream, and what they are worth on corrections kept apart."""
    prior = GapModel()
    corrections = said(s)
    if len(corrections) < FEWEST:
        why = f"Learns from {FEWEST} split or joined events on; so far there are {len(corrections)}."
        return prior, LearnedPart(NAME, METRIC, None, None, len(corrections), False, why)
    logits = prior.logits(s.features)
    model = fit_map(s.features, labels(s, corrections, logits, folders=False), prior)
    found = cross_validate(s, corrections, prior, seed)
    used = found.learned > found.rule and found.kept >= KEEP
    return model, LearnedPart(NAME, METRIC, found.rule, found.learned, found.corrections, used, _why(found, used))


def _why(found: Verdict, used: bool) -> str:
    beside = f"{found.kept:.0%} of what was sure beside them stays"
    if used:
        return f"Learned weights foresee more of the corrections kept apart; {beside}."
    if found.learned > found.rule:
        return f"Learned weights would change too much that was left as it was: only {beside}."
    return "Learned weights foresee no more of the corrections kept apart than the rule does."


def cross_validate(s: Stream, corrections: list[Said], prior: GapModel, seed: int) -> Verdict:
    """Each correction judged by weights that were fitted without it."""
    rule = prior.logits(s.features)
    fold = np.random.default_rng(seed).permutation(len(corrections)) % min(FOLDS, len(corrections))
    right: list[tuple[bool, bool]] = []
    kept_as_it_was: list[NDArray[np.bool_]] = []
    for part in range(int(fold.max()) + 1):
        kept = [c for c, f in zip(corrections, fold.tolist(), strict=True) if f != part]
        apart = [c for c, f in zip(corrections, fold.tolist(), strict=True) if f == part]
        model = fit_map(s.features, labels(s, kept, rule, folders=False), prior)
        learned = model.logits(s.features)
        right += [(holds(c, rule), holds(c, learned)) for c in apart]
        seen = labels(s, apart, rule, folders=False)
        sure = (np.abs(rule) >= SURE) & ((rule >= 0) == s.shown)
        left = (seen.weight > 0) & (seen.weight < 1) & sure
        kept_as_it_was.append((learned[left] >= 0) == s.shown[left])
    shares = np.mean(np.array(right, np.float64), axis=0)
    same = np.concatenate(kept_as_it_was)
    return Verdict(float(shares[0]), float(shares[1]), float(same.mean()) if len(same) else 1.0, len(corrections))


def as_info(model: GapModel) -> dict[str, Any]:
    """The weights as plain values."""
    return {"weights": dict(model.weights)}


def of_info(info: dict[str, Any]) -> GapModel:
    """The model of :func:`as_info`."""
    return GapModel({str(k): float(v) for k, v in info["weights"].items()})
