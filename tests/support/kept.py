"""Whether a grouping keeps what was said: the slow and plain way, by looking at every constraint."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.group.base import F32, LineConstraint
from core.group.constraints import Pair


def violations(strength: F32, constraints: Iterable[LineConstraint]) -> list[LineConstraint]:
    """Those of some constraints (positions on the line) that strengths do not keep."""
    broken = []
    for c in constraints:
        reached = bool((strength[c.a : c.b] >= np.float32(c.threshold)).any())
        if reached != c.cut:
            broken.append(c)
    return broken


def broken_pairs(group_of: dict[int, int], pairs: Iterable[Pair]) -> list[Pair]:
    """Those that a grouping (photo -> group; the others stand alone) does not keep. A "same" of photos that both stand
    alone is broken too; a photo that is not there at all should not be asked."""
    broken = []
    for pair in pairs:
        a, b = group_of.get(pair.a), group_of.get(pair.b)
        together = a is not None and a == b
        if together == pair.cut:
            broken.append(pair)
    return broken
