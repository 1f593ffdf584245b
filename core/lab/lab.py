"""The Lab's facade: all that the window and the command line may ask of learners and their runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled, ReverieError
from core.lab import catalogue, codes, compare, learners, regions, runs, train, use
from core.lab.data import Material
from core.lab.region_desk import RegionDesk
from core.learn import process
from core.progress import Progress
from core.records import Change, Scope
from core.records_lab import Comparison, Curve, LearnerInfo, PictureGrid, Run, RunSpec, TeachReport
from core.store import region_tags
from core.store.store import Store
from core.store.walls import Walls

I64 = NDArray[np.int64]
REGIONS = "rntn"
ELSEWHERE = {
    "capsule": "A capsule network is trained as a head of a tag: teach the tag by examples, and it is tried there.",
    "topics": "Topics are found in one go, with every whole grouping; there is no training to follow.",
}
"""Learners that are trained where their use is, and what to do."""

TRIAL_PHOTOS = 2000
"""Photos of which one round is timed for an estimate."""


class Lab(RegionDesk):
    """Learners of one open library. Every method is safe from any thread; one training runs at a time."""

    def __init__(self, store: Store, walls: Walls) -> None:
        super().__init__(store, walls)
        self._busy = threading.Lock()
        self._active: dict[str, Progress] = {}

    # ------------------------------------------------------------ what there is

    def learners(self) -> tuple[LearnerInfo, ...]:
        """What can be trained, with every parameter."""
        return catalogue.learners()

    def runs(self) -> tuple[Run, ...]:
        """Every training, the newest first; one whose folder is damaged is left out (see :meth:`notices`)."""
        found = (self._read(name) for name in runs.names(self._store.root))
        return tuple(run for run in found if isinstance(run, Run))

    def notices(self) -> tuple[str, ...]:
        """What could not be read of the runs, as sentences."""
        found = (self._read(name) for name in runs.names(self._store.root))
        return tuple(each for each in found if isinstance(each, str))

    def run(self, run_id: str) -> Run:
        """One training. Raises KeyError, ReverieError where it is damaged."""
        alive = run_id in self._active if self._store.mode == "write" else None
        run = runs.read(self._store.root, run_id, alive)
        progress = self._active.get(run_id)
        paused = progress is not None and progress.paused
        run = replace(run, in_use=run_id == use.used(self._store))
        return replace(run, state="paused") if paused and run.state == "running" else run

    def _read(self, name: str) -> Run | str | None:
        try:
            return self.run(name)
        except KeyError:
            return None
        except ReverieError as error:
            return str(error)

    def curves(self, run_id: str) -> tuple[Curve, ...]:
        """What was measured, by epoch, until now. Raises KeyError for what is no run's name."""
        return runs.curves(runs.folder_of(self._store.root, run_id))

    def epochs(self, run_id: str, kind: str) -> tuple[int, ...]:
        """The epochs that there are pictures of a kind of ("filters", "reconstructions", "dreams")."""
        return runs.epochs(runs.folder_of(self._store.root, run_id), kind)

    def pictures(self, run_id: str, kind: str, epoch: int | None = None) -> PictureGrid | None:
        """The pictures of an epoch, the latest by default; None where there are none."""
        return runs.pictures(runs.folder_of(self._store.root, run_id), kind, epoch)

    # ------------------------------------------------------------ training

    def start(self, spec: RunSpec, progress: Progress) -> Run:
        """Train to the end, in a process of its own; the run is kept after every epoch.

        Raises ValueError (a sentence) for parameters that cannot be; ReverieError where another run trains, where there
        are too few photos, and for what went wrong in the process; Cancelled: the run then waits in state "stopped".
        """
        spec = replace(spec, parameters=catalogue.complete(spec.learner, spec.parameters))
        elsewhere = ELSEWHERE.get(spec.learner)
        if elsewhere is not None:
            raise ReverieError(elsewhere)
        with self._alone():
            run = Run("", spec, "stopped", time.time(), epochs=train.foreseen(spec.parameters))
            if spec.learner == REGIONS:
                regions.lesson(self._store.root, replace(run, id=REGIONS), self._region_tags())
                return self._train(runs.create(self._store.root, run), None, progress)
            material = self._of_scope(spec.learner, spec.scope)
            run = runs.create(self._store.root, run)
            runs.keep_photos(runs.folder_of(self._store.root, run.id), material.ids, material.held_out)
            return self._train(run, material, progress)

    def resume(self, run_id: str, progress: Progress) -> Run:
        """Go on with a training that was stopped or failed, from its checkpoint. Raises KeyError, else as ``start``."""
        run = self.run(run_id)
        if run.state in ("running", "paused"):
            raise ReverieError(f"The run {run_id} is being trained already.")
        if run.state == "done":
            raise ReverieError(f"The run {run_id} is finished.")
        with self._alone():
            if run.spec.learner == REGIONS:
                return self._train(run, None, progress)
            ids, held_out = runs.photos(runs.folder_of(self._store.root, run_id))
            return self._train(run, self._of_photos(run.spec.learner, ids, held_out), progress)

    def estimate(self, spec: RunSpec, progress: Progress) -> str:
        """How many photos it would learn from, and how long a round takes here, measured on a few of them."""
        spec = replace(spec, parameters=catalogue.complete(spec.learner, spec.parameters))
        if spec.learner not in learners.CLASSES:
            raise ReverieError(ELSEWHERE.get(spec.learner, "How long regions take depends on how many you named."))
        with self._alone():
            return trial(spec, self._of_scope(spec.learner, spec.scope), progress)

    def _region_tags(self) -> list[region_tags.RegionTag]:
        with self._store.read() as conn:
            return region_tags.read(conn)

    def _in_child(self, run: Run, material: Material | None, progress: Progress) -> train.Outcome:
        """Train in a process of its own: on vectors or thumbnails, or (None) on the regions that the person named."""
        if material is None:
            return process.run(regions.learn, regions.lesson(self._store.root, run, self._region_tags()), progress)
        return process.run(train.train, self._task(run, material), progress)

    def _train(self, run: Run, material: Material | None, progress: Progress) -> Run:
        root = self._store.root
        run = replace(run, state="running", message="")
        self._active[run.id] = progress
        try:
            runs.write(root, run)
            done = self._in_child(run, material, progress)
            run = replace(
                run, state="done", device=done.device, photos=done.photos, held_out=done.held_out,
                epoch=done.kept.epoch, seconds=done.kept.seconds, figures=done.kept.figures or {},
            )  # fmt: skip
        except Cancelled:
            run = replace(run, state="stopped", message="Cancelled; it can go on from its last round.")
            raise
        except process.Died as error:
            run = replace(run, state="stopped", message=str(error))
            raise
        except ReverieError as error:
            run = replace(run, state="failed", message=str(error))
            raise
        finally:
            del self._active[run.id]
            spent = runs.progress_of(runs.folder_of(root, run.id)).seconds
            state = "stopped" if run.state == "running" else run.state
            runs.write(root, replace(run, state=state, seconds=max(run.seconds, spent)))
        return self.run(run.id)

    def _task(self, run: Run, material: Material) -> train.Task:
        spec = run.spec
        return train.Task(
            folder=str(runs.folder_of(self._store.root, run.id)),
            learner=spec.learner,
            title=catalogue.info(spec.learner).title,
            made=learners.CLASSES[spec.learner],
            parameters=dict(spec.parameters),
            seed=spec.seed,
            material=material,
        )

    # ------------------------------------------------------------ keeping

    def note(self, run_id: str, text: str) -> Run:
        """Write a note to a run. Raises KeyError."""
        run = self.run(run_id)
        if run.state in ("running", "paused"):
            raise ReverieError("A note can be written once the training has ended or was stopped.")
        runs.write(self._store.root, replace(run, spec=replace(run.spec, note=text)))
        return self.run(run_id)

    def delete(self, run_id: str) -> None:
        """Forget a run with all it learned. Raises KeyError, ReverieError while it trains or is in use."""
        if run_id in self._active:
            raise ReverieError(f"The run {run_id} is being trained. Cancel it first.")
        if run_id == use.used(self._store):
            raise ReverieError(f"The run {run_id} is in use for look-alikes and search. Use another first.")
        runs.delete(self._store.root, run_id)
        codes.forget(self._store.root, run_id)
        use.forget(self._store, run_id.partition("-")[0], run_id)

    # ------------------------------------------------------------ using

    def use(self, name_or_run_id: str, progress: Progress) -> Change:
        """Look-alikes and search go by this run's vectors (or those of a learner's latest finished run) from now on;
        "cnn" goes back. Groups are found anew. It can be undone; look-alikes then follow at the next grouping.

        Raises KeyError for what is none, ReverieError, Cancelled (nothing has changed then, or only the groups wait).
        """
        from core import grouping

        run = None if name_or_run_id == use.CNN else self._finished(name_or_run_id)
        change = use.use(self._store, run, progress)
        if change != Change():
            grouping.run(self._store, progress)
        return change

    def compare(self, progress: Progress, scope: Scope = Scope(), seeds: int = 3) -> Comparison:  # noqa: B008 (frozen)
        """The CNN, other embedders and the latest finished run of each learner, judged on these photos by what the
        person said of them. Learners are trained again for each further seed. Raises ReverieError, Cancelled."""
        with self._alone():
            ids = np.unique(self._walls.wall(scope).ids)
            latest = {run.spec.learner: run for run in reversed(self.runs()) if run.state == "done"}
            found = [latest[name] for name in learners.CLASSES if name in latest]
            material = self._of_photos("rbm", ids, np.zeros(len(ids), np.bool_))
            return compare.compare(self._store, material, found, progress, max(1, seeds))

    def teach(self, name: str, photo_ids: Sequence[int], progress: Progress) -> TeachReport:
        """Photos are examples of a tag; the best classifier on examples kept apart finds its like.

        Raises ValueError (a sentence) for an empty name or no photos, Cancelled, ReverieError.
        """
        from core.learn.teach import teach

        return teach(self._store, name, photo_ids, progress)

    def teach_again(self, spec: RunSpec, progress: Progress) -> tuple[TeachReport, ...]:
        """Learn the taught tags anew from their examples: the one that the parameter "name" names, or all.

        Raises ReverieError where none was taught, ValueError (a sentence) for an unknown one, Cancelled.
        """
        from core.learn import teach

        named = str(catalogue.complete(spec.learner, spec.parameters)["name"])
        wanted = [named] if named else list(teach.taught(self._store))
        if not wanted:
            raise ReverieError("No tag was taught yet. Teach one by examples: tag teach NAME PATH…")
        return tuple(teach.again(self._store, each, progress, seed=spec.seed) for each in wanted)

    def find_topics(self, spec: RunSpec, progress: Progress) -> int:
        """Find the topics of what is written beside photos anew; how many there are. Raises ValueError, Cancelled."""
        from core.group.topics import TopicParams
        from core.grouping import topics

        most = int(catalogue.complete(spec.learner, spec.parameters)["most"])
        return topics.regroup(self._store, progress, params=TopicParams(most=most), seed=spec.seed)

    def comparison(self) -> Comparison | None:
        """The comparison that was made last, None before the first."""
        return compare.kept(self._store.root)

    # ------------------------------------------------------------ inside

    def _alone(self) -> _Alone:
        return _Alone(self._busy)


class _Alone:
    """The right to train: one at a time, since each would slow the other and fill memory. Others are refused."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise ReverieError("Another training runs in this library. Wait for it, or cancel it; it can go on later.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def trial(spec: RunSpec, material: Material, progress: Progress) -> str:
    """Photos, and seconds of a round as measured on at most TRIAL_PHOTOS of them."""
    some = train.few(material, TRIAL_PHOTOS)
    short = {name: 1 if "epochs" in name else value for name, value in spec.parameters.items()}
    made = learners.CLASSES[spec.learner]
    task = train.Task("", spec.learner, catalogue.info(spec.learner).title, made, short, spec.seed, some)
    seconds = process.run(train.timed, task, progress)
    photos, total = int((~material.held_out).sum()), train.foreseen(spec.parameters)
    a_round = seconds / max(train.foreseen(short), 1) * photos / max(int((~some.held_out).sum()), 1)
    return f"{photos:,} photos, about {a_round:.1f} s a round here; {total} rounds: about {words(a_round * total)}."


def words(seconds: float) -> str:
    """A duration for a person."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
