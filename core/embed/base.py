"""The contract of every embedder. Imports no torch: decode workers and the window may import it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How a picture becomes a network's input; it travels with the embedder (as timm's pretrained configs do).

    The picture is scaled so that its short side is ``size / crop`` and cut to ``size`` x ``size`` around the centre
    (``crop`` 1.0: the largest centred square), RGB, uint8; the network itself applies ``mean`` and ``std`` (of values
    in [0, 1]).
    """

    size: int
    crop: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str = "bicubic"


@dataclass(frozen=True, slots=True)
class Embedding:
    """``vectors`` float16 [n, dim], L2-normalised; ``norms`` float32 [n], their lengths before that."""

    vectors: NDArray[np.float16]
    norms: NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turns pictures into vectors. ``name`` and ``version`` together name a vector for ever."""

    name: str
    version: str
    dim: int
    spec: InputSpec
    device: str
    """What it runs on, in words for the person: "CPU (ONNX Runtime)", "CUDA: NVIDIA H100", "Apple GPU"."""

    def embed(self, batch: NDArray[np.uint8]) -> Embedding:
        """uint8 [n, size, size, 3] -> vectors. Halves the batch when GPU memory runs out, and says so."""
        ...

    def classify(self, embedding: Embedding) -> NDArray[np.float32] | None:
        """Class probabilities float32 [n, n_classes] from vectors and norms (no picture needed), or None."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, empty where there is no head."""
        ...

    on_notice: Callable[[str], None] | None
    """Called with a sentence when something the person should know happened (batch halved)."""
