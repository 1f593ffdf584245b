"""The compact network that enlarges: everything happens at the small size, and one shuffle makes the large picture.

The shape is that of Real-ESRGAN's compact generator (Wang et al., 2021), with the sub-pixel convolution of Shi et al.
(2016). It learns what to add to the nearest-neighbour enlargement.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Compact(nn.Module):
    """RGB float32 [n, 3, h, w] in [0, 1] -> [n, 3, scale * h, scale * w], not clamped.

    ``n_convs`` convolutions 3 x 3 of ``n_feats`` channels between the first and the last; PReLU after each but the
    last. They start as the identity plus noise, so that a deep plain network learns as one with short cuts does, and
    costs nothing for it afterwards.
    """

    def __init__(self, scale: int = 4, n_feats: int = 32, n_convs: int = 8) -> None:
        super().__init__()
        self.scale, self.n_feats, self.n_convs = scale, n_feats, n_convs
        layers: list[nn.Module] = [nn.Conv2d(3, n_feats, 3, padding=1), nn.PReLU(n_feats)]
        for _ in range(n_convs):
            layers += [_near_identity(n_feats), nn.PReLU(n_feats)]
        self.body = nn.Sequential(*layers, nn.Conv2d(n_feats, 3 * scale * scale, 3, padding=1))
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, x: Tensor) -> Tensor:
        nearest = x.repeat_interleave(self.scale * self.scale, dim=1)
        y: Tensor = self.shuffle(self.body(x) + nearest)
        return y

    @property
    def reach(self) -> int:
        """Pixels of the small picture that a pixel of the large one depends on, to each side."""
        return self.n_convs + 2


def _near_identity(channels: int) -> nn.Conv2d:
    layer = nn.Conv2d(channels, channels, 3, padding=1)
    with torch.no_grad():
        layer.weight.mul_(0.5)
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        index = torch.arange(channels)
        layer.weight[index, index, 1, 1] += 1.0
    return layer


def parameter_count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
