"""Runs on disk: a folder ``models/runs/<id>/`` each. Every file in it appears whole or not at all.

``run.json``: the run as it was begun and as it ended, written by the process that holds the library. ``curves.json``:
how far it is, written by the process that trains after every epoch. ``checkpoint``: what it goes on from.
``weights.safetensors``: what it learned. ``pictures-<kind>-<epoch>.npz``: what it shows.
"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.nn import checkpoints
from core.records import Scope
from core.records_lab import Curve, PictureGrid, Run, RunSpec
from core.store.lock import lock_owner

_log = logging.getLogger(__name__)
VERSION = 1
FOLDER = Path("models") / "runs"
RUN, CURVES, CHECKPOINT, WEIGHTS, PHOTOS = "run.json", "curves.json", "checkpoint", "weights.safetensors", "photos"
HELD_OUT = "_held_out"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")
_PICTURES = re.compile(r"pictures-([a-z]+)-(\d{6,})\.npz")


@dataclass(frozen=True, slots=True)
class Kept:
    """How far a training is: ``epoch``s (or steps) done, ``seconds`` spent, ``history`` of each curve with a value
    every ``every`` of them, ``figures`` so far, and what they say in ``sentences``."""

    epoch: int = 0
    seconds: float = 0.0
    history: Mapping[str, list[float]] | None = None
    figures: Mapping[str, float] | None = None
    every: int = 1
    sentences: tuple[str, ...] = ()


def folder_of(root: Path, run_id: str) -> Path:
    """Where a run lies. Raises KeyError for what cannot be the name of one."""
    if not _ID.fullmatch(run_id):
        raise KeyError(run_id)
    return root / FOLDER / run_id


def create(root: Path, run: Run) -> Run:
    """Make the folder of a new run and give it its name: learner, day and time, which no other run ever has."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(run.created))
    for serial in range(1, 1000):
        name = f"{run.spec.learner}-{stamp}" + (f"-{serial}" if serial > 1 else "")
        try:
            (root / FOLDER / name).mkdir(mode=0o700, parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise ReverieError(f"The run cannot be kept in {root / FOLDER}: {error.strerror}.") from error
        named = replace(run, id=name)
        write(root, named)
        return named
    raise ReverieError("There are too many runs of this second.")


def write(root: Path, run: Run) -> None:
    """Keep what is known of a run, and whose process trains it. Raises ReverieError when the disk refuses."""
    text = {"version": VERSION, "owner": lock_owner(root) if run.state == "running" else None, "run": asdict(run)}
    try:
        checkpoints.write_whole(folder_of(root, run.id) / RUN, json.dumps(text, indent=1).encode())
    except OSError as error:
        raise ReverieError(f"The run {run.id} cannot be kept: {error.strerror}.") from error


def read(root: Path, run_id: str, alive: bool | None = None) -> Run:
    """A run as it is now. ``alive``: whether this process trains it; None: look whether another process does.

    Raises KeyError where there is none, ReverieError (a sentence) for one that is damaged.
    """
    folder = folder_of(root, run_id)
    try:
        text = json.loads((folder / RUN).read_text(encoding="utf-8"))
        run = _of_json(text["run"])
        owner = text["owner"]
        known = text["version"] == VERSION and run.id == run_id
    except (FileNotFoundError, NotADirectoryError):
        raise KeyError(run_id) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReverieError(f"The run {run_id} is damaged and left out: {error}") from error
    if not known:
        raise ReverieError(f"The run {run_id} is damaged or of another version of the program, and left out.")
    if run.state == "running":
        here = alive if alive is not None else owner is not None and lock_owner(root) == owner
        if not here:
            run = replace(run, state="stopped", message=run.message or "It was interrupted and can go on.")
    now = progress_of(folder)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    seconds, epoch = max(now.seconds, run.seconds), max(now.epoch, run.epoch)
    return replace(run, seconds=seconds, epoch=epoch, size_bytes=size, figures={**(now.figures or {}), **run.figures})


def names(root: Path, mine: Callable[[str], bool] = lambda learner: True) -> list[str]:
    """Folders of the runs whose learner is one of ``mine``, the newest first."""
    try:
        found = [path for path in (root / FOLDER).iterdir() if path.is_dir() and _ID.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    found = [path for path in found if mine(learner_of(path.name))]
    return [path.name for path in sorted(found, key=lambda path: (_stamp(path.name), path.name), reverse=True)]


def delete(root: Path, run_id: str) -> None:
    """Remove all of a run. Raises KeyError where there is none."""
    folder = folder_of(root, run_id)
    if not folder.is_dir():
        raise KeyError(run_id)
    (folder / RUN).unlink(missing_ok=True)  # first, so that what remains of a removal that fails is no run
    shutil.rmtree(folder, ignore_errors=True)


def learner_of(name: str) -> str:
    """What a run of this name trained."""
    return name.partition("-")[0]


def _stamp(name: str) -> str:
    return name.partition("-")[2]


def _of_json(values: dict[str, Any]) -> Run:
    spec = dict(values["spec"])
    scope = Scope(**{**spec["scope"], "ids": tuple(spec["scope"]["ids"])})
    return Run(**{**values, "spec": RunSpec(**{**spec, "scope": scope})})


def keep_photos(
    folder: Path,
    ids: NDArray[np.int64],
    held_out: NDArray[np.bool_],
    labels: NDArray[np.int64] | None = None,
    names: Sequence[str] = (),
) -> None:
    """Keep which photos a run learns from, so that it goes on with the very same; with a condition their ``labels`` and
    what those are called. Raises ReverieError."""
    arrays: dict[str, NDArray[Any]] = {"ids": ids, "held_out": held_out}
    if labels is not None:
        arrays["labels"] = labels
    try:
        checkpoints.save(folder / PHOTOS, arrays, {"names": json.dumps(list(names))})
    except OSError as error:
        raise ReverieError(f"The run {folder.name} cannot be kept: {error.strerror}.") from error


def photos(folder: Path) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(ids int64 [n], held_out bool [n]) of a run. Raises WeightsError."""
    arrays, _ = checkpoints.load(folder / PHOTOS)
    return arrays["ids"], arrays["held_out"]


def classes(folder: Path) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """(labels int64 [n] of the photos, their names) of a run with a condition; (None, ()) else. Raises WeightsError."""
    arrays, texts = checkpoints.load(folder / PHOTOS)
    return arrays.get("labels"), tuple(json.loads(texts.get("names", "[]")))


# ---------------------------------------------------------------- what training writes


def keep_progress(folder: Path, kept: Kept) -> None:
    """Write how far a training is. Raises OSError."""
    checkpoints.write_whole(folder / CURVES, json.dumps(asdict(kept)).encode())


def progress_of(folder: Path) -> Kept:
    """How far a training is; nothing where it has not begun or that cannot be read."""
    try:
        return Kept(**json.loads((folder / CURVES).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Kept()
    except (OSError, ValueError, TypeError) as error:
        _log.warning("The curves of %s cannot be read: %s", folder.name, error)
        return Kept()


def curves(folder: Path) -> tuple[Curve, ...]:
    """Every measure with its values by epoch, and beside them the same on photos kept apart."""
    kept = progress_of(folder)
    history = {name: np.asarray(values, np.float64) for name, values in (kept.history or {}).items()}
    found = []
    for name, values in history.items():
        if name.endswith(HELD_OUT) and name.removesuffix(HELD_OUT) in history:
            continue
        beside = history.get(name + HELD_OUT)
        beside = beside if beside is not None and len(beside) == len(values) else None
        found.append(Curve(name, kept.every * np.arange(1, len(values) + 1, dtype=np.int64), values, beside))
    return tuple(found)


def keep_pictures(folder: Path, grid: PictureGrid) -> None:
    """Keep a grid of pictures of an epoch. Raises OSError."""
    data = io.BytesIO()
    np.savez_compressed(data, pictures=np.asarray(grid.pictures, np.uint8))
    checkpoints.write_whole(folder / f"pictures-{grid.kind}-{grid.epoch:06d}.npz", data.getvalue())


def epochs(folder: Path, kind: str) -> tuple[int, ...]:
    """The epochs that there are pictures of a kind of, rising."""
    if not folder.is_dir():
        return ()
    found = (_PICTURES.fullmatch(path.name) for path in folder.iterdir())
    return tuple(sorted(int(each[2]) for each in found if each is not None and each[1] == kind))


def pictures(folder: Path, kind: str, epoch: int | None = None) -> PictureGrid | None:
    """The pictures of an epoch (the latest by default); None where there are none or they cannot be read."""
    there = epochs(folder, kind)
    wanted = (there[-1] if there else None) if epoch is None else epoch
    if wanted not in there or wanted is None:
        return None
    try:
        with np.load(folder / f"pictures-{kind}-{wanted:06d}.npz", allow_pickle=False) as file:
            grid: NDArray[np.uint8] = file["pictures"]
    except (OSError, ValueError, KeyError) as error:
        _log.warning("Pictures of %s cannot be read: %s", folder.name, error)
        return None
    return PictureGrid(kind, wanted, grid)
