"""What stands behind Enlarge: photos of the queue, trials on a part, whole versions, how long it takes here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage

from app import operations_studio as say
from app.lab.words import short_time
from app.rooms import Room
from app.studio.enlarge_form import FILE
from app.studio.enlarging import EnlargePane, Trial
from app.studio.queue import Queued
from app.studio.side_by_side import Shown
from app.studio.wipe import heat_of, picture_of
from app.views.regions import Overlay
from app.views.viewer_loader import to_image
from app.words import work_line
from core.progress import Progress, Report
from core.records_studio import Preview, Upscaler, Version

if TYPE_CHECKING:
    from app.desk import Desk
    from core.library import Library

WHOLE_SIDE = 4096
"""A version is looked at with so many pixels at most along its longer side."""
HEAT_SIDE = 1024


class EnlargeRoom(Room):
    """Answers what :class:`EnlargePane` asks for."""

    def __init__(self, desk: Desk, pane: EnlargePane) -> None:
        super().__init__(desk, "studio-enlarge")
        self.pane = pane
        pane.acted.connect(desk.act)
        pane.tried.connect(self._try)
        pane.photo_chosen.connect(self._chose)
        pane.version_wanted.connect(self._whole)
        pane.versions.forgotten.connect(lambda each: say.forget_versions(self.session, [each], self._read_versions))
        pane.form.begun.connect(self._enlarge)
        pane.form.stopped.connect(desk.worklight.stop)
        pane.form.changed.connect(self._measure)
        pane.form.queue.added.connect(lambda: self.add(desk.wall.selection()))
        desk.session.changed.connect(lambda _: self._read_versions() if self._shown else None)

    def refresh(self) -> None:
        """Read the models there are, and the versions of the photo that is looked at."""
        self.pane.form.set_working(self._working)
        self.ask("models", lambda library, _: library.studio.upscalers(), self._set_models, self._fail("list models"))
        self._read_versions()

    def add(self, ids: Sequence[int]) -> None:
        """Put photos into the queue."""
        wanted = [int(photo_id) for photo_id in ids]

        def work(library: Library, _: Progress) -> list[Queued]:
            return [
                Queued(row.id, Path(row.path).name, row.path, row.width, row.height) for row in library.rows(wanted)
            ]

        if wanted:
            self.ask("rows", work, self.pane.add, self._fail("show the photos"))

    # ------------------------------------------------------------ what runs

    @property
    def _shown(self) -> bool:
        return self.desk.window.shown_page == "studio"

    @property
    def _working(self) -> bool:
        return say.ENLARGING in self.session.works.names

    def works_changed(self) -> None:
        self.pane.form.set_working(self._working)

    def show_report(self, report: Report) -> None:
        """How far the queue is."""
        self.pane.form.show_report(report)

    def _enlarge(self) -> None:
        form = self.pane.form
        ids = form.queue.waiting
        form.queue.begin()
        say.enlarge(
            self.session,
            ids,
            form.model_name,
            form.scale,
            form.share,
            self._file,
            form.queue.show_report,
            self._over,
        )

    def _over(self) -> None:
        self.pane.form.set_working(False)
        self._read_versions()

    # ------------------------------------------------------------ trying

    def _set_models(self, models: tuple[Upscaler, ...]) -> None:
        fresh = models != self.pane.form.models
        self.pane.form.set_models(models)
        self.pane.models.set_models(models, self.pane.form.scale)
        if fresh:
            self.pane.try_it()

    @property
    def _file(self) -> Path | None:
        """The community model that was chosen, where one is to be used."""
        return self.pane.form.file if self.pane.form.model_name == FILE else None

    def _try(self, trial: Trial) -> None:
        file = None if trial.beside else self._file

        def work(library: Library, progress: Progress) -> Any:
            found = library.studio.preview(
                trial.photo_id, trial.box, trial.models, trial.scale, trial.strength, progress, file=file
            )
            return _beside(found) if trial.beside else _one(found)

        def done(found: Any) -> None:
            if trial.beside:
                self.pane.show_beside(trial, *found)
            else:
                self.pane.show_trial(trial, *found)

        def reported(report: Report) -> None:
            if report.total:
                self.pane.show_trying(work_line(report))

        self.ask("try", work, done, self.pane.show_broken, reported=reported)
        self._measure()

    def _measure(self) -> None:
        """How long the photo that is looked at takes with the chosen model, unless that is known."""
        form, current = self.pane.form, self.pane.form.queue.current
        if current is None or not form.ready or form.seconds(current.photo_id) is not None:
            return
        model, scale, file = form.model_name, form.scale, self._file

        def work(library: Library, progress: Progress) -> float:
            return float(library.studio.estimate_enlarge([current.photo_id], model, scale, progress, file=file))

        def done(seconds: float) -> None:
            form.show_seconds(current.photo_id, model, scale, seconds)

        self.ask("measure", work, done, lambda _: None)

    # ------------------------------------------------------------ versions

    def _chose(self, row: Queued | None) -> None:
        if row is not None:
            self._read_versions()

    def _read_versions(self) -> None:
        current = self.pane.form.queue.current
        if current is None:
            return
        self.ask(
            "versions",
            lambda library, _: library.studio.versions(current.photo_id),
            lambda found: self.pane.set_versions(current.photo_id, found),
            self._fail("show the versions"),
        )

    def _whole(self, version: Version) -> None:
        def work(library: Library, progress: Progress) -> tuple[QImage, QImage, Overlay]:
            before = to_image(library.pixels(version.photo_id, WHOLE_SIDE))
            progress.check()
            after = to_image(library.studio.version_pixels(version.id, WHOLE_SIDE))
            progress.check()
            return before, after, heat_of(library.studio.heat(version.id, HEAT_SIDE))

        self.ask("try", work, lambda found: self.pane.show_whole(version, *found), self.pane.show_broken)

    def _fail(self, doing: str) -> Callable[[BaseException], None]:
        return lambda error: self.session.fail(error, doing)


def _one(found: Preview) -> tuple[QImage, QImage, Overlay, str]:
    """What a single model made: before, after, heat, and how long it took. ValueError where it made nothing."""
    (crop,) = found.crops
    if crop.failed:
        raise ValueError(crop.failed)
    return picture_of(found.plain), picture_of(crop.picture), heat_of(crop.heat), short_time(crop.seconds)


def _beside(found: Preview) -> tuple[QImage, list[Shown], Overlay]:
    """What several models made, and where they differ."""
    shown: list[Shown] = [
        (crop.title, crop.seconds, None, None, crop.failed)
        if crop.failed
        else (crop.title, crop.seconds, picture_of(crop.picture), heat_of(crop.heat), "")
        for crop in found.crops
    ]
    return picture_of(found.plain), shown, heat_of(found.apart)
