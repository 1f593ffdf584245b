"""The two networks joined: from the vectors of a stream to evidence, from evidence and features to log odds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.gaps import Features
from core.progress import Progress
from core.sequence.boundary import BoundaryScorer
from core.sequence.columns import matrix
from core.sequence.compress import Compressor
from core.sequence.context import ContextPredictor

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


def context_evidence(
    vectors: NDArray[Any],
    rows: NDArray[np.int64] | None = None,
    *,
    cell: str = "lstm",
    components: int = 64,
    random_state: int = 0,
    progress: Progress | None = None,
    **parameters: Any,
) -> F64:
    """float64 [n - 1]: evidence of contextual prediction at the gaps of one stream, learned from that very stream.

    ``vectors`` [m, d], zero rows unknown; ``rows`` int64 [n]: which of them, in order of time (all by default).
    ``parameters`` are those of :class:`ContextPredictor`.
    """
    compressor = Compressor(components, random_state).fit(vectors if rows is None else vectors[rows])
    short = compressor.transform(vectors, rows)
    predictor = ContextPredictor(cell, random_state=random_state, **parameters)
    return predictor.fit(short, progress=progress).evidence(short)


def network_logits(
    features: Features,
    boundary: Bools,
    weight: F64,
    *,
    evidence: F64 | None = None,
    offset: F64 | None = None,
    cell: str = "lstm",
    random_state: int = 0,
    progress: Progress | None = None,
    **parameters: Any,
) -> F64:
    """float64 [g]: log odds of all gaps of one stream (0 and above: boundary) from a network trained on some of them.

    ``boundary`` bool [g] and ``weight`` float64 [g], 0 where the answer is not to be known; ``evidence`` of
    :func:`context_evidence`; ``offset`` float64 [g]: the rule's log odds to start from. ``parameters`` are those of
    :class:`BoundaryScorer`.
    """
    x = matrix(features, evidence)
    scorer = BoundaryScorer(cell, random_state=random_state, **parameters)
    return scorer.fit(x, boundary, weight=weight, offset=offset, progress=progress).decision_function(x, offset)
