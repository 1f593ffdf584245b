"""The peer of :mod:`benchmarks.quality.gan`: a plain DCGAN as tutorials and collections of GANs in PyTorch have it.

Built to the recipe of eriklindernoren/PyTorch-GAN's ``dcgan.py`` (networks, widths, losses and numbers; nothing is
copied): upsampling and 3 x 3 convolutions with 128 and 64 channels, a discriminator of halving convolutions of 16, 32,
64, 128 channels with dropout, binary cross-entropy, Adam at 2e-4 with 0.5 and 0.999, batches of 64, weights of spread
0.02. No averaging, no augmentation, no guards. There the discriminator halves four times whatever the size, which
leaves nothing of 8 points: here it halves down to 2 points.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

U8 = NDArray[np.uint8]
LATENT, BATCH, RATE = 100, 64, 2e-4


class Generator(nn.Module):
    """Noise float32 [n, 100] -> pictures [n, c, size, size] in [-1, 1]."""

    def __init__(self, size: int, channels: int) -> None:
        super().__init__()
        self.begin = size // 4
        self.start = nn.Linear(LATENT, 128 * self.begin**2)
        self.body = nn.Sequential(
            nn.BatchNorm2d(128), nn.Upsample(scale_factor=2),
            nn.Conv2d(128, 128, 3, padding=1), nn.BatchNorm2d(128, 0.8), nn.LeakyReLU(0.2), nn.Upsample(scale_factor=2),
            nn.Conv2d(128, 64, 3, padding=1), nn.BatchNorm2d(64, 0.8), nn.LeakyReLU(0.2),
            nn.Conv2d(64, channels, 3, padding=1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        made: Tensor = self.body(self.start(z).view(len(z), 128, self.begin, self.begin))
        return made


class Discriminator(nn.Module):
    """Pictures -> logits [n]."""

    def __init__(self, size: int, channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = (16, 32, 64, 128)[: min(4, size.bit_length() - 2)]
        for k, width in enumerate(widths):
            layers += [nn.Conv2d(channels, width, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout2d(0.25)]
            layers += [nn.BatchNorm2d(width, 0.8)] if k else []
            channels = width
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * (size >> len(widths)) ** 2, 1))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        return logits[:, 0]


class PlainDCGAN:
    """Trained on uint8 [n, h, w, c] until ``enough(steps done)``; ``sample`` as it is then."""

    def __init__(self, size: int, channels: int, seed: int) -> None:
        torch.manual_seed(seed)
        self.networks = (Generator(size, channels), Discriminator(size, channels))
        for network in self.networks:
            for module in network.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.normal_(module.weight, 0.0, 0.02)
                elif isinstance(module, nn.BatchNorm2d):
                    nn.init.normal_(module.weight, 1.0, 0.02)
        self.steps = 0

    def train(self, images: U8, enough: Callable[[int], bool]) -> PlainDCGAN:
        generator, discriminator = self.networks
        adams = [torch.optim.Adam(network.parameters(), RATE, (0.5, 0.999)) for network in self.networks]
        lossy, data = nn.BCEWithLogitsLoss(), torch.from_numpy(images).permute(0, 3, 1, 2)
        while True:
            for rows in torch.split(torch.randperm(len(data)), BATCH):
                if enough(self.steps):
                    return self
                real = data[rows] / 127.5 - 1
                valid, wrong = torch.ones(len(real)), torch.zeros(len(real))
                adams[0].zero_grad()
                made = generator(torch.randn(len(real), LATENT))
                lossy(discriminator(made), valid).backward()
                adams[0].step()
                adams[1].zero_grad()
                loss = (lossy(discriminator(real), valid) + lossy(discriminator(made.detach()), wrong)) / 2
                loss.backward()
                adams[1].step()
                self.steps += 1

    @torch.no_grad()
    def sample(self, n: int, seed: int) -> U8:
        generator = self.networks[0].eval()
        z = torch.randn((n, LATENT), generator=torch.Generator().manual_seed(seed))
        made = torch.cat([generator(part) for part in torch.split(z, BATCH)])
        pixels: U8 = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return pixels
