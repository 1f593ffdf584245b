"""What is measured of a picture: plain numpy over a small upright RGB picture. No files, no Pillow."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

STRIP = 96
"""Width in pixels (about) of the strips in which the measure of text looks for lines."""

FOCUS_TILE = 32
"""Side in pixels of the tiles among which the sharpest part of a picture is looked for."""


class Colours(TypedDict):
    """Fields of ``records.Described`` with the same names and units."""

    mean_colour: int
    saturation: float
    green: float
    blue_above: float


def dhash(grey: NDArray[np.uint8]) -> int:
    """Difference hash of a grey picture that was shrunk to 9 x 8 (uint8 [8, 9]): 64 bits as a signed integer.

    Bit i, counted from the highest, row by row: is a pixel darker than its right-hand neighbour. Robust against scale,
    light and compression; equal pictures differ in few bits (N. Krawetz, "Kind of Like That", 2013).
    """
    bits = np.packbits(grey[:, :-1] < grey[:, 1:])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def sharpness(grey: NDArray[np.uint8]) -> tuple[float, float]:
    """Variance of the 4-neighbour Laplacian over the inside of a grey picture, uint8 [h, w]; and its mean square over
    the sharpest tenth of the tiles. 0 under 3 x 3.

    After J. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000. A portrait before a soft
    background is sharp where it matters, which only the second tells.
    """
    if min(grey.shape) < 3:
        return 0.0, 0.0
    values = grey.astype(np.int16)
    inside = 4 * values[1:-1, 1:-1] - values[:-2, 1:-1] - values[2:, 1:-1] - values[1:-1, :-2] - values[1:-1, 2:]
    flat = inside.astype(np.float32)
    mean = float(flat.mean())
    squares = flat * flat
    whole = max(0.0, float(squares.mean()) - mean * mean)
    down, across = flat.shape[0] // FOCUS_TILE, flat.shape[1] // FOCUS_TILE
    if down * across < 4:
        return whole, whole
    rows = np.add.reduceat(squares[: down * FOCUS_TILE, : across * FOCUS_TILE], range(0, down * FOCUS_TILE, FOCUS_TILE))
    tiles = rows.reshape(down, across, FOCUS_TILE).sum(axis=2).ravel() / FOCUS_TILE**2
    best = max(1, len(tiles) // 10)
    return whole, float(np.partition(tiles, -best)[-best:].mean())


def clipped(histogram: NDArray[np.int64]) -> float:
    """Share of pixels, by the histogram of luma int64 [256], that are black or white outright."""
    total = int(histogram.sum())
    return 0.0 if total == 0 else float(histogram[:3].sum() + histogram[253:].sum()) / total


def brightness_contrast(histogram: NDArray[np.int64]) -> tuple[float, float]:
    """Mean and standard deviation of luma in [0, 1] from its histogram, int64 [256]."""
    total = int(histogram.sum())
    if total == 0:
        return 0.0, 0.0
    levels = np.arange(256) / 255.0
    mean = float(histogram @ levels) / total
    variance = float(histogram @ (levels - mean) ** 2) / total
    return mean, variance**0.5


def colours(rgb: NDArray[np.uint8]) -> Colours:
    """Colour measures of uint8 [h, w, 3]: mean as 0xRRGGBB, mean saturation (HSV), shares of green and of sky blue.

    Green: hue 65-170 degrees, saturation over 0.15, value over 0.12. Sky blue, in the upper third only: hue 180-255
    degrees, saturation over 0.12, value over 0.35.
    """
    red, green, blue = (rgb[..., channel].astype(np.float32) / 255.0 for channel in range(3))
    value = np.maximum(np.maximum(red, green), blue)
    spread = value - np.minimum(np.minimum(red, green), blue)
    saturation = np.where(value > 0, spread / np.maximum(value, 1e-6), 0.0)
    hue = _hue(red, green, blue, value, spread)
    is_green = (hue >= 65) & (hue <= 170) & (saturation > 0.15) & (value > 0.12)
    is_blue = (hue >= 180) & (hue <= 255) & (saturation > 0.12) & (value > 0.35)
    above = is_blue[: max(1, rgb.shape[0] // 3)]
    mean = [round(float(channel.mean()) * 255.0) for channel in (red, green, blue)]
    return Colours(
        mean_colour=mean[0] << 16 | mean[1] << 8 | mean[2],
        saturation=float(saturation.mean()),
        green=float(is_green.mean()),
        blue_above=float(above.mean()),
    )


def _hue(
    red: NDArray[np.float32],
    green: NDArray[np.float32],
    blue: NDArray[np.float32],
    value: NDArray[np.float32],
    spread: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Hue in degrees [0, 360), 0 for greys."""
    safe = np.maximum(spread, 1e-6)
    sector = np.where(
        value == red,
        ((green - blue) / safe) % 6.0,
        np.where(value == green, (blue - red) / safe + 2.0, (red - green) / safe + 4.0),
    )
    return np.where(spread > 0, sector * 60.0, 0.0).astype(np.float32)


def flatness(packed: NDArray[np.uint32]) -> float:
    """Share of pixels, uint32 [h, w] of packed colour, that equal their right-hand neighbour; 0 for one column."""
    if packed.shape[1] < 2:
        return 0.0
    return float(np.count_nonzero(packed[:, 1:] == packed[:, :-1])) / packed[:, 1:].size


def text_share(grey: NDArray[np.uint8]) -> float:
    """Share of a grey picture, uint8 [h, w], that is covered by lines of writing, in [0, 1].

    The picture is cut into strips of 96 px; in each row of a strip the mean horizontal difference is the ink there.
    Lines of writing are rows of ink, 2 to 40 high, parted by rows with hardly any; a strip with fewer than three of
    them has none. Pages and chats come to 0.25-0.4 (gaps count as uncovered), photographs to under 0.06.
    """
    height, width = grey.shape
    strips = max(1, width // STRIP)
    side = width // strips
    if height < 24 or side < 24:
        return 0.0
    values = grey[:, : strips * side].astype(np.int16)
    steps = np.abs(np.diff(values, axis=1, append=values[:, -1:]))
    ink = steps.reshape(height, strips, side).mean(axis=2, dtype=np.float32)
    strong = np.partition(ink, int(0.9 * height), axis=0)[int(0.9 * height)]
    written = ink > np.maximum(8.0, 0.45 * strong)
    empty = ink < np.maximum(3.0, 0.2 * strong)
    covered = sum(_rows_in_lines(written[:, strip], empty[:, strip]) for strip in range(strips))
    return float(covered / (height * strips))


def _rows_in_lines(written: NDArray[np.bool_], empty: NDArray[np.bool_]) -> int:
    """Rows of one strip that belong to lines: runs between two empty rows, with ink; 0 for fewer than three lines."""
    gaps = np.flatnonzero(empty)
    if gaps.size < 4:
        return 0
    heights = np.diff(gaps) - 1
    inked = np.concatenate(([0], np.cumsum(written)))
    lines = (heights >= 2) & (heights <= 40) & (inked[gaps[1:]] > inked[gaps[:-1] + 1])
    return int(heights[lines].sum()) if np.count_nonzero(lines) >= 3 else 0
