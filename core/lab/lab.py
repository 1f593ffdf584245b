"""The Lab's facade: all that the window and the command line may ask of learners and their runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.lab import catalogue, codes, compare, learners, regions, runs, train, use
from core.lab.data import Material
from core.lab.region_desk import RegionDesk
from core.lab.runbook import RunBook
from core.learn import process
from core.progress import Progress
from core.records import Change, Scope
from core.records_lab import Comparison, LearnerInfo, PictureGrid, Run, RunSpec, TeachReport
from core.records_studio import GENERATORS
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


class Lab(RunBook, RegionDesk):
    """Learners of one open library. Every method is safe from any thread; one training runs at a time: ``busy`` is
    held meanwhile, by the Studio too."""

    def __init__(self, store: Store, walls: Walls, busy: threading.Lock) -> None:
        super().__init__(store, walls)
        self.open_book(store, busy, lambda learner: learner not in GENERATORS)

    # ------------------------------------------------------------ what there is

    def learners(self) -> tuple[LearnerInfo, ...]:
        """What can be trained, with every parameter."""
        return catalogue.learners()

    def run(self, run_id: str) -> Run:
        """One training. Raises KeyError, ReverieError where it is damaged."""
        run = super().run(run_id)
        return replace(run, in_use=run_id == use.used(self._store))

    def epochs(self, run_id: str, kind: str) -> tuple[int, ...]:
        """The epochs that there are pictures of a kind of ("filters", "reconstructions", "dreams")."""
        return runs.epochs(runs.folder_of(self._store.root, run_id), kind)

    def pictures(self, run_id: str, kind: str, epoch: int | None = None) -> PictureGrid | None:
        """The pictures of an epoch, the latest by default; None where there are none."""
        return self._grid(run_id, kind, epoch)

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
        run = self._stopped(run_id)
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
        return self._follow(run, lambda: self._in_child(run, material, progress), progress)

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

    def delete(self, run_id: str) -> None:
        """Forget a run with all it learned. Raises KeyError, ReverieError while it trains or is in use."""
        if run_id == use.used(self._store):
            raise ReverieError(f"The run {run_id} is in use for look-alikes and search. Use another first.")
        super().delete(run_id)
        codes.forget(self._store.root, run_id)
        use.forget(self._store, runs.learner_of(run_id), run_id)

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
