"""Networks in the two files of ncnn (a text of layers, and weights) read into torch, strictly.

The format is ncnn's own (github.com/Tencent/ncnn, wiki "param and model file structure"). What is not known here is
refused rather than guessed: a layer, one of its parameters, a storage of weights, bytes left over or missing. Nothing
in the files is ever run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.errors import WeightsError
from core.superres import ncnn_files, own
from core.superres.models import Model, ModelInfo, digest_of, fit_scale

MAGIC = "7767517"
HALF, FULL = 0x01306B47, 0
"""What stands before an array of weights: half precision, or single. (8 bits and tables of 256 are not read.)"""
_ARRAY = -23300
"""Parameter number i as an array has the key ``_ARRAY - i``."""
Value = int | float | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of the text. ``parameters``: number -> value; arrays under their plain number."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: dict[int, Value]

    def whole(self, key: int, default: int) -> int:
        value = self.parameters.get(key, default)
        if not isinstance(value, int):
            raise WeightsError(f"Layer {self.name}: parameter {key} is not a whole number.")
        return value

    def numbers(self, key: int) -> tuple[float, ...]:
        value = self.parameters.get(key, ())
        if not isinstance(value, tuple):
            raise WeightsError(f"Layer {self.name}: parameter {key} is not a list of numbers.")
        return value


def load(info: ModelInfo, scale: int, device: str = "cpu") -> Model:
    """A model of the package's files, at this scale. Raises WeightsError where they are absent or not as they should
    be."""
    path = ncnn_files.find(info.name, scale)
    if path is None:
        raise WeightsError(ncnn_files.HOW_TO_GET)
    network = read(path.with_suffix(".param"), path)
    about = replace(info, sha256=digest_of(path))
    return fit_scale(own.of_network(about, network, network.scale, network.reach, device), scale)


def read(param: Path, weights: Path) -> NcnnNetwork:
    """The network in two files. Raises WeightsError."""
    try:
        text, data = param.read_text("ascii"), weights.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"{param.name} cannot be read: {error}") from error
    return NcnnNetwork(parse(text), data)


# ---------------------------------------------------------------- the text


def parse(text: str) -> tuple[Layer, ...]:
    """The layers in the order in which they run. Raises WeightsError."""
    lines = text.split("\n")
    if lines[0].strip() != MAGIC:
        raise WeightsError("This is not a text of layers of ncnn: it does not begin with its number.")
    if lines[-1].strip():
        lines.append("")
    try:
        n_layers, n_blobs = map(int, lines[1].split())
        layers = tuple(_layer(line) for line in lines[2:-1])
    except (ValueError, IndexError) as error:
        raise WeightsError(f"The text of layers is damaged: {error}") from error
    made = [name for layer in layers for name in layer.outputs]
    if len(layers) != n_layers or len(made) != n_blobs or len(set(made)) != n_blobs:
        raise WeightsError(f"The text of layers is damaged: it says {n_layers} layers and {n_blobs} pictures between.")
    return layers


def _layer(line: str) -> Layer:
    kind, name, n_inputs, n_outputs, *rest = line.split()
    first, last = int(n_inputs), int(n_inputs) + int(n_outputs)
    if len(rest) < last:
        raise ValueError(f"{name} lacks inputs or outputs")
    parameters = dict(_parameter(pair) for pair in rest[last:])
    return Layer(kind, name, tuple(rest[:first]), tuple(rest[first:last]), parameters)


def _parameter(pair: str) -> tuple[int, Value]:
    key, _, text = pair.partition("=")
    number = int(key)
    if number > _ARRAY:
        return number, _number(text)
    count, *values = text.split(",")
    if int(count) != len(values):
        raise ValueError(f"{pair} is not {count} numbers")
    return _ARRAY - number, tuple(float(value) for value in values)


def _number(text: str) -> int | float:
    return float(text) if "." in text or "e" in text else int(text)


# ---------------------------------------------------------------- the weights


class _Bytes:
    """The weights from front to back; every byte is asked for once."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def plain(self, count: int) -> Tensor:
        """``count`` float32 as they stand."""
        return torch.from_numpy(self._take(4 * count).view("<f4").astype(np.float32))

    def tagged(self, count: int) -> Tensor:
        """``count`` numbers after a tag that says how they are stored; half precision fills up to four bytes."""
        tag = int(self._take(4).view("<u4")[0])
        if tag == FULL:
            return self.plain(count)
        if tag != HALF:
            raise WeightsError(f"Weights stored in a way that is not known here (tag {tag:#010x}).")
        halves = self._take((2 * count + 3) // 4 * 4).view("<f2")
        if halves[count:].any():
            raise WeightsError("The weights are damaged: what should fill up holds numbers.")
        return torch.from_numpy(halves[:count].astype(np.float32))

    def end(self) -> None:
        if self._at != len(self._data):
            raise WeightsError(f"The weights have {len(self._data) - self._at:,} bytes that no layer asks for.")

    def _take(self, count: int) -> NDArray[np.uint8]:
        part = self._data[self._at : self._at + count]
        if len(part) != count:
            raise WeightsError("The weights end before all layers have theirs.")
        self._at += count
        return np.frombuffer(part, np.uint8)


# ---------------------------------------------------------------- the network


class NcnnNetwork(nn.Module):
    """The layers as one network: float32 [1, 3, h, w] in [0, 1] -> [1, 3, scale * h, scale * w].

    ``scale`` and ``reach`` (pixels of the small picture) follow from the layers. Raises WeightsError for all that is
    not known.
    """

    def __init__(self, layers: Sequence[Layer], data: bytes) -> None:
        super().__init__()
        weights = _Bytes(data)
        channels: dict[str, int] = {}
        size: dict[str, tuple[float, float]] = {}
        self.steps = nn.ModuleList()
        self._layers = tuple(layers)
        for layer in layers:
            missing = [name for name in layer.inputs if name not in channels]
            if missing:
                raise WeightsError(f"Layer {layer.name} asks for {missing[0]}, which no layer before it makes.")
            step = _step(layer, [channels[name] for name in layer.inputs], weights)
            self.steps.append(step)
            channels.update(dict.fromkeys(layer.outputs, step.channels))
            size.update(dict.fromkeys(layer.outputs, step.reached([size[name] for name in layer.inputs])))
        weights.end()
        self._last_use = {name: index for index, layer in enumerate(layers) for name in layer.inputs}
        self._input, self._output = self._ends()
        if (channels[self._input], channels[self._output]) != (3, 3):
            raise WeightsError("The network does not make a picture of a picture.")
        scale, reach = size[self._output]
        if scale != int(scale):
            raise WeightsError(f"The network enlarges by {scale:g}, which is no whole number.")
        self.scale, self.reach = int(scale), int(np.ceil(reach))

    def _ends(self) -> tuple[str, str]:
        begins = [layer.outputs[0] for layer in self._layers if layer.kind == "Input"]
        open_ends = [name for layer in self._layers for name in layer.outputs if name not in self._last_use]
        if len(begins) != 1 or len(open_ends) != 1:
            raise WeightsError("The network has not one input and one output.")
        return begins[0], open_ends[0]

    def forward(self, x: Tensor) -> Tensor:
        values = {self._input: x}
        for index, (layer, step) in enumerate(zip(self._layers, self.steps, strict=True)):
            if layer.kind == "Input":
                continue
            made = step(*[values[name] for name in layer.inputs])
            values.update(dict.fromkeys(layer.outputs, made))
            for name in layer.inputs:
                if self._last_use[name] == index:
                    values.pop(name, None)
        return values[self._output]


class _Step(nn.Module):
    """What one layer does. ``channels`` of what it makes; ``grows``: how much larger than its input that is."""

    channels: int
    grows: float = 1.0
    sees: int = 0
    """Pixels to each side that a pixel depends on, of the input."""

    def reached(self, inputs: Sequence[tuple[float, float]]) -> tuple[float, float]:
        """(scale, reach) of the result from those of the inputs."""
        if not inputs:
            return 1.0, 0.0
        scales = {scale for scale, _ in inputs}
        if len(scales) != 1:
            raise WeightsError("A layer joins pictures of different sizes.")
        (scale,) = scales
        return scale * self.grows, max(reach for _, reach in inputs) + self.sees / scale


def _step(layer: Layer, inputs: list[int], weights: _Bytes) -> _Step:
    made = _STEPS.get(layer.kind)
    if made is None:
        raise WeightsError(f"Layers of the kind “{layer.kind}” are not known here; known are {', '.join(_STEPS)}.")
    kind, known, count = made
    unknown = sorted(set(layer.parameters) - known)
    if unknown:
        raise WeightsError(f"Layer {layer.name} has a parameter that is not known here: {unknown[0]}.")
    if count is not None and len(layer.inputs) != count:
        raise WeightsError(f"Layer {layer.name} ({layer.kind}) has {len(layer.inputs)} inputs instead of {count}.")
    if len(layer.outputs) != 1 and layer.kind != "Split":
        raise WeightsError(f"Layer {layer.name} ({layer.kind}) has {len(layer.outputs)} outputs instead of 1.")
    return kind(layer, inputs, weights)


class _Input(_Step):
    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        self.channels = 3


class _Split(_Step):
    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        self.channels = inputs[0]

    def forward(self, x: Tensor) -> Tensor:
        return x


class _Convolution(_Step):
    """0: channels made, 1: kernel, 2: dilation, 3: stride, 4: padding, 5: bias, 6: number of weights, 9: what follows
    (0 nothing, 1 ReLU, 2 leaky ReLU with the slope in 10)."""

    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        self.channels, kernel = layer.whole(0, 0), layer.whole(1, 0)
        same = layer.whole(2, 1) == 1 and layer.whole(3, 1) == 1 and 2 * layer.whole(4, 0) + 1 == kernel
        size = self.channels * inputs[0] * kernel * kernel
        if not same or size != layer.whole(6, 0):
            raise WeightsError(f"Layer {layer.name} is a convolution of a kind that is not known here.")
        self.sees = kernel // 2
        self.convolution = nn.Conv2d(
            inputs[0], self.channels, kernel, padding=kernel // 2, bias=bool(layer.whole(5, 0)), device="meta"
        )
        shape = self.convolution.weight.shape
        self.convolution.weight = nn.Parameter(weights.tagged(size).reshape(shape), requires_grad=False)
        if self.convolution.bias is not None:
            self.convolution.bias = nn.Parameter(weights.plain(self.channels), requires_grad=False)
        self.slope = _slope(layer)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.convolution(x)
        return y if self.slope is None else functional.leaky_relu(y, self.slope, inplace=True)


def _slope(layer: Layer) -> float | None:
    after, numbers = layer.whole(9, 0), layer.numbers(10)
    known = {(0, 0): None, (1, 0): 0.0, (2, 1): numbers[0] if numbers else 0.0}
    if (after, len(numbers)) not in known:
        raise WeightsError(f"Layer {layer.name} is followed by a function that is not known here ({after}).")
    return known[after, len(numbers)]


class _PReLU(_Step):
    """0: number of slopes."""

    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        self.channels = inputs[0]
        count = layer.whole(0, 0)
        if count not in (1, self.channels):
            raise WeightsError(f"Layer {layer.name} has {count} slopes for {self.channels} channels.")
        self.slopes = nn.Parameter(weights.plain(count), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.prelu(x, self.slopes)


class _Concat(_Step):
    """0: the axis, which must be that of the channels."""

    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        if layer.whole(0, 0) != 0 or not inputs:
            raise WeightsError(f"Layer {layer.name} joins pictures in a way that is not known here.")
        self.channels = sum(inputs)

    def forward(self, *x: Tensor) -> Tensor:
        return torch.cat(x, dim=1)


class _Sum(_Step):
    """BinaryOp: 0: 0 adds. Eltwise: 0: 1 adds, 1: by how much each is multiplied first."""

    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        adds = layer.whole(0, 0) == (1 if layer.kind == "Eltwise" else 0)
        self.factors = layer.numbers(1) or (1.0,) * len(inputs)
        if not adds or len(set(inputs)) != 1 or len(self.factors) != len(inputs):
            raise WeightsError(f"Layer {layer.name} ({layer.kind}) is not the sum of pictures alike.")
        self.channels = inputs[0]

    def forward(self, *x: Tensor) -> Tensor:
        total = x[0] if self.factors[0] == 1.0 else x[0] * self.factors[0]
        for one, factor in zip(x[1:], self.factors[1:], strict=True):
            total = torch.add(total, one, alpha=factor)
        return total


class _Interp(_Step):
    """0: 1 nearest, 3 bicubic; 1, 2: height and width are multiplied by. Bicubic as torch's: a = -0.75, the outermost
    pixels repeated, no antialiasing."""

    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        mode, factors = layer.whole(0, 0), {layer.parameters.get(1), layer.parameters.get(2)}
        factor = factors.pop()
        if mode not in (1, 3) or factors or not isinstance(factor, float) or factor <= 0:
            raise WeightsError(f"Layer {layer.name} resizes in a way that is not known here.")
        if mode == 1 and factor != int(factor):
            raise WeightsError(f"Layer {layer.name} repeats pixels {factor:g} times, which is no whole number.")
        self.channels, self.grows, self.nearest = inputs[0], factor, mode == 1
        self.sees = 0 if self.nearest else int(np.ceil(2 + 1 / factor))

    def forward(self, x: Tensor) -> Tensor:
        size = [round(self.grows * length) for length in x.shape[2:]]
        if self.nearest:
            return functional.interpolate(x, size=size, mode="nearest")
        return functional.interpolate(x, size=size, mode="bicubic", align_corners=False)


class _PixelShuffle(_Step):
    """0: the factor; 1: 0, the order of channels as torch's."""

    def __init__(self, layer: Layer, inputs: list[int], weights: _Bytes) -> None:
        super().__init__()
        factor = layer.whole(0, 1)
        if factor < 1 or layer.whole(1, 0) != 0 or inputs[0] % factor**2:
            raise WeightsError(f"Layer {layer.name} shuffles pixels in a way that is not known here.")
        self.channels, self.grows = inputs[0] // factor**2, float(factor)

    def forward(self, x: Tensor) -> Tensor:
        return functional.pixel_shuffle(x, int(self.grows))


_STEPS: dict[str, tuple[Callable[[Layer, list[int], _Bytes], _Step], set[int], int | None]] = {
    "Input": (_Input, {0, 1, 2}, 0),
    "Split": (_Split, set(), 1),
    "Convolution": (_Convolution, {0, 1, 2, 3, 4, 5, 6, 9, 10}, 1),
    "PReLU": (_PReLU, {0}, 1),
    "Concat": (_Concat, {0}, None),
    "Eltwise": (_Sum, {0, 1}, None),
    "BinaryOp": (_Sum, {0}, 2),
    "Interp": (_Interp, {0, 1, 2}, 1),
    "PixelShuffle": (_PixelShuffle, {0, 1}, 1),
}
"""Kind -> what it does, the parameters known of it, how many inputs it has (None: any number)."""
