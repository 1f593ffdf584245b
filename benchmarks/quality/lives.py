"""Events with place and look, and wrong clocks, on simulated libraries: ``[--images DIR] [--seeds N] [--json]``.

**Simulated** (:mod:`benchmarks.quality.life`): made-up lives give times, places and cameras to real labelled photos, so
the figures compare methods and say nothing of the size of errors in real albums. What is fitted or tuned is so on lives
of other seeds than those measured; all methods are judged on the same lives, and differences are paired.

Rules: a fixed gap, the tuned gap, PhotoTOC tuned, and a rule of time and GPS (a long gap, or a shorter one with a
distance) with its three thresholds tuned. They see the photos that cameras made, bursts counted once. Models: the
program's, fitted with time alone, with time and place, and in full (time, place, look); ``full_default`` is the program
as installed; ``full_lstm`` the network on top of the full model. They answer for every gap, screenshots and received
pictures included, where a second cut between the same two photos counts as a false one.

Clocks: of lives in which one camera's clock is wrong, the share in which the shift is found within 60 s of the median
error of the photos concerned; and suggestions made in lives whose clocks are right.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.events import best_threshold, contrast
from benchmarks.quality.life import Life, life
from benchmarks.quality.looks import Pool, pool
from core.group.gaps import (
    ALL_TERMS,
    TIME_TERMS,
    Features,
    GapModel,
    fit,
    join,
    spread,
    unit_features,
    units_that_count,
)
from core.group.levels import strengths
from core.group.segment import LengthPrior
from core.group.streams import suggest
from core.group.timeline import Timeline, timeline
from core.records import LEVELS

SEEDS, EVENTS = 20, 200
TRAIN_SEEDS = range(10_000, 10_024)
CLOCK_SEED, CLEAN = 20_000, 50
CLOCK_EVENTS = 300
PRIORS = (LengthPrior(weight=0.0), LengthPrior(weight=0.5), LengthPrior(weight=1.0), LengthPrior(weight=1.5))
SHIFTS = (-0.8, -0.4, 0.0, 0.4)
TIME = (*TIME_TERMS, "mean_10", "median_20", "day")
PLACE = (*TIME, "far", "near", "placeless", "speed", "camera")
Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Case:
    """One library: its stream, the features of the gaps between units and whether an event ends there."""

    life: Life
    line: Timeline
    heads: I64
    tails: I64
    features: Features
    label: Bools


def case(made: Life) -> Case:
    line = timeline(made.table)
    heads, tails = units_that_count(line)
    event = made.event[line.order]
    features, _ = unit_features(made.table, line)
    return Case(made, line, heads, tails, features, event[heads[1:]] != event[tails[:-1]])


def f1_units(said: Bools, one: Case) -> float:
    """F1 of an answer for the gaps between units."""
    return 2 * float((said & one.label).sum()) / max(float(said.sum() + one.label.sum()), 1.0)


def f1_program(cuts: Bools, one: Case) -> float:
    """F1 of an answer for every gap: one cut between two units answers for them, further ones are false."""
    total = np.concatenate([[0], np.cumsum(cuts)])
    said = total[one.heads[1:]] - total[one.tails[:-1]]
    hits = np.minimum(said, one.label).sum()
    return 2 * float(hits) / max(float(cuts.sum() + one.label.sum()), 1.0)


# ---------------------------------------------------------------- rules

Rule = Callable[[Case], Bools]


def rules(train: list[Case]) -> dict[str, Rule]:
    """The rules, tuned on the training lives."""
    labels = [one.label for one in train]
    cut = best_threshold([_log_gap(one) for one in train], labels)
    return {
        "fixed_1h": lambda one: _log_gap(one) > np.log(3600.0),
        "fixed_6h": lambda one: _log_gap(one) > np.log(6 * 3600.0),
        "tuned_gap": lambda one: _log_gap(one) > cut,
        "phototoc": _phototoc(train),
        "time_gps_rule": _time_gps(train),
    }


def _log_gap(one: Case) -> F64:
    return one.features.columns["log_gap"]


def _phototoc(train: list[Case]) -> Rule:
    labels = [one.label for one in train]
    options = []
    for half in (5, 10, 20, 40):
        cut = best_threshold([contrast(_log_gap(one), half) for one in train], labels)
        score = np.mean([f1_units(contrast(_log_gap(one), half) > cut, one) for one in train])
        options.append((float(score), half, cut))
    _, half, cut = max(options)
    return lambda one: contrast(_log_gap(one), half) > cut


def _time_gps(train: list[Case]) -> Rule:
    """Cut at a gap over ``long``, or over ``short`` with more than ``km`` between the photos."""

    def made(long: float, short: float, km: float) -> Rule:
        far = np.log1p(km / 2.0)

        def rule(one: Case) -> Bools:
            gap = _log_gap(one)
            away = np.nan_to_num(one.features.columns["far"]) > far
            return (gap > np.log(long * 60)) | (away & (gap > np.log(short * 60)))

        return rule

    grid = [
        (a, b, c)
        for a in (60, 90, 120, 180, 240, 300, 360)
        for b in (2, 5, 8, 12, 20, 30)
        for c in (0.2, 0.4, 0.8, 1.5, 3)
    ]
    best = max(grid, key=lambda p: np.mean([f1_units(made(*p)(one), one) for one in train]))
    return made(*best)


# ---------------------------------------------------------------- models


def model(train: list[Case], terms: tuple[str, ...]) -> Callable[[Case], F64]:
    """The program's rule fitted to the training lives, as log odds between units; 0 is the best threshold there."""
    fitted = fit(join([one.features for one in train]), np.concatenate([one.label for one in train]), terms)
    cut = best_threshold([fitted.logits(one.features) for one in train], [one.label for one in train])
    return lambda one: fitted.logits(one.features) - cut


