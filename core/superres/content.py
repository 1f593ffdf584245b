"""The content loss of super-resolution: how far apart pictures are to the network that our vectors come from.

Johnson, Alahi and Fei-Fei, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", ECCV 2016, with
EfficientNet-Lite0 in the place of VGG; maps before activation, as ESRGAN takes them (Wang et al., 2018).
"""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from core.embed import cnn, weights
from core.embed.catalogue import DEFAULT, ENTRIES
from core.errors import WeightsError

STAGES = (1, 2)
"""Indices into ``cnn.STAGES`` whose maps are compared, besides those of the stem: strides 4 and 8."""


class Content(nn.Module):
    """Float32 [n, 3, h, w] in [-1, 1] (made), the same (real) -> a scalar: the mean absolute difference of maps, each
    in units of the real maps' mean size. The network is frozen. Raises WeightsError where its weights are not there."""

    def __init__(self) -> None:
        super().__init__()
        path = weights.find(DEFAULT)
        if path is None:
            raise WeightsError("The weights of the network are not installed.")
        model = cnn.load(path, ENTRIES[DEFAULT].spec, weights.verified(DEFAULT, path))
        network = cast(cnn.EfficientNetLite0, model.network)
        ends = np.cumsum([repeats for repeats, *_ in cnn.STAGES])
        self.normalise, self.stem = network.normalise, network.stem
        begins = (0, *(int(ends[stage]) for stage in STAGES))
        self.parts = nn.ModuleList(network.blocks[a:b] for a, b in pairwise(begins))
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Content:
        """It never trains."""
        return super().train(False)

    def maps(self, x: Tensor) -> list[Tensor]:
        """[n, c, h / 2, w / 2] and those of the stages."""
        maps = [self.stem((x * 127.5 + 127.5) * self.normalise.scale + self.normalise.shift)]
        for part in self.parts:
            maps.append(part(maps[-1]))
        return maps

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = self.maps(real)
        total = made.new_zeros(())
        for a, b in zip(self.maps(made), wanted, strict=True):
            total = total + (a - b).abs().mean() / b.abs().mean().clamp_min(1e-6)
        return total / len(wanted)
