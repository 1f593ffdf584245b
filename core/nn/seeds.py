"""One seed for everything random, given back as it was found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def generator(seed: int, device: str = "cpu") -> torch.Generator:
    """A torch generator of its own, so that nobody else's draws shift ours."""
    return torch.Generator(device).manual_seed(seed)


@contextmanager
def fixed(seed: int) -> Iterator[np.random.Generator]:
    """Within the block Python, numpy and torch (CPU) draw from ``seed``; afterwards they go on as if nothing had been.

    Yields a numpy generator of the same seed for code that takes one. For the initial weights of networks, which torch
    draws from its global state.
    """
    python, legacy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch.manual_seed(seed)
        try:
            yield np.random.default_rng(seed)
        finally:
            random.setstate(python)
            np.random.set_state(legacy)
