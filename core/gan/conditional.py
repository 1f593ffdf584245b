"""The conditional GAN: pictures of a wanted class, judged by a projection discriminator.

Miyato and Koyama, "cGANs with Projection Discriminator", ICLR 2018: spectral normalisation in the discriminator,
batch normalisation by class in the generator. Plain convolutions in place of residual blocks, for a processor's sake.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from core.gan.base import Parameters, Shape, Variant, common
from core.gan.blocks import ConditionalNorm, Larger, doublings, spectral
from core.records_lab import Parameter


class Up(nn.Module):
    """[n, below, h, w] -> [n, above, 2h, 2w], changed by class."""

    def __init__(self, below: int, above: int, n_classes: int) -> None:
        super().__init__()
        self.conv, self.larger = nn.Conv2d(below, above, 3, padding=1, bias=False), Larger()
        self.norm = ConditionalNorm(above, n_classes)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(self.larger(x)), labels))


class ConditionalGenerator(nn.Module):
    """Noise float32 [n, latent_dim] and labels int64 [n] -> pictures [n, c, size, size]."""

    def __init__(self, shape: Shape, latent_dim: int, ngf: int) -> None:
        super().__init__()
        widths = [ngf * 2 ** min(k, 3) for k in range(doublings(shape.size), -1, -1)]
        self.start, self.norm = nn.Linear(latent_dim, widths[0] * 16), ConditionalNorm(widths[0], shape.n_classes)
        self.ups = nn.ModuleList([Up(below, above, shape.n_classes) for below, above in pairwise(widths)])
        self.end = nn.Conv2d(widths[-1], shape.channels, 3, padding=1)

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.start(z).reshape(len(z), -1, 4, 4), labels))
        for up in self.ups:
            x = up(x, labels)
        return self.end(x).tanh()  # type: ignore[no-any-return]


class ProjectionDiscriminator(nn.Module):
    """Pictures [n, c, size, size] and labels int64 [n] -> logits [n]: how real, and how much of that class."""

    def __init__(self, shape: Shape, ndf: int) -> None:
        super().__init__()
        widths = [ndf * 2 ** min(k, 3) for k in range(doublings(shape.size))]
        act = nn.LeakyReLU(0.1, inplace=True)
        layers: list[nn.Module] = []
        for below, above in pairwise((shape.channels, *widths)):
            layers += [spectral(nn.Conv2d(below, above, 4, 2, 1)), act]
        self.body = nn.Sequential(*layers, spectral(nn.Conv2d(widths[-1], widths[-1], 3, 1, 1)), act)
        self.real = spectral(nn.Linear(widths[-1], 1))
        self.classes = spectral(nn.Embedding(shape.n_classes, widths[-1]))

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        features = self.body(x).sum(dim=(2, 3))
        logits: Tensor = self.real(features)[:, 0] + (self.classes(labels) * features).sum(dim=1)
        return logits


class Conditional(Variant):
    """One pair of networks for all classes, which share what they have in common."""

    name = "conditional"
    title = "Conditional GAN"
    what = "Makes pictures of a wanted kind: one of your events, places, kinds or albums."
    sizes = (8, 16, 32, 64, 128)
    conditional = True
    parameters = common(
        Parameter("ngf", 32, "the generator's channels before the last layer", low=4, high=256, basic=True),
        Parameter("ndf", 32, "the discriminator's channels of the first layer", low=4, high=256),
        loss="hinge",
        learning_rate=5e-4,
        beta2=0.99,
    )

    def generator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        return ConditionalGenerator(shape, int(parameters["latent_dim"]), int(parameters["ngf"]))

    def discriminator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        return ProjectionDiscriminator(shape, int(parameters["ndf"]))
