"""What was learned, on disk: ``models/<name>.json`` with its figures, and the weights it names beside it.

The JSON is put in place last and names its weights by their digest, so the pair appears whole or not at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError
from core.nn import checkpoints

FOLDER = "models"
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """One learned part: ``info`` plain values, ``arrays`` its weights."""

    info: dict[str, Any]
    arrays: Arrays = field(default_factory=dict)


def save(root: Path, name: str, version: int, info: dict[str, Any], arrays: Arrays | None = None) -> None:
    """Keep a part in the library folder ``root``; what was kept under that name before goes. Raises OSError."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = {"version": version, "info": info, "weights": None, "sha256": None}
    if arrays:
        fresh = folder / f".{name}.fresh"
        checkpoints.save(fresh, {key: np.asarray(array) for key, array in arrays.items()})
        digest = checkpoints.sha256(fresh)
        weights = folder / f"{name}-{digest[:12]}.safetensors"
        fresh.replace(weights)
        text |= {"weights": weights.name, "sha256": digest}
    checkpoints.write_whole(folder / f"{name}.json", json.dumps(text, indent=1).encode())
    for old in folder.glob(f"{name}-*.safetensors"):
        if old.name != text["weights"]:
            old.unlink(missing_ok=True)


def read_info(root: Path, name: str, version: int) -> dict[str, Any] | None:
    """The figures of a part, without its weights; None where it was never learned. Raises WeightsError."""
    text = _read(root, name, version)
    return None if text is None else dict(text["info"])


def load(root: Path, name: str, version: int) -> Kept | None:
    """A part with its weights; None where it was never learned.

    Raises WeightsError, with the reason, for one that is damaged, incomplete or of another version.
    """
    text = _read(root, name, version)
    if text is None:
        return None
    if text["weights"] is None:
        return Kept(text["info"])
    path = root / FOLDER / Path(str(text["weights"])).name
    if not path.is_file():
        raise WeightsError(f"{name}.json names {path.name}, which is not there.")
    if checkpoints.sha256(path) != text["sha256"]:
        raise WeightsError(f"{path.name} is damaged: its content does not match its SHA-256.")
    return Kept(text["info"], checkpoints.load(path)[0])


def forget(root: Path, name: str) -> None:
    """Unlearn a part."""
    for path in (root / FOLDER).glob(f"{name}-*.safetensors"):
        path.unlink(missing_ok=True)
    (root / FOLDER / f"{name}.json").unlink(missing_ok=True)


def _read(root: Path, name: str, version: int) -> dict[str, Any] | None:
    path = root / FOLDER / f"{name}.json"
    try:
        text = json.loads(path.read_text(encoding="utf-8"))
        known = {"version", "info", "weights", "sha256"} <= text.keys() and isinstance(text["info"], dict)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError) as error:
        raise WeightsError(f"{path.name} cannot be read: {error}") from error
    if not known:
        raise WeightsError(f"{path.name} is damaged: it does not say what it holds.")
    if text["version"] != version:
        raise WeightsError(f"{path.name} is of version {text['version']}; this program reads version {version}.")
    return dict(text)
