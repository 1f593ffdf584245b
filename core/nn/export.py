"""From a torch network to an ONNX graph: uint8 [n, size, size, 3] named "pixels" in, float [n, dim] "features" out.

Networks made of our own blocks are written out node by node, with batch normalisation folded into the convolutions and
paddings into their attributes: half a second, against some twenty for torch's general exporter, which also needs twice
the memory. Anything else goes through that exporter. Either way the parity test holds the graph to the network.
"""

from __future__ import annotations

import logging
import operator
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.nn.blocks import ConvNorm, Normalise, SamePad

OPSET, IR_VERSION = 17, 8
INPUT, OUTPUT = "pixels", "features"


def to_onnx(network: nn.Module, size: int, metadata: Mapping[str, str] | None = None) -> bytes:
    """The network in evaluation mode as a serialised graph for any n; ``metadata`` goes into its properties."""
    network = network.eval()
    own = any(isinstance(module, ConvNorm) for module in network.modules())
    model = _Writer(network).model() if own else _general(network, size)
    helper.set_model_props(model, dict(metadata or {}))
    serialised: bytes = model.SerializeToString()
    return serialised


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, (ConvNorm, Normalise, nn.Identity))


class _Writer:
    """Writes one graph. Values are named after the traced nodes."""

    def __init__(self, network: nn.Module) -> None:
        self._modules = dict(network.named_modules())
        self._traced = _Tracer().trace(network)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._names: dict[fx.Node, str] = {}

    def model(self) -> onnx.ModelProto:
        for node in self._traced.nodes:
            self._names[node] = self._write(node)
        pixels = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", None, None, 3])
        features = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", self._channels])
        graph = helper.make_graph(self._nodes, "network", [pixels], [features], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return model

    def _write(self, node: fx.Node) -> str:
        inputs = [self._names[value] for value in node.all_input_nodes]
        if node.op == "placeholder":
            return INPUT
        if node.op == "call_module":
            return self._module(node.name, self._modules[str(node.target)], inputs[0])
        if node.op == "call_function" and node.target is operator.add:
            return self._add("Add", inputs, node.name)
        if node.op == "call_method" and node.target == "mean" and node.args[1:] == ((2, 3),):
            return self._add("Flatten", [self._add("GlobalAveragePool", inputs, f"{node.name}.pooled")], node.name)
        if node.op == "output":
            return self._add("Identity", inputs, OUTPUT)
        raise NotImplementedError(f"No graph node is known for {node.op} {node.target}.")

    def _module(self, name: str, module: nn.Module, x: str) -> str:
        if isinstance(module, Normalise):
            return self._normalise(name, module, x)
        if isinstance(module, ConvNorm):
            return self._conv_norm(name, module, x)
        return x

    def _normalise(self, name: str, module: Normalise, x: str) -> str:
        x = self._add("Transpose", [x], f"{name}.planes", perm=[0, 3, 1, 2])
        x = self._add("Cast", [x], f"{name}.float", to=TensorProto.FLOAT)
        x = self._add("Mul", [x, self._weight(f"{name}.scale", module.scale)], f"{name}.scaled")
        return self._add("Add", [x, self._weight(f"{name}.shift", module.shift)], name)

    def _conv_norm(self, name: str, module: ConvNorm, x: str) -> str:
        conv = fuse_conv_bn_eval(module.conv, module.norm)
        assert conv.bias is not None
        self._channels = conv.out_channels
        weights = [self._weight(f"{name}.weight", conv.weight), self._weight(f"{name}.bias", conv.bias)]
        left, right, top, bottom = (
            module.pad.padding if isinstance(module.pad, SamePad) else (int(conv.padding[0]),) * 4
        )
        x = self._add(
            "Conv", [x, *weights], f"{name}.conv",
            kernel_shape=list(conv.kernel_size), strides=list(conv.stride), group=conv.groups,
            pads=[top, left, bottom, right],
        )  # fmt: skip
        if isinstance(module.activation, nn.Identity):
            return x
        limits = [self._scalar("zero", 0.0), self._scalar("six", 6.0)]
        return self._add("Clip", [x, *limits], name)

    def _add(self, operation: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operation, inputs, [output], name=output, **attributes))
        return output

    def _weight(self, name: str, tensor: torch.Tensor) -> str:
        self._weights.append(numpy_helper.from_array(tensor.detach().cpu().numpy(), name))
        return name

    def _scalar(self, name: str, value: float) -> str:
        if all(weight.name != name for weight in self._weights):
            self._weights.append(numpy_helper.from_array(np.array(value, np.float32), name))
        return name


def _general(network: nn.Module, size: int) -> onnx.ModelProto:
    """Through torch's exporter. Raises what torch raises where a network cannot be exported."""
    example = torch.zeros((2, size, size, 3), dtype=torch.uint8)
    with _quiet():
        program = torch.onnx.export(
            network, (example,), dynamo=True, verbose=False, external_data=False,
            input_names=[INPUT], output_names=[OUTPUT], dynamic_shapes=({0: torch.export.Dim("n")},),
        )  # fmt: skip
    assert program is not None
    return program.model_proto


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns of its own internals and of libraries that are not installed; neither concerns the person."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
