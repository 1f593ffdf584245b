"""Networks of our own that enlarge, from their weights files, and any torch network as a :class:`Model`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import WeightsError
from core.nn import checkpoints
from core.superres.models import Model, ModelInfo

F32 = NDArray[np.float32]


def load(info: ModelInfo, path: Path, device: str = "cpu") -> Model:
    """The model in a file that our trainings write. Raises WeightsError."""
    network = read(path)
    return of_network(info, network, int(network.scale), int(network.reach), device)  # type: ignore[arg-type]


def is_ours(path: Path) -> bool:
    """Whether a file says of itself that our trainings wrote it; it may still be damaged."""
    from safetensors import SafetensorError, safe_open

    if path.suffix != ".safetensors":
        return False
    try:
        with safe_open(path, framework="np") as file:
            return bool({"compact", "srresnet"} & set(file.metadata() or {}))
    except (OSError, SafetensorError):
        return False


def read(path: Path) -> nn.Module:
    """The network in a file that our trainings write: which of them is said in its metadata. Raises WeightsError."""
    _, texts = checkpoints.load(path)
    if "compact" in texts:
        from core.superres import train

        return train.read(path)
    if "srresnet" in texts:
        from core.superres import srresnet

        return srresnet.read(path)
    raise WeightsError(f"{path.name} holds no network of ours that enlarges.")


def of_network(
    info: ModelInfo, network: nn.Module, scale: int, reach: int, device: str = "cpu", *, tile: int = 256
) -> Model:
    """A network of float32 [1, 3, h, w] in [0, 1] -> [1, 3, scale * h, scale * w] as a model of arrays."""
    ready = network.eval().to(device)
    ready = ready.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Model(info, scale, reach, _runner(ready, device), tile)


def _runner(network: nn.Module, device: str) -> Callable[[F32], F32]:
    def run(image: F32) -> F32:
        try:
            with torch.inference_mode():
                x = torch.from_numpy(np.ascontiguousarray(image)).to(device).permute(2, 0, 1)[None]
                y = network(x.to(memory_format=torch.channels_last))[0]
                return np.ascontiguousarray(y.permute(1, 2, 0).float().cpu().numpy())
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise

    return run


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch says that memory is short: on a GPU by a class of its own, on the CPU by words alone."""
    words = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in words or "out of memory" in words
