"""What a deep belief network generates: Gibbs sampling in its top machine, and the way down; pictures of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.embed.machine import Machine, draw
from core.embed.rows import F32
from core.nn import seeds

_SURE = 0.02  # how far from 0 and 1 a group's units are taken to be
_SMOOTH = 20.0  # photos' worth of what is usual, mixed into what is typical of a group


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
    group, or None. With a group the chains begin at its rows and the units' biases move by the difference of their
    log-odds in the group and at large.
    """
    device = str(top.weight.device)
    draws = seeds.generator(seed, device)
    usual = usual.to(device)
    shift = torch.zeros_like(usual)
    if group is None:
        v = draw(usual.expand(n, -1), draws) if top.visible_kind == "bernoulli" else usual.repeat(n, 1)
    else:
        group = group.to(device)
        v = group[torch.randint(len(group), (n,), generator=draws, device=device)]
        shift = strength * _pull(top, group, usual)
    pulled = Machine(top.visible_kind, top.weight, top.visible_bias + shift, top.hidden_bias)
    for _ in range(steps):
        v = pulled.draw_visible(draw(pulled.hidden(v), draws), draws)
    v = pulled.visible(pulled.hidden(v))
    for machine in reversed(below):
        v = machine.visible(v)
    return v


def _pull(top: Machine, group: Tensor, usual: Tensor) -> Tensor:
    mean = (group.sum(dim=0) + _SMOOTH * usual) / (len(group) + _SMOOTH)
    if top.visible_kind == "gaussian":
        return mean - usual
    return torch.logit(mean.clamp(_SURE, 1 - _SURE)) - torch.logit(usual.clamp(_SURE, 1 - _SURE))


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
