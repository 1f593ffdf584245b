"""Exported graphs on disk: after the first time a CPU needs no torch. Each has a card that vouches for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from core.errors import WeightsError
from core.nn import checkpoints

FORMAT = "1"
"""Raised whenever exporting or the card changes; graphs of another format are made again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """``graph``: the ONNX file, known to be whole. ``arrays``, ``texts``: what its card carries (head, spec)."""

    graph: Path
    arrays: dict[str, NDArray[Any]]
    texts: dict[str, str]


def save(
    folder: Path, stem: str, graph: bytes, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, str], weights: str
) -> None:
    """Write ``stem``.onnx, then its card ``stem``.safetensors; a crash in between leaves a card that does not match.

    ``weights`` is the SHA-256 of the weights that the graph was made from. Raises OSError.
    """
    checkpoints.write_whole(_graph(folder, stem), graph)
    own = {"format": FORMAT, "weights": weights, "graph": hashlib.sha256(graph).hexdigest()}
    checkpoints.save(_card(folder, stem), arrays, {**texts, **own})


def load(folder: Path, stem: str, weights: str) -> Stored | None:
    """What :func:`save` wrote, or None where it is absent, damaged, of another format or of other weights."""
    graph = _graph(folder, stem)
    if not graph.is_file() or not _card(folder, stem).is_file():
        return None
    try:
        arrays, texts = checkpoints.load(_card(folder, stem))
    except WeightsError:
        return None
    wanted = {"format": FORMAT, "weights": weights, "graph": checkpoints.sha256(graph)}
    if any(texts.get(key) != value for key, value in wanted.items()):
        return None
    return Stored(graph, arrays, texts)


def _graph(folder: Path, stem: str) -> Path:
    return folder / f"{stem}.onnx"


def _card(folder: Path, stem: str) -> Path:
    return folder / f"{stem}.safetensors"
