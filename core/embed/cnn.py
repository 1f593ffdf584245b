"""EfficientNet-Lite0, defined here, with the ImageNet weights of the package that carries them.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019; the Lite variant
drops squeeze-and-excitation and uses ReLU6, and keeps stem and head at the base's width and depth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from core.embed.base import InputSpec
from core.embed.model import Head, Model
from core.nn.blocks import ConvNorm, InvertedResidual, Normalise
from core.nn.checkpoints import assign, read_state_dict

STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Per stage: repeats, kernel, stride of the first block, expansion, channels."""
STEM, FEATURES, CLASSES = 32, 1280, 1000

_CONVOLUTIONS = (
    ("_conv_stem.", "stem.conv."),
    ("_bn0.", "stem.norm."),
    ("_conv_head.", "top.conv."),
    ("_bn1.", "top.norm."),
)
_WITHIN_BLOCK = (
    ("_expand_conv.", "expand.conv."),
    ("_bn0.", "expand.norm."),
    ("_depthwise_conv.", "depthwise.conv."),
    ("_bn1.", "depthwise.norm."),
    ("_project_conv.", "project.conv."),
    ("_bn2.", "project.norm."),
)


class EfficientNetLite0(nn.Module):
    """uint8 [n, size, size, 3] -> pooled features float [n, 1280], before the head. ``size`` a multiple of 32."""

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__()
        self.normalise = Normalise(mean, std)
        self.stem = ConvNorm(3, STEM, 3, stride=2)
        self.blocks = nn.Sequential(*_blocks())
        self.top = ConvNorm(STAGES[-1][-1], FEATURES, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        features: Tensor = self.top(self.blocks(self.stem(self.normalise(pixels)))).mean((2, 3))
        return features


def _blocks() -> list[nn.Module]:
    blocks: list[nn.Module] = []
    inputs = STEM
    for repeats, kernel, stride, expansion, outputs in STAGES:
        for index in range(repeats):
            blocks.append(InvertedResidual(inputs, outputs, kernel, stride if index == 0 else 1, expansion))
            inputs = outputs
    return blocks


def load(weights: Path, spec: InputSpec, expected: str | None) -> Model:
    """The network and its head from the package's file; ``expected`` is its SHA-256. Raises WeightsError."""
    state = rename(read_state_dict(weights, expected))
    whole = nn.ModuleDict({"network": EfficientNetLite0(spec.mean, spec.std), "head": nn.Linear(FEATURES, CLASSES)})
    assign(whole, state, weights.name)
    head = Head(*(np.array(state[f"head.{part}"].numpy(), np.float32) for part in ("weight", "bias")))
    return Model(whole["network"].eval(), spec, FEATURES, head)


def rename(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The package's names to ours: ``network.*`` and ``head.*``. Names it does not know stay as they are."""
    return {_rename(key): value for key, value in state.items()}


def _rename(key: str) -> str:
    if key.startswith("_fc."):
        return key.replace("_fc.", "head.", 1)
    block = re.match(r"_blocks\.(\d+)\.(.*)", key)
    table = _WITHIN_BLOCK if block else _CONVOLUTIONS
    rest = block[2] if block else key
    for old, new in table:
        if rest.startswith(old):
            inner = new + rest[len(old) :]
            return f"network.blocks.{block[1]}.{inner}" if block else f"network.{inner}"
    return key
