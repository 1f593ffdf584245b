"""Binary codes in one memory-mapped file: the nearest by Hamming distance, ranked again by their float vectors.

A code of 256 bits takes 32 bytes where a float16 vector of 1,280 numbers takes 2,560, so that a million photos fit into
32 MB. Every code is looked at: words of 64 bits lie in columns, so that each pass over memory is contiguous; what
cannot be among the k nearest any more after some words is not looked at further. The shortlist is exact by Hamming
distance; ranking it by cosine reads the vectors of its rows alone (Lin, Yang, Hsiao & Chen, "Deep Learning of Binary
Hash Codes for Fast Image Retrieval", 2015, search coarse to fine in the same way).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.retrieve.arrays import Damaged
from core.retrieve.cells import F32, I64, Vectors, floats

MAGIC = b"reverie codes 1\n"
HEADER = 4096
BLOCK = 131_072
"""Codes of one block. In the file a block is uint64 [words, BLOCK]."""

SHORTLIST = 1000
FEW = 0.02
"""Once no more than this share of a block can still be near, its remaining words are looked up one by one."""

START = 4096
MOST_OF_THREE = 191
"""Bits in which three words may be said to differ so that a fourth does not bring the sum above 255."""

Codes = NDArray[np.uint8]
Total = NDArray[np.uint8] | NDArray[np.uint16]
U64 = NDArray[np.uint64]
I16 = NDArray[np.int16]


class HammingIndex:
    """Codes uint8 [n, n_bytes] by row, made by :meth:`create` or :meth:`open`. Row i is the code of row i of the
    vectors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_bytes, self._n = _read_header(path)
        self._words = -(-self.n_bytes // 8)
        self._map()

    @classmethod
    def create(cls, path: Path, n_bytes: int) -> HammingIndex:
        """An empty index in a new file; one that is there is replaced. Raises OSError."""
        if n_bytes < 1:
            raise ValueError("A code has at least one byte.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_header(n_bytes, 0))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> HammingIndex:
        """Raises Damaged, or FileNotFoundError."""
        return cls(path)

    def __len__(self) -> int:
        return self._n

    def append(self, codes: Codes) -> None:
        """Add codes uint8 [m, n_bytes] behind the others. They count only once all are on the disk. Raises OSError."""
        if codes.ndim != 2 or codes.shape[1] != self.n_bytes:
            raise ValueError(f"Codes of {self.n_bytes} bytes are expected, these have the shape {codes.shape}.")
        if len(codes) == 0:
            return
        words, end = _as_words(codes, self._words), self._n + len(codes)
        blocks = -(-end // BLOCK)
        with open(self.path, "r+b") as file:
            file.truncate(max(HEADER + blocks * self._words * BLOCK * 8, os.fstat(file.fileno()).st_size))
        mapped = np.memmap(self.path, np.uint64, "r+", HEADER, (blocks, self._words, BLOCK))
        for block in range(self._n // BLOCK, blocks):
            first, last = max(self._n, block * BLOCK), min(end, (block + 1) * BLOCK)
            column = slice(first - block * BLOCK, last - block * BLOCK)
            mapped[block, :, column] = words[first - self._n : last - self._n].T
        mapped.flush()
        del mapped
        with open(self.path, "r+b") as file:
            file.write(_header(self.n_bytes, end))
            file.flush()
            os.fsync(file.fileno())
        self._n = end
        self._map()

    def codes(self, rows: I64) -> Codes:
        """The codes of rows, uint8 [len(rows), n_bytes]."""
        words = self._blocks[rows // BLOCK, :, rows % BLOCK]
        return np.ascontiguousarray(words).astype("<u8").view(np.uint8)[:, : self.n_bytes]

    def shortlist(self, code: Codes, k: int = SHORTLIST) -> tuple[I64, I16]:
        """(rows int64 [min(k, n)], bits that differ int16) of the codes nearest to ``code`` uint8 [n_bytes], nearest
        first, the smaller row first among equals."""
        wanted = _as_words(np.asarray(code, dtype=np.uint8)[None, :], self._words)[0]
        rows, distance = np.empty(0, np.int64), np.empty(0, np.int16)
        worst, scratch = 64 * self._words, _Scratch.of(min(BLOCK, self._n))
        for first, last in _pieces(self._n):
            block, begin = divmod(first, BLOCK)
            columns = self._blocks[block, :, begin : begin + last - first]
            near, bits = _within(columns, wanted, worst, k, scratch)
            rows, distance = np.concatenate([rows, near + first]), np.concatenate([distance, bits])
            if len(rows) > k:
                worst = _kth(distance, k, worst)
                kept = distance <= worst
                rows, distance = rows[kept], distance[kept]
        order = np.argsort(distance, kind="stable")[:k]
        return rows[order], distance[order]

    def search(
        self, code: Codes, vector: NDArray[np.float16] | F32, vectors: Vectors, k: int, shortlist: int = SHORTLIST
    ) -> tuple[I64, F32]:
        """(rows int64 [<= k], cosine float32) nearest to ``vector`` [d] in the shortlist of its ``code``, best first.

        Of ``vectors`` [rows, d] only the rows of the shortlist are read.
        """
        near = np.sort(self.shortlist(code, max(shortlist, k))[0])
        cosine = floats(vectors, near) @ floats(vector[None, :], np.zeros(1, np.int64))[0]
        order = np.lexsort((near, -cosine))[:k]
        return near[order], cosine[order]

    def _map(self) -> None:
        """View the file as blocks."""
        blocks = -(-self._n // BLOCK)
        if blocks and self.path.stat().st_size < HEADER + blocks * self._words * BLOCK * 8:
            raise Damaged(self.path)
        shape = (blocks, self._words, BLOCK)
        mapped = np.memmap(self.path, np.uint64, "r", HEADER, shape) if blocks else np.empty(shape, np.uint64)
        self._blocks: U64 = np.asarray(mapped)


def distances(codes: Codes, code: Codes) -> I16:
    """Bits in which each row of uint8 [n, bytes] differs from ``code`` [bytes], int16 [n]."""
    differ: I16 = np.bitwise_count(codes ^ code).sum(axis=1, dtype=np.int16)
    return differ


def _pieces(n: int) -> Iterator[tuple[int, int]]:
    """(first, last) rows that are looked at together, none across blocks; few at first, for a bound to begin with."""
    first, last = 0, min(START, BLOCK, n)
    while first < n:
        yield first, last
        first, last = last, min((last // BLOCK + 1) * BLOCK, n)


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Room for the intermediate results of a piece, asked of the system once a search."""

    differ: U64
    count: NDArray[np.uint8]
    total: NDArray[np.uint8]
    near: NDArray[np.bool_]

    @classmethod
    def of(cls, m: int) -> _Scratch:
        return cls(np.empty(m, np.uint64), np.empty(m, np.uint8), np.empty(m, np.uint8), np.empty(m, np.bool_))

    def cut(self, m: int) -> _Scratch:
        return _Scratch(self.differ[:m], self.count[:m], self.total[:m], self.near[:m])


def _within(columns: U64, wanted: U64, worst: int, k: int, scratch: _Scratch) -> tuple[I64, I16]:
    """(positions, bits that differ) of those in a piece uint64 [words, m] that differ in at most ``worst`` bits; where
    those are many more than ``k``, no further than the k-th."""
    words, m = columns.shape
    room = scratch.cut(m)
    total: Total = np.bitwise_count(np.bitwise_xor(columns[0], wanted[0], out=room.differ), out=room.total)
    for word in range(1, words):
        if word > 1 and np.count_nonzero(total[:START] <= worst) <= FEW * min(m, START):
            left = np.flatnonzero(np.less_equal(total, worst, out=room.near))
            return _rest(columns, wanted, worst, left, total, word)
        if word >= 3 and total.dtype == np.uint8:
            if worst < MOST_OF_THREE and word == 3:
                np.minimum(total, MOST_OF_THREE, out=total)  # too far already, and must not run over 255
            else:
                total = total.astype(np.uint16)
        np.bitwise_xor(columns[word], wanted[word], out=room.differ)
        total += np.bitwise_count(room.differ, out=room.count)
    near = np.less_equal(total, worst, out=room.near)
    if np.count_nonzero(near) > 4 * k:
        near = total <= _bound(total, k, worst)
    found = np.flatnonzero(near)
    return found, total[found].astype(np.int16)


def _bound(total: Total, k: int, worst: int) -> int:
    """The least number of bits in which k of them differ at most, or ``worst``.

    A few comparisons of all are faster than counts of every number of bits.
    """
    low, high = 0, worst
    while low < high:
        middle = (low + high) // 2
        if np.count_nonzero(total <= middle) >= k:
            high = middle
        else:
            low = middle + 1
    return low


def _rest(columns: U64, wanted: U64, worst: int, near: I64, total: Total, word: int) -> tuple[I64, I16]:
    """The words from ``word`` on, for few."""
    bits = total[near].astype(np.int16)
    for other in range(word, len(wanted)):
        bits += np.bitwise_count(columns[other, near] ^ wanted[other])
    close = bits <= worst
    return near[close], bits[close]


def _kth(distance: I16, k: int, most: int) -> int:
    """The k-th smallest distance, counted from 1."""
    return int(np.searchsorted(np.cumsum(np.bincount(distance, minlength=most + 1)), k))


def _as_words(codes: Codes, words: int) -> U64:
    """uint64 [m, words] of codes uint8 [m, bytes], filled up with zeros."""
    padded = np.zeros((len(codes), 8 * words), np.uint8)
    padded[:, : codes.shape[1]] = codes
    return padded.view("<u8").astype(np.uint64, copy=False)


def _header(n_bytes: int, n: int) -> bytes:
    return MAGIC + n_bytes.to_bytes(8, "little") + n.to_bytes(8, "little")


def _read_header(path: Path) -> tuple[int, int]:
    """(bytes of a code, number of codes)."""
    with open(path, "rb") as file:
        start = file.read(len(MAGIC) + 16)
    if len(start) < len(MAGIC) + 16 or not start.startswith(MAGIC):
        raise Damaged(path)
    numbers = start[len(MAGIC) :]
    n_bytes = int.from_bytes(numbers[:8], "little")
    if n_bytes < 1:
        raise Damaged(path)
    return n_bytes, int.from_bytes(numbers[8:], "little")
