"""The Gaussian of each class: its moments are those of the pictures, and it makes pictures of the class asked for."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.gan.gaussian import ClassGaussian


def pictures(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    labels = draws.integers(0, 2, n)
    mix = np.random.default_rng(99).standard_normal((12, 12)) * 8
    flat = 128 + draws.standard_normal((n, 12)) @ mix + np.where(labels, 30, -30)[:, None]
    return flat.clip(0, 255).astype(np.uint8).reshape(n, 2, 2, 3), labels.astype(np.int64)


def test_samples_have_the_moments_of_their_class() -> None:
    images, labels = pictures(4000)
    gaussian = ClassGaussian(12).fit(images, labels)
    for label in (0, 1):
        real = images[labels == label].reshape(-1, 12).astype(float)
        made = gaussian.sample(np.full(6000, label)).reshape(-1, 12).astype(float)
        assert made.mean(axis=0) == pytest.approx(real.mean(axis=0), abs=2.5)
        assert np.cov(made.T) == pytest.approx(np.cov(real.T), abs=0.12 * np.cov(real.T).max())


def test_axes_are_the_principal_components() -> None:
    images, _ = pictures(200)
    found = ClassGaussian(4).fit(images).components_
    wanted = PCA(4, svd_solver="full").fit(images.reshape(200, -1).astype(float)).components_
    assert np.abs((found * wanted).sum(axis=1)) == pytest.approx(np.ones(4), abs=1e-8)


def test_fewer_pictures_than_points() -> None:
    images, labels = pictures(8)
    gaussian = ClassGaussian(40).fit(images, labels)
    assert len(gaussian.components_) == 7
    assert gaussian.components_ @ gaussian.components_.T == pytest.approx(np.eye(7), abs=1e-6)
    made = gaussian.sample(labels, seed=3)
    assert made.shape == images.shape
    assert made.dtype == np.uint8
    assert (made == gaussian.sample(labels, seed=3)).all()
    assert (made != gaussian.sample(labels, seed=4)).any()


def test_one_picture_is_given_back() -> None:
    images, _ = pictures(1)
    assert (ClassGaussian().fit(images).sample(np.zeros(2, np.int64)) == images).all()
