"""What is measured as a GAN trains, gathered where it is computed and read once in a while."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from core.errors import ReverieError
from core.nn.checkpoints import Arrays

MEASURES = ("discriminator_loss", "generator_loss", "content_loss", "real_logit", "fake_logit", "skipped")
"""``real_logit``, ``fake_logit``: mean of what the discriminator says, above 0: real. ``skipped``: share of steps left
out because their numbers were not finite."""
PATIENCE = 20
"""Steps left out one after the other that end a training; looked at every so many steps."""


class Meter:
    """Means of each measure since they were last read. Nothing is read from the device in between."""

    def __init__(self, device: torch.device) -> None:
        self._absent = torch.tensor(math.nan, device=device)
        self._sum = torch.zeros(len(MEASURES), dtype=torch.float64, device=device)
        self._count = torch.zeros_like(self._sum)
        self._in_a_row = torch.zeros((), dtype=torch.float64, device=device)

    @torch.no_grad()
    def add(self, measured: dict[str, Tensor], left_out: Tensor) -> None:
        """Scalars of one step; those that are not finite do not count."""
        measured = {**measured, "skipped": left_out}
        values = torch.stack([measured.get(name, self._absent).detach().to(torch.float64) for name in MEASURES])
        finite = values.isfinite()
        self._sum += torch.where(finite, values, 0.0)
        self._count += finite
        self._in_a_row.add_(1).mul_(left_out)

    def check(self, step: int) -> None:
        """Raise ReverieError where nothing has been finite for long."""
        if step % PATIENCE == 0 and float(self._in_a_row) >= PATIENCE:
            raise ReverieError(
                f"The training was stopped after step {step}: its numbers were no longer finite for {PATIENCE} steps. "
                "A smaller learning rate may help; what was kept before can be gone on from."
            )

    def read(self) -> dict[str, float]:
        """The mean of each measure that there was, since the last time."""
        total, count = self._sum.tolist(), self._count.tolist()
        self._sum.zero_()
        self._count.zero_()
        return {name: s / n for name, s, n in zip(MEASURES, total, count, strict=True) if n}

    def arrays(self) -> Arrays:
        tensors = {"sum": self._sum, "count": self._count, "in_a_row": self._in_a_row.reshape(1)}
        return {f"meter/{name}": tensor.cpu().numpy().copy() for name, tensor in tensors.items()}

    def set_arrays(self, arrays: Arrays) -> None:
        self._sum.copy_(torch.from_numpy(np.array(arrays["meter/sum"])))
        self._count.copy_(torch.from_numpy(np.array(arrays["meter/count"])))
        self._in_a_row.fill_(float(arrays["meter/in_a_row"][0]))
