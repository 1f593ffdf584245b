"""Nearest neighbours by looking at every vector: slow at millions, never wrong, bounded in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES = 16 << 20
"""Float32 working memory for one block of vectors."""


def cosine_scores(vectors: NDArray[np.float16], query: NDArray[np.float16]) -> NDArray[np.float32]:
    """Cosine of every row float16 [n, d] with ``query`` [d]; float32 [n].

    Rows need not be exactly of unit length (float16 rounds). Rows that are zero or not finite get -inf.
    """
    n, dim = vectors.shape
    wanted = query.astype(np.float32)
    wanted /= np.float32(max(float(np.linalg.norm(wanted)), 1e-12))
    scores = np.empty(n, np.float32)
    step = max(BLOCK_BYTES // (4 * max(dim, 1)), 1)
    for start in range(0, n, step):
        block = vectors[start : start + step].astype(np.float32)
        with np.errstate(all="ignore"):  # noise that a crash left may hold anything
            lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
            scores[start : start + step] = (block @ wanted) / lengths
    scores[~np.isfinite(scores)] = -np.inf
    return scores


def best(scores: NDArray[np.float32], top: int) -> NDArray[np.int64]:
    """Positions of the ``top`` highest scores above -inf, highest first; ties by position."""
    top = min(top, len(scores))
    if top <= 0:
        return np.empty(0, np.int64)
    chosen = np.argpartition(-scores, top - 1)[:top]
    chosen = chosen[np.lexsort((chosen, -scores[chosen]))]
    return chosen[np.isfinite(scores[chosen])].astype(np.int64)
