"""A metric over the vectors, learned from pairs that the person called the same or not the same.

Every dimension gets a weight; the cosine of weighted vectors decides. Weights are drawn towards one (a ridge on their
difference from it), so that a few pairs move little, and kept within bounds, so that no dimension takes over. A
diagonal Mahalanobis metric by logistic regression on pairs (Xing et al. 2002; Guillaumin et al. 2009, LDML).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64
from core.group.logistic import dual_weights

Bools = NDArray[np.bool_]
LEAST, MOST = 0.1, 10.0


@dataclass(frozen=True, slots=True)
class MetricParams:
    """``spread``: prior sd of a weight's difference from one; ``slope``: log odds that a cosine higher by one adds."""

    spread: float = 1.0
    slope: float = 12.0


DEFAULT = MetricParams()


@dataclass(frozen=True, slots=True)
class Metric:
    """``scale`` float32 [d]: multiply vectors by it before taking cosines. ``threshold``: the cosine, after that, from
    which a pair is likelier the same than not. ``pairs``: from how many."""

    scale: F32
    threshold: float
    pairs: int


def fit(left: F32, right: F32, same: Bools, params: MetricParams = DEFAULT) -> Metric:
    """The metric from pairs of unit vectors float32 [m, d] and whether each is the same, bool [m].

    Penalised logistic regression on the products of the coordinates, solved in the space of the pairs. Raises
    ValueError without pairs of both sorts.
    """
    if len(same) == 0 or same.all() or not same.any():
        raise ValueError("a metric needs pairs that are the same and pairs that are not")
    product = left.astype(np.float64) * right
    dim = product.shape[1]
    threshold = best_threshold(product.sum(axis=1), same)
    y = same.astype(np.float64)
    balance = np.where(same, 0.5 / same.mean(), 0.5 / (1 - same.mean()))
    features = params.slope * product
    start = params.slope * (product.sum(axis=1) - threshold)
    kernel = params.spread**2 * (features @ features.T) + 1.0  # the constant lets the threshold move
    alpha = dual_weights(kernel, y, balance, start)
    weight = np.clip(1.0 + params.spread**2 * (alpha @ features), LEAST, MOST)
    scale = np.sqrt(weight * dim / weight.sum()).astype(np.float32)
    return Metric(scale, best_threshold(cosines(left, right, scale), same), len(y))


def cosines(left: F32, right: F32, scale: F32 | None = None) -> F64:
    """Cosines of pairs of vectors [m, d], after scaling; 0 where one is all zero."""
    a, b = left.astype(np.float64), right.astype(np.float64)
    if scale is not None:
        a, b = a * scale, b * scale
    norm = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    out: F64 = np.einsum("ij,ij->i", a, b) / np.maximum(norm, 1e-12)
    return out


def best_threshold(cosine: F64, same: Bools) -> float:
    """The cosine that parts the same from the others with the fewest (balanced) mistakes."""
    order = np.argsort(cosine, kind="stable")
    value, right = cosine[order], same[order]
    missed = np.concatenate([[0], np.cumsum(right)]) / max(int(same.sum()), 1)
    taken = 1.0 - np.concatenate([[0], np.cumsum(~right)]) / max(int((~same).sum()), 1)
    best = int(np.argmin(missed + taken))
    low = value[best - 1] if best > 0 else value[0] - 0.1
    high = value[best] if best < len(value) else value[-1] + 0.1
    return float((low + high) / 2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of held-out pairs, the (balanced) share decided rightly by plain cosines and by the metric."""

    rule: float
    learned: float
    held_out: int


def cross_validate(
    left: F32, right: F32, same: Bools, *, folds: int = 5, seed: int = 0, params: MetricParams = DEFAULT
) -> Verdict:
    """Every pair judged by a metric, and by a plain threshold, that have not seen it."""
    fold = np.random.default_rng(seed).permutation(len(same)) % min(folds, max(len(same), 1))
    plain, learned = np.zeros(len(same), dtype=np.bool_), np.zeros(len(same), dtype=np.bool_)
    judged = np.zeros(len(same), dtype=np.bool_)
    for part in range(int(fold.max(initial=-1)) + 1):
        out, rest = fold == part, same[fold != part]
        if rest.all() or not rest.any():
            continue
        keep = ~out
        threshold = best_threshold(cosines(left[keep], right[keep]), rest)
        metric = fit(left[keep], right[keep], rest, params)
        plain[out] = cosines(left[out], right[out]) >= threshold
        learned[out] = cosines(left[out], right[out], metric.scale) >= metric.threshold
        judged |= out
    if not judged.any():
        return Verdict(0.0, 0.0, 0)
    return Verdict(_balanced(plain, same, judged), _balanced(learned, same, judged), int(judged.sum()))


def _balanced(answer: Bools, same: Bools, judged: Bools) -> float:
    sorts = [judged & (same == sort) for sort in (True, False)]
    return float(np.mean([(answer == same)[rows].mean() for rows in sorts if rows.any()]))
