"""The deep convolutional GAN.

Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional GANs", ICLR 2016.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from core.gan.base import Parameters, Shape, Variant, common
from core.gan.blocks import doublings, judging_norm
from core.records_lab import Parameter


class DCGenerator(nn.Module):
    """Noise float32 [n, latent_dim] -> pictures [n, c, size, size], doubled from 4 x 4 by transposed convolutions."""

    def __init__(self, shape: Shape, latent_dim: int, ngf: int) -> None:
        super().__init__()
        times = doublings(shape.size)
        widths = [ngf * 2 ** min(k, 3) for k in range(times - 1, -1, -1)]
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent_dim, widths[0], 4, 1, 0, bias=False)]
        for below, above in pairwise(widths):
            layers += [
                nn.BatchNorm2d(below),
                nn.ReLU(inplace=True),
                nn.ConvTranspose2d(below, above, 4, 2, 1, bias=False),
            ]
        layers += [nn.BatchNorm2d(widths[-1]), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], shape.channels, 4, 2, 1), nn.Tanh())
        small_weights(self)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        pictures: Tensor = self.body(z[:, :, None, None])
        return pictures


class DCDiscriminator(nn.Module):
    """Pictures [n, c, size, size] -> logits [n], halved down to 4 x 4 by convolutions."""

    def __init__(self, shape: Shape, ndf: int, parameters: Parameters) -> None:
        super().__init__()
        widths = [ndf * 2 ** min(k, 3) for k in range(doublings(shape.size))]
        layers: list[nn.Module] = [nn.Conv2d(shape.channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        for below, above in pairwise(widths):
            layers += [nn.Conv2d(below, above, 4, 2, 1, bias=False), judging_norm(above, parameters)]
            layers += [nn.LeakyReLU(0.2, inplace=True)]
        self.body = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 0))
        small_weights(self)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        logits: Tensor = self.body(x)
        return logits[:, 0, 0, 0]


def small_weights(network: nn.Module) -> None:
    """Weights as the paper begins with them: a spread of 0.02 about 0, of normalisations about 1."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)


class DCGAN(Variant):
    """Convolutions throughout; the classic."""

    name = "dcgan"
    title = "DCGAN"
    what = "The classic convolutional pair, quick and good for small pictures of much the same kind."
    sizes = (8, 16, 32, 64, 128)
    parameters = common(
        Parameter("ngf", 32, "the generator's channels before the last layer", low=4, high=256, basic=True),
        Parameter("ndf", 32, "the discriminator's channels after the first layer", low=4, high=256),
        latent_dim=100,
    )

    def generator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        return DCGenerator(shape, int(parameters["latent_dim"]), int(parameters["ngf"]))

    def discriminator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        return DCDiscriminator(shape, int(parameters["ndf"]), parameters)
