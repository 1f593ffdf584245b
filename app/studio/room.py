"""What stands behind the Studio: reads for it off the GUI thread, drops what is stale, asks for what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from app import operations_studio as say
from app.lab.pictures import strip
from app.navigation import Location
from app.rooms import Room, broken
from app.steady import Steady
from app.studio.page import ENLARGE, GENERATE, TRAIN, StudioPage
from app.studio.room_enlarge import EnlargeRoom
from app.studio.room_generate import GenerateRoom
from app.studio.training import NEW, too_few
from app.views.states import State
from app.words import photos, work_line
from core.errors import ReverieError
from core.progress import Progress, Report
from core.records import Scope, Status
from core.records_lab import Curve, PictureGrid, Run
from core.records_studio import FEWEST, AlbumFacts, GeneratorInfo, StudioSpec

if TYPE_CHECKING:
    from app.desk import Desk
    from core.library import Library

AT_ONCE = 2000
"""So many photos are looked at without being asked to."""
REFRESH_MS = 400
"""While a training reports, its curves are read so often at most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panes show: everything read at one moment."""

    generators: tuple[GeneratorInfo, ...]
    runs: tuple[Run, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class OneRun:
    """A run as it is now: its curves, the steps it has pictures of, what the measures say."""

    run: Run
    curves: tuple[Curve, ...]
    steps: tuple[int, ...]
    said: tuple[str, ...]


class StudioRoom(Room):
    """Generators and their runs; what is made of them and what is enlarged have rooms of their own."""

    def __init__(self, desk: Desk, page: StudioPage) -> None:
        super().__init__(desk, "studio")
        self.page = page
        self._follow = False
        self._steady = Steady(page, self._begin_reading, REFRESH_MS)
        self.generate = GenerateRoom(desk, page.generate)
        self.enlarge = EnlargeRoom(desk, page.enlarge)
        self._join_train()
        page.turned.connect(lambda _: self._read_shown())
        page.enlarge_wanted.connect(self.enlarge.add)
        page.imagined.connect(self.generate.imagine)
        works = self.session.works
        works.reported.connect(self._reported)
        works.queued.connect(lambda _: self._works_changed())
        works.ended.connect(self._works_changed)
        works.stopped.connect(lambda _: self._works_changed())

    def _join_train(self) -> None:
        train, session = self.page.train, self.session
        train.acted.connect(self.desk.act)
        train.form.trained.connect(self._train)
        train.form.estimated.connect(self._estimate)
        train.form.looked.connect(self._look)
        train.runs.chosen.connect(self._choose)
        train.runs.resumed.connect(lambda run_id: say.STUDIO.resume(session, run_id, self._read_training))
        train.runs.deleted.connect(lambda run_id: say.delete(session, run_id, self._read_training))
        train.runs.noted.connect(lambda run_id, text: say.note(session, run_id, text, self._read_training))
        train.beside_chosen.connect(self._choose_beside)
        train.pictures_wanted.connect(self._read_pictures)

    # ------------------------------------------------------------ reading

    def refresh(self, location: Location) -> None:
        """Show the Studio, and read what its pane shows."""
        self.page.train.form.set_places(self.places())
        self.desk.show_room(self.name)
        self._read_shown()

    def _read_shown(self) -> None:
        self.page.train.set_training(self._training)
        shown = {TRAIN: self._read_training, GENERATE: self._read_training, ENLARGE: self.enlarge.refresh}
        shown[self.page.shown]()
        if self.page.shown == TRAIN:
            self.page.train.form.look_soon()
        if self.page.shown == GENERATE:
            self.generate.refresh()

    def _read_training(self) -> None:
        """Generators and runs."""
        self._steady.ask()

    def _begin_reading(self, over: Callable[[], None]) -> None:
        self.ask("runs", _training, self._show_training, self._training_broken, over)

    def _show_training(self, found: Shown) -> None:
        train = self.page.train
        train.set_generators(found.generators)
        train.set_training(self._training)
        train.set_runs(found.runs, nothing(found))
        self.generate.set_runs(found.runs, found.generators)
        if self._follow:
            live = next((run for run in found.runs if run.state in ("running", "paused")), None)
            if live is not None:
                self._follow = False
                train.runs.choose(live.id)
        if train.runs.run is not None:
            self._read_run(train.runs.run.id)
            self._read_beside()

    def _training_broken(self, error: BaseException) -> None:
        self.page.train.show_nothing(broken(error))

    def _choose(self, run_id: str) -> None:
        self.page.train.again_beside(self.page.train.runs.model.runs)
        self._read_run(run_id)
        self._read_beside()

    def _choose_beside(self, run_id: str) -> None:
        self.page.train.other.setVisible(bool(run_id))
        self._read_beside()

    def _read_beside(self) -> None:
        beside = self.page.train.beside_id
        if beside:
            self._read_run(beside, "beside")

    def _read_run(self, run_id: str, key: str = "run") -> None:
        def done(found: OneRun) -> None:
            self.page.train.show_run(found.run, found.curves, found.steps, found.said)

        def failed(error: BaseException) -> None:
            if not isinstance(error, KeyError):  # deleted meanwhile: the next reading of runs tells
                self._training_broken(error)

        self.ask(key, lambda library, _: _one_run(library, run_id), done, failed)

    def _read_pictures(self, run_id: str, step: int) -> None:
        def work(library: Library, _: Progress) -> tuple[PictureGrid | None, QImage]:
            grid = library.studio.pictures(run_id, step)
            return grid, QImage() if grid is None else strip(grid)

        def done(found: tuple[PictureGrid | None, QImage]) -> None:
            view = self.page.train.view_of(run_id)
            if view is not None:
                view.show_grid(run_id, step, *found)

        self.ask(f"pictures:{run_id}", work, done, lambda error: self.session.fail(error, "show the pictures"))

    def _look(self, scope: Scope, side: int, condition: str) -> None:
        """What there is to learn from; the newest question is answered."""
        form = self.page.train.form

        def failed(error: BaseException) -> None:
            if isinstance(error, ReverieError | ValueError):
                form.say_looking(str(error))
            else:
                self.session.fail(error, "look at the photos")

        def reported(report: Report) -> None:
            if report.total:
                form.say_looking(f"Looking at the photos: {work_line(report)}")

        def work(library: Library, progress: Progress) -> AlbumFacts | int:
            there = len(np.unique(library.wall(scope).ids))
            return there if there > AT_ONCE else library.studio.look(scope, side, progress, condition)

        def done(found: AlbumFacts | int) -> None:
            if isinstance(found, int):
                form.say_looking(f"{photos(found)}. Training looks at each of them first.")
            else:
                form.show_facts(found)

        form.say_looking("Looking at the photos …")
        self.ask("look", work, done, failed, reported=reported)

    # ------------------------------------------------------------ what runs

    @property
    def _training(self) -> bool:
        return say.TRAINING in self.session.works.names

    def _reported(self, name: str, report: Report) -> None:
        if not self.visible:
            return
        if name == say.TRAINING:
            self._steady.soon()
        elif name == say.ENLARGING:
            self.enlarge.show_report(report)

    def _works_changed(self) -> None:
        self.page.train.set_training(self._training)
        self.enlarge.works_changed()
        if self.visible:
            self._read_shown()

    # ------------------------------------------------------------ what the person asks for

    def _train(self, spec: StudioSpec) -> None:
        self._follow = True
        say.STUDIO.train(self.session, spec, self._read_training)

    def _estimate(self, spec: StudioSpec) -> None:
        form = self.page.train.form
        say.estimate(self.session, spec, lambda text: form.show_time(spec, text))


def _training(library: Library, _: Progress) -> Shown:
    return Shown(library.studio.models(), library.studio.runs(), library.status())


def _one_run(library: Library, run_id: str) -> OneRun:
    studio = library.studio
    return OneRun(studio.run(run_id), studio.curves(run_id), studio.steps(run_id), studio.said(run_id))


def nothing(found: Shown) -> State:
    """What is said where there is no run: that photos are missing, or an invitation."""
    fewest = min((each.fewest for each in found.generators), default=FEWEST)
    return too_few(fewest) if found.status.photos < fewest else NEW
