"""How much does an answer help? Questions on event boundaries, asked in several orders: ``--streams CSV``.

The CSV is that of ``benchmarks.quality.events``; a change of ``poi`` stands in for the person's answer to "does a new
event begin here?". Each person's stream is cut by the program as installed, from times alone; then questions are asked
one by one and answered truthfully. Shown is B-cubed F1 (Bagga and Baldwin 1998) of the events after so many answers,
averaged over people. ``ours`` asks what the Health view asks: doubt times the photos at stake, anew after every answer;
``most_doubtful`` looks at doubt alone; ``random`` asks anywhere (mean and spread over seeds).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.events import Stream, read_streams
from core.correct.questions import at_stake, doubt
from core.group.events import EventParams, find
from core.records import LEVELS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Order = Callable[[F64, Bools, np.random.Generator], int]

ASKED = (0, 5, 10, 20, 40)
LEAST_PHOTOS = 60
SEEDS = 3
THRESHOLD = LEVELS["events"]


def ours(strength: F64, open_: Bools, _rng: np.random.Generator) -> int:
    """The gap whose answer sets most photos right, as expected."""
    return int(np.argmax(np.where(open_, doubt(strength, THRESHOLD) * at_stake(strength, THRESHOLD), -1.0)))


def most_doubtful(strength: F64, open_: Bools, _rng: np.random.Generator) -> int:
    return int(np.argmax(np.where(open_, doubt(strength, THRESHOLD), -1.0)))


def anywhere(_strength: F64, open_: Bools, rng: np.random.Generator) -> int:
    return int(rng.choice(np.flatnonzero(open_)))


ORDERS: dict[str, Order] = {"ours": ours, "most_doubtful": most_doubtful, "random": anywhere}


def b_cubed(cut: Bools, truth: Bools) -> float:
    """F1 of the mean share of each photo's event that belongs with it, and of its fellows that are in its event."""
    mine, real = np.concatenate([[0], np.cumsum(cut)]), np.concatenate([[0], np.cumsum(truth)])
    both = mine * (int(real[-1]) + 1) + real
    _, where, together = np.unique(both, return_inverse=True, return_counts=True)
    shared = together[where].astype(np.float64)
    precision, recall = (shared / np.bincount(mine)[mine]).mean(), (shared / np.bincount(real)[real]).mean()
    return float(2 * precision * recall / (precision + recall))


def follow(strength: F64, truth: Bools, order: Order, seed: int) -> list[float]:
    """B-cubed after each of ASKED answers."""
    rng = np.random.default_rng(seed)
    strength, open_ = strength.copy(), np.ones(len(strength), np.bool_)
    scores = []
    for answered in range(max(ASKED) + 1):
        if answered in ASKED:
            scores.append(b_cubed(strength >= THRESHOLD, truth))
        if open_.any():
            gap = order(strength, open_, rng)
            open_[gap] = False
            strength[gap] = 1.0 - 1e-6 if truth[gap] else 1e-6
    return scores


def run(path: Path, least: int = LEAST_PHOTOS) -> dict[str, Any]:
    """Scores of every order after so many answers."""
    streams = [stream for stream in read_streams(path) if len(stream.table) >= least]
    strengths = [_strength(stream) for stream in streams]
    result: dict[str, Any] = {"people": len(streams), "photos": sum(len(stream.table) for stream in streams)}
    for name, order in ORDERS.items():
        seeds = range(SEEDS if name == "random" else 1)
        means = np.array(
            [
                np.mean(
                    [follow(s, each.label, order, seed) for s, each in zip(strengths, streams, strict=True)], axis=0
                )
                for seed in seeds
            ]
        )
        result[name] = {f"after_{n}": float(value) for n, value in zip(ASKED, means.mean(axis=0), strict=True)}
        if len(means) > 1:
            result[name]["sd"] = float(means.std(axis=0, ddof=1).max())
    return result


def _strength(stream: Stream) -> F64:
    return find(stream.table, params=EventParams())[1].strength.astype(np.float64)


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.health --streams CSV [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.health", description=__doc__.split("\n\n")[0])
    parser.add_argument("--streams", type=Path, required=True, help="CSV with the columns person, unix_time, poi")
    parser.add_argument("--least", type=int, default=LEAST_PHOTOS, help="photos a person has at least")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    emit(run(chosen.streams, chosen.least), chosen.json, "What answers help: B-cubed F1 of events")


if __name__ == "__main__":
    main()
