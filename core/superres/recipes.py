"""Weights with their recipe beside them: what was trained, how, on which pictures, and how it did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from core.nn import checkpoints
from core.nn.checkpoints import to_arrays
from core.superres.networks import Compact, parameter_count
from core.superres.patches import Patches
from core.superres.srresnet import SRResNet

SHAPES: dict[type[nn.Module], tuple[str, tuple[str, ...]]] = {
    Compact: ("compact", ("scale", "n_feats", "n_convs")),
    SRResNet: ("srresnet", ("scale", "n_feats", "n_blocks", "outer")),
}
"""What a weights file calls a network, and the attributes that it is built by."""


def save(path: Path, network: nn.Module) -> None:
    """The weights alone, as safetensors, half precision; :func:`core.superres.own.read` reads them. Raises OSError."""
    name, attributes = SHAPES[type(network)]
    arrays = {key: array.astype(np.float16) for key, array in to_arrays(network).items()}
    checkpoints.save(path, arrays, {name: json.dumps({key: getattr(network, key) for key in attributes})})


def write(
    path: Path,
    network: nn.Module,
    kind: str,
    recipe: Mapping[str, Any],
    figures: Mapping[str, float],
    patches: Patches,
    start: Path | None = None,
) -> None:
    """:func:`save`, and the recipe as JSON beside. ``kind``: of training; ``start``: the weights it began with. Raises
    OSError."""
    save(path, network)
    facts = {
        "command": "python -m core.superres.train",
        "kind": kind,
        "recipe": recipe,
        **({} if start is None else {"start_sha256": checkpoints.sha256(start)}),
        "parameters": parameter_count(network),
        "weights_sha256": checkpoints.sha256(path),
        **figures,
        "patches": len(patches),
        "data_sha256": digest(patches),
    }
    pictures = ",\n  ".join(json.dumps(source) for source in patches.sources)
    text = f'{json.dumps(facts, indent=1)[:-2]},\n "pictures": [\n  {pictures}\n ]\n}}\n'
    checkpoints.write_whole(path.with_suffix(".json"), text.encode())


def digest(patches: Patches) -> str:
    """SHA-256 of all patches, small and large."""
    total = hashlib.sha256(patches.low.tobytes())
    total.update(patches.high.tobytes())
    return total.hexdigest()
