"""One persistent index of a library's vectors: who is near a vector, and the nearest neighbours of every photo.

The vectors lie in cells (:mod:`core.retrieve.cells`), coded in one byte per number. A search looks through the cells
nearest to the query and ranks what it finds there by the true vectors. What is added later lies in small files beside
the first: each new vector with its cell and its neighbours, which learn of it when the lists are read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.retrieve import arrays
from core.retrieve.arrays import Damaged
from core.retrieve.cells import F32, I64, divide, floats, knn, nearest_cells, scan, top

__all__ = ["Damaged", "NeighbourIndex"]

VERSION = 1
NEIGHBOURS = 15
PROBES = 48
"""Cells that a search looks through."""

FILES = 16
"""Additions are gathered in one file when there are more than so many."""

GROWN = 0.5
"""Cells fit no longer when so many have been added, as a share of those they were made for."""

BATCH = 1024


class NeighbourIndex:
    """Made by :meth:`build` or :meth:`open`. ``vectors`` float16 [rows, d]: the library's file, memory-mapped.

    Positions are numbers within the index: first the ``n`` vectors it was built of, cell after cell, then those added.
    ``rows`` int64: the row of the vector file at each position.
    """

    def __init__(self, base: Path, vectors: NDArray[np.float16]) -> None:
        opened = arrays.read(base)
        if opened.facts.get("version") != VERSION or opened.facts.get("dim") != vectors.shape[1]:
            raise Damaged(base)
        self.base, self.vectors = base, vectors
        self._middle: F32 = np.asarray(opened.arrays["middle"])
        self._start: I64 = np.asarray(opened.arrays["start"])
        self._code, self._scale = opened.arrays["code"], opened.arrays["scale"]
        self._index, self._score = opened.arrays["index"], opened.arrays["score"]
        self.n, self.k = self._index.shape
        self.rows: I64 = np.asarray(opened.arrays["rows"])
        self._cell: I64 = np.empty(0, dtype=np.int64)
        self._late_index: I64 = np.empty((0, self.k), dtype=np.int64)
        self._late_score: F32 = np.empty((0, self.k), dtype=np.float32)
        self._files = 0
        self._read_additions()
        self._sorted = np.argsort(self.rows, kind="stable")
        self._check_vectors()

    # ------------------------------------------------------------ files

    @classmethod
    def build(
        cls,
        folder: Path,
        name: str,
        vectors: NDArray[np.float16],
        rows: I64,
        *,
        k: int = NEIGHBOURS,
        seed: int = 0,
        step: Callable[[int], None] | None = None,
    ) -> NeighbourIndex:
        """Make the index of ``rows`` anew; the one that was there stays until this one is whole, then goes.

        ``step`` is told how many of 2 len(rows) steps are done, and may raise to stop. Raises OSError.
        """
        tell = step if step is not None else lambda _done: None
        cells = divide(vectors, rows, seed=seed, step=tell)
        index, score = knn(vectors, rows, cells, k, step=lambda done: tell(len(rows) + done))
        place = np.empty(len(rows), dtype=np.int32)
        place[cells.order] = np.arange(len(rows), dtype=np.int32)
        index = np.where(index >= 0, place[index], np.int32(-1))[cells.order]
        code, scale = _coded(vectors, rows[cells.order])
        old = _bases(folder, name)
        serial = int(old[-1].name.split(".")[-2]) + 1 if old else 1
        base = folder / f"{name}.{serial:06d}.cells"
        content: dict[str, NDArray[Any]] = {
            "middle": cells.middle,
            "start": cells.start,
            "rows": rows[cells.order],
            "scale": scale,
        }
        content |= {"index": index, "score": score[cells.order].astype(np.float16), "code": code}
        arrays.write(base, {"version": VERSION, "dim": int(vectors.shape[1]), "seed": seed}, content)
        for path in old:
            _remove(path)
        return cls(base, vectors)

    @classmethod
    def open(cls, folder: Path, name: str, vectors: NDArray[np.float16]) -> NeighbourIndex | None:
        """The newest index in the folder, None where there is none. Raises :class:`Damaged`."""
        bases = _bases(folder, name)
        return cls(bases[-1], vectors) if bases else None

    @classmethod
    def shared(cls, folder: Path, name: str, vectors: NDArray[np.float16]) -> NeighbourIndex | None:
        """Like :meth:`open`, but one that is open already is given again, as long as its files are the same. It is for
        asking only. Raises :class:`Damaged`."""
        bases = _bases(folder, name)
        if not bases:
            return None
        files = (bases[-1], *_additions(bases[-1]))
        seen = tuple((path, path.stat().st_mtime_ns) for path in files)
        known = _SHARED.get(folder / name)
        if known is None or known[0] != seen:
            _SHARED.clear()
            known = _SHARED[folder / name] = (seen, cls(bases[-1], vectors))
        return known[1]

    def _read_additions(self) -> None:
        for path in _additions(self.base):
            part = arrays.read(path).arrays
            new = np.flatnonzero(~np.isin(part["rows"], self.rows))  # a file may repeat what was gathered from others
            self._take(part["rows"][new], part["cell"][new])
            self._late_index = np.concatenate([self._late_index, part["index"][new]])
            self._late_score = np.concatenate([self._late_score, part["score"][new].astype(np.float32)])
            self._files = int(path.name.split(".")[-2])

    def _take(self, rows: I64, cell: I64) -> None:
        self.rows = np.concatenate([self.rows, rows])
        self._cell = np.concatenate([self._cell, cell])

    def _check_vectors(self) -> None:
        """Whether the vectors are still those that were coded; a few are enough to tell another file."""
        if len(self.rows) and int(self.rows.max()) >= len(self.vectors):
            raise Damaged(self.base)
        some = np.linspace(0, self.n - 1, min(self.n, 32)).astype(np.int64)
        known = self._code[some].astype(np.float32) * self._scale[some, None]
        cosine = np.einsum("ij,ij->i", known, floats(self.vectors, self.rows[some]))
        if self.n and float(np.median(cosine)) < 0.9:
            raise Damaged(self.base)

    # ------------------------------------------------------------ adding

    def __len__(self) -> int:
        return len(self.rows)

    def missing(self, rows: I64) -> I64:
        """Those of ``rows`` that the index does not hold."""
        return rows[~np.isin(rows, self.rows)]

    def fits(self, coming: int = 0) -> bool:
        """Whether its cells still suit it, ``coming`` more added."""
        return bool(len(self.rows) + coming - self.n <= GROWN * self.n)

    def add(self, rows: I64) -> None:
        """Take in the vectors of further rows, and find their neighbours. Raises OSError."""
        rows = np.unique(self.missing(rows))
        if len(rows) == 0:
            return
        first = len(self.rows)
        queries = floats(self.vectors, rows)
        self._take(rows, nearest_cells(queries, self._middle, 1)[:, 0])
        self._sorted = np.argsort(self.rows, kind="stable")
        index, score = self._nearest(queries, self.k, np.arange(first, len(self.rows)))
        self._late_index = np.concatenate([self._late_index, index])
        self._late_score = np.concatenate([self._late_score, score.astype(np.float16).astype(np.float32)])
        self._write_additions(first - self.n)

    def _write_additions(self, first: int) -> None:
        """Store what was added from ``first`` on, or all of it in one file where there are many."""
        old = _additions(self.base)
        gather = len(old) >= FILES
        begin = 0 if gather else first
        self._files += 1
        path = self.base.with_name(f"{self.base.name.removesuffix('.cells')}.{self._files:06d}.more")
        content = {"rows": self.rows[self.n + begin :], "cell": self._cell[begin:], "index": self._late_index[begin:]}
        arrays.write(path, {}, content | {"score": self._late_score[begin:].astype(np.float16)})
        for path in old if gather else ():
            path.unlink(missing_ok=True)

    # ------------------------------------------------------------ asking

    def search(self, queries: NDArray[np.float16] | F32, k: int) -> tuple[I64, F32]:
        """(rows int64 [q, k], cosine float32 [q, k]) nearest to each of the queries [q, d], best first; -1 where there
        are fewer."""
        unit = floats(queries, np.arange(len(queries)))
        at, score = self._nearest(unit, k, np.full(len(queries), -1))
        return np.where(at >= 0, self.rows[at], -1), score

    def _nearest(self, queries: F32, k: int, own: I64) -> tuple[I64, F32]:
        """(positions, cosines) [q, k] nearest to unit queries, the position ``own`` of each left out."""
        index = np.full((len(queries), k), -1, dtype=np.int64)
        score = np.full((len(queries), k), -1.0, dtype=np.float32)
        for begin in range(0, len(queries), BATCH):
            part = slice(begin, begin + BATCH)
            found = self._candidates(queries[part], own[part], 3 * k + 32)
            cosine = np.einsum("qd,qcd->qc", queries[part], self._true(found))
            cosine[found < 0] = -2.0
            column, best = top(cosine, min(k, found.shape[1]))
            at = np.where(best > -2.0, np.take_along_axis(found, column, axis=1), -1)
            index[part, : at.shape[1]], score[part, : at.shape[1]] = at, np.maximum(best, -1.0)
        return index, score

    def _true(self, found: I64) -> F32:
        flat = floats(self.vectors, self.rows[np.maximum(found, 0)].ravel())
        return flat.reshape(*found.shape, -1)

    def _candidates(self, queries: F32, own: I64, wide: int) -> I64:
        """Positions [q, wide] that come out first by their codes, -1 where there are fewer."""
        late = np.argsort(self._cell, kind="stable")
        cell = self._cell[late]

        def content(asked: int, some: F32) -> tuple[I64, F32]:
            begin, end = np.searchsorted(cell, [asked, asked + 1])
            return self._in_cell(some, asked, late[begin:end])

        return scan(queries, own, nearest_cells(queries, self._middle, PROBES), content, wide)[0]

    def _in_cell(self, queries: F32, cell: int, late: I64) -> tuple[I64, F32]:
        """(positions, cosines [q, m]) of all in one cell, those of ``late`` (numbers among the added) with them."""
        begin, end = int(self._start[cell]), int(self._start[cell + 1])
        place = np.arange(begin, end, dtype=np.int64)
        near = (queries @ self._code[begin:end].astype(np.float32).T) * self._scale[begin:end]
        if len(late):
            place = np.concatenate([place, self.n + late])
            near = np.concatenate([near, queries @ floats(self.vectors, self.rows[self.n + late]).T], axis=1)
        return place, near

    def lists(self, rows: I64) -> tuple[NDArray[np.int32], F32]:
        """The stored neighbours among ``rows`` (each once, -1: no vector): (index int32 [n, k] into ``rows``, best
        first, -1 where there are fewer; cosine float32 [n, k])."""
        index = np.concatenate([self._index, self._late_index])
        score = np.concatenate([self._score, self._late_score], dtype=np.float32)
        self._tell_of_later_ones(index, score)
        place, known = self._positions(rows)
        entry = np.full(len(self.rows) + 1, -1, dtype=np.int32)
        entry[place[known]] = np.flatnonzero(known)
        out = np.full((len(rows), self.k), -1, dtype=np.int32)
        out[known] = entry[index[place[known]]]
        near = np.full((len(rows), self.k), -1.0, dtype=np.float32)
        near[known] = score[place[known]]
        near[out < 0] = -1.0
        order = np.argsort(out < 0, axis=1, kind="stable")  # those that are gone leave no holes
        return np.take_along_axis(out, order, axis=1), np.take_along_axis(near, order, axis=1)

    def _positions(self, rows: I64) -> tuple[I64, NDArray[np.bool_]]:
        """(position of each row, whether it is in the index)."""
        in_order = self.rows[self._sorted]
        at = np.minimum(np.searchsorted(in_order, rows), len(in_order) - 1)
        return self._sorted[at], (rows >= 0) & (in_order[at] == rows)

    def _tell_of_later_ones(self, index: I64, score: F32) -> None:
        """Put what was added into the lists of those it is nearer to than what these hold, in place."""
        late = np.repeat(np.arange(self.n, len(self.rows)), self.k)
        who, near = self._late_index.ravel(), self._late_score.ravel()
        order = np.lexsort((late, -near, who))
        order = order[who[order] >= 0]
        who, near, late = who[order], near[order], late[order]
        if len(who) == 0:
            return
        told, first, count = np.unique(who, return_index=True, return_counts=True)
        turn = np.arange(len(who)) - np.repeat(first, count)
        keep = turn < self.k
        line = np.repeat(np.arange(len(told)), count)[keep]
        extra = np.full((len(told), self.k), -1, dtype=np.int64)
        close = np.full((len(told), self.k), -1.0, dtype=np.float32)
        extra[line, turn[keep]], close[line, turn[keep]] = late[keep], near[keep]
        close[(extra[:, :, None] == index[told][:, None, :]).any(axis=2)] = -2.0
        both = np.concatenate([index[told], extra], axis=1)
        column, best = top(np.concatenate([score[told], close], axis=1), self.k)
        index[told], score[told] = np.take_along_axis(both, column, axis=1), np.maximum(best, -1.0)


_SHARED: dict[Path, tuple[tuple[tuple[Path, int], ...], NeighbourIndex]] = {}
"""The index that was asked last, with the files it was read from."""


def _bases(folder: Path, name: str) -> list[Path]:
    return sorted(path for path in folder.glob("*.cells") if path.name.rsplit(".", 2)[0] == name)


def _additions(base: Path) -> list[Path]:
    return sorted(base.parent.glob(f"{base.name.removesuffix('.cells')}.*.more"))


def _remove(base: Path) -> None:
    """Remove an index with its additions; what another process still reads goes the next time."""
    for path in (*_additions(base), base):
        with contextlib.suppress(OSError):
            path.unlink()


def _coded(vectors: NDArray[np.float16], rows: I64) -> tuple[NDArray[np.int8], F32]:
    """(int8 [n, d], float32 [n]): numbers of unit vectors as multiples of a scale."""
    code = np.empty((len(rows), vectors.shape[1]), dtype=np.int8)
    scale = np.empty(len(rows), dtype=np.float32)
    for begin in range(0, len(rows), 16_384):
        part = slice(begin, begin + 16_384)
        block = floats(vectors, rows[part])
        scale[part] = np.maximum(np.abs(block).max(axis=1), 1e-12) / 127.0
        code[part] = np.rint(block / scale[part, None]).astype(np.int8)
    return code, scale
