"""The picture half of any CLIP model of open_clip, with weights from a file; preparation from its own configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import open_clip
from torch import nn

from core.embed.base import InputSpec
from core.embed.foreign import assemble, refuse_other_crops, three
from core.embed.model import Model
from core.errors import WeightsError
from core.nn.checkpoints import assign, read_state_dict

_TRAINING_PREFIX = "module."


def load(name: str, weights: Path, digest: str) -> Model:
    """The picture encoder; the file must hold the whole model, words included. Raises WeightsError."""
    network = _build(name)
    state = read_state_dict(weights, digest)
    assign(network, {key.removeprefix(_TRAINING_PREFIX): value for key, value in state.items()}, weights.name)
    return assemble(network.visual, _spec(network, name), None)


def facts(name: str) -> tuple[int, InputSpec]:
    """Dimension and preparation as open_clip configures them. Raises WeightsError."""
    network = _build(name)
    spec = _spec(network, name)
    return assemble(network.visual, spec, None).dim, spec


def address(name: str) -> str | None:
    """Where open_clip would fetch one of the trainings it knows, the last it lists."""
    tags = open_clip.list_pretrained_tags_by_model(name)
    config = open_clip.get_pretrained_cfg(name, tags[-1]) if tags else {}
    if config.get("hf_hub"):
        return f"the Hugging Face repository {config['hf_hub'].rstrip('/')}"
    return config.get("url") or None


def _build(name: str) -> Any:
    if name not in open_clip.list_models():
        raise WeightsError(f"open_clip has no network “{name}”.")
    network: nn.Module = open_clip.create_model(name, pretrained=None)
    return network.eval()


def _spec(network: Any, name: str) -> InputSpec:
    config = network.visual.preprocess_cfg
    refuse_other_crops(config["resize_mode"], "shortest", name)
    size = config["size"][0] if isinstance(config["size"], (tuple, list)) else config["size"]
    return InputSpec(int(size), 1.0, three(config["mean"]), three(config["std"]), config["interpolation"])
