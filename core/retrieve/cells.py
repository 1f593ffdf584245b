"""Cells: vectors sorted into small neighbourhoods by a tree of k-means, and the nearest neighbours found through them.

The inverted file of Jégou, Douze & Schmid ("Product quantization for nearest neighbor search", 2011) without the codes:
who is near is looked for in the cells whose middles are near, by products of float32 blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Vectors = NDArray[np.float16] | F32

CELL = 256
"""Vectors that a cell should hold; none holds more than twice as many."""

BRANCHES = 64
SAMPLE_PER_BRANCH = 256
ROUNDS = 8
PROBES = 20
"""Cells that are looked through for the neighbours of a vector."""

AROUND = 6
"""They are chosen among so many times as many cells around its own."""

BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class Cells:
    """``middle`` float32 [c, d], of unit length; ``order`` int64 [n]: positions, cell after cell; cell i holds
    ``order[start[i] : start[i + 1]]``, ``start`` int64 [c + 1]."""

    middle: F32
    order: I64
    start: I64

    def members(self, cells: I64) -> I64:
        """Positions in these cells, one cell after the other."""
        return np.concatenate([self.order[self.start[c] : self.start[c + 1]] for c in cells.tolist()])


def floats(vectors: Vectors, rows: I64) -> F32:
    """float32 [len(rows), d] of unit length; rows that are zero or not finite become zero."""
    block = np.asarray(vectors[rows], dtype=np.float32)
    with np.errstate(all="ignore"):
        length = np.sqrt(np.einsum("ij,ij->i", block, block))
        block /= np.maximum(length, 1e-12)[:, None]
    sound = np.isfinite(length) & (length > 0)
    if not sound.all():
        block[~sound] = 0.0
    return block


def divide(vectors: Vectors, rows: I64, *, seed: int = 0, step: Callable[[int], None] | None = None) -> Cells:
    """Sort the vectors of ``rows`` [n] into cells; positions in the answer are positions in ``rows``.

    ``step`` is told how many vectors have found their cell so far, and may raise to stop.
    """
    rng = np.random.default_rng(seed)
    parts: list[I64] = []
    waiting = [np.arange(len(rows), dtype=np.int64)]
    done = 0
    while waiting:
        part = waiting.pop()
        if len(part) <= 2 * CELL:
            parts.append(part)
            done += len(part)
            if step is not None:
                step(done)
        else:
            waiting.extend(reversed(_split(vectors, rows, part, rng)))
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    middle = np.stack([_middle(floats(vectors, rows[part])) for part in parts])
    return Cells(middle, np.concatenate(parts), np.concatenate([[0], np.cumsum(sizes)]))


def _split(vectors: Vectors, rows: I64, part: I64, rng: np.random.Generator) -> list[I64]:
    """A part cut by k-means; into equal pieces where its vectors cannot be told apart."""
    branches = int(min(BRANCHES, -(-len(part) // CELL)))
    some = part
    if len(part) > branches * SAMPLE_PER_BRANCH:
        some = np.sort(rng.choice(part, branches * SAMPLE_PER_BRANCH, replace=False))
    middles = spherical_kmeans(floats(vectors, rows[some]), branches, rng)
    label = np.empty(len(part), dtype=np.int64)
    for begin in range(0, len(part), BLOCK):
        block = floats(vectors, rows[part[begin : begin + BLOCK]])
        label[begin : begin + BLOCK] = np.argmax(block @ middles.T, axis=1)
    count = np.bincount(label, minlength=branches)
    if count.max() > 0.9 * len(part):
        return np.array_split(part, branches)
    order = part[np.argsort(label, kind="stable")]
    return [piece for piece in np.split(order, np.cumsum(count)[:-1]) if len(piece)]


def spherical_kmeans(data: F32, k: int, rng: np.random.Generator, rounds: int = ROUNDS) -> F32:
    """k unit middles float32 [k, d] of unit vectors (Dhillon & Modha 2001); an empty one starts again at a vector."""
    middle = data[rng.choice(len(data), k, replace=False)]
    for _ in range(rounds):
        label = np.argmax(data @ middle.T, axis=1)
        order = np.argsort(label, kind="stable")
        count = np.bincount(label, minlength=k)
        total = np.zeros_like(middle)
        some = np.flatnonzero(count)
        total[some] = np.add.reduceat(data[order], (np.cumsum(count) - count)[some], axis=0)
        empty = np.flatnonzero(count == 0)
        total[empty] = data[rng.choice(len(data), len(empty))]
        middle = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return middle


def _middle(block: F32) -> F32:
    total = block.sum(axis=0)
    middle: F32 = total / max(float(np.linalg.norm(total)), 1e-12)
    return middle


def knn(
    vectors: Vectors,
    rows: I64,
    cells: Cells,
    k: int,
    *,
    probes: int = PROBES,
    step: Callable[[int], None] | None = None,
) -> tuple[NDArray[np.int32], F32]:
    """(index int32 [n, k], cosine float32 [n, k]) of the nearest others of each of ``rows``, best first, as positions
    in ``rows``; -1 where there are fewer. What lies outside the ``probes`` cells nearest to a vector is not seen."""
    index = np.full((len(rows), k), -1, dtype=np.int32)
    score = np.full((len(rows), k), -1.0, dtype=np.float32)

    def content(cell: int, queries: F32) -> tuple[I64, F32]:
        place = cells.order[cells.start[cell] : cells.start[cell + 1]]
        return place, queries @ floats(vectors, rows[place]).T

    near = nearest_cells(cells.middle, cells.middle, AROUND * probes)
    home = np.repeat(np.arange(len(cells.middle)), np.diff(cells.start))
    for begin in range(0, len(rows), BLOCK):
        own = cells.order[begin : begin + BLOCK]  # neighbours in this order ask the same cells
        queries = floats(vectors, rows[own])
        at, best = scan(
            queries, own, _asked(queries, home[begin : begin + BLOCK], cells.middle, near, probes), content, k
        )
        index[own, : at.shape[1]], score[own, : at.shape[1]] = at, best
        if step is not None:
            step(begin + len(own))
    return index, score


def _asked(queries: F32, home: I64, middle: F32, near: I64, probes: int) -> I64:
    """int64 [q, probes]: the cells nearest to each query, among those ``near`` its ``home`` (in order)."""
    asked = np.empty((len(queries), min(probes, near.shape[1])), dtype=np.int64)
    cells, first = np.unique(home, return_index=True)
    for cell, begin, end in zip(cells.tolist(), first.tolist(), [*first[1:].tolist(), len(home)], strict=True):
        around = near[cell]
        asked[begin:end] = around[largest(queries[begin:end] @ middle[around].T, asked.shape[1])]
    return asked


def scan(
    queries: F32, own: I64, asked: I64, content: Callable[[int, F32], tuple[I64, F32]], wide: int
) -> tuple[I64, F32]:
    """(positions, scores) [q, wide] that are best in the cells ``asked`` int64 [q, p], best first, -1 and -1.0 where
    there are fewer. ``content``: of a cell and queries the positions in it and their scores [queries, positions];
    ``own``: the position of each query itself, which does not count."""
    q, probes = asked.shape
    at = np.full((q, probes, wide), -1, dtype=np.int64)
    score = np.full((q, probes, wide), -np.inf, dtype=np.float32)
    order = np.argsort(asked.ravel(), kind="stable")
    found, first = np.unique(asked.ravel()[order], return_index=True)
    for cell, pairs in zip(found.tolist(), np.split(order, first[1:]), strict=True):
        one, slot = pairs // probes, pairs % probes
        place, near = content(cell, queries[one])
        near[place[None, :] == own[one, None]] = -np.inf
        column = largest(near, wide)
        at[one, slot, : column.shape[1]] = place[column]
        score[one, slot, : column.shape[1]] = np.take_along_axis(near, column, axis=1)
    column, best = top(score.reshape(q, -1), wide)
    none = ~np.isfinite(best)
    return np.where(none, -1, np.take_along_axis(at.reshape(q, -1), column, axis=1)), np.where(none, -1.0, best)


def nearest_cells(queries: F32, middle: F32, probes: int) -> I64:
    """int64 [q, probes]: the cells whose middles are nearest, best first."""
    probes = min(probes, len(middle))
    out = np.empty((len(queries), probes), dtype=np.int64)
    for begin in range(0, len(queries), 2048):
        cosine = queries[begin : begin + 2048] @ middle.T
        out[begin : begin + 2048] = top(cosine, probes)[0]
    return out


def top(score: F32, k: int) -> tuple[I64, F32]:
    """(columns, values) of the k largest of each row of float32 [b, m], largest first, the smaller column on ties."""
    part = largest(score, k)
    best = np.take_along_axis(score, part, axis=1)
    order = np.lexsort((part, -best), axis=1)
    return np.take_along_axis(part, order, axis=1), np.take_along_axis(best, order, axis=1)


def largest(score: F32, k: int) -> I64:
    """Columns int64 [b, min(k, m)] of the k largest of each row of float32 [b, m], in any order."""
    m = score.shape[1]
    if k >= m:
        return np.broadcast_to(np.arange(m), score.shape)
    return np.argpartition(score, m - k, axis=1)[:, m - k :] if k > 0 else np.empty((len(score), 0), dtype=np.int64)
