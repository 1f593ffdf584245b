"""How good a generator's pictures are, from features of real and made ones: float32 [n, d], one row a picture.

Kernel distance, precision and recall, whether it has learned photos by heart, and what a classifier makes of its
classes. Inception distance is not among them: with fewer than some 2,000 pictures it is mostly its own bias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.gan.nearest import blocks, nearest, radii

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# ---------------------------------------------------------------- how far the two are from each other


def kid(real: F32, fake: F32, *, subsets: int = 50, size: int = 1000, seed: int = 0) -> tuple[float, float]:
    """Kernel inception distance: the squared maximum mean discrepancy with a cubic kernel, (mean, sd) over subsets.

    Each subset's estimate is unbiased (it can be below 0), so that few pictures make it uncertain, not large. Subsets
    are drawn without replacement, ``size`` rows of each side or half of what the smaller side has. Bińkowski et al.,
    "Demystifying MMD GANs", ICLR 2018.
    """
    rows = min(size, min(len(real), len(fake)) // 2)
    if rows < 2:
        raise ValueError("Four pictures of each side are needed at least.")
    draws = np.random.default_rng(seed)
    real64, fake64 = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    found = [
        _mmd2(real64[draws.choice(len(real), rows, False)], fake64[draws.choice(len(fake), rows, False)])
        for _ in range(subsets)
    ]
    return float(np.mean(found)), float(np.std(found, ddof=1)) if subsets > 1 else 0.0


def _mmd2(x: F64, y: F64) -> float:
    """The unbiased estimate, without the kernel of a row with itself; [r, d] each."""
    r, d = x.shape
    within = sum(float(k.sum() - np.trace(k)) for k in (_cubic(x, x, d), _cubic(y, y, d))) / (r * (r - 1))
    return float(within - 2 * _cubic(x, y, d).mean())


def _cubic(x: F64, y: F64, d: int) -> F64:
    kernel: F64 = (x @ y.T / d + 1.0) ** 3
    return kernel


def precision_recall(real: F32, fake: F32, k: int = 3) -> tuple[float, float]:
    """(precision, recall): the share of made pictures among the real ones, and of real ones among the made.

    A picture is among others where it is no farther from one of them than that one's ``k``-th nearest neighbour of its
    own. Both depend on how many pictures there are: compare with equal numbers. Kynkäänniemi et al., "Improved
    Precision and Recall Metric for Assessing Generative Models", NeurIPS 2019.
    """
    if min(len(real), len(fake)) <= k:
        raise ValueError(f"More than {k} pictures of each side are needed.")
    return _among(fake, real, k), _among(real, fake, k)


def _among(a: F32, b: F32, k: int) -> float:
    reach = radii(b, k) ** 2
    reach = reach * (1 + 1e-12) + 1e-12  # a picture on the very edge counts, however its distance was rounded
    inside = [(square <= reach).any(axis=1) for _, square in blocks(a, b)]
    return float(np.concatenate(inside).mean())


# ---------------------------------------------------------------- learned by heart

NEARER = 0.7
"""Made pictures are at most this part as far from training photos as new photos are, where they count as copies. On the
CNN's vectors of Caltech101, 5 training photos cut, turned and brightened were at .45 to .58 (medians of 200 draws); of
200 albums of 30 photos and 8 kept apart, 1 in 100 had new photos below .94. On pixels of digits 1 in 200 was below .7
and sure, and none with 1,000 photos."""
SURE = 0.01
"""How small the p-value must be besides."""


@dataclass(frozen=True, slots=True)
class Memorisation:
    """``ratio``: how far made pictures are from the nearest training photo, in distances to the nearest held-out photo,
    as a multiple of the same for photos it has never seen; 1 is to be expected, near 0 are copies. ``p_value``: of a
    ratio so small if made pictures were like new photos. ``nearest`` int64 [n]: each picture's nearest training row;
    ``distance`` float64 [n] to it."""

    ratio: float
    p_value: float
    memorised: bool
    nearest: I64
    distance: F64

    @property
    def said(self) -> str:
        """What it means, in a sentence."""
        if self.memorised:
            return (
                "It has learned your photos by heart: what it makes is "
                f"{self.ratio:.2f} times as far from the photos it saw as a new photo would be. "
                "Stop earlier, give it more photos, or treat its pictures as copies of yours."
            )
        return "It has not learned your photos by heart: what it makes is no copy of the photos it saw."


def memorisation(train: F32, held_out: F32, fake: F32) -> Memorisation:
    """Whether made pictures are nearer to training photos than photos kept apart are.

    For every made picture: the log of its distance to the nearest training photo over that to the nearest held-out
    one. For every held-out photo: the same, itself left out. A generator that makes new pictures is like the held-out
    photos in this, whatever the numbers of photos are, and one that makes poor pictures is as far from either; Mann and
    Whitney's rank test compares the two. As a large sample makes any difference sure, the ratio of the medians must be
    at most :data:`NEARER` besides. Follows Meehan, Chaudhuri and Dasgupta, "A Non-Parametric Test to Detect
    Data-Copying in Generative Models", AISTATS 2020, who compare distances to training photos alone, which are small
    for any generator of typical pictures.
    """
    if min(len(train), len(fake)) < 1 or len(held_out) < 3:
        raise ValueError("Training photos, made pictures and three held-out photos at least are needed.")
    from scipy.stats import mannwhitneyu

    distance, which = nearest(fake, train)
    made = _log_ratio(distance, _nearest_but_one(fake, held_out))
    fresh = _log_ratio(nearest(held_out, train)[0], radii(held_out, 1))
    ratio = float(np.exp(np.median(made) - np.median(fresh)))
    p_value = float(mannwhitneyu(made, fresh, alternative="less").pvalue)
    return Memorisation(ratio, p_value, ratio <= NEARER and p_value <= SURE, which, distance)


def _nearest_but_one(fake: F32, held_out: F32) -> F64:
    """float64 [n]: the distance to the nearest held-out photo, of which each row misses one, as they themselves do."""
    found = []
    for start, square in blocks(fake, held_out):
        row = np.arange(len(square))
        square[row, (start + row) % len(held_out)] = np.inf
        found.append(square.min(axis=1))
    distance: F64 = np.sqrt(np.concatenate(found))
    return distance


def _log_ratio(near: F64, far: F64) -> F64:
    smallest = 1e-6 * max(float(np.median(far)), 1e-300)  # copies to the bit: a distance of 0 has no logarithm
    found: F64 = np.log(np.maximum(near, smallest)) - np.log(np.maximum(far, smallest))
    return found


# ---------------------------------------------------------------- classes


class Classifier(Protocol):
    """Scikit-learn's contract, as much as is needed."""

    def fit(self, x: F32, y: I64) -> Any: ...
    def score(self, x: F32, y: I64) -> float: ...


Labelled = tuple[F32, I64]


def gan_train_test(
    train: Labelled, held_out: Labelled, fake: Labelled, classifier: Callable[[], Classifier] | None = None
) -> tuple[float, float]:
    """(GAN-train, GAN-test): accuracy on held-out photos of a classifier that learned from made pictures, and on made
    pictures of one that learned from training photos.

    The first falls where pictures are poor or classes lack variety, the second only where pictures are not what they
    should be. Each argument: (features [n, d], labels int64 [n]). Without ``classifier``, logistic regression on
    standardised features. Shmelkov, Schmid and Alahari, "How good is my GAN?", ECCV 2018.
    """
    make = logistic if classifier is None else classifier
    learned_made, learned_real = make(), make()
    learned_made.fit(*fake)
    learned_real.fit(*train)
    return float(learned_made.score(*held_out)), float(learned_real.score(*fake))


def logistic() -> Classifier:
    """Logistic regression on standardised features, held back by a penalty as there are more features than photos."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    made: Classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    return made
