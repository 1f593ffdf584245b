"""Which class each learner is, how it is made from a run's parameters, and what it makes of photos. Loads no torch."""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsError
from core.lab import runs
from core.nn import checkpoints
from core.records_lab import Run

F32 = NDArray[np.float32]
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Made:
    """Where a learner's class is: ``module:class``; ``pictures``: the one that sees thumbnails, if it is another."""

    factory: str
    pictures: str = ""

    def of(self, parameters: Mapping[str, Any]) -> str:
        """The class for what a run's parameters let it see."""
        return self.pictures if self.pictures and sees_pictures(parameters) else self.factory


CLASSES: dict[str, Made] = {
    "rbm": Made("core.embed.rbm:RBM"),
    "dbn": Made("core.embed.dbn:DBN"),
    "autoencoder": Made("core.embed.autoencoder:DenseAutoencoder", "core.embed.autoencoder:ConvAutoencoder"),
    "codes": Made("core.embed.hashing:BinaryCodes"),
}
"""Those that learn from arrays of vectors or small pictures, and make vectors of them."""

TITLES = {"rbm": "RBM", "dbn": "DBN", "autoencoder": "Autoencoder", "codes": "Binary codes"}

INPUT, PICTURES = "input", "pictures"
"""A parameter of the Lab itself: what the learner sees, "vectors" of the CNN or small "pictures"."""


def build(made: Made, parameters: Mapping[str, Any], seed: int, device: str) -> Any:
    """The estimator of a run, not fitted. Imports what it is made of."""
    module, _, name = made.of(parameters).partition(":")
    given = {**parameters, "visible": "gaussian"}  # of thumbnails too: binary units lose their colours, most units die
    given |= {key: sizes_of(value) for key, value in parameters.items() if key.endswith("_sizes")}
    kind = getattr(importlib.import_module(module), name)
    own = {key: given[key] for key in inspect.signature(kind).parameters if key in given}
    return kind(**own, random_state=seed, device=device)


def sees_pictures(parameters: Mapping[str, Any]) -> bool:
    """Whether a run learns from thumbnails, not from the CNN's vectors."""
    return bool(parameters.get(INPUT) == PICTURES)


def shaped(made: Made, parameters: Mapping[str, Any], pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Small pictures uint8 [n, side, side, 3] as a learner takes them: convolutions as they are, others as rows."""
    return pictures if made.of(parameters) == made.pictures else pictures.reshape(len(pictures), -1)


def sizes_of(text: str) -> tuple[int, ...]:
    """``512, 256`` as numbers. Raises ValueError (a sentence)."""
    try:
        sizes = tuple(int(part) for part in text.replace(" ", ",").split(",") if part)
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1 or max(sizes) > 8192:
        raise ValueError(f"Sizes of layers are whole numbers with commas between them, not “{text}”.")
    return sizes


def load(folder: Path, run: Run, device: str = "cpu") -> Any:
    """The fitted estimator of a run. Raises WeightsError where its weights are absent or damaged."""
    made = CLASSES.get(run.spec.learner)
    if made is None:
        raise WeightsError(f"{run.spec.learner} makes no vectors of photos.")
    arrays, _ = checkpoints.load(folder / runs.WEIGHTS)
    return build(made, run.spec.parameters, run.spec.seed, device).set_arrays(arrays)


def described(estimator: Any, x: NDArray[Any]) -> F32:
    """What a fitted learner makes of rows: float32 [n, k] of length one; bits become -1 and 1 first, so that the cosine
    of two codes falls as the number of bits in which they differ grows."""
    parts = []
    for start in range(0, len(x), BLOCK):
        rows = np.asarray(x[start : start + BLOCK])
        parts.append(unit(raw(estimator, rows)))
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)


def seen_by(estimator: Any, own: NDArray[Any], foreign: NDArray[Any]) -> tuple[F32, F32, float]:
    """(what a fitted learner makes of both, float32 unit rows; seconds per 1,000 rows)."""
    started = time.perf_counter()
    made = described(estimator, own)
    seconds = (time.perf_counter() - started) * 1000.0 / max(len(own), 1)
    away = described(estimator, foreign) if len(foreign) else np.empty((0, made.shape[1]), np.float32)
    return made, away, seconds


def raw(estimator: Any, rows: NDArray[Any]) -> F32:
    """float32 [n, k] before it is brought to length one."""
    made = np.asarray(estimator.transform(rows))
    if made.dtype == np.uint8:
        bits = np.unpackbits(made, axis=1).astype(np.float32)
        return 2.0 * bits - 1.0
    return made.astype(np.float32)


def unit(rows: F32) -> F32:
    """Rows of length one; what is zero or not finite is zero."""
    rows = np.nan_to_num(np.asarray(rows, np.float32))
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1.0), np.float32)


def blocks(n: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices that cover n rows."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))
