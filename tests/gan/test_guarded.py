"""Adam with guards does what Adam does, but for gradients too long and numbers that are not finite."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from core.errors import ReverieError
from core.gan.guarded import GuardedAdam
from core.gan.meter import PATIENCE, Meter


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 1))


def _loss(network: nn.Module, factor: float = 1.0) -> torch.Tensor:
    x = torch.linspace(-1, 1, 20).reshape(4, 5)
    return factor * network(x).square().sum()


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("longest", [0.0, 0.5, 1e6])
def test_it_is_adam_with_clipped_gradients(fused: bool, longest: float) -> None:
    ours, theirs = _network(), _network()
    guarded = GuardedAdam(ours.parameters(), 0.01, (0.5, 0.99), longest, fused=fused)
    adam = torch.optim.Adam(theirs.parameters(), 0.01, (0.5, 0.99), foreach=False)
    for _ in range(10):
        assert not guarded.step(_loss(ours, 30))
        adam.zero_grad()
        _loss(theirs, 30).backward()
        if longest:
            nn.utils.clip_grad_norm_(theirs.parameters(), longest)
        adam.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_step_that_is_not_finite_is_left_out_whole(fused: bool, bad: float) -> None:
    network = _network()
    guarded = GuardedAdam(network.parameters(), 0.01, (0.5, 0.99), 1.0, fused=fused)
    guarded.step(_loss(network))
    before, moments = [p.clone() for p in network.parameters()], guarded.arrays("")
    assert guarded.step(_loss(network, bad))
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    after = guarded.arrays("")
    assert all(moments[name].tobytes() == after[name].tobytes() for name in moments)
    assert not guarded.step(_loss(network)), "and it goes on"
    assert not torch.equal(before[0], next(network.parameters()))


def test_a_finite_loss_with_a_gradient_that_is_not_is_left_out() -> None:
    weight = nn.Parameter(torch.zeros(3))
    guarded = GuardedAdam([weight], 0.1, (0.5, 0.99), 1.0)
    assert guarded.step(weight.sqrt().sum())
    assert torch.equal(weight.detach(), torch.zeros(3))


def test_its_state_goes_on_to_the_bit() -> None:
    def steps(network: nn.Module, guarded: GuardedAdam, n: int) -> list[torch.Tensor]:
        for _ in range(n):
            guarded.step(_loss(network))
        return [p.detach().clone() for p in network.parameters()]

    one, two = _network(), _network()
    whole = steps(one, GuardedAdam(one.parameters(), 0.01, (0.5, 0.99), 1.0), 7)
    first = GuardedAdam(two.parameters(), 0.01, (0.5, 0.99), 1.0)
    steps(two, first, 3)
    second = GuardedAdam(two.parameters(), 0.01, (0.5, 0.99), 1.0)
    second.set_arrays(first.arrays("a/"), "a/")
    assert all(torch.equal(a, b) for a, b in zip(whole, steps(two, second, 4), strict=True))


def test_the_meter_means_over_finite_steps_alone() -> None:
    meter = Meter(torch.device("cpu"))
    for value, left_out in ((1.0, False), (math.nan, True), (3.0, False)):
        meter.add({"generator_loss": torch.tensor(value)}, torch.tensor(left_out))
    assert meter.read() == {"generator_loss": 2.0, "skipped": pytest.approx(1 / 3)}
    assert meter.read() == {}


def test_the_meter_ends_what_is_not_finite_for_long() -> None:
    meter = Meter(torch.device("cpu"))
    for step in range(1, PATIENCE + 1):
        meter.add({}, torch.tensor(step > 1))
        meter.check(step)
    other = Meter(torch.device("cpu"))
    other.set_arrays(meter.arrays())
    for step in range(PATIENCE + 1, 2 * PATIENCE):
        other.add({}, torch.tensor(True))
        other.check(step)
    with pytest.raises(ReverieError, match="stopped after step 40: its numbers were no longer finite"):
        other.check(2 * PATIENCE)
