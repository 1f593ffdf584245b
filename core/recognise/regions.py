"""The regions of one photo: superpixels, their tree, what each node may be, and the node under a click."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import cnn
from core.recognise import superpixels
from core.recognise.features import STRIDE, stage_maps
from core.recognise.superpixels import OWN, RegionGraph

STAGES = (4, 6)
"""Stages of the network whose maps describe a superpixel: strides 16 and 32."""
SIDE = 512
"""Longer side in pixels of what the network sees."""
_CHANNELS = tuple(cnn.STAGES[stage][-1] for stage in STAGES)


def graph_of(pixels: NDArray[np.uint8], device: str = "cpu") -> tuple[NDArray[np.int32], RegionGraph]:
    """uint8 [h, w, 3], up to SIDE pixels -> the superpixel of each point int32 [h, w], and their graph.

    Raises WeightsError where the network's weights are not there.
    """
    leaves = superpixels.segment(pixels)
    return leaves, superpixels.describe(pixels, leaves, stage_maps(_as_seen(pixels), STAGES, device))


def _as_seen(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at a size the network takes: the longer side SIDE, both multiples of STRIDE."""
    from PIL import Image

    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = [max(round(side * scale / STRIDE), 1) * STRIDE for side in (width, height)]
    return np.asarray(Image.fromarray(pixels).resize((size[0], size[1]), Image.Resampling.BICUBIC))
