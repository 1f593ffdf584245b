"""How near an enlarged picture comes to the true one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def luma(picture: NDArray[np.uint8] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Y of ITU-R BT.601 in [16, 235], float64 [h, w], of RGB in [0, 255]: what the literature measures on."""
    rgb = np.asarray(picture, np.float64)
    weighted: NDArray[np.float64] = rgb @ np.array([65.481, 128.553, 24.966]) / 255.0 + 16.0
    return weighted


def psnr_y(one: NDArray[np.uint8], other: NDArray[np.uint8], crop: int = 4) -> float:
    """Peak signal-to-noise ratio of the luma in dB; ``crop`` pixels of the border do not count (the scale, usually)."""
    difference = luma(one) - luma(other)
    if crop:
        difference = difference[crop:-crop, crop:-crop]
    error = float((difference**2).mean())
    return float("inf") if error == 0 else 10.0 * float(np.log10(255.0**2 / error))
