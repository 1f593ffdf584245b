"""Routing against a slow plain loop; squashing, lengths, the margin loss; gradients that stay finite."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch.autograd import gradcheck

from core.nn import seeds
from core.recognise import capsules

F64 = NDArray[np.float64]


def _squash(s: list[float]) -> list[float]:
    square = sum(x * x for x in s)
    return [x * square / (1 + square) / math.sqrt(square) for x in s]


def _softmax(b: list[float]) -> list[float]:
    total = sum(math.exp(x) for x in b)
    return [math.exp(x) / total for x in b]


def _routed(votes: F64, rounds: int) -> F64:
    """Procedure 1 of the paper, one photo, one number at a time."""
    lower, upper, dim = votes.shape
    logits = [[0.0] * upper for _ in range(lower)]
    out: list[list[float]] = []
    for _ in range(rounds):
        share = [_softmax(b) for b in logits]
        out = []
        for j in range(upper):
            total = [0.0] * dim
            for i in range(lower):
                for k in range(dim):
                    total[k] += share[i][j] * float(votes[i, j, k])
            out.append(_squash(total))
        for i in range(lower):
            for j in range(upper):
                logits[i][j] += sum(float(votes[i, j, k]) * out[j][k] for k in range(dim))
    return np.array(out)


def test_routing_is_that_of_the_paper() -> None:
    votes = np.random.default_rng(0).normal(0, 0.6, (3, 7, 2, 4))
    for rounds in (1, 2, 3, 5):
        fast = capsules.route(torch.from_numpy(votes), rounds).numpy()
        for photo in range(len(votes)):
            np.testing.assert_allclose(fast[photo], _routed(votes[photo], rounds), atol=1e-6)


def test_routing_gives_more_to_the_capsule_that_votes_agree_on() -> None:
    votes = torch.zeros(1, 4, 2, 2, dtype=torch.float64)
    votes[0, :, 0] = torch.tensor([0.6, 0.0])  # all agree
    votes[0, :, 1] = torch.tensor([[0.6, 0.0], [0.0, 0.6], [-0.2, 0.0], [0.0, -0.2]])
    once, often = (capsules.lengths(capsules.route(votes, rounds))[0] for rounds in (1, 4))
    assert float(often[0]) > float(once[0]) > float(once[1]) > float(often[1])


def test_squashing_keeps_the_direction_and_bounds_the_length() -> None:
    s = torch.tensor([[3.0, 4.0], [0.03, 0.04], [0.0, 0.0]], dtype=torch.float64)
    v = capsules.squash(s)
    assert torch.allclose(v[0], torch.tensor([0.6, 0.8], dtype=torch.float64) * 25 / 26, atol=1e-6)
    assert float(v[1].norm()) < 0.003
    assert float(v[2].abs().sum()) == 0.0


def test_the_margin_loss_by_hand() -> None:
    length = torch.tensor([[0.95, 0.05], [0.5, 0.6]])
    present = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    loss = capsules.margin_loss(length, present)
    assert torch.allclose(loss, torch.tensor([0.0, 0.4**2 + 0.5 * 0.5**2]))


def test_gradients_are_those_of_differences() -> None:
    """With one round the shares are constant, so the whole is differentiable as it stands."""
    with seeds.fixed(0):
        network = capsules.CapsuleNetwork(3, 2, 3, 4, routings=1).double()
        maps = torch.randn(2, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    assert gradcheck(network, (maps,), eps=1e-6, atol=1e-5)


def test_gradients_are_finite_even_where_nothing_is_seen() -> None:
    with seeds.fixed(0):
        network = capsules.CapsuleNetwork(5, 4, 4, 8, routings=3)
    for maps in (torch.zeros(3, 5, 7, 7), 100 * torch.randn(3, 5, 7, 7, generator=seeds.generator(0))):
        network.zero_grad()
        present = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
        torch.sum(capsules.margin_loss(network(maps), present)).backward()
        for parameter in network.parameters():
            assert parameter.grad is not None
            assert bool(torch.isfinite(parameter.grad).all())
