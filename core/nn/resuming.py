"""The state of an unfinished run on disk, for loops that are not :class:`core.nn.training.Training`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from core.errors import WeightsError
from core.nn import checkpoints
from core.nn.training import Resume


def save_state(resume: Resume, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
    """Arrays and plain values, whole or not at all. Raises OSError."""
    checkpoints.save(resume.path, arrays, {"fingerprint": resume.fingerprint, "values": json.dumps(dict(values))})


def load_state(resume: Resume | None) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """What was saved for this very run; None without a checkpoint, or with one that is damaged or of another run."""
    if resume is None or not resume.path.exists():
        return None
    try:
        arrays, texts = checkpoints.load(resume.path)
    except WeightsError:
        return None
    if texts.get("fingerprint") != resume.fingerprint:
        return None
    return arrays, dict(json.loads(texts["values"]))
