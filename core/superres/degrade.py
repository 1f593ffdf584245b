"""What old scans and much-sent JPEGs have gone through, imitated: blur, resizing, noise and JPEG, twice over.

The second-order model of Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic
Data", 2021 (section 3), with the ranges of its table of settings. Everything is drawn from the generator that is given.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.superres import kernels

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
Range = tuple[float, float]
FILTERS = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
"""How a picture is resized, one of them each time: area, bilinear, bicubic."""


@dataclass(frozen=True, slots=True)
class Round:
    """One time that a picture is blurred, resized, made noisy and compressed.

    ``blurred``: the chance of a blur; ``sigma`` of its kernel in pixels. ``resized``: weights of larger, smaller and
    as it is; ``factor`` of the size. ``gaussian``: sd of the noise, of 255; ``poisson``: shot noise relative to that
    of 255 photons; one of the two, equally likely. ``quality`` of JPEG.
    """

    blurred: float
    sigma: Range
    resized: tuple[float, float, float]
    factor: Range
    gaussian: Range
    poisson: Range
    quality: Range = (30, 95)


@dataclass(frozen=True, slots=True)
class Degradation:
    """Two rounds, then a sinc filter (ringing, chance ``ringing``) and JPEG in either order.

    ``grey_noise``: the chance of noise without colour. ``spared``: the chance that a picture is only reduced, so that
    what learns from these pictures leaves good ones alone.
    """

    first: Round = field(
        default_factory=lambda: Round(1.0, (0.2, 3.0), (0.2, 0.7, 0.1), (0.15, 1.5), (1, 30), (0.05, 3.0))
    )
    second: Round = field(
        default_factory=lambda: Round(0.8, (0.2, 1.5), (0.3, 0.4, 0.3), (0.3, 1.2), (1, 25), (0.05, 2.5))
    )
    ringing: float = 0.8
    grey_noise: float = 0.4
    quality: Range = (30, 95)
    spared: float = 0.1


def degrade(high: U8, scale: int, rng: np.random.Generator, model: Degradation | None = None) -> U8:
    """Uint8 [h, w, 3] (h, w multiples of ``scale``) -> what is left of it, uint8 [h / scale, w / scale, 3]."""
    model = model or Degradation()
    size = high.shape[0] // scale, high.shape[1] // scale
    picture = high.astype(np.float32)
    if rng.random() < model.spared:
        return _whole(resize(picture, size, Image.Resampling.BICUBIC))
    for one in (model.first, model.second):
        last = one is model.second
        picture = _blurred(picture, one, rng)
        picture = resize(picture, _size(one, picture.shape[:2], high.shape[:2], size, last, rng), _filter(rng))
        picture = noisy(picture, one, model.grey_noise, rng)
        if not last:
            picture = compressed(picture, _within(one.quality, rng))
    return _whole(_finished(picture, size, model, rng))


def _size(
    one: Round,
    now: tuple[int, int],
    full: tuple[int, int],
    target: tuple[int, int],
    last: bool,
    rng: np.random.Generator,
) -> tuple[int, int]:
    """The size after this round's resizing: of the picture itself in the first, of the target in the last."""
    larger, smaller, _ = one.resized
    draw = rng.random()
    low, high = one.factor
    factor = rng.uniform(1, high) if draw < larger else rng.uniform(low, 1) if draw < larger + smaller else 1.0
    height, width = target if last else full
    return max(round(height * factor), 4), max(round(width * factor), 4)


def _finished(picture: F32, size: tuple[int, int], model: Degradation, rng: np.random.Generator) -> F32:
    """To its size, with ringing and JPEG in either order (each of them can leave traces in the other)."""
    kernel = kernels.sinc(kernels.width(rng), rng.uniform(np.pi / 3, np.pi)) if rng.random() < model.ringing else None
    quality = _within(model.quality, rng)

    def ring(x: F32) -> F32:
        small = resize(x, size, _filter(rng))
        return small if kernel is None else kernels.convolve(small, kernel)

    steps: list[Callable[[F32], F32]] = [ring, lambda x: compressed(x, quality)]
    for step in steps if rng.random() < 0.5 else reversed(steps):
        picture = step(picture)
    return picture


def _blurred(picture: F32, one: Round, rng: np.random.Generator) -> F32:
    if rng.random() >= one.blurred:
        return picture
    return kernels.convolve(picture, kernels.drawn(rng, one.sigma))


def resize(picture: F32, size: tuple[int, int], resampling: Image.Resampling) -> F32:
    """Float32 [h, w, 3] -> [*size, 3], with antialiasing; float all the way."""
    if picture.shape[:2] == size:
        return picture
    height, width = size
    planes = [
        Image.fromarray(np.ascontiguousarray(picture[..., c])).resize((width, height), resampling) for c in range(3)
    ]
    return np.stack([np.asarray(plane, np.float32) for plane in planes], axis=2)


def noisy(picture: F32, one: Round, grey: float, rng: np.random.Generator) -> F32:
    """With Gaussian noise, or with shot noise, which is stronger where there is more light; clipped to [0, 255]."""
    height, width = picture.shape[:2]
    channels = 1 if rng.random() < grey else 3
    if rng.random() < 0.5:
        noise = rng.normal(0, _within(one.gaussian, rng), (height, width, channels))
    else:
        light = np.clip(picture.mean(axis=2, keepdims=True) if channels == 1 else picture, 0, 255)
        noise = (rng.poisson(light) - light) * _within(one.poisson, rng)
    made: F32 = np.clip(picture + noise, 0, 255).astype(np.float32)
    return made


def compressed(picture: F32, quality: float) -> F32:
    """After JPEG of this quality (1 to 95), with Pillow's subsampling of colour."""
    file = io.BytesIO()
    Image.fromarray(_whole(picture)).save(file, "JPEG", quality=round(quality))
    with Image.open(file) as opened:
        return np.asarray(opened.convert("RGB"), np.float32)


def _whole(picture: F32) -> U8:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _within(between: Range, rng: np.random.Generator) -> float:
    return float(rng.uniform(*between))


def _filter(rng: np.random.Generator) -> Image.Resampling:
    return FILTERS[int(rng.integers(len(FILTERS)))]
