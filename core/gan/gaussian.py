"""The trivial generator: a Gaussian of each class in the space of principal components. What a GAN must be better than.

Pictures are uint8 [n, h, w, c], labels int64 [n].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PRIOR_ROWS = 10.0
"""A class's covariance is mixed with that of all classes as if this many pictures had it."""


class ClassGaussian:
    """``components``: principal components kept, at most. Without labels all pictures are one class."""

    def __init__(self, components: int = 40, random_state: int = 0) -> None:
        self.components = components
        self.random_state = random_state

    def fit(self, images: U8, labels: I64 | None = None) -> ClassGaussian:
        """Learn ``mean_`` [p], ``components_`` [k, p] and ``classes_`` {label: (mean [k], factor [k, k])}."""
        self.shape_ = images.shape[1:]
        flat = images.reshape(len(images), -1).astype(np.float64)
        self.mean_ = flat.mean(axis=0)
        centred = flat - self.mean_
        self.components_ = _axes(centred, self.components)
        codes = centred @ self.components_.T
        labels = np.zeros(len(images), np.int64) if labels is None else labels
        self.classes_ = _gaussians(codes, labels)
        return self

    def sample(self, labels: I64, seed: int | None = None) -> U8:
        """A picture for each of ``labels`` (zeros where there are no classes): uint8 [n, h, w, c]."""
        draws = np.random.default_rng(self.random_state if seed is None else seed)
        noise = draws.standard_normal((len(labels), len(self.components_)))
        codes = np.empty_like(noise)
        for label in np.unique(labels).tolist():
            mean, factor = self.classes_[label]
            mine = labels == label
            codes[mine] = mean + noise[mine] @ factor.T
        flat = self.mean_ + codes @ self.components_
        pixels: U8 = np.rint(flat).clip(0, 255).astype(np.uint8)
        return pixels.reshape(len(labels), *self.shape_)


def _axes(centred: F64, most: int) -> F64:
    """[k, p]: the directions of largest variance, found on the smaller side of the table."""
    n, p = centred.shape
    k = min(most, n - 1, p)
    values, vectors = np.linalg.eigh(centred.T @ centred if p <= n else centred @ centred.T)
    axes: F64 = vectors[:, ::-1][:, :k].T
    if p > n:
        axes = axes @ centred / np.sqrt(np.maximum(values[::-1][:k, None], 1e-12))
    return axes


def _gaussians(codes: F64, labels: I64) -> dict[int, tuple[F64, F64]]:
    """Mean and square root of the covariance of every class."""
    names, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    means = np.stack([codes[labels == name].mean(axis=0) for name in names])
    apart = codes - means[inverse]
    pooled = apart.T @ apart / max(len(codes) - len(names), 1)
    found = {}
    for index, name in enumerate(names.tolist()):
        own = apart[inverse == index]
        covariance = (own.T @ own + PRIOR_ROWS * pooled) / (max(counts[index] - 1, 0) + PRIOR_ROWS)
        values, vectors = np.linalg.eigh(covariance)
        found[int(name)] = (means[index], vectors * np.sqrt(np.maximum(values, 0.0)))
    return found
