"""Perceptual hashes of 64 bits: how far two are apart, and which of a million could be near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.group.timeline import I64

BANDS = 4
CROWD = 40


def distance(a: I64, b: I64) -> NDArray[np.int64]:
    """Number of different bits of paired hashes (int64), element by element."""
    out: I64 = np.bitwise_count(a.view(np.uint64) ^ b.view(np.uint64)).astype(np.int64)
    return out


def telling(hashes: I64) -> NDArray[np.bool_]:
    """Which hashes say something: a blank picture's has hardly any bit set, or hardly any clear."""
    ones = np.bitwise_count(hashes.view(np.uint64))
    out: NDArray[np.bool_] = (ones >= 6) & (ones <= 58)
    return out


def candidates(hashes: I64, rows: I64, bits: int = 64) -> tuple[I64, I64]:
    """Pairs of ``rows`` whose hashes agree in one of four 16-bit bands (all pairs within 3 bits, many within 10) and
    differ in no more than ``bits``.

    In a band shared by a crowd only neighbours in the order of the whole hash are paired, so that the number of pairs
    looked at stays in proportion to the number of photos.
    """
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    whole = np.lexsort((rows, hashes[rows].view(np.uint64)))
    in_order = hashes[rows[whole]].view(np.uint64)
    for band in range(BANDS):
        key = (in_order >> np.uint64(16 * band)).astype(np.uint16)
        order = np.argsort(key, kind="stable")
        value, ordered = in_order[order], rows[whole[order]]
        few = (np.bincount(key, minlength=1 << 16) <= CROWD)[key[order]]
        key = key[order]
        for step in range(1, CROWD):
            same = key[step:] == key[:-step]
            if not same.any():
                break
            if step > 3:
                same &= few[step:]
            if bits < 64:
                same &= np.bitwise_count(value[step:] ^ value[:-step]) <= bits
            at = np.flatnonzero(same)
            left.append(ordered[at])
            right.append(ordered[at + step])
    a, b = np.concatenate(left), np.concatenate(right)
    return np.minimum(a, b), np.maximum(a, b)


def mirrored(hashes: I64) -> I64:
    """The hashes of the same pictures in a mirror: every row of 8 comparisons backwards and the other way round.

    Exact but for neighbours that are equal, which count as "not darker" both ways.
    """
    rows = np.ascontiguousarray(hashes.astype(">i8")).view(np.uint8).reshape(-1, 8)
    turned = ~np.packbits(np.unpackbits(rows, axis=1).reshape(-1, 8, 8)[:, :, ::-1].reshape(-1, 64), axis=1)
    out: I64 = np.ascontiguousarray(turned).view(">i8").ravel().astype(np.int64)
    return out


def half_turned(hashes: I64) -> I64:
    """The hashes of the same pictures upside down (turned by 180 degrees)."""
    rows = np.ascontiguousarray(hashes.astype(">i8")).view(np.uint8).reshape(-1, 8)
    turned = ~np.packbits(np.unpackbits(rows, axis=1)[:, ::-1], axis=1)
    out: I64 = np.ascontiguousarray(turned).view(">i8").ravel().astype(np.int64)
    return out
