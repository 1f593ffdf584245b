"""What of a photo a network cannot reproduce, as colours over the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.views.regions import Overlay, image_of

STOPS = np.array([0.0, 0.35, 0.7, 1.0])
COLOURS = np.array([[12, 10, 28, 150], [122, 28, 92, 150], [236, 96, 38, 175], [255, 226, 120, 200]], float)
"""Red, green, blue and opacity at STOPS: dark and far back where the network gives the photo back, bright where not.
Lightness rises all the way, so that it can be read without telling colours apart."""

LEAST = 0.02
"""An error below this is none; a photo that is given back well must not glow."""


def heat_overlay(heat: NDArray[np.float32]) -> Overlay:
    """float32 [h, w] in [0, 1] as colours, scaled to the largest error of this photo. Such networks see the
    middle square of a photo, so that is what the colours cover."""
    most = max(float(np.nanmax(heat, initial=0.0)), LEAST)
    value = np.clip(np.nan_to_num(heat) / most, 0.0, 1.0)
    red, green, blue, opacity = (np.interp(value, STOPS, COLOURS[:, channel]) for channel in range(4))
    share = opacity / 255
    pixels = np.stack([blue * share, green * share, red * share, opacity], axis=-1)
    return Overlay(image_of(pixels.round().astype(np.uint8)), square=True)
