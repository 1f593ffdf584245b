"""How good a generator's pictures are, from features of real and made ones: float32 [n, d], one row a picture.

Kernel distance, precision and recall, whether it has learned photos by heart, and what a classifier makes of its
classes. Inception distance is not among them: with fewer than some 2,000 pictures it is mostly its own bias.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

NEARER = 0.6
"""A made picture is a copy where it is at most this part as far from training photos as photos are from others, in the
median. Chosen on the CNN's vectors of Caltech101 and on pixels of digits: of 300 albums each of 20, 30 and 100 photos,
new photos were taken for copies in none and in 1 at most; a fifth of copies, cut, turned and brightened, were found in
7 to 9 albums of 10."""
COPIES = 0.1
"""Share of copies, beyond what photos themselves have, from which on a generator has learned photos by heart."""
SURE = 0.01
"""How small the p-value must be besides."""


@dataclass(frozen=True, slots=True)
class Memorisation:
    """``share`` of made pictures that are copies, ``expected`` among new photos; ``p_value`` of so large a difference
    if made pictures were new photos. ``ratio``: how far made pictures are from training photos, in the median, as a
    multiple of how far new ones would be. ``nearest`` int64 [n]: each one's training row; ``distance`` float64 [n]."""

    ratio: float
    share: float
    expected: float
    p_value: float
    nearest: I64
    distance: F64

    @property
    def memorised(self) -> bool:
        """Whether photos were learned by heart: the excess is large, and sure."""
        return self.share - self.expected >= COPIES and self.p_value <= SURE

    @property
    def said(self) -> str:
        """What it means, in a sentence."""
        if self.memorised:
            return (
                f"It has learned photos by heart: {self.share:.0%} of what it makes are copies of photos it saw "
                f"({self.expected:.0%} would be chance). Stop earlier, give it more photos, or treat its pictures as "
                "copies of yours."
            )
        return "It has not learned your photos by heart: what it makes is no nearer to them than new photos would be."


class CopyTest:
    """Whether made pictures are nearer to training photos than photos that nobody trained on. Features [n, d] each.

    For each picture: the log of its distance to the nearest training photo over that to the nearest held-out one. A
    generator that makes new pictures is like real photos in this, whatever their numbers are, and poor or typical
    pictures are as far from either. Real photos are measured likewise, each with itself left out of its side. Copies
    are counted on both and compared by Fisher's exact test. Follows Meehan, Chaudhuri and Dasgupta, "A Non-Parametric
    Test to Detect Data-Copying in Generative Models", AISTATS 2020, who compare distances to training photos alone,
    which are small for any generator of typical pictures.
    """

    def __init__(self, train: F32, held_out: F32) -> None:
        if min(len(train), len(held_out)) < 2:
            raise ValueError("Two training and two held-out photos at least are needed.")
        self.train, self.held_out = train, held_out
        learned = _log_ratio(radii(train, 1), nearest(train, held_out)[0])
        kept = _log_ratio(nearest(held_out, train)[0], radii(held_out, 1))
        real = np.concatenate([learned, kept])
        self.median = float(np.median(real))
        self.limit = self.median + float(np.log(NEARER))
        self.photos, self.chance = len(real), int((real <= self.limit).sum())

    def __call__(self, fake: F32) -> Memorisation:
        from scipy.stats import hypergeom

        distance, which = nearest(fake, self.train)
        made = _log_ratio(distance, _nearest_but_one(fake, self.held_out))
        copies, n = int((made <= self.limit).sum()), len(made)
        p_value = float(hypergeom.sf(copies - 1, n + self.photos, copies + self.chance, n))
        ratio = float(np.exp(np.median(made) - self.median))
        return Memorisation(ratio, copies / n, self.chance / self.photos, p_value, which, distance)


def memorisation(train: F32, held_out: F32, fake: F32) -> Memorisation:
    """:class:`CopyTest` of some made pictures."""
    return CopyTest(train, held_out)(fake)


def worse(found: Iterable[Memorisation]) -> Memorisation:
    """Of several ways to look at the same pictures the one by which most are copies."""
    return max(found, key=lambda each: (each.memorised, each.share - each.expected))


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
