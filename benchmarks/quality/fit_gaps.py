"""Would fitted weights be a better installed rule for event boundaries? ``--streams CSV --images DIR [--json]``.

**Tried, and not installed**: on other lives the fitted rule is better than the installed one, but still below the best
tuned rule of time and GPS, and on sample albums it is no better (see docs/BENCHMARKS.md). Two sources of labelled gaps:

- **Simulated** lives (:mod:`benchmarks.quality.life`) of seeds that no benchmark measures, 30 to 300 events each, which
  look at the packages' own photographs and at ``--images`` (the flowers; the benchmarks' lives look at Caltech101). One
  in four knows no positions, as the libraries of old cameras do.
- Half of the people of ``--streams`` (columns as in :mod:`benchmarks.quality.events`), times only, each gap counted
  ``STREAM_WEIGHT`` times.

The fit is a penalised logistic regression; the weights are ``TRUST`` of it and the rest of the installed ones, since
simulated lives are lives that somebody made up. ``TRUST``, ``STREAM_WEIGHT`` and ``SHIFT`` were settled on further
simulated lives, the other half of the people and the sample albums of seeds 0 to 2: the figures given here, F1 on those
further lives and people, are not of data kept apart from that choice.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from benchmarks.common import emit
from benchmarks.quality.events import Stream, read_streams
from benchmarks.quality.life import Life, life
from benchmarks.quality.lives import Bools, Case, case, f1_program
from benchmarks.quality.looks import Pool, pool
from benchmarks.quality.segmentation import f1
from core.group.events import EventParams, find
from core.group.gaps import DEFAULT_WEIGHTS, GapModel, fit, join, spread
from core.group.levels import strengths
from core.group.segment import LengthPrior
from core.records import LEVELS

TRAIN_SEEDS, OTHER_SEEDS = range(30_000, 30_040), range(31_000, 31_020)
SIZES = (30, 60, 100, 200, 300)
STREAM_WEIGHT, TRUST, SHIFT, PENALTY = 3, 0.6, 0.1, 30.0
TERMS = (
    *("log_gap", "mean_10", "median_10", "median_20", "far", "near", "placeless", "visual", "nearest", "camera"),
    *("day", "speed", "log_gap>600", "log_gap>1800", "log_gap>5400", "log_gap>21600", "log_gap>172800"),
)


def pictures(images: Path, cache: Path) -> Pool:
    """The packages' photographs and those of ``images`` as one pool."""
    one, two = pool(None, cache), pool(images, cache)
    label = np.concatenate([one.label, two.label + len(one.names)])
    return Pool(np.concatenate([one.vectors, two.vectors]), label, one.names + two.names, f"{one.source}+{two.source}")


def lives(seeds: Sequence[int], looks: Pool, *, some_placeless: bool) -> list[Case]:
    """Simulated lives of all sizes, their vectors let go once they are measured."""
    out = []
    for i, seed in enumerate(seeds):
        made = life(seed, SIZES[i % len(SIZES)], looks)
        out.append(_slim(case(_placeless(made) if some_placeless and i % 4 == 3 else made)))
    return out


def _placeless(made: Life) -> Life:
    unknown = np.full(len(made.table), np.nan)
    return replace(made, table=replace(made.table, lat=unknown, lon=unknown))


def _slim(one: Case) -> Case:
    return replace(one, life=replace(one.life, table=replace(one.life.table, vectors=None)))


def fitted(train: list[Case], people: list[Stream]) -> dict[str, float]:
    """The fit drawn towards the installed ones, two decimals."""
    features = [one.features for one in train] + [s.features for s in people] * STREAM_WEIGHT
    labels = [one.label for one in train] + [s.label[s.rows] for s in people] * STREAM_WEIGHT
    model = fit(join(features), np.concatenate(labels), TERMS, PENALTY).weights
    names = ("bias", *TERMS)
    mixed = {name: TRUST * model[name] + (1 - TRUST) * DEFAULT_WEIGHTS.get(name, 0.0) for name in names}
    mixed["bias"] += SHIFT
    return {name: round(weight, 2) for name, weight in mixed.items()}


def f1_lives(weights: Mapping[str, float], found: list[Case]) -> float:
    """Mean F1 of the program with these weights, over lives."""
    model = GapModel(weights)

    def cuts(one: Case) -> Bools:
        out: Bools = (
            strengths(spread(one.line, model.logits(one.features)), one.line.unit, LengthPrior()) >= LEVELS["events"]
        )
        return out

    return round(float(np.mean([f1_program(cuts(one), one) for one in found])), 4)


def f1_people(weights: Mapping[str, float], people: list[Stream]) -> float:
    """Pooled F1 over people, from times alone."""
    params = EventParams(model=GapModel(weights))
    said = [find(s.table, params=params)[1].is_boundary for s in people]
    return round(f1(said, [s.label for s in people])[0], 4)


def run(streams: Path, images: Path, cache: Path) -> dict[str, Any]:
    looks = pictures(images, cache)
    people = read_streams(streams)
    order = np.random.default_rng(0).permutation(len(people)).tolist()
    half = len(people) // 2
    weights = fitted(
        lives(TRAIN_SEEDS, looks, some_placeless=True),
        [people[i] for i in order[:half]],
    )
    other, rest = lives(OTHER_SEEDS, looks, some_placeless=False), [people[i] for i in order[half:]]
    rules = {"installed": DEFAULT_WEIGHTS, "fitted": weights}
    return {
        "simulated_lives": True,
        "pictures": looks.source,
        "weights": weights,
        "other_lives": {name: f1_lives(rule, other) for name, rule in rules.items()},
        "other_people": {name: f1_people(rule, rest) for name, rule in rules.items()},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.fit_gaps --streams CSV --images DIR [--cache DIR] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.fit_gaps", description=__doc__.split("\n\n")[0])
    parser.add_argument("--streams", type=Path, required=True, help="CSV with the columns person, unix_time, poi")
    parser.add_argument("--images", type=Path, required=True, help="labelled photos that no other benchmark looks at")
    parser.add_argument("--cache", type=Path, default=Path(gettempdir()) / "reverie-looks")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    emit(run(chosen.streams, chosen.images, chosen.cache), chosen.json, "Fitted weights for event boundaries")


if __name__ == "__main__":
    main()
