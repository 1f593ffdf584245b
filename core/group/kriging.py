"""Ordinary kriging (Matheron 1963; Cressie 1993) of many short paths at once, each with its own scale of movement.

How far people move between two photos differs from an hour at a table to a walk through a town, so no one scale fits a
library. Each path is kriged at several scales and these are averaged by how well each explains its fixes (Bayesian
model averaging; Hoeting et al. 1999), from a prior that the library's own paths give (empirical Bayes; Robbins 1956).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F64

SCALES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 32.0, 128.0)
"""Standard deviations of the movement around a path's middle, in those of a fix's noise."""

REMEMBERED = 2400.0
"""Seconds after which positions on a path correlate by 1 / e (exponential covariance)."""

EVEN = tuple(1.0 / len(SCALES) for _ in SCALES)
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Kriged:
    """For m paths x, y, sd float64 [m] km (sd along an axis, without the noise of a fix), and evidence float64
    [scales, m]: log likelihood of the fixes by scale, up to a constant of each path."""

    x: F64
    y: F64
    sd: F64
    evidence: F64


def krige(dt: F64, x: F64, y: F64, good: NDArray[np.bool_], noise: float, prior: tuple[float, ...] = EVEN) -> Kriged:
    """Positions at second 0 of paths with fixes at ``dt`` float64 [m, k] seconds, ``x``, ``y`` [m, k] km.

    Only fixes in ``good`` bool [m, k] count; a path without any gets zeros. ``noise``: variance of a fix along an axis,
    km²; ``prior``: weight of each of :data:`SCALES`. One eigendecomposition serves all scales.
    """
    both = good[:, :, None] & good[:, None, :]
    alike = np.where(both, np.exp(-np.abs(dt[:, :, None] - dt[:, None, :]) / REMEMBERED), 0.0)
    value, vector = np.linalg.eigh(alike)
    turned = np.swapaxes(vector, 1, 2)
    fixes = np.stack([good, np.where(good, x, 0.0), np.where(good, y, 0.0), np.where(good, _to_here(dt), 0.0)], axis=2)
    one, tx, ty, here = np.moveaxis(turned @ fixes, 2, 0)
    found = [_at_scale(value, one, tx, ty, here, scale * scale * noise, noise) for scale in SCALES]
    at_x, at_y, variance, evidence = (np.stack(each) for each in zip(*found, strict=True))
    share = posterior(evidence, prior)
    sd: F64 = (share * np.sqrt(variance)).sum(axis=0)
    return Kriged((share * at_x).sum(axis=0), (share * at_y).sum(axis=0), sd, evidence)


def _to_here(dt: F64) -> F64:
    out: F64 = np.exp(-np.abs(dt) / REMEMBERED)
    return out


def _at_scale(value: F64, one: F64, x: F64, y: F64, here: F64, moved: float, noise: float) -> tuple[F64, F64, F64, F64]:
    """(x, y, variance, evidence), each [m], where the movement has the variance ``moved``; arguments in the basis in
    which the covariance is diagonal. The middle of the path is unknown and estimated with it (a flat prior)."""
    weight = 1.0 / (moved * np.maximum(value, 0.0) + noise)
    sure = np.maximum((one * one * weight).sum(axis=1), 1e-12)
    mean_x, mean_y = (one * x * weight).sum(axis=1) / sure, (one * y * weight).sum(axis=1) / sure
    off_x, off_y = x - one * mean_x[:, None], y - one * mean_y[:, None]
    pull = moved * here * weight
    rest = 1.0 - (one * pull).sum(axis=1)
    variance = np.maximum(moved - moved * (here * pull).sum(axis=1), 0.0) + rest * rest / sure
    misfit = ((off_x * off_x + off_y * off_y) * weight).sum(axis=1)
    evidence = np.log(weight * noise).sum(axis=1) - 0.5 * misfit - np.log(sure * noise)
    return mean_x + (pull * off_x).sum(axis=1), mean_y + (pull * off_y).sum(axis=1), variance, evidence


def posterior(evidence: F64, prior: tuple[float, ...]) -> F64:
    """float64 [scales, m]: the share of each scale in each path."""
    log = evidence + np.log(np.asarray(prior))[:, None]
    share = np.exp(log - log.max(axis=0))
    out: F64 = share / share.sum(axis=0)
    return out


def fit_prior(evidence: F64) -> tuple[float, ...]:
    """How often each scale occurs (EM, drawn towards even shares by one path each) from the evidence of many paths."""
    prior = EVEN
    for _ in range(_ROUNDS):
        total = posterior(evidence, prior).sum(axis=1) + 1.0
        prior = tuple((total / total.sum()).tolist())
    return prior
