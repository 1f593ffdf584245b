"""Losses against their closed forms, and the gradient penalty against what it must be."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.gan.base import COMMON
from core.gan.losses import LOSSES, gradient_penalty

REAL, FAKE = [2.0, -0.5, 0.3], [-1.5, 0.4, 3.0]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SLOW = {
    "non-saturating": (
        -np.mean([math.log(_sigmoid(r)) for r in REAL]) - np.mean([math.log(1 - _sigmoid(f)) for f in FAKE]),
        -np.mean([math.log(_sigmoid(f)) for f in FAKE]),
    ),
    "hinge": (np.mean([max(0, 1 - r) for r in REAL]) + np.mean([max(0, 1 + f) for f in FAKE]), -np.mean(FAKE)),
    "least-squares": (
        0.5 * np.mean([(r - 1) ** 2 for r in REAL]) + 0.5 * np.mean([f**2 for f in FAKE]),
        0.5 * np.mean([(f - 1) ** 2 for f in FAKE]),
    ),
    "wgan-gp": (np.mean(FAKE) - np.mean(REAL), -np.mean(FAKE)),
}


@pytest.mark.parametrize("name", list(LOSSES))
def test_losses_are_what_the_papers_say(name: str) -> None:
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    discriminator, generator = SLOW[name]
    assert float(LOSSES[name].discriminator(real, fake)) == pytest.approx(discriminator, rel=1e-6)
    assert float(LOSSES[name].generator(fake)) == pytest.approx(generator, rel=1e-6)


def test_every_loss_can_be_chosen() -> None:
    choices = next(parameter.choices for parameter in COMMON if parameter.name == "loss")
    assert set(choices) == set(LOSSES) == set(SLOW)


def test_logits_far_out_stay_finite() -> None:
    far = torch.tensor([1e4, -1e4])
    for loss in LOSSES.values():
        assert torch.isfinite(loss.discriminator(far, far))
        assert torch.isfinite(loss.generator(far))


def _pictures(n: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    draws = torch.Generator().manual_seed(1)
    return tuple(torch.randn(n, 2, 3, 3, generator=draws, dtype=torch.float64) for _ in range(2))  # type: ignore[return-value]


def test_the_penalty_of_a_linear_discriminator_is_known() -> None:
    real, fake = _pictures()
    w = torch.randn(18, dtype=torch.float64, generator=torch.Generator().manual_seed(2)).requires_grad_(True)
    value = gradient_penalty(lambda x: x.flatten(1) @ w, real, fake, torch.Generator().manual_seed(0))
    length = w.detach().norm()
    assert float(value.detach()) == pytest.approx(float((length - 1) ** 2))
    (gradient,) = torch.autograd.grad(value, w)
    torch.testing.assert_close(gradient, 2 * (length - 1) * w.detach() / length)


def test_the_gradient_of_the_penalty_agrees_with_differences() -> None:
    real, fake = _pictures(3)

    def penalty(w: torch.Tensor) -> torch.Tensor:
        judge = lambda x: torch.tanh(x.flatten(1) @ w[:, :4]) @ w[:4, 4]  # noqa: E731
        return gradient_penalty(judge, real, fake, torch.Generator().manual_seed(0))

    start = 0.3 * torch.randn(18, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    assert torch.autograd.gradcheck(penalty, start.requires_grad_(True))


def test_the_penalty_moves_neither_real_nor_fake_pictures() -> None:
    real, fake = (x.requires_grad_(True) for x in _pictures())
    w = torch.ones(18, dtype=torch.float64, requires_grad=True)
    gradient_penalty(lambda x: x.flatten(1) @ w, real, fake, torch.Generator().manual_seed(0)).backward()
    assert real.grad is None
    assert fake.grad is None


def test_a_discriminator_of_parts_is_held_by_its_mean() -> None:
    real, fake = _pictures()
    w = torch.randn(18, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    one, many = (
        float(gradient_penalty(judge, real, fake, torch.Generator().manual_seed(0)))
        for judge in (lambda x: x.flatten(1) @ w, lambda x: (x.flatten(1) @ w)[:, None].expand(-1, 26))
    )
    assert one == pytest.approx(many)