def program(train: list[Case], score: Callable[[Case], F64]) -> Rule:
    """The program around log odds between units: spread over all gaps and segmented, the length prior and a shift of
    the threshold chosen on the training lives."""
    logits = [score(one) for one in train]

    def value(choice: tuple[LengthPrior, float]) -> float:
        return float(
            np.mean(
                [f1_program(_cuts(one, z + choice[1], choice[0]), one) for one, z in zip(train, logits, strict=True)]
            )
        )

    prior, shift = max(((p, s) for p in PRIORS for s in SHIFTS), key=value)
    return lambda one: _cuts(one, score(one) + shift, prior)


def _cuts(one: Case, whole: F64, prior: LengthPrior) -> Bools:
    out: Bools = strengths(spread(one.line, whole), one.line.unit, prior) >= LEVELS["events"]
    return out


def installed(one: Case) -> Bools:
    """The program with the weights it is installed with."""
    return _cuts(one, GapModel().logits(one.features), LengthPrior())


def with_network(train: list[Case], test: list[Case], full: Callable[[Case], F64]) -> Rule:
    """The recurrent scorer on top of the full model, trained on the training lives in one stream with all others."""
    from benchmarks.quality.networks import context_evidence, network_logits

    every = [*train, *test]
    evidence = [
        context_evidence(one.life.table.vectors, one.line.order[one.heads], random_state=one.life.seed)
        for one in every
        if one.life.table.vectors is not None
    ]
    known = np.concatenate([np.full(len(one.label), float(i < len(train))) for i, one in enumerate(every)])
    logits = network_logits(
        join([one.features for one in every]),
        np.concatenate([one.label for one in every]),
        known,
        evidence=np.concatenate(evidence) if evidence else None,
        offset=np.concatenate([full(one) for one in every]),
        random_state=0,
    )
    parts = np.split(logits, np.cumsum([len(one.label) for one in every])[:-1])
    answers = {id(one): part for one, part in zip(every, parts, strict=True)}
    return program(train, lambda one: answers[id(one)])


# ---------------------------------------------------------------- measuring


def boundaries(seeds: int, n_events: int, pictures: Pool, network: bool) -> dict[str, Any]:
    """Every method on the same lives."""
    train = [case(life(seed, n_events, pictures)) for seed in TRAIN_SEEDS]
    test = [case(life(seed, n_events, pictures)) for seed in range(seeds)]
    scores = {name: [f1_units(rule(one), one) for one in test] for name, rule in rules(train).items()}
    best = max(scores, key=lambda name: float(np.mean(scores[name])))
    full = model(train, ALL_TERMS)
    answers: dict[str, Rule] = {
        "time": program(train, model(train, TIME)),
        "time_gps": program(train, model(train, PLACE)),
        "full": program(train, full),
        "full_default": installed,
    }
    if network:
        answers["full_lstm"] = with_network(train, test, full)
    for name, rule in answers.items():
        scores[name] = [f1_program(rule(one), one) for one in test]
    ours = [name for name in ("full", "full_lstm") if name in scores]
    return {
        "libraries": seeds,
        "photos": sum(len(one.life.table) for one in test),
        "boundaries": int(sum(one.label.sum() for one in test)),
        "trained_on": len(train),
        "best_rule": best,
        "methods": {name: _summary(np.array(values)) for name, values in scores.items()},
        **{f"{one}_over": {name: _paired(scores[one], scores[name]) for name in scores if name != one} for one in ours},
    }


