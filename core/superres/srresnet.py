"""SRResNet, the generator of SRGAN: residual blocks at the small size, then doublings by sub-pixel convolution.

Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017. The
blocks are without batch normalisation, which leaves colours as they are (Lim et al., "Enhanced Deep Residual Networks
for Single Image Super-Resolution", 2017), and the network adds to a nearest-neighbour enlargement, as ours do.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import WeightsError
from core.nn import checkpoints
from core.nn.checkpoints import from_arrays

OUTER = 9
"""Side of the first and of the last convolution, as in the paper."""


class ResidualBlock(nn.Module):
    """[n, c, h, w] -> the same: x + conv(prelu(conv(x))). The second convolution starts small: a block as near to the
    identity as deep networks without normalisation need."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.PReLU(channels),
            nn.Conv2d(channels, channels, 3, padding=1),
        )
        with torch.no_grad():
            self.body[2].weight.mul_(0.1)  # type: ignore[operator]

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.body(x)
        return y


class SRResNet(nn.Module):
    """RGB float32 [n, 3, h, w] in [0, 1] -> [n, 3, scale * h, scale * w], not clamped.

    ``n_feats`` channels (64 in the paper), ``n_blocks`` residual blocks (16), ``scale`` 1, 2 or 4, ``outer`` the side
    of the first and the last convolution (odd).
    """

    def __init__(self, scale: int = 4, n_feats: int = 64, n_blocks: int = 16, outer: int = OUTER) -> None:
        super().__init__()
        if scale not in (1, 2, 4):
            raise ValueError(f"SRResNet doubles: by 1, 2 or 4, not by {scale}.")
        self.scale, self.n_feats, self.n_blocks, self.outer = scale, n_feats, n_blocks, outer
        self.first = nn.Sequential(nn.Conv2d(3, n_feats, outer, padding=outer // 2), nn.PReLU(n_feats))
        self.blocks = nn.Sequential(*(ResidualBlock(n_feats) for _ in range(n_blocks)))
        self.after = nn.Conv2d(n_feats, n_feats, 3, padding=1)
        self.doublings = nn.Sequential(*(_doubling(n_feats) for _ in range(self._doublings)))
        self.last = nn.Conv2d(n_feats, 3, outer, padding=outer // 2)
        with torch.no_grad():
            self.last.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        first = self.first(x)
        deep = first + self.after(self.blocks(first))
        nearest = nn.functional.interpolate(x, scale_factor=self.scale, mode="nearest")
        y: Tensor = nearest + self.last(self.doublings(deep))
        return y

    @property
    def _doublings(self) -> int:
        return self.scale.bit_length() - 1

    @property
    def reach(self) -> int:
        """Pixels of the small picture that a pixel of the large one depends on at most, to each side."""
        reach, half = 0.0, self.outer // 2
        reach += half / self.scale
        for level in range(self._doublings):
            reach += 1 / 2**level
        return int(np.ceil(reach)) + 2 * self.n_blocks + 1 + half


def _doubling(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, 4 * channels, 3, padding=1), nn.PixelShuffle(2), nn.PReLU(channels))


def read(path: Path) -> SRResNet:
    """The network in a weights file that our trainings write. Raises WeightsError."""
    arrays, texts = checkpoints.load(path)
    if "srresnet" not in texts:
        raise WeightsError(f"{path.name} holds no SRResNet.")
    network = SRResNet(**json.loads(texts["srresnet"]))
    from_arrays(network, {name: array.astype(np.float32) for name, array in arrays.items()})
    return network.eval()
