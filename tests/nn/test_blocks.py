from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.nn.blocks import ConvNorm, InvertedResidual, Normalise, SamePad


def test_normalise_is_its_definition() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), dtype=np.uint8)
    mean, std = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)
    expected = ((pixels / 255 - np.array(mean)) / np.array(std)).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(Normalise(mean, std)(torch.from_numpy(pixels)).numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("size", [8, 14, 224])
def test_same_padding_is_tensorflows(kernel: int, size: int) -> None:
    total = max((math.ceil(size / 2) - 1) * 2 + kernel - size, 0)
    before = total // 2
    assert SamePad(kernel).padding == (before, total - before, before, total - before)


@pytest.mark.parametrize(("kernel", "stride", "side"), [(1, 1, 8), (3, 1, 8), (5, 1, 8), (3, 2, 4), (5, 2, 4)])
def test_convolutions_keep_or_halve_the_size(kernel: int, stride: int, side: int) -> None:
    out = ConvNorm(3, 4, kernel, stride).eval()(torch.randn(2, 3, 8, 8))
    assert out.shape == (2, 4, side, side)
    assert out.min() >= 0
    assert out.max() <= 6


def test_residual_only_where_shapes_allow() -> None:
    same, other = InvertedResidual(8, 8, 3, 1, 6).eval(), InvertedResidual(8, 16, 3, 1, 6).eval()
    for block in (same, other):
        torch.nn.init.zeros_(block.project.conv.weight)
    x = torch.randn(1, 8, 4, 4)
    torch.testing.assert_close(same(x), x)
    assert other(x).abs().max() == 0
