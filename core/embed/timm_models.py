"""Any network of timm with weights from a file; preparation from timm's own pretrained configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import timm
from torch import nn

from core.embed.base import InputSpec
from core.embed.foreign import assemble, refuse_other_crops, three
from core.embed.model import Model
from core.errors import WeightsError
from core.nn.checkpoints import assign, read_state_dict


def load(name: str, weights: Path, digest: str) -> Model:
    """The network with its classifier taken off as the head. Raises WeightsError."""
    network = _build(name)
    assign(network, read_state_dict(weights, digest), weights.name)
    spec, classifier = _spec(network, name), network.get_classifier()
    network.reset_classifier(0)
    return assemble(network, spec, classifier)


def facts(name: str) -> tuple[int, InputSpec]:
    """Dimension and preparation as timm configures them. Raises WeightsError."""
    network = _build(name)
    spec = _spec(network, name)
    network.reset_classifier(0)
    return assemble(network, spec, None).dim, spec


def address(name: str) -> str | None:
    """Where timm would fetch the weights."""
    config = timm.get_pretrained_cfg(name, allow_unregistered=False) if timm.is_model(name) else None
    if config is None:
        return None
    return f"the Hugging Face repository {config.hf_hub_id}" if config.hf_hub_id else config.url or None


def _build(name: str) -> Any:
    """The network with random weights. Raises WeightsError for a name timm does not know."""
    if not timm.is_model(name):
        raise WeightsError(f"timm has no network “{name}”.")
    network: nn.Module = timm.create_model(name, pretrained=False)
    return network.eval()


def _spec(network: nn.Module, name: str) -> InputSpec:
    config = timm.data.resolve_data_config({}, model=network)
    refuse_other_crops(config["crop_mode"], "center", name)
    size = int(config["input_size"][-1])
    return InputSpec(
        size, float(config["crop_pct"]), three(config["mean"]), three(config["std"]), config["interpolation"]
    )
