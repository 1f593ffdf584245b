"""The averaged generator: its weights follow those in training slowly, and its pictures are better for it.

Yazıcı et al., "The Unusual Effectiveness of Averaging in GAN Training", ICLR 2019.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

_RUNNING = ("running_mean", "running_var")


class Average:
    """``network``: a copy of ``source`` in evaluation mode whose weights, and the statistics of whose batch
    normalisations, are moving averages; other buffers are as in ``source``."""

    def __init__(self, source: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(source).eval().requires_grad_(False)
        self._decay = decay
        mine, theirs = _tensors(self.network), _tensors(source)
        averaged = [name for name in mine if theirs[name].requires_grad or name.endswith(_RUNNING)]
        self._mine = [mine[name] for name in averaged]
        self._theirs = [theirs[name].detach() for name in averaged]
        self._copied = [(mine[name], theirs[name].detach()) for name in mine if name not in set(averaged)]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After step ``step``, counted from 0; early steps are forgotten sooner, as they are far from good."""
        decay = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._mine, self._theirs, 1 - decay)
        for mine, theirs in self._copied:
            mine.copy_(theirs)


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}
