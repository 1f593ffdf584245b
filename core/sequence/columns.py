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

CONTEXT = ("context", "context_peak")
"""The evidence of ``core.sequence.context`` in its own spread, and whether it is a local maximum."""


def matrix(features: Features, evidence: F64 | None = None) -> F64:
    """float64 [g, p] with NaN for what is not known, columns ``NAMES`` and ``CONTEXT``."""
    unknown = np.full(len(features), np.nan)
    columns = [features.columns.get(name, unknown) for name in NAMES]
    columns += [unknown, unknown] if evidence is None else context_columns(evidence)
    return np.stack(columns, axis=1)


def context_columns(evidence: F64) -> list[F64]:
    """The evidence against the library's usual evidence, in its own spread within ±3; 1 at local maxima, else 0."""
    from core.sequence.context import peaks

    if len(evidence) == 0:
        return [evidence, evidence]
    low, middle, high = np.percentile(evidence, (25, 50, 75))
    spread = max((high - low) / 1.349, 0.02)
    return [np.clip((evidence - middle) / spread, -3.0, 3.0), peaks(evidence).astype(np.float64)]
