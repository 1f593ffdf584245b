"""Does the recurrent network find the ends of events better than the rule? Simulated lives, and real times alone.

``lives``: **simulated** libraries (:mod:`benchmarks.quality.life`), real vectors. In each, the labels of 60 % of the
stream (three of five blocks of time) are known, as if the person had sorted them into folders; F1 is over the rest,
every rule at the threshold that is best on the known part, every network at its own. ``default``: the rule as
installed; ``fitted``: the rule's weights fitted to the known part; ``context``: the evidence of contextual prediction
(no labels) as a further term; ``lstm``, ``rnn``: the bidirectional scorer over all features and that evidence, starting
from the fitted rule; ``alone``: without a rule to start from. ``gated``: the LSTM where the program's gate, which sees
the known part alone, chose it, else the fitted rule. Differences are within the same library.

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
from benchmarks.quality import events
from benchmarks.quality.life import life
from benchmarks.quality.looks import Pool, pool
from benchmarks.quality.networks import context_evidence, network_logits
from core.group import gaps
from core.group.gaps import ALL_TERMS, TIME_TERMS, Features, GapModel
from core.group.timeline import timeline
from core.learn import gate
from core.sequence.boundary import BoundaryScorer
from core.sequence.cells import CELLS
from core.sequence.columns import matrix
from core.sequence.scores import best_threshold, blocks, f1

SEEDS, EVENTS, BLOCKS, KNOWN = 8, 300, 5, (0, 1, 3)
FIRST_SEED = 100
"""Lives 0 to 2 were looked at while the networks were made; these were not."""
FOLDS, REPEATS = 5, 1
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


RULES: dict[str, Callable[[Stream], F64]] = {
    "rule_default": default,
    "rule_fitted": fitted,
    "context_alone": context_alone,
    "rule_default_context": default_context,
    "rule_fitted_context": fitted_context,
    "rule_fitted_context_rnn": lambda s: _fitted_context(s, "rnn"),
}
NETWORKS: dict[str, Callable[[Stream], F64]] = {
    "lstm": scorer("lstm"),
    "rnn": scorer("rnn"),
    "lstm_from_default": scorer("lstm", "default"),
    "lstm_alone": scorer("lstm", "nothing"),
    "rnn_alone": scorer("rnn", "nothing"),
}


def answer(s: Stream, name: str) -> Bools:
    """Which gaps a method cuts."""
    if name in NETWORKS:
        return NETWORKS[name](s) >= 0
    score = RULES[name](s)
    return score >= best_threshold(score[s.known], s.label[s.known])


def lives(seeds: int, n_events: int, pictures: Pool | None) -> dict[str, Any]:
    """Every method on the same simulated libraries."""
    rows: dict[str, list[float]] = {name: [] for name in (*RULES, *NETWORKS)}
    gated: list[float] = []
    chosen, held_out, boundaries = [], 0, 0
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        s = stream(seed, n_events, pictures)
        held_out, boundaries = held_out + int((~s.known).sum()), boundaries + int(s.label[~s.known].sum())
        for name, values in rows.items():
            values.append(f1(answer(s, name)[~s.known], s.label[~s.known]).f1)
        chosen.append(_gated(s))
        gated.append(rows["lstm" if chosen[-1] else "rule_fitted"][-1])
    rows["gated"] = gated
    return {
        "simulated": True,
        "pictures": "none" if pictures is None else pictures.source,
        "libraries": seeds,
        "held_out_gaps": held_out,
        "held_out_boundaries": boundaries,
        "gate_chose_network": sum(chosen),
        "methods": {name: _summary(name, rows) for name in rows},
    }


def _gated(s: Stream) -> bool:
    """What the program's gate decides from the known part alone."""
    rule = fitted(s)

    def train(weight: F64, _part: int) -> F64:
        return network_logits(
            s.features, s.label, weight, evidence=s.evidence.get("lstm"), offset=rule, random_state=s.seed
        )

    return gate.judge(s.label, s.known.astype(np.float64), rule, train).used


