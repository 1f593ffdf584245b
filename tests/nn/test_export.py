from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import pytest
from torch import Tensor, nn

from core.nn.blocks import ConvNorm, InvertedResidual, Normalise
from core.nn.export import INPUT, to_onnx
from core.nn.runtime import GraphRunner
from core.nn.seeds import fixed
from core.nn.torch_runner import TorchRunner

PIXELS = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


class _Small(nn.Module):
    """One of everything: asymmetric padding with both kernels, a residual, no expansion, a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.normalise = Normalise((0.5, 0.4, 0.3), (0.2, 0.3, 0.4))
        self.body = nn.Sequential(
            ConvNorm(3, 8, 3, stride=2),
            InvertedResidual(8, 8, 3, 1, 1),
            InvertedResidual(8, 12, 5, 2, 6),
            InvertedResidual(12, 12, 5, 1, 6),
            ConvNorm(12, 20, 1),
        )

    def forward(self, pixels: Tensor) -> Tensor:
        features: Tensor = self.body(self.normalise(pixels)).mean((2, 3))
        return features


class _Doubled(_Small):
    def forward(self, pixels: Tensor) -> Tensor:
        return super().forward(pixels) * 2


def _random(kind: type[nn.Module]) -> nn.Module:
    with fixed(0):
        network = kind()
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.running_mean, -0.5, 0.5)
                nn.init.uniform_(module.running_var, 0.05, 0.5)
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.uniform_(module.bias, -0.2, 0.2)
    return network.eval()


def test_our_blocks_give_the_same_numbers_either_way() -> None:
    network = _random(_Small)
    expected = TorchRunner(network)(PIXELS)
    assert expected.std(axis=0).max() > 0.01
    np.testing.assert_allclose(GraphRunner(to_onnx(network, 32), threads=1)(PIXELS), expected, rtol=1e-4, atol=1e-5)


def test_batch_normalisation_and_padding_leave_the_graph() -> None:
    graph = onnx.load_from_string(to_onnx(_random(_Small), 32, {"weights_sha256": "ab"}))
    kinds = {node.op_type for node in graph.graph.node}
    assert not kinds & {"BatchNormalization", "Pad"}
    assert {entry.key: entry.value for entry in graph.metadata_props} == {"weights_sha256": "ab"}
    assert graph.graph.input[0].name == INPUT


def test_an_operation_without_a_node_is_an_error_not_a_wrong_graph() -> None:
    with pytest.raises(NotImplementedError, match="mul"):
        to_onnx(_random(_Doubled), 32)


FOREIGN = """
import numpy as np, torch
from torch import nn
from core.nn.export import to_onnx
from core.nn.runtime import GraphRunner
from core.nn.torch_runner import TorchRunner

class Foreign(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, pixels):
        return torch.tanh(self.conv(pixels.permute(0, 3, 1, 2).float() / 255)).flatten(2).mean(2)

torch.manual_seed(0)
network = Foreign().eval()
pixels = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
expected = TorchRunner(network)(pixels)
assert np.ptp(expected) > 0.1
np.testing.assert_allclose(GraphRunner(to_onnx(network, 32), threads=1, block=2)(pixels), expected, atol=1e-5)
"""


def test_other_networks_go_through_torchs_exporter_and_quietly() -> None:
    """In a process of its own: the exporter leaves a thread behind and writes wherever it can."""
    done = subprocess.run([sys.executable, "-c", FOREIGN], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_blocks_do_not_change_the_answer() -> None:
    graph = to_onnx(_random(_Small), 32)
    whole = GraphRunner(graph, threads=1, block=5)(PIXELS)
    for block in (1, 2, 3):
        np.testing.assert_allclose(GraphRunner(graph, threads=1, block=block)(PIXELS), whole, rtol=1e-5, atol=1e-6)
