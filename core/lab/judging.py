"""How well vectors describe photos, by what a person said of them: measures on arrays alone.

Mean average precision and the adjusted Rand index (Hubert & Arabie 1985) against labels; the area under the ROC curve
of distances to nearest neighbours (k-NN oddness, Ramaswamy, Rastogi & Shim 2000) for photos put in from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Bits = NDArray[np.uint8]
NEAREST = 5
RECALLED = 10
BLOCK = 512


def average_precisions(vectors: F32, labels: I64) -> NDArray[np.float64]:
    """float64 [n]: for each row as the question, the average precision of the others by cosine, those of its label
    being right; NaN where there is no other. Unit rows [n, d]; labels [n]."""
    out = np.full(len(labels), np.nan)
    for start in range(0, len(labels), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(labels)))
        cosine = vectors[rows] @ vectors.T
        cosine[np.arange(len(rows)), rows] = -np.inf
        order = np.argsort(-cosine, axis=1, kind="stable")[:, :-1]
        right = labels[order] == labels[rows, None]
        precision = np.cumsum(right, axis=1) / np.arange(1, right.shape[1] + 1)
        found = right.sum(axis=1)
        some = found > 0
        out[rows[some]] = (precision * right).sum(axis=1)[some] / found[some]
    return out


def clusters(vectors: F32, k: int, seed: int) -> I64:
    """int64 [n]: k-means clusters of unit rows."""
    from sklearn.cluster import KMeans

    found = KMeans(min(k, len(vectors)), n_init=3, random_state=seed).fit(np.asarray(vectors, np.float64)).labels_
    return np.asarray(found, np.int64)


def rand_index(a: I64, b: I64) -> float:
    """The adjusted Rand index of two clusterings: 1 the same, 0 as by chance."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(a, b))


def oddness(own: F32, foreign: F32) -> float:
    """The chance that a photo from elsewhere lies farther from its nearest ``own`` than one of these does from its
    nearest others (area under the ROC curve); NaN without either."""
    if len(own) <= NEAREST or len(foreign) == 0:
        return float("nan")
    near_own = _nearness(own, own, itself=True)
    near_foreign = _nearness(foreign, own, itself=False)
    order = np.sort(near_own)
    below = np.searchsorted(order, near_foreign, "left")
    equal = np.searchsorted(order, near_foreign, "right") - below
    above = len(order) - below - equal
    return float((above + 0.5 * equal).mean() / len(order))


def _nearness(rows: F32, own: F32, *, itself: bool) -> F32:
    """float32 [n]: the mean cosine of each row with its nearest of ``own``."""
    parts = []
    for start in range(0, len(rows), BLOCK):
        cosine = rows[start : start + BLOCK] @ own.T
        if itself:
            at = np.arange(len(cosine))
            cosine[at, start + at] = -np.inf
        parts.append(np.partition(cosine, -NEAREST, axis=1)[:, -NEAREST:].mean(axis=1))
    return np.concatenate(parts)


def recall(vectors: F32, exact: F32, shortlist: int | None = None) -> float:
    """The share of each row's ten nearest by ``exact`` vectors that are among its ten nearest by ``vectors``; with
    ``shortlist`` among so many, which are then ranked by the exact ones."""
    n = len(exact)
    if n <= RECALLED + 1:
        return float("nan")
    wanted = shortlist or RECALLED
    found = []
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        best = _top(exact, rows, RECALLED)
        near = _top(vectors, rows, min(wanted, n - 1))
        found.append((best[:, :, None] == near[:, None, :]).any(axis=2).mean(axis=1))
    return float(np.concatenate(found).mean())


def _top(vectors: F32, rows: I64, k: int) -> I64:
    cosine = vectors[rows] @ vectors.T
    cosine[np.arange(len(rows)), rows] = -np.inf
    return np.argpartition(-cosine, k - 1, axis=1)[:, :k]


def mean_sd(values: list[float]) -> tuple[float, float]:
    """Mean and standard deviation of what is finite; NaN without any, an sd of NaN for one alone."""
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return float("nan"), float("nan")
    return float(np.mean(known)), float(np.std(known, ddof=1)) if len(known) > 1 else float("nan")


def winner(
    scores: Mapping[str, tuple[float, float]], plain: str, titles: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """(the name to use, why in a sentence) of (mean, sd) retrieval scores by name: another than ``plain`` only where it
    is better by more than both spreads together. ``titles``: what the person calls them."""
    finite = {name: score for name, score in scores.items() if np.isfinite(score[0])}
    others = {name: score for name, score in finite.items() if name != plain}
    if plain not in finite:
        return plain, "Nothing could be measured: too few photos have labels to judge by."
    if not others:
        return plain, "Nothing else has been trained yet."
    best = max(others, key=lambda name: others[name][0])
    (mean, sd), (base, base_sd) = others[best], finite[plain]
    name = (titles or {}).get(best, best)
    spread = float(np.hypot(np.nan_to_num(sd), np.nan_to_num(base_sd)))
    if mean > base + spread:
        return best, f"{name} finds more of what belongs together than the CNN alone: {mean:.3f} against {base:.3f}."
    if mean > base:
        return (
            plain,
            f"{name} is ahead of the CNN by no more than chance: {mean:.3f} against {base:.3f} ± {spread:.3f}.",
        )
    return plain, f"The CNN alone is best: {base:.3f} against {mean:.3f} for {name}, the best of the others."
