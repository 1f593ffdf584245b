"""The up-down algorithm: the weights of a stack of Boltzmann machines tuned together, as a generative model.

Hinton, Osindero and Teh, "A Fast Learning Algorithm for Deep Belief Nets", Neural Computation 2006: recognition and
generative weights part; in the up pass the generative ones learn to bring back each layer from the one above, the top
machine learns by contrastive divergence, in the down pass the recognition ones learn to infer what was generated.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.embed.machine import Learner, Machine, draw


class UpDown:
    """``up``: machines whose weights recognise, bottom first, the top one last; ``down``: those that generate, without
    the top one. All are changed in place."""

    def __init__(self, up: Sequence[Machine], down: Sequence[Machine], top: Learner) -> None:
        self.up, self.down, self.top = list(up[:-1]), list(down), top

    def step(self, v: Tensor, rate: float, draws: torch.Generator) -> bool:
        """One step from a batch [n, d]; False, and nothing changed below the top, where its numbers are not finite."""
        states = [v]
        for machine in self.up:
            states.append(draw(machine.hidden(states[-1]), draws))
        if not self.top.step(states[-1], rate, draws):
            return False
        self._wake(states, rate)
        dreamt = draw(self.top.machine.hidden(states[-1]), draws)
        fantasy = [self.top.machine.draw_visible(dreamt, draws)]
        for machine in reversed(self.down):
            fantasy.insert(0, machine.draw_visible(fantasy[0], draws))
        self._sleep(fantasy, rate)
        return True

    def _wake(self, states: Sequence[Tensor], rate: float) -> None:
        """Generative weights: each layer is foretold from the one above it."""
        for machine, below, above in zip(self.down, states[:-1], states[1:], strict=True):
            error = below - machine.visible(above)
            machine.weight.addmm_(error.t(), above, alpha=rate / len(below))
            machine.visible_bias.add_(error.mean(dim=0), alpha=rate)

    def _sleep(self, fantasy: Sequence[Tensor], rate: float) -> None:
        """Recognition weights: each layer of a fantasy is inferred from the one below it."""
        for machine, below, above in zip(self.up, fantasy[:-1], fantasy[1:], strict=True):
            error = above - machine.hidden(below)
            machine.weight.addmm_(below.t(), error, alpha=rate / len(below))
            machine.hidden_bias.add_(error.mean(dim=0), alpha=rate)
