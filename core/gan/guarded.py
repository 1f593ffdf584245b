"""Adam with guards: gradients are held to a length, and a step whose numbers are not finite is left out.

Whether numbers are finite is decided where they are, so that a graphics processor need not be waited for: the fused
Adam of torch leaves a step out itself when told by a tensor, as it does for torch's own loss scaling.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.nn.adam import adam_arrays, set_adam_arrays
from core.nn.checkpoints import Arrays

_TOLD_BY_TENSOR = ("cpu", "cuda")


class GuardedAdam:
    """``max_grad_norm`` 0: gradients of any length. ``fused`` False: for devices whose fused Adam takes no tensor."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        learning_rate: float,
        betas: tuple[float, float],
        max_grad_norm: float,
        fused: bool | None = None,
    ) -> None:
        self.parameters = list(parameters)
        device = self.parameters[0].device.type
        self._fused = device in _TOLD_BY_TENSOR if fused is None else fused
        self._longest = max_grad_norm
        self._adam = torch.optim.Adam(self.parameters, learning_rate, betas, fused=self._fused)

    def step(self, loss: Tensor) -> Tensor:
        """Follow the gradient of a scalar. A bool scalar on the device: whether the step was left out."""
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.get_total_norm(p.grad for p in self.parameters if p.grad is not None)
        left_out = ~torch.isfinite(norm + loss.detach())
        stretch = (norm / self._longest).clamp(min=1.0) if self._longest else torch.ones_like(norm)
        if self._fused:
            adam = cast(Any, self._adam)  # attributes that torch's GradScaler sets in the same way
            adam.found_inf, adam.grad_scale = left_out.to(torch.float32), stretch
            self._adam.step()
        elif not bool(left_out):
            torch._foreach_div_([p.grad for p in self.parameters if p.grad is not None], stretch)
            self._adam.step()
        self._adam.zero_grad(set_to_none=True)
        return left_out

    def arrays(self, prefix: str) -> Arrays:
        return adam_arrays(self._adam, prefix)

    def set_arrays(self, arrays: Arrays, prefix: str) -> None:
        set_adam_arrays(self._adam, arrays, prefix)