def _summary(name: str, rows: dict[str, list[float]]) -> dict[str, float]:
    """Mean and sd over libraries, and the paired difference to the better of the two plain rules."""
    own = np.array(rows[name])
    base = max(("rule_default", "rule_fitted"), key=lambda n: float(np.mean(rows[n])))
    over = own - np.array(rows[base])
    sd, over_sd = (float(x.std(ddof=1)) if len(own) > 1 else 0.0 for x in (own, over))
    return {
        "f1": round(float(own.mean()), 4),
        "sd": round(sd, 4),
        "over_best_rule": round(float(over.mean()), 4),
        "over_best_rule_sd": round(over_sd, 4),
        "libraries_better": int((over > 0).sum()),
    }


# ---------------------------------------------------------------- times alone, real people


def people(path: Path, repeats: int = REPEATS) -> dict[str, Any]:
    """Rule and networks on the same folds by person; F1 pooled over the people of a fold."""
    everyone = events.read_streams(path)
    rows: dict[str, list[float]] = {"tuned_gap": [], "rule_fitted": [], "lstm": [], "rnn": [], "lstm_alone": []}
    for seed in range(repeats):
        for fold in np.array_split(np.random.default_rng(seed).permutation(len(everyone)), FOLDS):
            test = _join([everyone[i] for i in sorted(fold.tolist())])
            train = _join([each for i, each in enumerate(everyone) if i not in set(fold.tolist())])
            for name, score in _people_scores(train, test, seed).items():
                cut = 0.0 if name in ("lstm", "rnn", "lstm_alone") else best_threshold(score[0], train[1])
                rows[name].append(f1(score[1] >= cut, test[1]).f1)
    best = np.array(rows["rule_fitted"])
    return {
        "streams": path.name,
        "people": len(everyone),
        "folds": FOLDS,
        "repeats": repeats,
        "methods": {
            name: {
                "f1": round(float(np.mean(values)), 4),
                "sd": round(float(np.std(values, ddof=1)), 4),
                "over_rule_fitted": round(float(np.mean(np.array(values) - best)), 4),
            }
            for name, values in rows.items()
        },
    }


def _join(streams: list[events.Stream]) -> tuple[Features, Bools, NDArray[np.int64]]:
    """(features, labels, person of each gap) of several people as one stream, each person's gaps together."""
    features = gaps.join([each.features for each in streams])
    label = np.concatenate([each.label[each.rows] for each in streams])
    person = np.repeat(np.arange(len(streams)), [len(each.rows) for each in streams])
    return features, label, person


Joined = tuple[Features, Bools, NDArray[np.int64]]


def _people_scores(train: Joined, test: Joined, seed: int) -> dict[str, tuple[F64, F64]]:
    """(scores of the training gaps, of the test gaps) by method."""
    both = [part[0] for part in (train, test)]
    log_gap = tuple(f.columns["log_gap"] for f in both)
    model = gaps.fit(train[0], train[1], TIME_TERMS)
    rule = tuple(model.logits(f) for f in both)
    out: dict[str, tuple[F64, F64]] = {"tuned_gap": (log_gap[0], log_gap[1]), "rule_fitted": (rule[0], rule[1])}
    x = [matrix(f) for f in both]
    for name, cell, offset in (("lstm", "lstm", rule), ("rnn", "rnn", rule), ("lstm_alone", "lstm", (None, None))):
        made = BoundaryScorer(cell, random_state=seed).fit(x[0], train[1], offset=offset[0])
        own = [made.decision_function(x[k], offset[k]) for k in (0, 1)]
        out[name] = (own[0], own[1])
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.sequence [--images DIR] [--streams CSV] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.sequence", description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=Path, help="labelled photos, a folder a class; none: those in packages")
    parser.add_argument("--cache", type=Path, help="folder that keeps the pictures' vectors for the next run")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="simulated libraries")
    parser.add_argument("--events", type=int, default=EVENTS, help="events in each")
    parser.add_argument("--streams", type=Path, help="CSV with the columns person, unix_time, poi")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="repeats of the five folds over people")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    result: dict[str, Any] = {}
    if chosen.seeds > 0:
        result["lives"] = lives(chosen.seeds, chosen.events, pool(chosen.images, chosen.cache))
    if chosen.streams is not None:
        result["streams"] = people(chosen.streams, chosen.repeats)
    emit(result, chosen.json, "The recurrent network against the rule")


if __name__ == "__main__":
    main()
