"""Sets from pairs: the surest pairs join first, and some photos may never come together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from core.group.base import F64
from core.group.timeline import I64

Pair = tuple[int, int]


def unions(
    n: int,
    a: I64,
    b: I64,
    score: F64,
    *,
    same: Iterable[Pair] = (),
    different: Iterable[Pair] = (),
    clash: Callable[[int, int], bool] | None = None,
) -> I64:
    """int64 [n]: the smallest member of each one's set, joined by the pairs a[i] - b[i], best ``score`` first.

    ``same`` pairs are joined before any other; ``different`` pairs end in two sets whatever joins them, even ``same``
    ones. ``clash(i, j)``: whether two members do not go together; a pair that would bring such two into one set is left
    out, and ``same`` pairs do not mind.
    """
    label = np.arange(n, dtype=np.int64)
    members: dict[int, list[int]] = {}
    apart: dict[int, set[int]] = {}
    for i, j in different:
        apart.setdefault(i, set()).add(j)
        apart.setdefault(j, set()).add(i)

    def join(i: int, j: int, mind: bool) -> None:
        keep, gone = sorted((int(label[i]), int(label[j])))
        if keep == gone:
            return
        left, right = members.get(keep, [keep]), members.get(gone, [gone])
        if any(y in apart.get(x, ()) for x in left for y in right):
            return
        if mind and clash is not None and any(clash(x, y) for x in left for y in right):
            return
        label[right] = keep
        members[keep] = [*left, *right]
        members.pop(gone, None)

    for i, j in same:
        join(i, j, False)
    for row in np.lexsort((b, a, -np.round(score, 6))).tolist():
        join(int(a[row]), int(b[row]), True)
    return label
