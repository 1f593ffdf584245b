"""Running a network in torch: for GPUs, and the reference that the exported graph is held to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.device import Device, cpu
from core.errors import ReverieError

GPU_BLOCK = 128
"""Pictures per call to begin with; halved, and kept halved, when memory runs out."""


class TorchRunner:
    """``network`` (uint8 NHWC in, float [n, dim] out) on ``device``: channels_last, and in half precision on a GPU."""

    def __init__(
        self, network: nn.Module, device: Device | None = None, *, half: bool | None = None, block: int = GPU_BLOCK
    ) -> None:
        chosen = device or cpu()
        self.device = str(chosen)
        self.block = block
        self.on_notice: Callable[[str], None] | None = None
        self._torch_device = torch.device(chosen.torch_name)
        dtype = torch.float16 if (chosen.is_gpu if half is None else half) else torch.float32
        self._network = network.eval().to(self._torch_device, dtype)
        for weight in self._network.parameters():
            if weight.dim() == 4:
                weight.data = weight.data.contiguous(memory_format=torch.channels_last)

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Features float32 [n, dim], n >= 1. Raises ReverieError if memory does not suffice for a single picture."""
        parts: list[NDArray[np.float32]] = []
        start = 0
        while start < len(pixels):
            part = pixels[start : start + self.block]
            features = self._try(part)
            if features is None:
                self._halve(len(part))
            else:
                parts.append(features)
                start += len(part)
        return np.concatenate(parts)

    def _try(self, part: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Features, or None when memory ran out; by then the failed tensors are no longer held by the exception."""
        try:
            return self._forward(part)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return None

    def _forward(self, part: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(part)).to(self._torch_device)
            features: NDArray[np.float32] = self._network(pixels).float().cpu().numpy()
        return features

    def _halve(self, tried: int) -> None:
        if tried == 1:
            raise ReverieError(f"{self.device}: the memory does not suffice for a single picture.")
        self.block = tried // 2
        if self._torch_device.type == "cuda":
            torch.cuda.empty_cache()
        elif self._torch_device.type == "mps":
            torch.mps.empty_cache()
        if self.on_notice is not None:
            pictures = f"{self.block} picture{'' if self.block == 1 else 's'}"
            self.on_notice(f"{self.device}: out of memory with {tried} pictures at once; going on with {pictures}.")


def is_out_of_memory(error: RuntimeError) -> bool:
    """CUDA raises a type of its own; other devices a RuntimeError that says so."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error).lower()
