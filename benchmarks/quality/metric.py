"""Does a metric learned from "the same" and "not the same" tell likeness better? ``--images DIR`` of class folders.

Pairs are hard ones: a photo and one of its ten nearest neighbours; they are the same where the folder is. A part of the
classes gives the pairs that teach; ``known``: AUROC on other pairs of those classes; ``unknown``: on pairs of classes
that taught nothing, where a metric may at least do no harm. ``plain``: the cosine as it is, the baseline. Means over
seeds (other classes, other pairs), with standard deviations of the gain.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.kind_pictures import read
from core.group.metric import cosines, fit

COUNTS, TESTED, NEAREST, TEACHING = (20, 60, 200, 1000), 2000, 10, 0.6
F32 = NDArray[np.float32]
Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]


def hard_pairs(vectors: F32, folder: NDArray[np.str_], rows: NDArray[np.int64], n: int, seed: int) -> Pairs:
    """At most n pairs of photos that look alike, half of them of one class."""
    rng = np.random.default_rng(seed)
    cosine = vectors[rows] @ vectors[rows].T
    np.fill_diagonal(cosine, -2.0)
    near = np.argsort(-cosine, axis=1, kind="stable")[:, :NEAREST]
    left = rng.integers(0, len(rows), 4 * n)
    right = near[left, rng.integers(0, NEAREST, 4 * n)]
    same = folder[rows[left]] == folder[rows[right]]
    kept = np.concatenate([np.flatnonzero(same)[: n // 2], np.flatnonzero(~same)[: n // 2]])
    return rows[left[kept]], rows[right[kept]], same[kept]


def auroc(vectors: F32, pairs: Pairs, scale: F32 | None) -> float:
    """How often a pair of one class is more alike than one of two classes."""
    from scipy.stats import rankdata

    left, right, same = pairs
    rank = rankdata(cosines(vectors[left], vectors[right], scale))
    positives, negatives = int(same.sum()), int((~same).sum())
    return float((rank[same].sum() - positives * (positives + 1) / 2) / max(positives * negatives, 1))


def measure(vectors: F32, folder: NDArray[np.str_], seed: int) -> dict[str, dict[str, float]]:
    rng = np.random.default_rng([7, seed])
    classes = rng.permutation(np.unique(folder))
    teaching = np.isin(folder, classes[: int(TEACHING * len(classes))])
    tests = {
        "known": hard_pairs(vectors, folder, np.flatnonzero(teaching), TESTED, seed + 100),
        "unknown": hard_pairs(vectors, folder, np.flatnonzero(~teaching), TESTED, seed + 200),
    }
    out = {"plain": {name: auroc(vectors, pairs, None) for name, pairs in tests.items()}}
    for count in COUNTS:
        left, right, same = hard_pairs(vectors, folder, np.flatnonzero(teaching), count, seed)
        scale = fit(vectors[left], vectors[right], same).scale
        out[str(count)] = {name: auroc(vectors, pairs, scale) for name, pairs in tests.items()}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--per-class", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pictures = read(options.images, options.per_class)
    assert pictures.table.vectors is not None
    vectors = pictures.table.vectors.astype(np.float32)
    runs = [measure(vectors, pictures.folder, seed) for seed in range(options.seeds)]
    result: dict[str, Any] = {"pictures": len(vectors), "seeds": len(runs), "pairs": {}}
    for count in runs[0]:
        figures = {}
        for name in ("known", "unknown"):
            values = np.array([run[count][name] for run in runs])
            gain = values - np.array([run["plain"][name] for run in runs])
            figures[name] = float(values.mean())
            if count != "plain":
                figures |= {f"{name}_gain": float(gain.mean()), f"{name}_gain_sd": float(gain.std(ddof=1))}
        result["pairs"][count] = figures
    emit(result, options.json, "A metric learned from pairs: AUROC on held-out pairs")


if __name__ == "__main__":
    main()
