"""Models that others made, from a file the person chose: only weights are read, and spandrel tells the network by them.

No code in a file is ever run: it is read as safetensors or by torch's ``weights_only``, and a file that would need more
is refused. spandrel (github.com/chaiNNer-org/spandrel) is an optional extra.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from core.errors import WeightsError
from core.nn import checkpoints
from core.superres import own
from core.superres.models import Model, ModelInfo, fit_scale

HOW_TO_GET = "Files of the community need the package spandrel: pip install spandrel, then start the program again."
UNKNOWN_REACH = 64
"""Taken for networks that do not say how far they look."""
UNCUT = 1 << 20
"""The tile of networks that want to see the picture whole."""


def load(info: ModelInfo, file: Path, scale: int, device: str = "cpu") -> Model:
    """The model in the file, at this scale. Raises WeightsError, saying why where the file is refused."""
    if own.is_ours(file):
        return fit_scale(own.load(info, file, device), scale)
    return fit_scale(_foreign(info, file, device), scale)


def _foreign(info: ModelInfo, file: Path, device: str) -> Model:
    state = checkpoints.read_state_dict(file)
    spandrel = _spandrel()
    try:
        found = spandrel.ModelLoader().load_from_state_dict(spandrel.canonicalize_state_dict(state))
    except spandrel.UnsupportedModelError as error:
        raise WeightsError(f"{file.name} holds no network that spandrel knows.") from error
    except (RuntimeError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise WeightsError(f"{file.name} does not fit the network it seems to be: {_first_line(error)}") from error
    if not isinstance(found, spandrel.ImageModelDescriptor):
        raise WeightsError(f"{file.name} holds a network for something other than enlarging ({found.purpose}).")
    if (found.input_channels, found.output_channels) != (3, 3):
        raise WeightsError(f"{file.name} makes pictures of {found.output_channels} channels; only colour is enlarged.")
    tile = UNCUT if found.tiling is spandrel.ModelTiling.INTERNAL else 256
    network = _Described(found.to(torch.float32))
    return own.of_network(info, network, int(found.scale), UNKNOWN_REACH, device, tile=tile)


class _Described(nn.Module):
    """What spandrel found, with its care for sizes."""

    def __init__(self, found: object) -> None:
        super().__init__()
        self.network: nn.Module = found.model  # type: ignore[attr-defined]
        self._found = [found]

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self._found[0](x)  # type: ignore[operator]
        return y


def _spandrel() -> ModuleType:
    try:
        import spandrel
    except (ImportError, RuntimeError) as error:  # torchvision, which it needs, fails so beside another torch
        missing = isinstance(error, ModuleNotFoundError) and error.name == "spandrel"
        reason = "" if missing else f" It is installed but cannot be loaded: {_first_line(error)}."
        raise WeightsError(HOW_TO_GET + reason) from error
    found: ModuleType = spandrel
    return found


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
