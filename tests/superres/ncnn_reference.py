"""A slow executor of ncnn's files in plain numpy, which shares nothing with the reader it is the check of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def execute(param: Path | str, weights: Path | bytes, picture: F64) -> F64:
    """[h, w, 3] in [0, 1] -> [h', w', 3]."""
    text = param.read_text() if isinstance(param, Path) else param
    data = weights.read_bytes() if isinstance(weights, Path) else weights
    blobs: dict[str, F64] = {}
    at, last = 0, ""
    for line in text.strip().splitlines()[2:]:
        words = line.split()
        kind, n_in, n_out = words[0], int(words[2]), int(words[3])
        inputs = [blobs[name] for name in words[4 : 4 + n_in]]
        options = dict(word.split("=") for word in words[4 + n_in + n_out :])
        if kind == "Input":
            made = picture.transpose(2, 0, 1)
        elif kind == "Convolution":
            made, at = _convolution(inputs[0], options, data, at)
        elif kind == "PReLU":
            slopes = np.frombuffer(data, "<f4", int(options["0"]), at)[:, None, None]
            at += 4 * int(options["0"])
            made = np.where(inputs[0] > 0, inputs[0], inputs[0] * slopes)
        elif kind == "Concat":
            made = np.concatenate(inputs)
        elif kind == "Eltwise":
            factors = [float(one) for one in options["-23301"].split(",")[1:]]
            made = sum(factor * one for factor, one in zip(factors, inputs, strict=True))
        elif kind == "BinaryOp":
            made = inputs[0] + inputs[1]
        elif kind == "Interp":
            made = _resized(inputs[0], int(options["0"]), float(options["1"]))
        elif kind == "PixelShuffle":
            r, (c, h, w) = int(options["0"]), inputs[0].shape
            made = inputs[0].reshape(c // r**2, r, r, h, w).transpose(0, 3, 1, 4, 2).reshape(c // r**2, h * r, w * r)
        else:
            assert kind == "Split", kind
            made = inputs[0]
        for name in words[4 + n_in : 4 + n_in + n_out]:
            blobs[name] = last_made = made
            last = name
    assert at == len(data)
    assert blobs[last] is last_made
    return blobs[last].transpose(1, 2, 0)


def _convolution(x: F64, options: dict[str, str], data: bytes, at: int) -> tuple[F64, int]:
    outputs, kernel, count = int(options["0"]), int(options["1"]), int(options["6"])
    tag = int.from_bytes(data[at : at + 4], "little")
    numbers: NDArray[Any] = np.frombuffer(data, "<f2" if tag else "<f4", count, at + 4)
    at += 4 + (-(-2 * count // 4) * 4 if tag else 4 * count)
    bias = np.frombuffer(data, "<f4", outputs, at).astype(float)
    at += 4 * outputs
    weight = numbers.astype(float).reshape(outputs, len(x), kernel, kernel)
    edge = int(options.get("4", 0))
    padded = np.pad(x, ((0, 0), (edge, edge), (edge, edge)))
    windows = sliding_window_view(padded, (kernel, kernel), axis=(1, 2))
    y = np.tensordot(weight, windows, axes=((1, 2, 3), (0, 3, 4))) + bias[:, None, None]
    if options.get("9") == "2":
        slope = float(options["-23310"].split(",")[1])
        y = np.where(y > 0, y, slope * y)
    return y, at


def _resized(x: F64, mode: int, factor: float) -> F64:
    if mode == 1:
        return x.repeat(int(factor), axis=1).repeat(int(factor), axis=2)
    rows, columns = (_cubic(length, round(length * factor)) for length in x.shape[1:])
    return np.einsum("ph,chw,qw->cpq", rows, x, columns)


def _cubic(length: int, wanted: int, a: float = -0.75) -> F64:
    """[wanted, length]: the cubic convolution of Keys (1981), the ends repeated."""
    matrix = np.zeros((wanted, length))
    for i in range(wanted):
        centre = (i + 0.5) * length / wanted - 0.5
        for j in range(int(np.floor(centre)) - 1, int(np.floor(centre)) + 3):
            d = abs(centre - j)
            near = (a + 2) * d**3 - (a + 3) * d**2 + 1
            far = a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
            matrix[i, min(max(j, 0), length - 1)] += near if d <= 1 else far if d < 2 else 0.0
    return matrix
