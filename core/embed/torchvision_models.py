"""Any classification network of torchvision with weights from a file; preparation from the weights' own transforms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torchvision
from torch import nn

from core.embed.base import InputSpec
from core.embed.foreign import assemble, three
from core.embed.model import Model
from core.errors import WeightsError
from core.nn.checkpoints import assign, read_state_dict


def load(name: str, weights: Path, digest: str) -> Model:
    """The network with its last linear layer taken off as the head. Raises WeightsError."""
    network = _build(name)
    assign(network, read_state_dict(weights, digest), weights.name)
    spec = _spec(_weights_meta(name, digest))
    classifier = _take_last_linear(network, name)
    return assemble(network, spec, classifier)


def facts(name: str) -> tuple[int, InputSpec]:
    """Dimension and preparation of the library's own default weights. Raises WeightsError."""
    network = _build(name)
    return _take_last_linear(network, name).in_features, _spec(_weights_meta(name, ""))


def address(name: str) -> str | None:
    """Where the library's default weights can be had."""
    return str(_weights_meta(name, "").url)


def _build(name: str) -> nn.Module:
    if name not in torchvision.models.list_models(module=torchvision.models):
        raise WeightsError(f"torchvision has no network “{name}”.")
    network: nn.Module = torchvision.models.get_model(name, weights=None)
    return network.eval()


def _weights_meta(name: str, digest: str) -> Any:
    """The library's entry for the file with this SHA-256 (its address ends in the first digits), else its default."""
    if name not in torchvision.models.list_models(module=torchvision.models):
        raise WeightsError(f"torchvision has no network “{name}”.")
    known = torchvision.models.get_model_weights(name)
    return next((entry for entry in known if digest and digest[:8] in entry.url), known.DEFAULT)


def _spec(entry: Any) -> InputSpec:
    prepare = entry.transforms()
    size, resize = prepare.crop_size[0], prepare.resize_size[0]
    return InputSpec(size, size / resize, three(prepare.mean), three(prepare.std), prepare.interpolation.value)


def _take_last_linear(network: nn.Module, name: str) -> nn.Linear:
    """Replace the last linear layer by nothing and return it; what it was fed are the features."""
    linear = [path for path, module in network.named_modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise WeightsError(f"torchvision's {name} has no linear layer at its end: its features cannot be taken.")
    parent_path, _, attribute = linear[-1].rpartition(".")
    parent = network.get_submodule(parent_path)
    classifier = getattr(parent, attribute)
    setattr(parent, attribute, nn.Identity())
    assert isinstance(classifier, nn.Linear)
    return classifier