def _summary(values: F64) -> dict[str, float]:
    return {"f1": round(float(values.mean()), 4), "sd": round(float(values.std(ddof=1)), 4)}


def _paired(ours: list[float], theirs: list[float]) -> dict[str, float]:
    """Mean difference, its sd over libraries, half the 95 % confidence interval (normal), and how often we win."""
    difference = np.array(ours) - np.array(theirs)
    sd = float(difference.std(ddof=1))
    return {
        "mean": round(float(difference.mean()), 4),
        "sd": round(sd, 4),
        "ci95": round(1.96 * sd / np.sqrt(len(difference)), 4),
        "wins": int((difference > 0).sum()),
    }


def clocks(seeds: int, clean: int, pictures: Pool, first: int = CLOCK_SEED) -> dict[str, Any]:
    """Wrong clocks found in lives of seeds ``first`` on, and suggestions in lives whose clocks are right."""
    found, wrong, errors, elsewhere = 0, 0, [], 0
    for seed in range(first, first + seeds):
        made = life(seed, CLOCK_EVENTS, pictures, clock="wrong")
        if made.clock is None:
            continue
        wrong += 1
        shift = made.table.instant - made.true_instant
        truth = float(np.median(shift[(made.table.camera == made.clock.camera) & (shift != 0)]))
        said = suggest(made.table, timeline(made.table))
        off = [abs(-each.seconds - truth) for each in said if each.camera == made.clock.camera]
        elsewhere += len(said) - sum(error <= 60.0 for error in off)
        if off and min(off) <= 60.0:
            found += 1
            errors.append(min(off))
    false = [len(suggest(made.table, timeline(made.table))) for made in _clean(clean, pictures, first)]
    return {
        "wrong": wrong,
        "found_within_60s": found,
        "found_share": round(found / max(wrong, 1), 4),
        "median_error_s": round(float(np.median(errors)), 1) if errors else None,
        "other_suggestions_there": elsewhere,
        "clean": clean,
        "false_suggestions": int(sum(false)),
    }


def _clean(n: int, pictures: Pool, first: int) -> list[Life]:
    """Lives of two cameras or more whose clocks are right."""
    made: list[Life] = []
    seed = first
    while len(made) < n:
        one = life(seed, CLOCK_EVENTS // 2, pictures)
        made += [one] * int(len(np.unique(one.table.camera[one.table.camera >= 0])) > 1)
        seed += 1
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.lives [--images DIR] [--cache DIR] [--seeds N] [--no-network] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.lives", description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=Path, help="a folder of labelled photos, one sub-folder a class")
    parser.add_argument(
        "--cache", type=Path, default=Path(gettempdir()) / "reverie-looks", help="where vectors are kept"
    )
    parser.add_argument(
        "--seeds", type=int, default=SEEDS, help="libraries for boundaries; twice as many with wrong clocks"
    )
    parser.add_argument("--events", type=int, default=EVENTS, help="events in a library")
    parser.add_argument("--clean", type=int, default=CLEAN, help="libraries whose clocks are right")
    parser.add_argument("--clock-seed", type=int, default=CLOCK_SEED, help="the first seed of the lives for clocks")
    parser.add_argument("--clocks-only", action="store_true", help="leave out the boundaries of events")
    parser.add_argument("--no-network", action="store_true", help="leave out the recurrent network")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    pictures = pool(chosen.images, chosen.cache)
    result: dict[str, Any] = {
        "simulated": True,
        "pictures": pictures.source,
        "classes": len(pictures.names),
        "clocks": clocks(2 * chosen.seeds, chosen.clean, pictures, chosen.clock_seed),
    }
    if not chosen.clocks_only:
        result["events"] = boundaries(chosen.seeds, chosen.events, pictures, not chosen.no_network)
    emit(result, chosen.json, "Events and clocks on simulated libraries")


if __name__ == "__main__":
    main()
