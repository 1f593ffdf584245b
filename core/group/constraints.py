"""What the person said of the line and of pairs, as constraints that every grouping keeps.

On the line a constraint speaks of the gaps between two photos: none of them reaches a level, or at least one does. So
"the same" is an upper bound on strengths, "different" a lower bound on the strongest of them, and since levels are
thresholds on one array, no set of constraints can break their nesting or the order of time. Contradictions are settled
by age: the newest holds (greedy, as constraints are added one by one; Wagstaff et al. 2001 call the pairs must-link
and cannot-link).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64, LineConstraint

I64 = NDArray[np.int64]

BELOW = 1e-3
"""So far below a level's threshold ends a gap that must not reach it."""

BLOCK = 1024
FREE = np.float32(np.inf)


# ---------------------------------------------------------------- which ones can hold together


def resolve(constraints: Sequence[LineConstraint]) -> tuple[list[LineConstraint], list[LineConstraint]]:
    """(those that can all hold, those that cannot beside the newer ones), the newest (highest id) first in both.

    ``a`` and ``b`` may be positions or ranks of time in either order; between two different ones there is at least one
    gap. Photos that come between, or leave the line, never make a set infeasible, since each gap that a "different"
    may use lies between two neighbouring ends, and there only the ends' own order counts.
    """
    newest = sorted((_ordered(c) for c in constraints), key=lambda c: -c.correction)
    ends = np.unique(np.array([end for c in newest for end in (c.a, c.b)], np.int64))
    held = np.full(max(len(ends) - 1, 0), FREE)  # the lowest bound on each stretch between neighbouring ends
    cuts = _Cuts(len(newest))
    accepted: list[LineConstraint] = []
    dormant: list[LineConstraint] = []
    for c in newest:
        low, high = np.searchsorted(ends, (c.a, c.b)).tolist()
        good = low < high and (_has_room(held[low:high], c) if c.cut else cuts.allow(held, low, high, c.threshold))
        (accepted if good else dormant).append(c)
        if good and c.cut:
            cuts.add(low, high, c.threshold)
        elif good:
            held[low:high] = np.minimum(held[low:high], np.float32(c.threshold))
    return accepted, dormant


def _ordered(c: LineConstraint) -> LineConstraint:
    return c if c.a <= c.b else replace(c, a=c.b, b=c.a)


def _has_room(held: F32, c: LineConstraint) -> bool:
    return bool((held > np.float32(c.threshold)).any())


class _Cuts:
    """The accepted "different" ones as columns, so that a "same" asks only those it touches."""

    def __init__(self, most: int) -> None:
        self.low, self.high = np.zeros(most, np.int64), np.zeros(most, np.int64)
        self.threshold, self.n = np.zeros(most, np.float32), 0

    def add(self, low: int, high: int, threshold: float) -> None:
        self.low[self.n], self.high[self.n], self.threshold[self.n] = low, high, threshold
        self.n += 1

    def allow(self, held: F32, low: int, high: int, threshold: float) -> bool:
        """Whether each cut keeps a free stretch when low..high is held below ``threshold`` too."""
        n = self.n
        touched = (self.low[:n] < high) & (self.high[:n] > low) & (self.threshold[:n] >= np.float32(threshold))
        for i in np.flatnonzero(touched).tolist():
            first, last, least = int(self.low[i]), int(self.high[i]), self.threshold[i]
            if (held[first : max(first, low)] > least).any() or (held[min(last, high) : last] > least).any():
                continue
            return False
        return True


def on_line(constraints: Iterable[LineConstraint], at: F64 | I64, line: F64 | I64) -> list[LineConstraint]:
    """Constraints whose ends are indices into ``at`` (a place in time of any photo), as positions on the line (places
    in time ascending). Where an end has left the line a "same" shrinks to the photos inside it and a "different" grows
    to those around it; what then speaks of no gap is left out.
    """
    found = []
    for c in constraints:
        first, last = sorted((at[c.a], at[c.b]))
        if c.cut:
            a = int(np.searchsorted(line, first, side="right")) - 1
            b = int(np.searchsorted(line, last, side="left"))
        else:
            a = int(np.searchsorted(line, first, side="left"))
            b = int(np.searchsorted(line, last, side="right")) - 1
        if 0 <= a < b < len(line):
            found.append(replace(c, a=a, b=b))
    return found


# ---------------------------------------------------------------- the line


