"""What a family of networks hands over, and the embedder made of it. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.embed.base import Embedding, InputSpec
from core.nn.runtime import Runner

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier over the features: ``weight`` float32 [n_classes, dim], ``bias`` float32 [n_classes]."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, embedding: Embedding) -> NDArray[np.float32]:
        """softmax(weight (vector * norm) + bias), float32 [n, n_classes], from what is stored of a picture."""
        features = embedding.vectors.astype(np.float32) * embedding.norms[:, None]
        logits = features @ self.weight.T + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        probabilities: NDArray[np.float32] = shares / shares.sum(axis=1, keepdims=True)
        return probabilities


@dataclass(frozen=True, slots=True)
class Model:
    """A network in torch (uint8 NHWC -> features [n, dim]) with the preparation it was trained for, and its head."""

    network: nn.Module
    spec: InputSpec
    dim: int
    head: Head | None


class NetworkEmbedder:
    """An :class:`core.embed.base.Embedder` over a runner: features are normalised here, their lengths kept."""

    def __init__(
        self,
        name: str,
        version: str,
        spec: InputSpec,
        dim: int,
        runner: Runner,
        head: Head | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self.name, self.version, self.spec, self.dim = name, version, spec, dim
        self.device = runner.device
        self._runner, self._head, self._labels = runner, head, labels

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def on_notice(self) -> Callable[[str], None] | None:
        return self._runner.on_notice

    @on_notice.setter
    def on_notice(self, listener: Callable[[str], None] | None) -> None:
        self._runner.on_notice = listener

    def embed(self, batch: NDArray[np.uint8]) -> Embedding:
        """uint8 [n, size, size, 3] -> vectors and norms. Raises ValueError for pictures of another shape or type."""
        expected = (self.spec.size, self.spec.size, 3)
        if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[1:] != expected:
            raise ValueError(
                f"{self.name} takes uint8 [n, {', '.join(map(str, expected))}], not {batch.dtype} {batch.shape}."
            )
        if len(batch) == 0:
            return Embedding(np.empty((0, self.dim), np.float16), np.empty(0, np.float32))
        return normalised(self._runner(batch))

    def classify(self, embedding: Embedding) -> NDArray[np.float32] | None:
        return self._head.probabilities(embedding) if self._head is not None else None


def normalised(features: NDArray[np.float32]) -> Embedding:
    """Features float32 [n, dim] as unit vectors in half precision and their lengths; a zero vector stays zero."""
    norms = np.linalg.norm(features, axis=1).astype(np.float32)
    safe = np.where(norms > 0, norms, np.float32(1))
    return Embedding((features / safe[:, None]).astype(np.float16), norms)
