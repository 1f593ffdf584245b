"""How a trained network is run, whichever way: an exported graph on a CPU, torch on a GPU. Imports no torch itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.device import core_count

CPU_BLOCK = 8
"""Pictures per call on a CPU. Measured: 8 is as fast as any (1 to 32), and larger ones only take memory."""


class Runner(Protocol):
    """uint8 [n, size, size, 3] -> float32 [n, dim], any n; ``device`` in words for the person."""

    device: str
    on_notice: Callable[[str], None] | None

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]: ...


class GraphRunner:
    """An ONNX graph on the CPU through ONNX Runtime; input and output are its first ones.

    Threads do not spin while they wait: decode workers share the cores, and a spinning thread takes twice the CPU time
    per picture. The graph's memory grows with the block, not with the batch, which is cut into blocks.
    """

    device = "CPU (ONNX Runtime)"

    def __init__(self, graph: Path | bytes, *, threads: int | None = None, block: int = CPU_BLOCK) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or core_count()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            graph if isinstance(graph, bytes) else str(graph), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self._dim = int(self._session.get_outputs()[0].shape[1])
        self._block = block
        self.on_notice: Callable[[str], None] | None = None

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        out = np.empty((len(pixels), self._dim), np.float32)
        for start in range(0, len(pixels), self._block):
            part = np.ascontiguousarray(pixels[start : start + self._block])
            out[start : start + len(part)] = self._session.run(None, {self._input: part})[0]
        return out
