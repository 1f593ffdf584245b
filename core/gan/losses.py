"""What the two networks of a GAN play for. Logits are float [n] or [n, p] of parts; a loss is their mean, a scalar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Loss:
    """``discriminator(real logits, fake logits)`` and ``generator(fake logits)``, both to be made small.

    ``penalised``: the discriminator's gradient is held at length one (:func:`gradient_penalty`).
    """

    name: str
    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    penalised: bool = False


def _log_d(real: Tensor, fake: Tensor) -> Tensor:
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def _non_saturating(fake: Tensor) -> Tensor:
    return functional.softplus(-fake).mean()


def _hinge(real: Tensor, fake: Tensor) -> Tensor:
    return functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()


def _least_squares(real: Tensor, fake: Tensor) -> Tensor:
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


def _towards_one(fake: Tensor) -> Tensor:
    return 0.5 * (fake - 1).square().mean()


def _apart(real: Tensor, fake: Tensor) -> Tensor:
    return fake.mean() - real.mean()


def _upwards(fake: Tensor) -> Tensor:
    return -fake.mean()


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("non-saturating", _log_d, _non_saturating),
        Loss("hinge", _hinge, _upwards),
        Loss("least-squares", _least_squares, _towards_one),
        Loss("wgan-gp", _apart, _upwards, penalised=True),
    )
}
"""Non-saturating: Goodfellow et al. 2014. Hinge: Lim and Ye, "Geometric GAN", 2017. Least squares: Mao et al. 2017,
with targets 0 and 1. WGAN-GP: Gulrajani et al. 2017."""


def gradient_penalty(
    discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, draws: torch.Generator
) -> Tensor:
    """The mean of (length of the discriminator's gradient - 1)^2 at points by chance between real and fake pictures."""
    share = torch.rand((len(real), 1, 1, 1), generator=draws, device=real.device, dtype=real.dtype)
    between = torch.lerp(fake.detach(), real.detach(), share).requires_grad_(True)
    judged = discriminator(between).reshape(len(real), -1).mean(dim=1)
    (gradient,) = torch.autograd.grad(judged.sum(), between, create_graph=True)
    penalty: Tensor = (gradient.flatten(1).norm(dim=1) - 1).square().mean()
    return penalty
