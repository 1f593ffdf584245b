"""What a deep belief network generates: Gibbs sampling in its top machine, and the way down; pictures of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.embed.machine import Learner, Machine, Rule, draw
from core.embed.rows import F32
from core.nn import seeds

_STEPS, _BATCH = 300, 32  # of learning a group
_RATES = {"bernoulli": 0.05, "gaussian": 0.005}
_RULE = Rule(3, False, True, 0.5, 1e-4, 0.0, 0.0, 10.0)


def dream(
    top: Machine,
    below: Sequence[Machine],
    n: int,
    steps: int,
    usual: Tensor,
    group: Tensor | None,
    strength: float,
    seed: int,
) -> Tensor:
    """[n, d] means of visible units after ``steps`` of Gibbs sampling in ``top``, carried down through ``below``.

    ``usual`` [m]: the mean of the units that the top machine sees; ``group`` [k, m]: those units for the rows of a
    group, or None. With a group the chains begin at its rows, in a copy of the top machine that has gone on learning
    from them alone, ``strength`` times 300 steps long.
    """
    device = str(top.weight.device)
    draws = seeds.generator(seed, device)
    usual = usual.to(device)
    if group is None:
        v = draw(usual.expand(n, -1), draws) if top.visible_kind == "bernoulli" else usual.repeat(n, 1)
    else:
        group = group.to(device)
        top = _learned(top, group, round(strength * _STEPS), draws)
        v = group[torch.randint(len(group), (n,), generator=draws, device=device)]
    for _ in range(steps):
        v = top.draw_visible(draw(top.hidden(v), draws), draws)
    v = top.visible(top.hidden(v))
    for machine in reversed(below):
        v = machine.visible(v)
    return v


def _learned(top: Machine, group: Tensor, steps: int, draws: torch.Generator) -> Machine:
    """A copy of a machine after so many steps of contrastive divergence on a group's rows [k, m]."""
    copy = Machine(top.visible_kind, top.weight.clone(), top.visible_bias.clone(), top.hidden_bias.clone())
    learner = Learner(copy, _RULE, group.mean(dim=0))
    rate = _RATES[top.visible_kind]
    for _ in range(steps):
        some = torch.randint(len(group), (min(len(group), _BATCH),), generator=draws, device=group.device)
        learner.step(group[some], rate, draws)
    return copy


def as_pictures(rows: NDArray[np.floating], height: int, width: int) -> NDArray[np.uint8]:
    """uint8 [n, height, width, 3] of rows in [0, 1], grey [n, height * width] or RGB [n, height * width * 3]."""
    shaped = np.clip(np.asarray(rows, np.float32), 0, 1).reshape(len(rows), height, width, -1)
    if shaped.shape[3] == 1:
        shaped = np.repeat(shaped, 3, axis=3)
    return np.rint(shaped * 255).astype(np.uint8)


def filter_pictures(fields: F32, height: int, width: int) -> NDArray[np.uint8]:
    """Receptive fields [n, height * width (* 3)] as pictures: zero is grey, each field has its own contrast."""
    strongest = np.abs(fields).max(axis=1, keepdims=True)
    return as_pictures(0.5 + 0.5 * fields / np.maximum(strongest, 1e-9), height, width)
