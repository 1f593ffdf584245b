"""The Studio's facade: all that the window and the command line may ask of generators, their pictures and enlargements.

Training, making and enlarging happen in child processes; nothing here loads a network.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.gan import album
from core.lab import runs
from core.lab.lab import words
from core.lab.runbook import RunBook
from core.learn import process
from core.learn.process import Aside
from core.progress import Progress
from core.records import Change, Scope
from core.records_lab import PictureGrid, Run, Value
from core.records_studio import (
    GENERATORS,
    SAMPLES,
    AlbumFacts,
    Exported,
    GeneratorInfo,
    ImaginePlan,
    Made,
    Point,
    Projection,
    StudioSpec,
)
from core.store import queries_vectors
from core.store.store import Store
from core.store.walls import Walls
from core.studio import animating, catalogue, collection, food, imagining
from core.studio.asked import Ask, Look, Seek, Task, check_weights, near_points
from core.studio.enlarger import Enlarger
from core.studio.food import Food

U8 = NDArray[np.uint8]
TRIAL_PHOTOS = 256
"""Photos on which an estimate is tried, at most."""

PROJECTION_STEPS = 200


class Studio(RunBook, Enlarger):
    """The Studio of one open library. Every method is safe from any thread; one training runs at a time: ``busy`` is
    held meanwhile, by the Lab too."""

    def __init__(self, store: Store, walls: Walls, busy: threading.Lock) -> None:
        self.open_book(store, busy, lambda learner: learner in GENERATORS)
        self._walls, self._aside = walls, Aside("Studio's process")
        self._known: tuple[GeneratorInfo, ...] = ()

    def close(self) -> None:
        """Let go of the process that makes pictures."""
        self._aside.close()

    # ------------------------------------------------------------ what there is

    def models(self) -> tuple[GeneratorInfo, ...]:
        """What can be trained, with every parameter; told by the process that loads networks."""
        if not self._known:
            self._known = self._aside.run(catalogue.listed, None, Progress())
        return self._known

    def steps(self, run_id: str) -> tuple[int, ...]:
        """The steps that there are grids of. Raises KeyError for what is no run's name."""
        return runs.epochs(runs.folder_of(self._store.root, run_id), SAMPLES)

    def pictures(self, run_id: str, step: int | None = None) -> PictureGrid | None:
        """What a generator made after a step (the latest by default), always from the same noise; None without."""
        return self._grid(run_id, SAMPLES, step)

    def said(self, run_id: str) -> tuple[str, ...]:
        """What the measures of a run say, in sentences: learned by heart, better than the trivial generator or not."""
        return tuple(runs.progress_of(runs.folder_of(self._store.root, run_id)).sentences)

    def classes(self, run_id: str) -> tuple[str, ...]:
        """What a run can be told to make; () without a condition. Raises KeyError."""
        self.run(run_id)
        return runs.classes(runs.folder_of(self._store.root, run_id))[1]

    # ------------------------------------------------------------ training

    def look(self, scope: Scope, size: int, progress: Progress, condition: str = "") -> AlbumFacts:
        """What there is to learn from, and what to expect of it; squares of the photos are made and kept.

        Raises KeyError, ReverieError (no two classes of a condition), Cancelled.
        """
        found = food.of_scope(self._store, self._walls, scope, condition)
        there = self._seen(found, size, progress)
        with self._store.read() as conn:
            unread = food.unreadable_files(conn, scope) + int((~there).sum())
        own = replace(found, ids=found.ids[there])
        n, alike = len(own.ids), self._alike(own)
        said = list(album.sentences(n, alike))
        if unread:
            which = "file cannot be read and is" if unread == 1 else "files cannot be read and are"
            said.append(f"{unread:,} {which} left out.")
        labels = None if found.labels is None else found.labels[there]
        counts = () if labels is None else tuple(np.bincount(labels, minlength=len(found.names)).tolist())
        held = min(album.held_out(n), n)
        classes = tuple(zip(found.names, counts, strict=True))
        return AlbumFacts(n, unread, held, alike, classes, tuple(said), album.enough(n))

    def estimate(self, spec: StudioSpec, progress: Progress) -> str:
        """How many photos it would learn from and how long that takes here, from a trial of some steps."""
        from core.studio import train

        spec = self._settled(spec)
        with self._alone():
            whole = self._eaten(spec, progress)
            some = slice(0, TRIAL_PHOTOS)
            labels = None if whole.labels is None else whole.labels[some]
            trial = replace(whole, ids=whole.ids[some], held_out=whole.held_out[some], labels=labels)
            seconds = process.run(train.timed, self._task("trial", spec, trial), progress)
        photos = int((~whole.held_out).sum())
        return (
            f"{photos:,} photos, {_pace(seconds)} here; {spec.steps:,} steps: "
            f"about {words(seconds * spec.steps)}, besides measuring."
        )

    def start(self, spec: StudioSpec, progress: Progress) -> Run:
        """Train to the end, in a process of its own; the run is kept every so many steps.

        Raises ValueError (a sentence) for parameters that cannot be; ReverieError where another run trains, where there
        are too few photos, and for what went wrong in the process; Cancelled: the run then waits in state "stopped".
        """
        spec = self._settled(spec)
        with self._alone():
            own = self._eaten(spec, progress)
            run = Run("", spec.run_spec(), "stopped", time.time(), epochs=spec.steps)
            run = runs.create(self._store.root, replace(run, photos=int((~own.held_out).sum())))
            folder = runs.folder_of(self._store.root, run.id)
            runs.keep_photos(folder, own.ids, own.held_out, own.labels, own.names)
            return self._train(run, own, progress)

    def resume(self, run_id: str, progress: Progress) -> Run:
        """Go on with a training that was stopped or failed, from its checkpoint. Raises KeyError, else as ``start``."""
        run = self._stopped(run_id)
        with self._alone():
            folder = runs.folder_of(self._store.root, run_id)
            (ids, held_out), (labels, names) = runs.photos(folder), runs.classes(folder)
            return self._train(run, food.of_photos(self._store, ids, held_out, labels, names), progress)

    def _settled(self, spec: StudioSpec) -> StudioSpec:
        """``catalogue.settled`` by the process that loads networks. Raises ValueError."""
        found = self._aside.run(catalogue.checked, spec, Progress())
        if isinstance(found, str):
            raise ValueError(found)
        return found

    def _eaten(self, spec: StudioSpec, progress: Progress) -> Food:
        """The photos of a scope that can be read. Raises ReverieError where those are too few."""
        found = food.of_scope(self._store, self._walls, spec.scope, spec.condition)
        if not album.enough(len(found.ids)):
            raise ReverieError(album.sentences(len(found.ids))[0])
        return food.readable(found, self._seen(found, spec.size, progress))

    def _seen(self, found: Food, size: int, progress: Progress) -> NDArray[np.bool_]:
        from core.studio import pictures

        if not len(found.ids):
            return np.zeros(0, np.bool_)
        return process.run(pictures.look, Look(found, size), progress)

    def _train(self, run: Run, own: Food, progress: Progress) -> Run:
        from core.studio import train

        task = self._task(run.id, StudioSpec.of(run.spec), own)
        return self._follow(run, lambda: process.run(train.train, task, progress), progress)

    def _task(self, run_id: str, spec: StudioSpec, own: Food) -> Task:
        folder = str(runs.folder_of(self._store.root, run_id))
        return Task(folder, spec.model, spec.size, spec.steps, dict(spec.parameters), spec.seed, own)

    def _alike(self, own: Food) -> float:
        """The share of photos with a near-identical one, by the library's vectors; NaN where those are not known."""
        vectors = food.vectors(self._store, own.ids)
        return float("nan") if vectors is None else album.alike(vectors)

    # ------------------------------------------------------------ making

    def generate(
        self,
        run_id: str,
        points: Sequence[Point],
        *,
        truncation: float = 1.0,
        condition: str | None = None,
        progress: Progress | None = None,
    ) -> PictureGrid:
        """A picture of each point: a seed, or the name of a projection or of a neighbour. ``truncation`` below 1: more
        usual, more alike. Without a ``condition`` a conditional generator makes its classes in turn.

        Raises KeyError, ReverieError (no finished run, an unknown point or class).
        """
        made = self._made(run_id, points, truncation, condition, 0, progress)
        return PictureGrid("generated", 0, made)

    def walk(
        self,
        run_id: str,
        a: Point,
        b: Point,
        frames: int = 24,
        *,
        truncation: float = 1.0,
        condition: str | None = None,
        progress: Progress | None = None,
    ) -> PictureGrid:
        """Pictures on the way from one point to another, both included."""
        made = self._made(run_id, (a, b), truncation, condition, max(2, frames), progress)
        return PictureGrid("walk", 0, made)

    def near(
        self,
        run_id: str,
        point: Point,
        n: int = 8,
        *,
        spread: float = 0.3,
        seed: int = 0,
        truncation: float = 1.0,
        condition: str | None = None,
        progress: Progress | None = None,
    ) -> tuple[PictureGrid, tuple[str, ...]]:
        """More like this one: (pictures, the points that they come from)."""
        points = near_points(str(point), n, spread, seed)
        made = self._made(run_id, points, truncation, condition, 0, progress)
        return PictureGrid("near", 0, made), points

    def project(self, run_id: str, photo_id: int, progress: Progress, *, condition: str | None = None) -> Projection:
        """Seek a photo in a generator. Raises KeyError, ReverieError, Cancelled."""
        from core.studio import make

        folder = self._generator(run_id)
        none = np.zeros(1, np.bool_)
        own = food.of_photos(self._store, np.array([photo_id], np.int64), none, None, ())
        asked = Seek(folder, own, condition or "", PROJECTION_STEPS)
        target, picture = self._aside.run(make.project, asked, progress)
        return Projection(f"photo-{photo_id}", photo_id, target, picture)

    def nearest(self, picture: U8, top: int = 5) -> list[tuple[int, float]]:
        """(photo, cosine) of the real photos that look most like a picture uint8 [h, w, 3], best first; empty while
        the library has no vectors of a network that is here. Raises WeightsError."""
        from core.studio import make

        with self._store.read() as conn:
            used = queries_vectors.current_embedder(conn)
        if used is None:
            return []
        name, version, vector = self._aside.run(make.embed, (np.ascontiguousarray(picture), used.name), Progress())
        if (name, version, len(vector)) != (used.name, used.version, used.dim):
            return []
        return queries_vectors.photos_like(self._store, used, vector.astype(np.float16), top)

    def imagine(self, group_id: int) -> ImaginePlan:
        """How more pictures like those of a group can be made: by which finished generator, or what to train.

        Raises KeyError for a group that is none.
        """
        return imagining.plan(self._store, self._walls, group_id, self.runs())

    def _made(
        self,
        run_id: str,
        points: Sequence[Point],
        truncation: float,
        condition: str | None,
        frames: int,
        progress: Progress | None,
    ) -> U8:
        from core.studio import make

        if not points:
            raise ReverieError("Name a seed to make a picture of.")
        asked = Ask(self._generator(run_id), tuple(map(str, points)), truncation, condition or "", frames)
        return self._aside.run(make.pictures, asked, progress or Progress())

    def _generator(self, run_id: str) -> str:
        """The folder of a finished generator. Raises KeyError, ReverieError."""
        run = self.run(run_id)
        catalogue.makes_pictures(run.spec.learner)
        folder = runs.folder_of(self._store.root, run_id)
        check_weights(folder)
        return str(folder)

    # ------------------------------------------------------------ the collection

    def keep(
        self,
        pictures: U8,
        run_id: str,
        how: str,
        points: Sequence[Point],
        settings: Mapping[str, Value] | None = None,
    ) -> tuple[Made, ...]:
        """Take pictures uint8 [n, h, w, 3] into the collection. ``run_id``: of the Studio, or of a network of the Lab
        that dreams; ``points``: what each comes from. It can be undone. Raises ReverieError."""
        model = runs.learner_of(run_id)
        return collection.keep(self._store, pictures, run_id, model, how, points, settings or {})

    def made(self) -> tuple[Made, ...]:
        """The collection, the newest first."""
        return collection.made(self._store)

    def made_pixels(self, made_id: str) -> U8:
        """uint8 [h, w, 3]. Raises KeyError, MediaError."""
        return collection.pixels(self._store, made_id)

    def forget(self, ids: Sequence[str]) -> Change:
        """Take pictures out of the collection; undo brings them back, until :meth:`empty`."""
        return collection.forget(self._store, ids)

    def empty(self) -> int:
        """Remove for good the files of what was forgotten; how many."""
        return collection.empty(self._store)

    def export(self, ids: Sequence[str], folder: str | os.PathLike[str]) -> Exported:
        """Copy pictures, with their marks, into a folder; no file there is replaced. Raises ReverieError."""
        return collection.export(self._store, ids, folder)

    def animation(
        self,
        frames: U8,
        path: str | os.PathLike[str],
        *,
        milliseconds: int = 80,
        run_id: str = "",
        back_and_forth: bool = True,
    ) -> None:
        """Write frames uint8 [n, h, w, 3] as GIF, APNG or WebP, by the suffix. Raises ReverieError."""
        model = runs.learner_of(run_id)
        animating.write(
            frames, path, milliseconds=milliseconds, run_id=run_id, model=model, back_and_forth=back_and_forth
        )


def _pace(seconds: float) -> str:
    """How fast steps go, in words."""
    return f"about {seconds:.1f} s a step" if seconds >= 1 else f"about {1 / max(seconds, 1e-6):,.0f} steps a second"
