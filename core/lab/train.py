"""What happens in the process that trains: arrays gathered, the learner fitted, curves and pictures written on the way.

Everything it writes lies in the run's own folder and appears whole; what stops it at any moment leaves a run that goes
on from its last epoch. Torch is imported only in that process.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.lab import data, learners, runs, showing
from core.lab.data import Material
from core.lab.learners import Made
from core.lab.runs import Kept
from core.progress import Progress
from core.records_lab import Value

Rows = NDArray[Any]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """One training. ``folder`` of its run; ``made``: its class, see :mod:`core.lab.learners`."""

    folder: str
    learner: str
    title: str
    made: Made
    parameters: Mapping[str, Value]
    seed: int
    material: Material


@dataclass(frozen=True, slots=True)
class Outcome:
    """``kept``: as it stands in ``curves.json``; ``device`` in words; photos learned from and kept apart."""

    kept: Kept
    device: str
    photos: int
    held_out: int


def train(task: Task, progress: Progress) -> Outcome:
    """Train to the end, from the checkpoint where there is one. Raises Cancelled, and ReverieError in plain words for a
    full disk, too little memory or numbers that run away; the checkpoint stays in every case."""
    from core import device as devices
    from core.nn.training import Resume

    folder, device = Path(task.folder), devices.choose()
    scratch = Path(task.material.cache) / f"{folder.name}.scratch"
    try:
        with explained():
            learn, held, photos = _inputs(task, scratch, progress)
            estimator = learners.build(task.made, task.parameters, task.seed, device.torch_name)
            notes = Notes(folder, showing.Shown(task.parameters, held, photos))
            progress.phase(f"Training: {task.title}", foreseen(task.parameters), "rounds")
            estimator.fit(
                learn,
                X_held_out=held if len(held) else None,
                progress=progress,
                resume=Resume(folder / runs.CHECKPOINT, fingerprint(task)),
                on_epoch=notes.on_epoch,
            )
            kept = _finish(task, estimator, notes, held)
            if task.learner == "codes":
                from core.lab import codes

                stem = Path(task.material.vectors).name.removesuffix(".f16")
                every = data.stored_vectors(task.material)
                codes.write(Path(task.material.root), stem, folder.name, estimator, every, progress)
        return Outcome(kept, str(device), len(learn), len(held))
    finally:
        scratch.unlink(missing_ok=True)


def fingerprint(task: Task) -> str:
    """Tells runs apart, so that a checkpoint of another is never taken for this one's."""
    told = json.dumps([task.made.of(task.parameters), dict(task.parameters), task.seed], sort_keys=True)
    material = task.material
    rows = material.rows.tobytes() + material.held_out.tobytes() + material.ids.tobytes()
    return digest(told.encode() + rows + material.vectors.encode())


def digest(told: bytes) -> str:
    """Of what makes a run the one it is."""
    return hashlib.sha256(told).hexdigest()


@contextmanager
def explained() -> Iterator[None]:
    """What a machine runs out of, in words for the person."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ReverieError(f"The disk refused while training: {reason}. The rounds before are kept.") from error
    except MemoryError as error:
        raise ReverieError("Memory ran out while training. Fewer units, or smaller batches, need less.") from error
    except ValueError as error:
        raise ReverieError(f"These photos cannot be learned from so: {error}") from error
    except RuntimeError as error:
        if "out of memory" not in str(error).lower() and "can't allocate" not in str(error).lower():
            raise
        raise ReverieError("Memory ran out while training. Fewer units, or smaller batches, need less.") from error


def _inputs(task: Task, scratch: Path, progress: Progress) -> tuple[Rows, Rows, NDArray[np.uint8] | None]:
    """(rows to learn from, rows kept apart, small pictures of those kept apart in the order of their rows)."""
    material = task.material
    small = data.SmallPictures(Path(material.root), Path(material.cache))
    held_ids = material.ids[material.held_out]
    if not learners.sees_pictures(task.parameters):
        learn, held = data.vectors(material, scratch)
        pictures, _ = small.get(held_ids[: showing.LOOKED_AT], progress)
        return learn, held, pictures
    pictures, there = small.get(material.ids, progress)
    rows = learners.shaped(task.made, task.parameters, pictures)
    held_rows = there & material.held_out
    return rows[there & ~material.held_out], rows[held_rows], pictures[held_rows][: showing.LOOKED_AT]


def foreseen(parameters: Mapping[str, Value]) -> int:
    """How many rounds are foreseen; a stack learns layer by layer, then perhaps all of them together."""
    together = parameters.get("up_down_epochs")
    layers = 1 if together is None else len(learners.sizes_of(str(parameters["hidden_sizes"])))
    return layers * int(parameters.get("epochs", 0)) + int(together or 0)


def few(material: Material, most: int) -> Material:
    """The first of the photos, for a trial."""
    part = slice(0, most)
    return replace(material, ids=material.ids[part], held_out=material.held_out[part], rows=material.rows[part])


@dataclass(frozen=True, slots=True)
class Again:
    """A training anew with nothing kept, to see what it makes of rows ``own`` and ``foreign``."""

    task: Task
    own: Rows
    foreign: Rows


def again(wanted: Again, progress: Progress) -> tuple[Vectors, Vectors, float]:
    """(unit vectors of ``own``, of ``foreign``, seconds per 1,000 photos) by the task's learner, trained anew."""
    from core import device as devices

    task = wanted.task
    scratch = Path(task.material.cache) / "again.scratch"
    try:
        with explained():
            learn, held, _ = _inputs(task, scratch, progress)
            estimator = learners.build(task.made, task.parameters, task.seed, devices.choose().torch_name)
            estimator.fit(learn, X_held_out=held if len(held) else None, progress=progress)
            return learners.seen_by(estimator, wanted.own, wanted.foreign)
    finally:
        scratch.unlink(missing_ok=True)


