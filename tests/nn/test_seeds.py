from __future__ import annotations

import random

import numpy as np
import torch

from core.nn.seeds import fixed, generator


def _draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(()))


def test_the_same_seed_draws_the_same() -> None:
    with fixed(5) as first:
        one = (*_draws(), first.random())
    with fixed(5) as second:
        two = (*_draws(), second.random())
    with fixed(6) as third:
        three = (*_draws(), third.random())
    assert one == two
    assert one != three


def test_others_draw_as_if_nothing_had_been() -> None:
    with fixed(1):
        expected = [_draws() for _ in range(2)]
    with fixed(1):
        first = _draws()
        with fixed(99):
            _draws()
        assert [first, _draws()] == expected


def test_a_generator_stands_alone() -> None:
    a, b = generator(3), generator(3)
    torch.rand(5)
    assert torch.equal(torch.rand(4, generator=a), torch.rand(4, generator=b))
