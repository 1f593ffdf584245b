"""How well a stream was cut: boundary F1 with a tolerance, WindowDiff, and B³, for one stream or several pooled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


def f1(said: Sequence[Bools], true: Sequence[Bools], tolerance: int = 0) -> tuple[float, float, float]:
    """F1, precision and recall of boundaries, pooled over streams; each true one may be matched once, by a said one at
    most ``tolerance`` photos away."""
    hits = sum(_matched(a, b, tolerance) for a, b in zip(said, true, strict=True))
    n_said, n_true = sum(int(a.sum()) for a in said), sum(int(b.sum()) for b in true)
    return 2 * hits / max(n_said + n_true, 1), hits / max(n_said, 1), hits / max(n_true, 1)


def _matched(said: Bools, true: Bools, tolerance: int) -> int:
    """The most pairs of boundaries at most ``tolerance`` apart, each used once (greedy from the left is best)."""
    if tolerance == 0:
        return int((said & true).sum())
    a, b = np.flatnonzero(said).tolist(), np.flatnonzero(true).tolist()
    i = j = hits = 0
    while i < len(a) and j < len(b):
        if abs(a[i] - b[j]) <= tolerance:
            hits, i, j = hits + 1, i + 1, j + 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return hits


def window_diff(said: Sequence[Bools], true: Sequence[Bools]) -> float:
    """Pevzner and Hearst 2002: the share of windows with another number of boundaries than there should be, pooled; 0
    is best. The window is half the mean true segment of the stream, as they propose; shorter streams are left out."""
    wrong = windows = 0
    for a, b in zip(said, true, strict=True):
        k = max(round((len(b) + 1) / (int(b.sum()) + 1) / 2), 1)
        if len(b) < k:
            continue
        left, right = (np.concatenate([[0], np.cumsum(x)]) for x in (a, b))
        differs = (left[k:] - left[:-k]) != (right[k:] - right[:-k])
        wrong, windows = wrong + int(differs.sum()), windows + len(differs)
    return wrong / max(windows, 1)


def b_cubed(said: Sequence[Bools], true: Sequence[Bools]) -> float:
    """Bagga and Baldwin 1998: F1 of the mean precision and recall of each photo's own piece, over all photos."""
    precision, recall, photos = 0.0, 0.0, 0
    for a, b in zip(said, true, strict=True):
        ours, theirs = (np.concatenate([[0], np.cumsum(x)]) for x in (a, b))
        both = ours * (int(theirs[-1]) + 1) + theirs
        common, ours_size, theirs_size = (np.bincount(x)[x] for x in (both, ours, theirs))
        precision += float((common / ours_size).sum())
        recall += float((common / theirs_size).sum())
        photos += len(both)
    precision, recall = precision / max(photos, 1), recall / max(photos, 1)
    return 2 * precision * recall / max(precision + recall, 1e-12)
