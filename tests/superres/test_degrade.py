"""Pictures degraded as old scans are: kernels, convolution, each step, and the whole of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from core.sample.sources import load
from core.superres import degrade as model
from core.superres import kernels
from core.superres.degrade import Degradation, degrade
from core.superres.quality import psnr_y


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.asarray(load("astronaut").convert("RGB"))[:256, :256]


@pytest.mark.parametrize("shape", ["gaussian", "generalised", "plateau"])
def test_a_kernel_sums_to_one_and_is_its_own_mirror(shape: kernels.Shape) -> None:
    kernel = kernels.blur(15, 2.0, 0.7, 0.6, shape, 1.5)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-7)


def test_a_gaussian_kernel_has_its_standard_deviations_along_its_axes() -> None:
    kernel = kernels.blur(41, 3.0, 1.5, 0.0).astype(np.float64)
    along = np.arange(41) - 20
    assert np.sqrt((kernel.sum(axis=0) * along**2).sum()) == pytest.approx(3.0, rel=1e-3)
    assert np.sqrt((kernel.sum(axis=1) * along**2).sum()) == pytest.approx(1.5, rel=1e-3)
    turned = kernels.blur(41, 3.0, 1.5, np.pi / 2)
    np.testing.assert_allclose(turned, kernel.T, atol=1e-6)


def test_one_shape_is_the_other_where_their_exponents_meet() -> None:
    np.testing.assert_array_equal(
        kernels.blur(9, 1.2, 2.0, 0.3), kernels.blur(9, 1.2, 2.0, 0.3, "generalised", beta=1.0)
    )


def test_a_sinc_kernel_passes_what_lies_below_its_cutoff_and_stops_what_lies_above() -> None:
    kernel = kernels.sinc(121, np.pi / 2)
    x = np.arange(400)

    def passed(frequency: float) -> float:
        wave = np.repeat(np.cos(frequency * x)[None, :, None], 400, axis=0).astype(np.float32)
        inside = kernels.convolve(wave, kernel)[130:270, 130:270, 0]
        return float(inside.std() / wave[0, 130:270, 0].std())

    assert passed(0.6) == pytest.approx(1.0, abs=0.05)
    assert passed(2.6) < 0.05


@pytest.mark.parametrize("size", [(40, 53), (8, 9)])
def test_convolution_is_that_of_scipy(size: tuple[int, int]) -> None:
    """Against a direct one; the kernel, which is no mirror of itself here, is turned as convolution asks."""
    rng = np.random.default_rng(0)
    picture = rng.random((*size, 3), np.float32)
    kernel = rng.random((7, 7)).astype(np.float32)
    direct = np.stack([ndimage.convolve(picture[..., c], kernel, mode="mirror") for c in range(3)], axis=2)
    np.testing.assert_allclose(kernels.convolve(picture, kernel), direct, rtol=1e-4, atol=1e-4)


def test_a_picture_smaller_than_the_kernel_is_blurred_too() -> None:
    flat = np.full((4, 5, 3), 7.0, np.float32)
    np.testing.assert_allclose(kernels.convolve(flat, kernels.blur(21, 3, 3, 0)), flat, rtol=1e-4)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_what_is_left_has_the_size_asked_for_and_the_seed_decides_everything(photo: np.ndarray, scale: int) -> None:
    made = [degrade(photo[:96, :128], scale, np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert made[0].shape == (96 // scale, 128 // scale, 3)
    assert made[0].dtype == np.uint8
    np.testing.assert_array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_degraded_pictures_are_farther_from_the_truth_than_reduced_ones(photo: np.ndarray) -> None:
    """Each alone, for the chance of being spared is off; and they keep their brightness."""
    rng = np.random.default_rng(1)
    small = np.asarray(Image.fromarray(photo).resize((64, 64), Image.Resampling.BICUBIC))
    made = [degrade(photo, 4, rng, Degradation(spared=0.0)) for _ in range(20)]
    quality = [psnr_y(one, small, crop=0) for one in made]
    assert max(quality) < 40
    assert np.std(quality) > 1
    assert abs(np.mean([one.mean() for one in made]) - small.mean()) < 5


def test_spared_pictures_are_only_reduced(photo: np.ndarray) -> None:
    spared = degrade(photo, 4, np.random.default_rng(0), Degradation(spared=1.0))
    small = np.asarray(Image.fromarray(photo).resize((64, 64), Image.Resampling.BICUBIC))
    assert int(np.abs(spared.astype(int) - small).max()) <= 2, "Pillow rounds between its two passes"


def test_noise_is_as_strong_as_said() -> None:
    grey = np.full((200, 200, 3), 100.0, np.float32)
    rng, found = np.random.default_rng(0), []
    only = replace(Degradation().first, gaussian=(10, 10), poisson=(1, 1))
    for _ in range(12):
        noise = model.noisy(grey, only, 0.5, rng) - grey
        found.append((round(float(noise.std())), bool((noise[..., 0] == noise[..., 1]).all())))
    assert {sd for sd, _ in found} == {10}, "100 photons have a standard deviation of 10, as the Gaussian noise has"
    assert {alike for _, alike in found} == {True, False}


def test_shot_noise_is_stronger_in_the_light() -> None:
    rng = np.random.default_rng(2)
    dark_left = np.concatenate([np.full((80, 80, 3), 20.0), np.full((80, 80, 3), 180.0)], axis=1).astype(np.float32)
    only = replace(Degradation().first, gaussian=(0, 0), poisson=(1, 1))
    ratios = []
    for _ in range(20):
        noise = model.noisy(dark_left, only, 1.0, rng) - dark_left
        if noise.any():
            ratios.append(noise[:, 80:].std() / noise[:, :80].std())
    assert np.mean(ratios) == pytest.approx(3.0, rel=0.1)


def test_jpeg_of_low_quality_costs_more(photo: np.ndarray) -> None:
    as_float = photo.astype(np.float32)
    worse, better = (psnr_y(model.compressed(as_float, q).astype(np.uint8), photo) for q in (30, 95))
    assert worse + 5 < better
