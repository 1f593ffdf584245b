"""What several of our generators and discriminators are built of. Tensors are float [n, c, h, w]."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from core.gan.base import Parameters


def spectral(layer: nn.Module) -> nn.Module:
    """The layer with its weight divided by its largest singular value.

    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", ICLR 2018.
    """
    normed: nn.Module = spectral_norm(layer)
    return normed


def judging_norm(channels: int, parameters: Parameters) -> nn.Module:
    """A discriminator's normalisation: over the batch; over each picture by itself where its gradient for a single
    picture is held at a length (Gulrajani et al. 2017, section 4)."""
    if parameters["loss"] == "wgan-gp":
        return nn.GroupNorm(1, channels)
    return nn.BatchNorm2d(channels)


class ConditionalNorm(nn.Module):
    """Batch normalisation with a scale and a shift of each class; of one for all without labels.

    De Vries et al., "Modulating Early Visual Processing by Language", NeurIPS 2017.
    """

    def __init__(self, channels: int, n_classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.scale_shift = nn.Embedding(n_classes, 2 * channels)
        with torch.no_grad():
            self.scale_shift.weight[:, :channels].fill_(1.0)
            self.scale_shift.weight[:, channels:].zero_()

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        scale, shift = self.scale_shift(labels)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(shift, self.norm(x), scale)


class Noise(nn.Module):
    """Noise of a learned strength, while training only: small things need not come from the latent vector.

    Karras et al., "A Style-Based Generator Architecture for GANs", CVPR 2019.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        n, _, h, w = x.shape
        return x + self.strength * torch.randn((n, 1, h, w), device=x.device, dtype=x.dtype)


class Larger(nn.Module):
    """Twice the height and width, every point four times."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def doublings(size: int, start: int = 4) -> int:
    """How many times ``start`` must be doubled to reach ``size``."""
    return (size // start).bit_length() - 1
