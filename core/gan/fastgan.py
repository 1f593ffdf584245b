"""A generator for few photos: skip-layer excitation, and a discriminator that must also remember what it sees.

Liu et al., "Towards Faster and Stabilized GAN Training for High-Fidelity Few-Shot Image Synthesis", ICLR 2021. Smaller
than there: the discriminator makes its small picture itself, and gives pictures back by absolute error, not by a
perceptual distance, which would need another network's weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.gan.base import Batch, Parameters, Shape, Variant, common
from core.gan.blocks import Larger, Noise, doublings, judging_norm, spectral
from core.records_lab import Parameter

_GROWTH = (1, 2, 4, 4, 8, 16, 16)
"""Channels at the picture's size, half of it, a quarter..., in units of ``ngf`` or ``ndf``."""
_MOST = 512
_SMALLEST = 8
"""Side of the discriminator's last maps."""


def widths(full: int, unit: int) -> dict[int, int]:
    """Channels of maps by their size, for pictures of ``full`` points."""
    return {full >> k: min(growth * unit, _MOST) for k, growth in enumerate(_GROWTH) if full >> k >= 4}


def conv(below: int, above: int, kernel: int, stride: int = 1, padding: int = 0) -> nn.Module:
    return spectral(nn.Conv2d(below, above, kernel, stride, padding, bias=False))


class Up(nn.Sequential):
    """[n, below, h, w] -> [n, above, 2h, 2w]; ``twice``: by two convolutions with noise."""

    def __init__(self, below: int, above: int, twice: bool) -> None:
        noise: list[nn.Module] = [Noise()] if twice else []
        layers = [Larger(), conv(below, 2 * above, 3, 1, 1), *noise, nn.BatchNorm2d(2 * above), nn.GLU(dim=1)]
        if twice:
            layers += [conv(above, 2 * above, 3, 1, 1), Noise(), nn.BatchNorm2d(2 * above), nn.GLU(dim=1)]
        super().__init__(*layers)


class Excitation(nn.Module):
    """Channels of a large map weighed by what a small map holds: a short way for the gradient over many layers."""

    def __init__(self, small: int, large: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(4), conv(small, large, 4), nn.SiLU(), conv(large, large, 1), nn.Sigmoid()
        )

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        return large * self.weigh(small)  # type: ignore[no-any-return]


