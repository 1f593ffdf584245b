"""The first GAN: two networks of fully connected layers.

Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from core.gan.base import Parameters, Shape, Variant, common
from core.records_lab import Parameter


class MLPGenerator(nn.Module):
    """Noise float32 [n, latent_dim] -> pictures [n, c, size, size]; ``hidden`` sizes of the layers between."""

    def __init__(self, shape: Shape, latent_dim: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape
        layers: list[nn.Module] = []
        for below, above in pairwise((latent_dim, *hidden)):
            layers += [nn.Linear(below, above), nn.BatchNorm1d(above), nn.LeakyReLU(0.2, inplace=True)]
        layers += [nn.Linear(hidden[-1], shape.channels * shape.size**2), nn.Tanh()]
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        pictures: Tensor = self.body(z)
        return pictures.reshape(-1, self.shape.channels, self.shape.size, self.shape.size)


class MLPDiscriminator(nn.Module):
    """Pictures [n, c, size, size] -> logits [n]."""

    def __init__(self, shape: Shape, hidden: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Flatten()]
        for below, above in pairwise((shape.channels * shape.size**2, *hidden)):
            layers += [nn.Linear(below, above), nn.LeakyReLU(0.2, inplace=True), nn.Dropout(dropout)]
        self.body = nn.Sequential(*layers, nn.Linear(hidden[-1], 1))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        logits: Tensor = self.body(x)
        return logits[:, 0]


class Vanilla(Variant):
    """Dense layers only: what a picture is made of lies anywhere in it."""

    name = "vanilla"
    title = "Vanilla GAN"
    what = "The plainest pair of networks, for the smallest pictures; good to see how the two learn from each other."
    sizes = (8, 16, 32, 64)
    parameters = common(
        Parameter("hidden_dim", 256, "units of the middle layers", low=8, high=4096, basic=True),
        Parameter("dropout", 0.0, "share of the discriminator's units left out in a step", low=0.0, high=0.9),
        latent_dim=64,
        learning_rate=2e-4,
    )

    def generator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        width = int(parameters["hidden_dim"])
        return MLPGenerator(shape, int(parameters["latent_dim"]), (width, 2 * width, 4 * width))

    def discriminator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        width = int(parameters["hidden_dim"])
        return MLPDiscriminator(shape, (2 * width, width), float(parameters["dropout"]))
