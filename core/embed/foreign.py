"""What the adapters of other libraries share: from their network to a :class:`Model` of ours."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from core.embed.base import InputSpec
from core.embed.model import Head, Model
from core.errors import WeightsError
from core.nn.blocks import Normalise


class Wrapped(nn.Module):
    """uint8 [n, size, size, 3] -> features float [n, dim] of a network that takes normalised float NCHW."""

    def __init__(self, features: nn.Module, spec: InputSpec) -> None:
        super().__init__()
        self.normalise = Normalise(spec.mean, spec.std)
        self.features = features

    def forward(self, pixels: Tensor) -> Tensor:
        features: Tensor = self.features(self.normalise(pixels))
        return features.flatten(1)


def assemble(features: nn.Module, spec: InputSpec, classifier: nn.Module | None) -> Model:
    """The model of a headless network and the linear layer that followed it; ``dim`` is found by running it once."""
    network = Wrapped(features, spec).eval()
    with torch.inference_mode():
        dim = int(network(torch.zeros((1, spec.size, spec.size, 3), dtype=torch.uint8)).shape[1])
    return Model(network, spec, dim, _head(classifier, dim))


def _head(classifier: nn.Module | None, dim: int) -> Head | None:
    if not isinstance(classifier, nn.Linear) or classifier.in_features != dim:
        return None
    weight = classifier.weight.detach().numpy().astype(np.float32)
    bias = np.zeros(len(weight), np.float32) if classifier.bias is None else classifier.bias.detach().numpy()
    return Head(weight, bias.astype(np.float32))


def three(values: Iterable[float]) -> tuple[float, float, float]:
    """A library's list of per-channel values as InputSpec keeps them."""
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def refuse_other_crops(mode: str, expected: str, name: str) -> None:
    """Raise WeightsError for networks that want the picture squashed or padded instead of cut to a square."""
    if mode != expected:
        raise WeightsError(f"{name} prepares pictures in a way that is not supported here ({mode}).")
