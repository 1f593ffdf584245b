"""The gazetteer's columns as a file of the user's cache: made again at any time, a fraction of the time to read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import platformdirs
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Columns:
    """n places: vectors float64 [n, 3] on the unit sphere, population and parent int64 [n], and columns of n texts."""

    vectors: NDArray[np.float64]
    population: NDArray[np.int64]
    parent: NDArray[np.int64]
    texts: list[list[str]]


def columns(source: Path | None, version: str, make: Callable[[Path | None], Columns]) -> Columns:
    """What ``make`` finds in ``source``, kept until the source (size, time) or ``version`` changes."""
    if source is None:
        return make(None)
    path = _file(source, version)
    kept = _read(path)
    if kept is None:
        kept = make(source)
        _write(path, kept)
    return kept


def _file(source: Path, version: str) -> Path:
    facts = source.stat()
    name = f"places-{version}-{facts.st_size}-{facts.st_mtime_ns}.npz"
    return Path(platformdirs.user_cache_dir("reverie", appauthor=False)) / name


def _read(path: Path) -> Columns | None:
    """The kept columns; None where there are none, or a damaged file."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as kept:
            texts = [kept[f"text{i}"].tobytes().decode("utf-8").split("\n") for i in range(int(kept["texts"]))]
            found = Columns(kept["vectors"], kept["population"], kept["parent"], texts)
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        return None
    n = len(found.population)
    whole = found.vectors.shape == (n, 3) and len(found.parent) == n and all(len(text) == n for text in texts)
    return found if whole else None


def _write(path: Path, found: Columns) -> None:
    """Keep them, whole or not at all; a cache that cannot be written costs only time."""
    texts = {f"text{i}": np.frombuffer("\n".join(text).encode(), np.uint8) for i, text in enumerate(found.texts)}
    part = path.with_name(f"{path.stem}-{os.getpid()}.part.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            part,
            vectors=found.vectors,
            population=found.population,
            parent=found.parent,
            texts=np.int64(len(texts)),
            **texts,  # type: ignore[arg-type]
        )
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
