"""Does the recurrent network find the ends of events better than the rule? Simulated lives, and real times alone.

``lives``: **simulated** libraries (:mod:`benchmarks.quality.life`), real vectors. In each, the labels of 60 % of the
stream (three of five blocks of time) are known, as if the person had sorted them into folders; F1 is over the rest,
every method at the threshold that is best on the known part. ``default``: the rule as installed; ``fitted``: the rule's
weights fitted to the known part; ``+ context``: the evidence of contextual prediction (no labels) as a further term;
``lstm``, ``rnn``: the bidirectional scorer over all features and that evidence, starting from the fitted rule;
``alone``: without the rule to start from. ``context_alone``: the evidence by itself. Pairs are of the same library.

``streams`` (``--streams CSV``): real people, times only, five folds by person as in :mod:`benchmarks.quality.events`.
There is nothing to see in times beyond the rule's features, so the network is not expected to win there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.life import life
from benchmarks.quality.looks import Pool, pool
from core.group import gaps
from core.group.gaps import ALL_TERMS, TIME_TERMS, Features, GapModel
from core.group.timeline import timeline
from core.sequence.boundary import BoundaryScorer
from core.sequence.columns import matrix
from core.sequence.cells import CELLS
from core.sequence.scores import best_threshold, blocks, f1
from core.sequence.scoring import context_evidence, network_logits

SEEDS, EVENTS, BLOCKS, KNOWN = 8, 300, 5, (0, 1, 3)
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
WITH_CONTEXT = (*ALL_TERMS, "context", "context_peak")


@dataclass(slots=True)
class Stream:
    """Gaps between the bursts and single photos of one library, which of them are known, and the answers."""

    features: Features
    label: Bools
    known: Bools
    evidence: dict[str, F64] = field(default_factory=dict)
    seed: int = 0


def stream(seed: int, n_events: int, pictures: Pool | None) -> Stream:
    """The gaps of one simulated library, with the evidence of both cells where there are pictures."""
    made = life(seed, n_events, pictures)
    line = timeline(made.table)
    heads, tails = gaps.units_that_count(line)
    features, _ = gaps.unit_features(made.table, line)
    ends = np.concatenate([[0], np.cumsum(made.boundaries(line))])
    label = ends[heads[1:]] > ends[tails[:-1]]
    known = np.isin(blocks(label, BLOCKS), KNOWN)
    out = Stream(features, label, known, seed=seed)
    if made.table.vectors is not None:
        for cell in CELLS:
            out.evidence[cell] = context_evidence(made.table.vectors, line.order[heads], cell=cell, random_state=seed)
    return out


# ---------------------------------------------------------------- methods: one score per gap, higher is a boundary


def with_context(s: Stream, cell: str = "lstm") -> Features:
    """The features with the evidence as two further columns."""
    x = matrix(s.features, s.evidence.get(cell))
    return Features({**s.features.columns, "context": x[:, -2], "context_peak": x[:, -1]})


def default(s: Stream) -> F64:
    return GapModel().logits(s.features)


def fitted(s: Stream) -> F64:
    return gaps.fit(s.features.take(s.known), s.label[s.known], ALL_TERMS).logits(s.features)


def fitted_context(s: Stream) -> F64:
    return _fitted_context(s, "lstm")


def _fitted_context(s: Stream, cell: str) -> F64:
    features = with_context(s, cell)
    return gaps.fit(features.take(s.known), s.label[s.known], WITH_CONTEXT).logits(features)


def default_context(s: Stream) -> F64:
    """The rule as installed and the evidence, weighed as is best on the known part."""
    context = np.nan_to_num(with_context(s).columns["context"])
    choices = [default(s) + weight * context for weight in (0.0, 0.15, 0.3, 0.5, 0.8, 1.2)]
    return max(choices, key=lambda score: _best_f1(score[s.known], s.label[s.known]))


def _best_f1(score: F64, label: Bools) -> float:
    return f1(score >= best_threshold(score, label), label).f1


def context_alone(s: Stream) -> F64:
    return np.nan_to_num(with_context(s).columns["context"])


def scorer(cell: str, start: str = "fitted") -> Callable[[Stream], F64]:
    """The bidirectional scorer from the fitted rule, the installed one, or nothing."""
    rules: dict[str, Callable[[Stream], F64]] = {"fitted": fitted, "default": default}

    def method(s: Stream) -> F64:
        offset = rules[start](s) if start in rules else None
        return network_logits(
            s.features,
            s.label,
            s.known.astype(np.float64),
            evidence=s.evidence.get(cell),
            offset=offset,
            cell=cell,
            random_state=s.seed,
        )

    return method


METHODS: dict[str, Callable[[Stream], F64]] = {
    "rule_default": default,
    "rule_fitted": fitted,
    "context_alone": context_alone,
    "rule_default_context": default_context,
    "rule_fitted_context": fitted_context,
    "rule_fitted_context_rnn": lambda s: _fitted_context(s, "rnn"),
    "lstm": scorer("lstm"),
    "rnn": scorer("rnn"),
    "lstm_from_default": scorer("lstm", "default"),
    "lstm_alone": scorer("lstm", "nothing"),
    "rnn_alone": scorer("rnn", "nothing"),
}


def lives(seeds: int, n_events: int, pictures: Pool | None) -> dict[str, Any]:
    """Every method on the same simulated libraries."""
    rows: dict[str, list[float]] = {name: [] for name in METHODS}
    gaps_seen = boundaries = 0
    for seed in range(seeds):
        s = stream(seed, n_events, pictures)
        gaps_seen, boundaries = gaps_seen + int((~s.known).sum()), boundaries + int(s.label[~s.known].sum())
        for name, method in METHODS.items():
            score = method(s)
            said = score >= best_threshold(score[s.known], s.label[s.known])
            rows[name].append(f1(said[~s.known], s.label[~s.known]).f1)
    return {
        "simulated": True,
        "pictures": "none" if pictures is None else pictures.source,
        "libraries": seeds,
        "held_out_gaps": gaps_seen,
        "held_out_boundaries": boundaries,
        "methods": {name: _summary(name, rows) for name in METHODS},
    }


def _summary(name: str, rows: dict[str, list[float]]) -> dict[str, float]:
    """Mean and sd over libraries, and the paired difference to the better of the two plain rules."""
    own = np.array(rows[name])
    base = max(("rule_default", "rule_fitted"), key=lambda n: float(np.mean(rows[n])))
    over = own - np.array(rows[base])
    sd = own.std(ddof=1), over.std(ddof=1) if len(own) > 1 else 0.0
    return {
        "f1": round(float(own.mean()), 4),
        "sd": round(float(sd[0]), 4),
        "over_best_rule": round(float(over.mean()), 4),
        "over_best_rule_sd": round(float(sd[1]), 4),
        "libraries_better": int((over > 0).sum()),
    }
