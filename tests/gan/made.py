"""Small pictures and small trainers for tests of GANs."""

from __future__ import annotations

import numpy as np
import torch

from core.gan.base import Batch, Shape, Variant, common
from core.gan.registry import variant
from core.gan.trainer import GanTrainer
from core.progress import Progress

SMALL = {
    "vanilla": {"hidden_dim": 16, "latent_dim": 8, "dropout": 0.3},
    "dcgan": {"ngf": 4, "ndf": 4, "latent_dim": 8},
    "conditional": {"ngf": 4, "ndf": 4, "latent_dim": 8},
    "fastgan": {"ngf": 4, "ndf": 4, "latent_dim": 8},
}


def pictures(n: int = 24, size: int = 8, channels: int = 3, seed: int = 0) -> np.ndarray:
    """uint8 [n, size, size, channels]: a bright square somewhere on dark."""
    rng = np.random.default_rng(seed)
    found = rng.integers(0, 60, (n, size, size, channels)).astype(np.uint8)
    for k in range(n):
        top, left = rng.integers(0, size // 2, 2)
        found[k, top : top + size // 2, left : left + size // 2] = rng.integers(150, 255, channels)
    return found


def trainer(name: str = "dcgan", seed: int = 0, size: int | None = None, **parameters: object) -> GanTrainer:
    """A trainer of small networks on the smallest pictures the variant makes."""
    kind = variant(name)
    shape = Shape(size or kind.sizes[0], 3, 3 if kind.conditional else 0)
    return GanTrainer(kind, {**SMALL[name], "batch_size": 8, **parameters}, shape, seed=seed)


def labels(n: int = 24) -> np.ndarray:
    return np.arange(n) % 3


def batch(of: GanTrainer, n: int = 8) -> Batch:
    """A batch as a step would see it."""
    size = of.shape.size
    real = torch.from_numpy(pictures(n, size)).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous()
    return Batch(real, torch.arange(n) % 3 if of.shape.n_classes else None)


def same(a: GanTrainer, b: GanTrainer) -> None:
    """Both are alike to the bit."""
    one, other = a.arrays(), b.arrays()
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.tobytes() == other[name].tobytes(), name


class Stop(Exception):
    """A training that ends without any chance to tidy up."""


class Kill(Progress):
    """Ends a training in the middle, after so many steps."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def set(self, done: int, total: int | None = None) -> None:
        super().set(done, total)
        if done == self._after:
            raise Stop


class CancelAfter(Progress):
    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def set(self, done: int, total: int | None = None) -> None:
        super().set(done, total)
        if done == self._after:
            self.cancel()


class Enlarger(Variant):
    """A GAN that makes pictures from pictures: cut out of larger ones, pretrained on absolute error."""

    name = "enlarger"
    title = "Enlarger"
    what = "For tests."
    sizes = (8,)
    parameters = common(mirror=False)
    latent = False
    exact_size = False

    def generator(self, shape: Shape, parameters: object) -> torch.nn.Module:
        up = torch.nn.Upsample(scale_factor=2)
        return torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU(), up, torch.nn.Conv2d(8, 3, 1))

    def discriminator(self, shape: Shape, parameters: object) -> torch.nn.Module:
        return Judge()

    def batch(self, real: torch.Tensor, labels: object, parameters: object, draws: torch.Generator) -> Batch:
        top = int(torch.randint(real.shape[2] - 7, (), generator=draws))
        high = real[:, :, top : top + 8, :8]
        return Batch(high, None, torch.nn.functional.avg_pool2d(high, 2))

    def inputs(self, batch: Batch, parameters: object, draws: torch.Generator) -> tuple[torch.Tensor | None, ...]:
        return (batch.source,)

    def content(self, fake: torch.Tensor, batch: Batch, parameters: object, pretraining: bool) -> torch.Tensor:
        return (fake - batch.real).abs().mean()

    def adversarial_weight(self, parameters: object) -> float:
        return 1e-3

    def pretraining(self, parameters: object) -> int:
        return 5


class Judge(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 1, 8)

    def forward(self, x: torch.Tensor, labels: object = None) -> torch.Tensor:
        return self.conv(x).flatten()
