"""What the times of a stream alone tell of its gaps: how long gaps around them are, and how much company there is."""

from __future__ import annotations

import numpy as np

from core.group.base import F64

PRIOR_LOG_GAP, PRIOR_WEIGHT = 6.0, 2.0  # a neighbourhood of few gaps leans on 400 s
WIDE = 500  # gaps each side that tell a library's rhythm
SEASON_SECONDS = 400 * 86400.0
BRIEF, LONG = float(np.log(60.0)), float(np.log(6 * 3600.0))
PAUSE, LONG_STAY = 600.0, 6 * 3600.0


def local_mean(values: F64, half: int) -> F64:
    """Mean of up to ``half`` neighbours each side, itself left out, leaning on ``PRIOR_LOG_GAP`` where they are few."""
    n = len(values)
    total = np.concatenate([[0.0], np.cumsum(values)])
    low, high = np.maximum(np.arange(n) - half, 0), np.minimum(np.arange(n) + half + 1, n)
    sums = total[high] - total[low] - values
    out: F64 = (sums + PRIOR_WEIGHT * PRIOR_LOG_GAP) / (high - low - 1 + PRIOR_WEIGHT)
    return out


def local_median(values: F64, half: int) -> F64:
    """Median of ``half`` neighbours each side and itself; near the ends the stream is mirrored. Leans on the prior
    where the whole stream is shorter than the window."""
    from scipy.ndimage import median_filter

    if len(values) == 0:
        return values
    out: F64 = median_filter(values, size=2 * half + 1, mode="reflect")
    others = min(len(values) - 1, 2 * half)
    return (out * others + PRIOR_WEIGHT * PRIOR_LOG_GAP) / (others + PRIOR_WEIGHT)


def company(time: F64) -> F64:
    """log(1 + photos within 400 days) on the side of the gap that has fewer."""
    index = np.arange(1, len(time))
    before = index - np.searchsorted(time, time[:-1] - SEASON_SECONDS, side="left")
    after = np.searchsorted(time, time[1:] + SEASON_SECONDS, side="right") - index
    out: F64 = np.log1p(np.minimum(before, after).astype(np.float64))
    return out


def busy(log_gap: F64) -> F64:
    """Mean of five neighbours each side of how long gaps are: 0 up to a minute, 1 from six hours on."""
    scaled = np.clip((log_gap - BRIEF) / (LONG - BRIEF), 0.0, 1.0)
    n = len(scaled)
    total = np.concatenate([[0.0], np.cumsum(scaled)])
    low, high = np.maximum(np.arange(n) - 5, 0), np.minimum(np.arange(n) + 6, n)
    out: F64 = (total[high] - total[low] - scaled + 0.4 * PRIOR_WEIGHT) / (high - low - 1 + PRIOR_WEIGHT)
    return out


def stay(time: F64, gap: F64) -> F64:
    """log(1 + seconds) of the longer of the two stretches without a pause of ten minutes that a gap lies between."""
    n = len(time)
    cuts = np.flatnonzero(gap > PAUSE) + 1
    begin, end = np.concatenate([[0], cuts]), np.concatenate([cuts, [n]])
    index = np.arange(n - 1)
    before = time[index] - time[begin[np.searchsorted(cuts, index, side="right")]]
    after = time[end[np.searchsorted(cuts, index + 1, side="right")] - 1] - time[index + 1]
    out: F64 = np.log1p(np.minimum(np.maximum(before, after), LONG_STAY))
    return out