def clamp(raw: F32, constraints: Sequence[LineConstraint]) -> tuple[F32, I64]:
    """(strengths float32 [g], the correction that decides each gap or 0, int64 [g]) of accepted constraints, whose ends
    are positions on the line, a < b: gaps a .. b - 1 lie between them.

    Each gap is held below the lowest threshold of the "same" ones over it; then every "different" one, from the highest
    level down and the shortest first, raises the strongest gap it may use, unless one reaches its level already.
    """
    out = np.asarray(raw, dtype=np.float32).copy()
    pin = np.zeros(len(out), np.int64)
    cap = _hold(out, pin, [c for c in constraints if not c.cut])
    blocks = _Blocks(out)
    for c in sorted((c for c in constraints if c.cut), key=lambda c: (-c.threshold, c.b - c.a, c.correction)):
        least = np.float32(c.threshold)
        best = blocks.strongest(c.a, c.b)
        if out[best] < least:
            part = np.where(cap[c.a : c.b] > least, out[c.a : c.b], np.float32(-1.0))
            best = c.a + int(np.argmax(part))
            blocks.raise_to(best, least)
        pin[best] = c.correction
    return out, pin


def _hold(out: F32, pin: I64, same: list[LineConstraint]) -> F32:
    """Press gaps below the lowest of the thresholds over them, in place; returns that threshold (inf: free) of each."""
    cap = np.full(len(out), FREE)
    ends = np.unique(np.array([end for c in same for end in (c.a, c.b)], np.int64))
    bound, who = np.full(len(ends), FREE), np.zeros(len(ends), np.int64)
    alone = np.zeros(len(ends), np.bool_)
    for c in sorted(same, key=lambda c: (-c.threshold, c.correction)):  # the lowest is painted last
        low, high = np.searchsorted(ends, (c.a, c.b)).tolist()
        bound[low:high], who[low:high] = np.float32(c.threshold), c.correction
        alone[low] |= c.b - c.a == 1
    for i in np.flatnonzero(np.isfinite(bound)).tolist():
        gaps = slice(int(ends[i]), int(ends[i + 1]))
        cap[gaps] = bound[i]
        binding = out[gaps] >= bound[i]
        pin[gaps] = np.where(binding | alone[i], who[i], 0)
        out[gaps] = np.where(binding, bound[i] - np.float32(BELOW), out[gaps])
    return cap


class _Blocks:
    """The strongest gap of any stretch, through the maxima of blocks. Works on the array itself."""

    def __init__(self, values: F32) -> None:
        self.values = values
        starts = np.arange(0, len(values), BLOCK)
        self.best: F32 = np.maximum.reduceat(values, starts) if len(values) else values

    def strongest(self, low: int, high: int) -> int:
        """The first of the strongest positions in low .. high - 1."""
        first, last = -(-low // BLOCK), high // BLOCK
        if last - first < 2:
            return low + int(np.argmax(self.values[low:high]))
        block = first + int(np.argmax(self.best[first:last]))
        spots = [(low, first * BLOCK), (block * BLOCK, (block + 1) * BLOCK), (last * BLOCK, high)]
        tops = [a + int(np.argmax(self.values[a:b])) for a, b in spots if a < b]
        return max(tops, key=lambda i: (self.values[i], -i))

    def raise_to(self, at: int, value: np.float32) -> None:
        self.values[at] = value
        self.best[at // BLOCK] = max(self.best[at // BLOCK], value)


# ---------------------------------------------------------------- pairs


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos (ids or positions) that belong together, or with ``cut`` do not. ``correction``: higher is newer."""

    a: int
    b: int
    cut: bool
    correction: int = 0


class Union:
    """Disjoint sets of whatever can be hashed; what was never joined stands alone."""

    def __init__(self) -> None:
        self._up: dict[Hashable, Hashable] = {}

    def find(self, x: Hashable) -> Hashable:
        top = x
        while (above := self._up.get(top, top)) != top:
            top = above
        while self._up.get(x, x) != top:
            self._up[x], x = top, self._up.get(x, x)
        return top

    def join(self, a: Hashable, b: Hashable) -> None:
        self._up[self.find(a)] = self.find(b)


def resolve_pairs(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """(those that can all hold, those that cannot beside the newer ones), the newest first in both."""
    sets = Union()
    accepted: list[Pair] = []
    dormant: list[Pair] = []
    apart: list[Pair] = []
    for pair in sorted(pairs, key=lambda p: (-p.correction, p.cut, p.a, p.b)):
        a, b = sets.find(pair.a), sets.find(pair.b)
        good = a != b if pair.cut else a == b or all({sets.find(p.a), sets.find(p.b)} != {a, b} for p in apart)
        (accepted if good else dormant).append(pair)
        if good and pair.cut:
            apart.append(pair)
        elif good:
            sets.join(pair.a, pair.b)
    return accepted, dormant
