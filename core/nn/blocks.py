"""Building blocks that our networks share. Tensors are float NCHW unless a docstring says otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

BATCH_NORM_EPS = 1e-3
"""What TensorFlow's EfficientNets were trained with."""


class Normalise(nn.Module):
    """uint8 [n, height, width, 3] -> float [n, 3, height, width], (x / 255 - mean) / std, as one multiply and one add.

    It is part of the network, so that an exported graph takes pixels and nothing outside can normalise wrongly.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        mean_, std_ = torch.tensor(mean), torch.tensor(std)
        self.register_buffer("scale", (1 / (255 * std_)).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("shift", (-mean_ / std_).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        return pixels.permute(0, 3, 1, 2).to(self.scale.dtype) * self.scale + self.shift


class SamePad(nn.Module):
    """Zero padding as TensorFlow's "SAME" does it for a convolution of stride 2 on even sizes.

    TensorFlow puts the odd pixel at the right and the bottom; symmetric padding shifts every later feature by half a
    pixel and costs accuracy with weights trained that way.
    """

    def __init__(self, kernel: int) -> None:
        super().__init__()
        before = (kernel - 2) // 2
        after = kernel - 2 - before
        self.padding = (before, after, before, after)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pad(x, self.padding)


class ConvNorm(nn.Module):
    """Convolution ("SAME" padding, no bias), batch normalisation, and ReLU6 unless ``linear``."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, linear: bool = False
    ) -> None:
        super().__init__()
        self.pad = SamePad(kernel) if stride == 2 else nn.Identity()
        padding = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPS, momentum=0.01)
        self.activation = nn.Identity() if linear else nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.activation(self.norm(self.conv(self.pad(x))))
        return y


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel by itself, project by 1x1; the input is added where shapes allow.

    Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018; without squeeze-and-excitation
    and with ReLU6, as in EfficientNet-Lite.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = ConvNorm(inputs, hidden, 1) if expansion != 1 else nn.Identity()
        self.depthwise = ConvNorm(hidden, hidden, kernel, stride, groups=hidden)
        self.project = ConvNorm(hidden, outputs, 1, linear=True)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y