class FastGenerator(nn.Module):
    """Noise float32 [n, latent_dim] -> pictures [n, c, size, size]. Maps of r points are weighed by those of r / 16 (of
    r / 8 at 32 points, and 4 at least)."""

    def __init__(self, shape: Shape, latent_dim: int, ngf: int) -> None:
        super().__init__()
        width = widths(shape.size, ngf)
        first = width[4]
        self.start = nn.Sequential(
            spectral(nn.ConvTranspose2d(latent_dim, 2 * first, 4, bias=False)), nn.BatchNorm2d(2 * first), nn.GLU(dim=1)
        )
        self.ups, self.excitations = nn.ModuleList(), nn.ModuleDict()
        for k in range(doublings(shape.size)):
            below, above = 4 << k, 8 << k
            self.ups.append(Up(width[below], width[above], twice=k % 2 == 0))
            if above >= 32:
                small = max(4, above // 16)
                self.excitations[str(above)] = Excitation(width[small], width[above])
        self.end = conv(width[shape.size], shape.channels, 3, 1, 1)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        x = self.start(functional.normalize(z, dim=1)[:, :, None, None] * z.shape[1] ** 0.5)
        maps = {4: x}
        for up in self.ups:
            x = up(x)
            size = x.shape[2]
            if str(size) in self.excitations:
                x = self.excitations[str(size)](maps[max(4, size // 16)], x)
            maps[size] = x
        return self.end(x).tanh()  # type: ignore[no-any-return]


class Down(nn.Module):
    """[n, below, h, w] -> [n, above, h/2, w/2]: the mean of a way of convolutions and one of pooling."""

    def __init__(self, below: int, above: int, parameters: Parameters) -> None:
        super().__init__()
        act = nn.LeakyReLU(0.2, inplace=True)
        self.main = nn.Sequential(
            conv(below, above, 4, 2, 1), judging_norm(above, parameters), act,
            conv(above, above, 3, 1, 1), judging_norm(above, parameters), act,
        )  # fmt: skip
        self.direct = nn.Sequential(nn.AvgPool2d(2), conv(below, above, 1), judging_norm(above, parameters), act)

    def forward(self, x: Tensor) -> Tensor:
        return (self.main(x) + self.direct(x)) / 2  # type: ignore[no-any-return]


class Decoder(nn.Sequential):
    """Maps [n, width, 8, 8] -> a picture [n, c, side, side]: what the discriminator remembers of it."""

    def __init__(self, channels: int, below: int, side: int, ndf: int) -> None:
        layers: list[nn.Module] = []
        for k in range(doublings(side, _SMALLEST)):
            above = max(ndf >> k, 8)
            layers += [Up(below, above, twice=False)]
            below = above
        super().__init__(*layers, conv(below, channels, 3, 1, 1), nn.Tanh())


class FastDiscriminator(nn.Module):
    """Pictures [n, c, size, size] -> logits [n, 26]: of 25 parts of the picture, and of the whole, seen small."""

    def __init__(self, shape: Shape, ndf: int, parameters: Parameters) -> None:
        super().__init__()
        width, act = widths(shape.size, ndf), nn.LeakyReLU(0.2, inplace=True)
        begin = shape.size // 2 if shape.size >= 128 else shape.size
        stride = shape.size // begin
        self.start = nn.Sequential(conv(shape.channels, width[begin], 2 + stride, stride, 1), act)
        self.downs = nn.ModuleList()
        while begin > _SMALLEST:
            self.downs.append(Down(width[begin], width[begin // 2], parameters))
            begin //= 2
        last, middle = width[_SMALLEST], width[2 * _SMALLEST]
        self.judge = nn.Sequential(conv(last, last, 1), judging_norm(last, parameters), act, conv(last, 1, 4))
        self.small = nn.Sequential(
            conv(shape.channels, middle, 4, 2, 1), act, Down(middle, last, parameters), conv(last, 1, 4)
        )
        side = min(max(shape.size // 2, 2 * _SMALLEST), 64)
        self.whole, self.part = (Decoder(shape.channels, below, side, ndf) for below in (last, middle))
        self.side = side

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        return self._logits(x, self._maps(x)[-1])

    def remembering(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(logits, how far off it gives the pictures back: the whole, and a quarter of it from finer maps)."""
        maps = self._maps(x)
        corner = int(torch.randint(4, ()))  # of torch's own generator on the CPU, which nobody need wait for
        finer, quarter = _quarter(maps[-2], corner), _quarter(x, corner)
        error = functional.l1_loss(self.whole(maps[-1]), _resized(x, self.side))
        error = error + functional.l1_loss(self.part(finer), _resized(quarter, self.side))
        return self._logits(x, maps[-1]), error

    def _maps(self, x: Tensor) -> list[Tensor]:
        maps = [self.start(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        return maps

    def _logits(self, x: Tensor, last: Tensor) -> Tensor:
        seen_small = self.small(_resized(x, 4 * _SMALLEST))
        return torch.cat([self.judge(last).flatten(1), seen_small.flatten(1)], dim=1)


def _quarter(x: Tensor, corner: int) -> Tensor:
    h, w = x.shape[2] // 2, x.shape[3] // 2
    top, left = h * (corner // 2), w * (corner % 2)
    return x[:, :, top : top + h, left : left + w]


def _resized(x: Tensor, side: int) -> Tensor:
    if x.shape[2] == side:
        return x
    if x.shape[2] % side == 0:
        return functional.avg_pool2d(x, x.shape[2] // side)
    return functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


class FastGAN(Variant):
    """The default where quality counts."""

    name = "fastgan"
    title = "FastGAN"
    what = "The best pictures from few photos, up to 256 points; the default."
    sizes = (32, 64, 128, 256)
    parameters = common(
        Parameter(
            "ngf",
            32,
            "the generator's channels at the picture's size, more in smaller maps",
            low=4,
            high=128,
            basic=True,
        ),
        Parameter(
            "ndf", 32, "the discriminator's channels at the picture's size, more in smaller maps", low=4, high=128
        ),
        loss="hinge",
        latent_dim=256,
        batch_size=8,
    )

    def generator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        return FastGenerator(shape, int(parameters["latent_dim"]), int(parameters["ngf"]))

    def discriminator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        return FastDiscriminator(shape, int(parameters["ndf"]), parameters)

    def judge_real(
        self, discriminator: nn.Module, x: Tensor, batch: Batch, draws: torch.Generator
    ) -> tuple[Tensor, Tensor | None]:
        assert isinstance(discriminator, FastDiscriminator)
        return discriminator.remembering(x)
