"""Weights on disk: safetensors with a hash, written whole or not at all; foreign files read without running code."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError

if TYPE_CHECKING:
    import torch

Arrays = dict[str, NDArray[Any]]
_DIGEST = "sha256"


def sha256(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` beside ``path`` and put it in its place, so that nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def save(path: Path, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str] | None = None) -> None:
    """Write arrays and texts as one safetensors file; its metadata carries a digest over all of them."""
    from safetensors.numpy import save as to_bytes

    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    texts = dict(metadata or {})
    write_whole(path, to_bytes(whole, {**texts, _DIGEST: _digest(whole, texts)}))


def load(path: Path) -> tuple[Arrays, dict[str, str]]:
    """Arrays and metadata of a file that :func:`save` wrote. Raises WeightsError if it is absent or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            texts = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path.name} cannot be read: {error}") from error
    expected = texts.pop(_DIGEST, "")
    if _digest(arrays, texts) != expected:
        raise WeightsError(f"{path.name} is damaged: its content does not match its SHA-256.")
    return arrays, texts


def _digest(arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> str:
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    for key in sorted(texts):
        total.update(f"{key}\0{texts[key]}\0".encode())
    return total.hexdigest()


def read_state_dict(path: Path, expected: str | None = None) -> dict[str, torch.Tensor]:
    """Tensors of a ``.safetensors``, ``.pth`` or ``.pt`` file, on the CPU; no code in it is ever run.

    ``expected`` is the SHA-256 the file must have. Raises WeightsError if the file is absent, other than expected,
    or holds anything but tensors by name.
    """
    if not path.is_file():
        raise WeightsError(f"The weights file {path} is not there.")
    if expected is not None and sha256(path) != expected:
        raise WeightsError(f"{path.name} is damaged or another version: its SHA-256 is not {expected[:16]}….")
    state = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickled(path)
    return _tensors(state, path.name)


def _read_safetensors(path: Path) -> object:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise WeightsError(f"{path.name} is not a safetensors file: {error}") from error


def _read_pickled(path: Path) -> object:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{path.name} does not hold plain weights: {reason}") from error


def _tensors(state: object, name: str) -> dict[str, torch.Tensor]:
    """The state_dict within what was read: itself, or under a key that training scripts commonly use."""
    import torch

    for key in ("state_dict", "model", "params_ema", "params"):
        if isinstance(state, Mapping) and isinstance(state.get(key), Mapping):
            state = state[key]
    if not isinstance(state, Mapping) or not all(isinstance(v, torch.Tensor) for v in state.values()):
        raise WeightsError(f"{name} does not hold weights by name.")
    return {str(key): value for key, value in state.items()}


def assign(network: torch.nn.Module, state: Mapping[str, torch.Tensor], source: str) -> None:
    """Load ``state`` into ``network`` with every key accounted for. Raises WeightsError naming what does not fit."""
    own = network.state_dict()
    missing, extra = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
    shapes = sorted(key for key in own.keys() & state.keys() if own[key].shape != state[key].shape)
    if missing or extra or shapes:
        parts = [
            f"{len(keys)} {what} ({keys[0]})"
            for keys, what in ((missing, "missing"), (extra, "unknown"), (shapes, "of another shape"))
            if keys
        ]
        raise WeightsError(f"{source} is of another architecture: {', '.join(parts)}.")
    network.load_state_dict(dict(state), strict=True)


def to_arrays(network: torch.nn.Module, prefix: str = "") -> Arrays:
    """The weights of a network by name, on the CPU."""
    return {f"{prefix}{name}": tensor.detach().cpu().numpy().copy() for name, tensor in network.state_dict().items()}


def from_arrays(network: torch.nn.Module, arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> None:
    """Give a network the weights that :func:`to_arrays` took. Raises WeightsError where they do not fit."""
    import torch

    found = {k.removeprefix(prefix): torch.from_numpy(np.array(v)) for k, v in arrays.items() if k.startswith(prefix)}
    assign(network, found, prefix or "The file")
