"""What happens in the process that trains a generator: squares gathered, the trainer let go, curves and grids written.

Everything it writes lies in the run's own folder and appears whole; what stops it at any moment leaves a run that goes
on from its last checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.lab import runs
from core.lab.runs import Kept
from core.lab.train import Outcome, explained, last
from core.progress import Progress
from core.records_lab import PictureGrid
from core.records_studio import SAMPLES
from core.studio import catalogue, pictures
from core.studio.asked import Task
from core.studio.judging import Judging
from core.studio.pictures import Portion

if TYPE_CHECKING:
    from core.gan.trainer import GanTrainer

U8 = NDArray[np.uint8]
GRIDS = 40
"""Grids that a run keeps, about."""

TRIAL_SECONDS, TRIAL_STEPS = 2.0, 256
"""How long steps are timed for an estimate, and how many of them at most."""


def train(task: Task, progress: Progress) -> Outcome:
    """Train to the end, from the checkpoint where there is one. Raises Cancelled, and ReverieError in plain words for a
    full disk, too little memory or numbers that run away; the checkpoint stays in every case."""
    from core import device as devices
    from core.nn.training import Resume

    folder, device = Path(task.folder), devices.choose()
    scratch = Path(task.food.cache) / f"{folder.name}.scratch"
    try:
        with explained():
            portion = pictures.portion(task.food, task.size, scratch, progress)
            trainer = make(task, device.torch_name)
            diary = Diary(task, Judging.of(task.model, task.food, portion, progress), progress)
            if not (folder / runs.CHECKPOINT).exists():
                diary.show(trainer, 0)
            trainer.train(
                portion.learn,
                portion.learn_labels,
                steps=task.steps,
                progress=progress,
                resume=Resume(folder / runs.CHECKPOINT, fingerprint(task)),
                every=every(task.steps),
                on_step=diary.on_step,
            )
            kept = _finish(task, trainer, diary, portion)
        return Outcome(kept, str(device), len(portion.learn), len(portion.held))
    finally:
        scratch.unlink(missing_ok=True)


def make(task: Task, device: str) -> GanTrainer:
    """A trainer that has not begun. Raises ValueError (a sentence)."""
    from core.gan.base import Shape
    from core.gan.trainer import GanTrainer

    shape = Shape(task.size, 3, len(task.food.names))
    return GanTrainer(catalogue.variant(task.model), task.parameters, shape, seed=task.seed, device=device)


def fingerprint(task: Task) -> str:
    """Tells what is learned from apart; the trainer adds what learns."""
    food = task.food
    labels = b"" if food.labels is None else food.labels.tobytes()
    told = json.dumps([task.model, task.size, food.names]).encode()
    return hashlib.sha256(told + food.ids.tobytes() + food.held_out.tobytes() + labels).hexdigest()


def every(steps: int) -> int:
    """After how many steps curves get a value and the state is kept."""
    return max(1, min(100, steps // GRIDS))


def shown(size: int) -> int:
    """How many pictures a grid has: fewer where they are large."""
    return 36 if size <= 64 else 16 if size <= 128 else 9


class Diary:
    """Writes down how far a training is, and what it makes, now and then; a disk that refuses is told and the training
    goes on."""

    def __init__(self, task: Task, judging: Judging, progress: Progress) -> None:
        self._task, self._folder, self._progress = task, Path(task.folder), progress
        self.judging = judging
        self.every = every(task.steps)
        self._rarely = self.every * max(1, round(task.steps / (GRIDS * self.every)))
        self._before = runs.progress_of(self._folder).seconds
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return self._before + time.monotonic() - self._started

    def on_step(self, trainer: GanTrainer, step: int) -> None:
        self.judging(trainer, step, self._task.steps, self.every)
        self._tell(lambda: runs.keep_progress(self._folder, self.kept(trainer, step)), "curves")
        if step % self._rarely == 0 or step == self._task.steps:
            self.show(trainer, step)

    def kept(self, trainer: GanTrainer, step: int, figures: Mapping[str, float] | None = None) -> Kept:
        history = {name: [float(v) for v in values] for name, values in sorted(trainer.history_.items())}
        found = last(history) | dict(figures or {})
        return Kept(step, self.seconds, history, found, self.every, self.judging.sentences(found))

    def show(self, trainer: GanTrainer, step: int) -> None:
        made = trainer.samples(shown(self._task.size))
        self._tell(lambda: runs.keep_pictures(self._folder, PictureGrid(SAMPLES, step, made)), "pictures")

    def _tell(self, write: Any, what: str) -> None:
        try:
            write()
        except OSError as error:
            reason = error.strerror or error
            self._progress.notice(f"The {what} of this step could not be kept: {reason}. The training goes on.")


def _finish(task: Task, trainer: GanTrainer, diary: Diary, portion: Portion) -> Kept:
    """Weights, last pictures and figures; the checkpoint has done its duty."""
    folder = Path(task.folder)
    figures = diary.judging.last_figures(trainer, portion)
    _save(folder / runs.WEIGHTS, task, trainer)
    diary.show(trainer, trainer.step)
    kept = diary.kept(trainer, trainer.step, figures)
    runs.keep_progress(folder, kept)
    for path in folder.glob(f"{runs.CHECKPOINT}*"):
        path.unlink(missing_ok=True)
    return kept


def _save(path: Path, task: Task, trainer: GanTrainer) -> None:
    """Raises OSError."""
    if task.model != catalogue.SRGAN:
        from core.gan.sample import Sampler

        Sampler.of(trainer, names=list(task.food.names), run=Path(task.folder).name).save(path)
        return
    from core.superres import adversarial, recipes

    recipes.save(path, adversarial.network_of(trainer))


def timed(task: Task, progress: Progress) -> float:
    """Seconds of a step here, measured on a few; nothing is kept."""
    from core import device as devices

    scratch = Path(task.food.cache) / "trial.scratch"
    try:
        with explained():
            portion = pictures.portion(task.food, task.size, scratch, progress)
            trainer = make(task, devices.choose().torch_name)
            images, labels = portion.learn, portion.learn_labels
            trainer.train(images, labels, steps=2, progress=progress, every=TRIAL_STEPS)
            more = 2
            while True:
                begin, before = time.monotonic(), trainer.step
                trainer.train(images, labels, steps=before + more, progress=progress, every=TRIAL_STEPS)
                spent = time.monotonic() - begin
                if spent >= TRIAL_SECONDS or more >= TRIAL_STEPS:
                    return spent / more
                more *= 2
    finally:
        scratch.unlink(missing_ok=True)
