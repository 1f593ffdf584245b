"""What a network reads of each gap: the rule's features, the evidence of contextual prediction, and what is unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.group.gaps import Features

F64 = NDArray[np.float64]

NAMES = (
    "log_gap",
    "mean_10",
    "mean_20",
    "median_10",
    "median_20",
    "rhythm",
    "company",
    "far",
    "near",
    "speed",
    "visual",
    "camera",
    "day",
    "hour_sin",
    "hour_cos",
)
"""Features of ``core.group.gaps``; a library's network is of these and no others."""


def matrix(features: Features, evidence: F64 | None = None, scale: tuple[float, float] | None = None) -> F64:
    """float64 [g, p] with NaN for what is not known, columns ``NAMES`` and the two of :func:`context_columns`.

    ``scale``: of the library's evidence (:func:`context_scale`), where the gaps are but a part of it.
    """
    unknown = np.full(len(features), np.nan)
    columns = [features.columns.get(name, unknown) for name in NAMES]
    columns += [unknown, unknown] if evidence is None else context_columns(evidence, scale)
    return np.stack(columns, axis=1)


def context_scale(evidence: F64) -> tuple[float, float]:
    """(median, spread) of the evidence at a library's gaps."""
    if len(evidence) == 0:
        return 0.0, 1.0
    low, middle, high = np.percentile(evidence, (25, 50, 75)).tolist()
    return middle, max((high - low) / 1.349, 0.02)


def context_columns(evidence: F64, scale: tuple[float, float] | None = None) -> list[F64]:
    """The evidence against the library's usual evidence, in its own spread within ±3; 1 at local maxima, else 0."""
    from core.sequence.context import peaks

    middle, spread = context_scale(evidence) if scale is None else scale
    return [np.clip((evidence - middle) / spread, -3.0, 3.0), peaks(evidence).astype(np.float64)]
