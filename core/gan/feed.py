"""Pictures in an order by chance, so many at a time; which ones come in a step depends on its number alone."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Feed:
    """``images`` uint8 [n, h, w, c] (an array or a memory-map, read batch by batch), ``labels`` int64 [n] or None.

    All pictures come once before any comes again. Albums of fewer pictures than a batch fill it with the same again.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64] | None, batch: int, seed: int) -> None:
        self.images, self.labels, self.batch, self.seed = images, labels, batch, seed
        self._round, self._order = -1, np.empty(0, np.int64)

    def rows(self, number: int) -> NDArray[np.int64]:
        """int64 [batch]: the pictures of batch ``number``."""
        n, start = len(self.images), number * self.batch
        at = np.arange(start, start + self.batch)
        return np.concatenate([self._permuted(r)[at[at // n == r] % n] for r in range(at[0] // n, at[-1] // n + 1)])

    def take(self, number: int, device: torch.device) -> tuple[Tensor, Tensor | None]:
        """(pictures float32 [batch, c, h, w] in [-1, 1], labels int64 [batch] or None) of batch ``number``."""
        rows = self.rows(number)
        real = to_tensor(self.images[rows], device)
        return real, None if self.labels is None else _sent(torch.from_numpy(self.labels[rows]), device)

    def _permuted(self, turn: int) -> NDArray[np.int64]:
        if turn != self._round:
            self._round, self._order = turn, np.random.default_rng([self.seed, turn]).permutation(len(self.images))
        return self._order


def to_tensor(images: NDArray[np.uint8], device: torch.device | str = "cpu") -> Tensor:
    """uint8 [n, h, w, c] -> float32 [n, c, h, w] in [-1, 1]."""
    pictures = _sent(torch.from_numpy(np.ascontiguousarray(images)), torch.device(device)).permute(0, 3, 1, 2)
    return pictures.to(torch.float32, memory_format=torch.contiguous_format).div_(127.5).sub_(1.0)


def _sent(tensor: Tensor, device: torch.device) -> Tensor:
    """On the device; to a CUDA device from pinned memory, so that what it still computes need not be waited for."""
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def to_pixels(pictures: Tensor) -> NDArray[np.uint8]:
    """float [n, c, h, w] in [-1, 1] -> uint8 [n, h, w, c]."""
    whole = ((pictures.float() + 1.0) * 127.5).round_().clamp_(0, 255).to(torch.uint8)
    pixels: NDArray[np.uint8] = whole.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return pixels
