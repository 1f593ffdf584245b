"""Kernels of blur and of ringing, and the convolution with them.

The families of Wang et al. (Real-ESRGAN, 2021): Gaussian, generalised Gaussian (Liu et al., "Estimating generalized
Gaussian blur kernels for out-of-focus image deblurring", 2020) and plateau-shaped, each round or drawn out, and the
sinc filter that makes ringing. A kernel is float32 [k, k], k odd, sum 1.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Shape = Literal["gaussian", "generalised", "plateau"]
WIDTHS = tuple(range(7, 22, 2))
RINGING = 0.1
"""The chance that what is drawn for a blur is a sinc filter."""
_SHAPES: tuple[Shape, ...] = ("gaussian", "generalised", "plateau")
_CHANCES = (0.70, 0.15, 0.15)
_ROUND = {"gaussian": 0.64, "generalised": 0.8, "plateau": 0.8}
_BETA = {"gaussian": (1.0, 1.0), "generalised": (0.5, 4.0), "plateau": (1.0, 2.0)}


def drawn(rng: np.random.Generator, sigma: tuple[float, float]) -> F32:
    """A kernel of any of the families, its standard deviations between ``sigma`` pixels."""
    k = width(rng)
    if rng.random() < RINGING:
        return sinc(k, rng.uniform(np.pi / 3 if k < 13 else np.pi / 5, np.pi))
    shape = _SHAPES[int(rng.choice(len(_SHAPES), p=_CHANCES))]
    one = rng.uniform(*sigma)
    other, angle = (one, 0.0) if rng.random() < _ROUND[shape] else (rng.uniform(*sigma), rng.uniform(-np.pi, np.pi))
    low, high = _BETA[shape]
    beta = rng.uniform(low, 1.0) if rng.random() < 0.5 else rng.uniform(1.0, high)
    return blur(k, one, other, angle, shape, beta)


def width(rng: np.random.Generator) -> int:
    return WIDTHS[int(rng.integers(len(WIDTHS)))]


def blur(k: int, along: float, across: float, angle: float, shape: Shape = "gaussian", beta: float = 1.0) -> F32:
    """The kernel whose standard deviations are ``along`` (at ``angle``, radians) and ``across``.

    With q the squared Mahalanobis distance from the middle: exp(-q / 2), exp(-q ** beta / 2) or 1 / (1 + q ** beta).
    """
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    inverse = turn @ np.diag([along**-2.0, across**-2.0]) @ turn.T
    points = np.stack(_grid(k), axis=-1)
    q = np.einsum("...i,ij,...j", points, inverse, points)
    if shape == "gaussian":
        weights = np.exp(-q / 2)
    elif shape == "generalised":
        weights = np.exp(-(q**beta) / 2)
    else:
        weights = 1 / (1 + q**beta)
    return _normal(weights)


def sinc(k: int, cutoff: float) -> F32:
    """The ideal low-pass filter of two dimensions, cut to k x k; ``cutoff`` in (0, pi] radians per pixel."""
    from scipy.special import j1

    r = np.hypot(*_grid(k))
    r[k // 2, k // 2] = 1.0
    weights = cutoff * j1(cutoff * r) / (2 * np.pi * r)
    weights[k // 2, k // 2] = cutoff**2 / (4 * np.pi)
    return _normal(weights)


def convolve(picture: F32, kernel: F32) -> F32:
    """Float32 [h, w, c] -> the same, mirrored beyond its borders."""
    reach = len(kernel) // 2
    height, wide = picture.shape[:2]
    mode = "reflect" if min(height, wide) > reach else "symmetric"
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode=mode)  # type: ignore[call-overload]
    size = padded.shape[0], padded.shape[1]
    spectrum = np.fft.rfft2(padded, axes=(0, 1)) * np.fft.rfft2(kernel, size)[..., None]
    whole = np.fft.irfft2(spectrum, size, axes=(0, 1))
    return np.ascontiguousarray(whole[2 * reach :, 2 * reach :], np.float32)


def _grid(k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of each cell, counted from the middle."""
    along = np.arange(k) - k // 2
    y, x = np.meshgrid(along, along, indexing="ij")
    return x.astype(np.float64), y.astype(np.float64)


def _normal(weights: NDArray[np.float64]) -> F32:
    normal: F32 = (weights / weights.sum()).astype(np.float32)
    return normal
