"""What is measured of a picture: plain numpy over a small upright RGB picture. No files, no Pillow."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

BLOCK = 8
"""Side in pixels of the blocks that the measure of text looks at."""


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


def sharpness(grey: NDArray[np.uint8]) -> float:
    """Variance of the 4-neighbour Laplacian over the inside of a grey picture, uint8 [h, w]; 0 under 3 x 3.

    After J. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000.
    """
    if min(grey.shape) < 3:
        return 0.0
    values = grey.astype(np.int16)
    inside = 4 * values[1:-1, 1:-1] - values[:-2, 1:-1] - values[2:, 1:-1] - values[1:-1, :-2] - values[1:-1, 2:]
    flat = inside.astype(np.float32).ravel()
    mean = float(flat.mean())
    return max(0.0, float(np.dot(flat, flat)) / flat.size - mean * mean)


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
    """Share of 8 x 8 blocks of a grey picture, uint8 [h, w], that look like writing, in [0, 1].

    Writing is ink on a ground: in a block there are two tones far apart with little between them, the ground has the
    larger part, and the tone changes often along the rows. Blocks alone do not count (a block needs two neighbours in
    its row that look so too), since writing stands in lines.
    """
    height, width = (side // BLOCK for side in grey.shape)
    if height < 1 or width < 3:
        return 0.0
    blocks = grey[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK)
    low, high = blocks.min(axis=(1, 3)), blocks.max(axis=(1, 3))
    spread = high.astype(np.int16) - low
    middle = ((low.astype(np.int16) + high) // 2).astype(np.uint8)
    bright = blocks > middle[:, None, :, None]
    share = bright.mean(axis=(1, 3), dtype=np.float32)
    changes = np.count_nonzero(bright[..., 1:] != bright[..., :-1], axis=(1, 3))
    near_high = (blocks > (high - (spread // 5).astype(np.uint8))[:, None, :, None]).mean(axis=(1, 3), dtype=np.float32)
    near_low = (blocks < (low + (spread // 5).astype(np.uint8))[:, None, :, None]).mean(axis=(1, 3), dtype=np.float32)
    ground = np.maximum(near_high, near_low)
    alike = (spread >= 70) & (ground >= 0.4) & (changes >= 10) & (share > 0.1) & (share < 0.95)
    return float(_in_lines(alike).mean())


def _in_lines(alike: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Blocks with at least two others like them among the four nearest in their row."""
    padded = np.pad(alike.astype(np.uint8), ((0, 0), (2, 2)))
    width = alike.shape[1]
    neighbours = padded[:, :width] + padded[:, 1 : width + 1] + padded[:, 3 : width + 3] + padded[:, 4 : width + 4]
    return alike & (neighbours >= 2)
