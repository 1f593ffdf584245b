"""Renders a view of a source photograph: cut-out, perspective, light, blur, noise. Repeatable to the byte."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from core.sample.plan import View
from core.sample.sources import Subject

NOISE_SIDE = 2048


def noise_field(seed: int) -> Image.Image:
    """Gaussian grain, mean 128 and standard deviation 16, NOISE_SIDE square, grey."""
    grain = np.random.default_rng(seed).standard_normal((NOISE_SIDE, NOISE_SIDE), dtype=np.float32)
    return Image.fromarray(np.clip(np.rint(grain * 16 + 128), 0, 255).astype(np.uint8))


def quad(view: View, subject: Subject, source: tuple[int, int], aspect: float) -> list[float]:
    """The cut-out's corners in source pixels (top left, bottom left, bottom right, top right: x, y each).

    The largest rectangle of ``aspect`` (width / height) inside the subject's window, shrunk by ``zoom``, moved, turned
    and with its corners displaced; kept inside the source.
    """
    left, top, right, bottom = (share * source[i % 2] for i, share in enumerate(subject.window))
    width = min(right - left, (bottom - top) * aspect) * view.zoom
    height = width / aspect
    centre_x = left + width / 2 + view.x * (right - left - width)
    centre_y = top + height / 2 + view.y * (bottom - top - height)
    cosine, sine = math.cos(math.radians(view.turn)), math.sin(math.radians(view.turn))
    corners: list[float] = []
    for i, (u, v) in enumerate(((-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5))):
        x = (u + view.corners[2 * i]) * width
        y = (v + view.corners[2 * i + 1]) * height
        corners.append(min(source[0] - 1.0, max(0.0, centre_x + cosine * x - sine * y)))
        corners.append(min(source[1] - 1.0, max(0.0, centre_y + sine * x + cosine * y)))
    return corners


def perspective(corners: list[float], size: tuple[int, int]) -> list[float]:
    """The eight numbers that map output pixels of ``size`` onto ``corners``, for Pillow's PERSPECTIVE."""
    width, height = size
    targets = ((0, 0), (0, height), (width, height), (width, 0))
    rows, values = [], []
    for (u, v), x, y in zip(targets, corners[::2], corners[1::2], strict=True):
        rows.append([u, v, 1, 0, 0, 0, -x * u, -x * v])
        rows.append([0, 0, 0, u, v, 1, -y * u, -y * v])
        values += [x, y]
    solved: NDArray[np.float64] = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(values, dtype=np.float64))
    return [float(value) for value in solved]


def render(source: Image.Image, subject: Subject, view: View, size: tuple[int, int], grain: Image.Image) -> Image.Image:
    """An RGB picture of ``size``. ``grain``: see :func:`noise_field`.

    All but the grain is made at half size: the sources are no larger, and it is three times as fast.
    """
    half = (size[0] // 2, size[1] // 2)
    corners = quad(view, subject, source.size, size[0] / size[1])
    picture = source.transform(half, Image.Transform.PERSPECTIVE, perspective(corners, half), Image.Resampling.BICUBIC)
    picture = _lit(picture, view)
    if view.blur > 0.2:
        picture = picture.filter(ImageFilter.GaussianBlur(view.blur * half[0] / 1600))
    picture = picture.resize(size, Image.Resampling.BILINEAR)
    return _grainy(picture, view, grain)


def _lit(picture: Image.Image, view: View) -> Image.Image:
    """Exposure, contrast and colour of the light, then a soft fall of light to one side."""
    table: list[int] = []
    for channel in (1.0 + view.warmth, 1.0, 1.0 - view.warmth):
        factor = view.exposure * channel
        table += [round(min(255.0, max(0.0, ((level - 128) * view.contrast + 128) * factor))) for level in range(256)]
    lit = picture.point(table)
    ramp = np.linspace(1.0 - abs(view.falloff), 1.0, 16, dtype=np.float64)[None, :]
    shade = Image.fromarray(np.rint((ramp if view.falloff > 0 else ramp[:, ::-1]) * 255).astype(np.uint8))
    return ImageChops.multiply(lit, shade.resize(picture.size, Image.Resampling.BILINEAR).convert("RGB"))


def _grainy(picture: Image.Image, view: View, grain: Image.Image) -> Image.Image:
    """Adds grain of standard deviation ``view.noise``, cut from a place in the field that the view decides."""
    offset_x = int(view.x * 9973) % (NOISE_SIDE - picture.width)
    offset_y = int(view.y * 9967) % (NOISE_SIDE - picture.height)
    cut = grain.crop((offset_x, offset_y, offset_x + picture.width, offset_y + picture.height))
    scaled = cut.point([round(128 + (level - 128) * view.noise / 16) for level in range(256)])
    return ImageChops.add(picture, Image.merge("RGB", (scaled,) * 3), 1.0, -128)
