"""Differentiable augmentation: changes that real and generated pictures go through before they are judged.

Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", NeurIPS 2020. A discriminator that sees
every picture changed cannot learn a small album by heart, and as the generator's gradient passes through the changes,
it does not learn to make changed pictures. Tensors are float [n, c, h, w] in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

SHIFT, CUT = 1 / 8, 1 / 2
"""Translation at most, and the side of the square cut out, as parts of the picture's side."""


class DiffAugment:
    """``policy``: names out of :data:`CHANGES` with commas between them; empty leaves pictures as they are."""

    def __init__(self, policy: str) -> None:
        names = [name for name in policy.replace(" ", "").split(",") if name]
        unknown = [name for name in names if name not in CHANGES]
        if unknown:
            raise ValueError(f"There is no augmentation “{unknown[0]}”; there is: {', '.join(CHANGES)}.")
        self.names: Sequence[str] = tuple(names)

    def __call__(self, x: Tensor, draws: torch.Generator) -> Tensor:
        """Every picture changed by chance, each in its own way."""
        for name in self.names:
            x = CHANGES[name](x, draws)
        return x


def color(x: Tensor, draws: torch.Generator) -> Tensor:
    """Brightness + U(-.5, .5); saturation x U(0, 2) about each point's grey; contrast x U(.5, 1.5) about the mean."""
    brightness, saturation, contrast = _uniform(x, 3, draws)
    x = x + (brightness - 0.5)
    if x.shape[1] > 1:
        x = torch.lerp(x.mean(dim=1, keepdim=True), x, 2 * saturation)
    return torch.lerp(x.mean(dim=(1, 2, 3), keepdim=True), x, contrast + 0.5)


def translation(x: Tensor, draws: torch.Generator) -> Tensor:
    """Moved by whole points, an eighth of the side at most; what comes in at the border is 0."""
    n, _, h, w = x.shape
    down = torch.randint(-_shift(h), _shift(h) + 1, (n,), generator=draws, device=x.device)
    right = torch.randint(-_shift(w), _shift(w) + 1, (n,), generator=draws, device=x.device)
    return moved(x, down, right)


def moved(x: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Each picture moved by its own whole number of points, int64 [n] each."""
    h, w = x.shape[2:]
    top = torch.linspace(1 / h - 1, 1 - 1 / h, h, device=x.device)
    left = torch.linspace(1 / w - 1, 1 - 1 / w, w, device=x.device)
    rows = top[None, :, None] - (down * (2 / h))[:, None, None]
    columns = left[None, None, :] - (right * (2 / w))[:, None, None]
    grid = torch.stack([columns.expand(-1, h, -1), rows.expand(-1, -1, w)], dim=3)
    return functional.grid_sample(x, grid.to(x.dtype), mode="nearest", padding_mode="zeros", align_corners=False)


def cutout(x: Tensor, draws: torch.Generator) -> Tensor:
    """A square of half the side, its centre anywhere, set to 0."""
    h, w = x.shape[2:]
    share = torch.rand((2, len(x), 1), generator=draws, device=x.device)
    rows, columns = _inside(share[0], h), _inside(share[1], w)
    return x * ~(rows[:, None, :, None] & columns[:, None, None, :])


def _inside(share: Tensor, side: int) -> Tensor:
    """bool [n, side]: which points lie in a stretch of half the side about a centre at ``share`` of it."""
    length = int(side * CUT + 0.5)
    start = (share * (side + 1 - length % 2)).floor() - length // 2
    at = torch.arange(side, device=share.device)
    return (at >= start) & (at < start + length)


def _uniform(x: Tensor, k: int, draws: torch.Generator) -> Tensor:
    return torch.rand((k, len(x), 1, 1, 1), generator=draws, device=x.device, dtype=x.dtype)


def _shift(side: int) -> int:
    return int(side * SHIFT + 0.5)


CHANGES: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "color": color,
    "translation": translation,
    "cutout": cutout,
}
