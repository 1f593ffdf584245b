"""What is asked of the Studio's processes: small records that travel there. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ReverieError
from core.lab import runs
from core.records_lab import Value
from core.studio.food import Food


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to see of some photos: asked of a child process."""

    food: Food
    size: int


@dataclass(frozen=True, slots=True)
class Task:
    """One training. ``folder`` of its run; ``parameters`` all of them."""

    folder: str
    model: str
    size: int
    steps: int
    parameters: Mapping[str, Value]
    seed: int
    food: Food


@dataclass(frozen=True, slots=True)
class Ask:
    """Of the generator in ``folder``: pictures of ``points``, or with ``frames`` a walk between the first two."""

    folder: str
    points: tuple[str, ...]
    truncation: float
    condition: str
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Seek:
    """A photo to be sought in the generator in ``folder``: the only one of ``food``."""

    folder: str
    food: Food
    condition: str
    steps: int


@dataclass(frozen=True, slots=True)
class How:
    """``model`` of :mod:`core.superres.models`; ``file``: weights of another maker or of a run, "" for its own;
    ``run_id`` of an SRGAN of one's own. ``strength`` in [0, 1]."""

    model: str
    scale: int
    strength: float = 1.0
    file: str = ""
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Photos to enlarge, by path, into ``folder``; ``diary``: the file that says what became of each."""

    how: How
    paths: tuple[str, ...]
    folder: str
    diary: str
    first: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A crop ``box`` (x, y, width, height in [0, 1]) of a photo, to be enlarged in several ways."""

    path: str
    box: tuple[float, float, float, float]
    hows: tuple[How, ...]


def near_points(point: str, n: int, spread: float, seed: int) -> tuple[str, ...]:
    """The names of ``n`` points near another."""
    return tuple(f"{point}~{spread:g}~{seed}.{n}.{k}" for k in range(n))


def check_weights(folder: Path) -> Path:
    """The weights of a finished run. Raises ReverieError."""
    path = folder / runs.WEIGHTS
    if not path.is_file():
        raise ReverieError(f"The run {folder.name} has no generator yet. Let it train to its end first.")
    return path