def of_photos(material: Material, ids: NDArray[np.int64], held_out: NDArray[np.bool_]) -> Material:
    """Those photos of a material that a run learned from and kept apart."""
    at = {photo: row for row, photo in enumerate(material.ids.tolist())}
    rows = [(at[photo], apart) for photo, apart in zip(ids.tolist(), held_out.tolist(), strict=True) if photo in at]
    chosen = np.array([row for row, _ in rows], np.int64)
    apart = np.array([each for _, each in rows], np.bool_)
    return replace(material, ids=material.ids[chosen], rows=material.rows[chosen], held_out=apart)


def timed(task: Task, progress: Progress) -> float:
    """Seconds that one short training takes here, without keeping anything."""
    from core import device as devices

    scratch = Path(task.material.cache) / "trial.scratch"
    try:
        with explained():
            learn, _, _ = _inputs(task, scratch, progress)
            estimator = learners.build(task.made, task.parameters, task.seed, devices.choose().torch_name)
            progress.phase(f"Measuring: {task.title}", 0, "rounds")
            started = time.monotonic()
            estimator.fit(learn, progress=progress)
            return time.monotonic() - started
    finally:
        scratch.unlink(missing_ok=True)


class Notes:
    """Writes down how far a training is, after every epoch, and what it shows, now and then."""

    def __init__(self, folder: Path, shown: showing.Shown | None) -> None:
        self._folder, self._shown = folder, shown
        self._before = runs.progress_of(folder).seconds
        self._started = time.monotonic()
        self.epoch = 0

    @property
    def seconds(self) -> float:
        return self._before + time.monotonic() - self._started

    def on_epoch(self, estimator: Any, _epoch: int) -> None:
        history = {name: [float(v) for v in values] for name, values in estimator.history_.items()}
        self.epoch = max((len(values) for values in history.values()), default=0)
        runs.keep_progress(self._folder, Kept(self.epoch, self.seconds, history, last(history)))
        if due(self.epoch):
            self.show(estimator)

    def show(self, estimator: Any) -> None:
        for grid in () if self._shown is None else self._shown.grids(estimator, self.epoch):
            runs.keep_pictures(self._folder, grid)


def due(epoch: int) -> bool:
    """Whether pictures are worth their time after this epoch: often at first, then every tenth."""
    return epoch % 10 == 0 or epoch & (epoch - 1) == 0


def last(history: Mapping[str, list[float]]) -> dict[str, float]:
    """The latest finite value of every curve."""
    found = {name: [v for v in values if np.isfinite(v)] for name, values in history.items()}
    return {name: values[-1] for name, values in found.items() if values}


def _finish(task: Task, estimator: Any, notes: Notes, held: Rows) -> Kept:
    """Weights, last pictures and figures; the checkpoint has done its duty."""
    from core.nn import checkpoints

    folder = Path(task.folder)
    history = {name: [float(v) for v in values] for name, values in estimator.history_.items()}
    figures = last(history) | _figures(estimator, held)
    texts = {"learner": task.learner, "parameters": json.dumps(dict(task.parameters))}
    checkpoints.save(folder / runs.WEIGHTS, estimator.arrays(), texts)
    notes.epoch = max((len(values) for values in history.values()), default=notes.epoch)
    notes.show(estimator)
    kept = Kept(notes.epoch, notes.seconds, history, figures)
    runs.keep_progress(folder, kept)
    for path in folder.glob(f"{runs.CHECKPOINT}*"):
        path.unlink(missing_ok=True)
    return kept


def _figures(estimator: Any, held: Rows) -> dict[str, float]:
    """What is measured at the end: numbers of a vector, and microseconds to make one on photos kept apart."""
    if not hasattr(estimator, "transform") or not len(held):
        return {}
    some = np.asarray(held[:512])
    started = time.perf_counter()
    made = learners.raw(estimator, some)
    return {"numbers": float(made.shape[1]), "microseconds_a_photo": 1e6 * (time.perf_counter() - started) / len(some)}
