"""What stands behind the Lab: reads for it off the GUI thread, drops what is stale, asks for what the person wants."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from app import operations_lab as say
from app.lab.comparing import CNN
from app.lab.page import COMPARE, LAYERS, TRAIN, LabPage
from app.lab.pictures import strip
from app.lab.training import NEW, UNSEEN, too_few
from app.lab.words import KINDS
from app.navigation import Location
from app.rooms import Room, broken
from app.steady import Steady
from app.views.states import State
from core.progress import Progress, Report
from core.records import Status
from core.records_lab import Comparison, Curve, Favourites, Layer, LearnerInfo, PictureGrid, Run, RunSpec

if TYPE_CHECKING:
    from app.desk import Desk
    from core.library import Library

REFRESH_MS = 300
"""While a training reports, its curves are read so often at most."""
FAVOURITES = 9


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pane of training shows: everything read at one moment."""

    learners: tuple[LearnerInfo, ...]
    runs: tuple[Run, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class OneRun:
    """A run as it is now, with its curves and the epochs it has pictures of, by kind."""

    run: Run
    curves: tuple[Curve, ...]
    epochs: dict[str, tuple[int, ...]]


class LabRoom(Room):
    """Learners, their runs, the comparison, the layers."""

    def __init__(self, desk: Desk, page: LabPage) -> None:
        super().__init__(desk, "lab")
        self.page = page
        self._follow = False
        self._comparing = False
        self._grid: tuple[str, str, int] | None = None
        self._steady = Steady(page, self._begin_reading, REFRESH_MS)
        self._join_train()
        self._join_others()

    def _join_train(self) -> None:
        train, session = self.page.train, self.session
        train.acted.connect(self.desk.act)
        train.form.trained.connect(self._train)
        train.form.estimated.connect(lambda spec: say.estimate(session, spec, train.form.tell))
        train.runs.chosen.connect(self._read_run)
        train.runs.resumed.connect(self._resume)
        train.runs.deleted.connect(lambda run_id: say.delete(session, run_id, self._read_training))
        train.runs.used.connect(lambda run_id: self._use(run_id, self._title_of(run_id)))
        train.runs.noted.connect(lambda run_id, text: say.note(session, run_id, text, self._read_training))
        train.pictures.wanted.connect(self._read_pictures)
        train.pictures.dreamt.connect(self._dream)

    def _join_others(self) -> None:
        page, session = self.page, self.session
        page.turned.connect(lambda _: self._read_shown())
        page.compare.compared.connect(self._compare)
        page.compare.used.connect(self._use)
        page.layers.wanted.connect(self._favourites)
        page.layers.photo_wanted.connect(self.desk.focus.show_photo)
        page.layers.acted.connect(self.desk.act)
        session.works.reported.connect(self._reported)
        session.works.queued.connect(lambda _: self._works_changed())
        session.works.ended.connect(self._works_changed)
        session.works.stopped.connect(lambda _: self._works_changed())

    # ------------------------------------------------------------ reading

    def refresh(self, location: Location) -> None:
        """Show the Lab, and read what its pane shows."""
        self.page.train.form.set_places(self.places())
        self.desk.show_room(self.name)
        self._read_shown()

    def _read_shown(self) -> None:
        self.page.train.set_training(self._training)
        {TRAIN: self._read_training, COMPARE: self._read_comparison, LAYERS: self._read_layers}[self.page.shown]()

    def _read_training(self) -> None:
        """Learners and runs."""
        self._steady.ask()

    def _begin_reading(self, over: Callable[[], None]) -> None:
        self.ask("runs", _training, self._show_training, self._training_broken, over)

    def _show_training(self, found: Shown) -> None:
        train = self.page.train
        train.set_learners(found.learners)
        train.set_training(self._training)
        train.set_runs(found.runs, nothing(found))
        if self._follow:
            live = next((run for run in found.runs if run.state in ("running", "paused")), None)
            if live is not None:
                self._follow = False
                train.runs.choose(live.id)
        if train.runs.run is not None:
            self._read_run(train.runs.run.id)

    def _training_broken(self, error: BaseException) -> None:
        self.page.train.show_nothing(broken(error))

    def _read_run(self, run_id: str) -> None:
        def done(found: OneRun) -> None:
            shown = self.page.train.runs.run
            if shown is not None and shown.id == found.run.id:
                self.page.train.show_run(found.run, found.curves, found.epochs)

        def failed(error: BaseException) -> None:
            if not isinstance(error, KeyError):  # deleted meanwhile: the next reading of runs tells
                self._training_broken(error)

        self.ask("run", lambda library, _: _one_run(library, run_id), done, failed)

    def _read_pictures(self, kind: str, epoch: int) -> None:
        run = self.page.train.runs.run
        wanted = (run.id if run is not None else "", kind, epoch)
        if run is None or wanted == self._grid:
            return

        def work(library: Library, _: Progress) -> tuple[PictureGrid | None, QImage]:
            grid = library.lab.pictures(run.id, kind, epoch)
            return grid, QImage() if grid is None else strip(grid)

        def done(found: tuple[PictureGrid | None, QImage]) -> None:
            shown, pane = self.page.train.runs.run, self.page.train.pictures
            if shown is not None and (shown.id, pane.kind, pane.epoch_shown) == wanted:
                self._grid = wanted
                pane.show_grid(*found)

        self.ask("pictures", work, done, lambda error: self.session.fail(error, "show the pictures"))

    def _read_comparison(self) -> None:
        compare = self.page.compare
        compare.set_busy(self._comparing)
        self.ask(
            "comparison",
            _comparison,
            compare.show_comparison,
            lambda error: self.session.fail(error, "show the comparison"),
        )

    def _read_layers(self) -> None:
        self.ask(
            "layers",
            lambda library, _: library.lab.layers(),
            self.page.layers.set_layers,
            lambda error: self.session.fail(error, "show the layers"),
        )

    def _favourites(self, layer: Layer, unit: int) -> None:
        def work(library: Library, progress: Progress) -> Favourites:
            return library.lab.favourites(layer, unit, FAVOURITES, progress)

        pane = self.page.layers
        self.ask("favourites", work, pane.show_favourites, pane.show_broken, reported=pane.show_progress)

    # ------------------------------------------------------------ what runs

    @property
    def _training(self) -> bool:
        return say.TRAINING in self.session.works.names

    def _reported(self, name: str, report: Report) -> None:
        if name == say.TRAINING and self.visible:
            self._steady.soon()

    def _works_changed(self) -> None:
        self.page.train.set_training(self._training)
        self._comparing = say.COMPARING in self.session.works.names
        self.page.compare.set_busy(self._comparing)
        if self.visible:
            self._read_shown()

    # ------------------------------------------------------------ what the person asks for

    def _train(self, spec: RunSpec) -> None:
        self._follow = True
        say.LAB.train(self.session, spec, self._read_training)

    def _resume(self, run_id: str) -> None:
        say.LAB.resume(self.session, run_id, self._read_training)

    def _compare(self) -> None:
        say.compare(self.session, lambda _: self._read_comparison(), self._works_changed)

    def _use(self, name: str, title: str) -> None:
        say.use(self.session, name, title, self._read_shown)

    def _dream(self) -> None:
        run = self.page.train.runs.run
        if run is None:
            return
        scope = self.page.train.form.scope
        group = scope.id if scope.kind == "group" else None

        def done(grid: PictureGrid) -> None:
            shown = self.page.train.runs.run
            if shown is not None and shown.id == run.id:
                self._grid = None
                self.page.train.pictures.show_dream(grid, strip(grid))

        say.dream(self.session, run.id, group, random.randrange(2**31), done)

    # ------------------------------------------------------------ inside

    def _title_of(self, run_id: str) -> str:
        run = self.page.train.runs.run
        info = {each.name: each.title for each in self.page.train.learners}
        return info.get(run.spec.learner, run_id) if run is not None and run.id == run_id else run_id


def _comparison(library: Library, _: Progress) -> Comparison | None:
    """The comparison that was made last; what is in use now is marked, whatever was when it was made."""
    found = library.lab.comparison()
    if found is None:
        return None
    used = next((run.id for run in library.lab.runs() if run.in_use), "")
    rows = [replace(row, in_use=row.run_id == used if used else row.name == CNN) for row in found.rows]
    return replace(found, rows=tuple(rows))


def _training(library: Library, _: Progress) -> Shown:
    return Shown(library.lab.learners(), library.lab.runs(), library.status())


def _one_run(library: Library, run_id: str) -> OneRun:
    lab = library.lab
    return OneRun(lab.run(run_id), lab.curves(run_id), {kind: lab.epochs(run_id, kind) for kind in KINDS})


def nothing(found: Shown) -> State:
    """What is said where there is no run: that photos are missing, or an invitation."""
    looked_at = found.status.photos - found.status.pending
    fewest = min((each.fewest for each in found.learners), default=0)
    if found.status.photos and looked_at <= 0:
        return UNSEEN
    return too_few(fewest) if looked_at < fewest else NEW
