"""What stands behind Generate: pictures, walks, photos sought, nearest photos, dreams and the collection."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from app import operations_studio as say
from app.lab.pictures import strip
from app.rooms import Room
from app.studio.collection import MOST
from app.studio.generating import COLLECTION, GeneratePane
from app.studio.maker import Wish
from app.studio.seeking import MOST as MOST_PHOTOS
from app.studio.wipe import picture_of
from app.studio.words import FORMATS
from app.views.states import State
from core.progress import Progress
from core.records_lab import PictureGrid, Run
from core.records_studio import GeneratorInfo, Made, Point, Projection

if TYPE_CHECKING:
    from app.desk import Desk
    from core.library import Library

NEAREST, NEAR, SPREAD = 5, 8, 0.35
DREAMS, THUMB = 8, 128
SUFFIXES = (".gif", ".png", ".apng", ".webp")
ENDED = ("done", "stopped", "failed")
"""States of runs whose pictures can be asked for: one that trains has its hands full."""
Drawn = tuple[PictureGrid, QImage]


class GenerateRoom(Room):
    """Answers what :class:`GeneratePane` asks for."""

    def __init__(self, desk: Desk, pane: GeneratePane) -> None:
        super().__init__(desk, "studio-generate")
        self.pane = pane
        self._dreamers: tuple[str, ...] = ()
        self._wished: tuple[str, str] | None = None
        self._near = 0
        pane.wanted.connect(self._make)
        pane.near_wanted.connect(self._make_near)
        pane.walk_wanted.connect(self._walk)
        pane.nearest_wanted.connect(self._nearest)
        pane.kept.connect(self._keep)
        pane.photo_wanted.connect(desk.focus.show_photo)
        pane.dreams_wanted.connect(self._dream)
        pane.turned.connect(lambda _: self.refresh())
        pane.form.chosen.connect(self._read_classes)
        pane.form.seek_wanted.connect(self._offer_photos)
        pane.photos.chosen.connect(self._seek)
        pane.walking.saved.connect(self._save_walk)
        pane.collection.exported.connect(self._export)
        pane.collection.forgotten.connect(lambda ids: say.forget(self.session, ids, self._read_made))
        desk.session.changed.connect(lambda _: self._read_made() if self._collecting else None)

    def refresh(self) -> None:
        """Read what the view shows besides pictures: the collection, whether a network can dream."""
        if self._collecting:
            self._read_made()
        self.ask("dreamers", _dreamers, self._set_dreamers, lambda _: self._set_dreamers(()))

    @property
    def _collecting(self) -> bool:
        return self.pane.shown == COLLECTION and self.desk.window.shown_page == "studio"

    def set_runs(self, runs: Sequence[Run], generators: Sequence[GeneratorInfo]) -> None:
        """The runs that pictures can be asked of: those that came far enough and make pictures from noise."""
        infos = {each.name: each for each in generators}
        makers = [
            run
            for run in runs
            if run.spec.learner in infos and run.state in ENDED and run.epoch > 0
            if not infos[run.spec.learner].enlarges
        ]
        self.pane.set_runs(makers, {name: each.title for name, each in infos.items()})
        if self._wished is not None and any(run.id == self._wished[0] for run in makers):
            self.pane.form.choose(*self._wished)
            self._wished = None

    def imagine(self, run_id: str, condition: str) -> None:
        """Make pictures of what was asked for, once the generator is known here."""
        self._wished = (run_id, condition)
        if self.pane.form.generator.findData(run_id) >= 0:
            self.pane.form.choose(run_id, condition)
            self._wished = None
            self.pane.form.roll()

    # ------------------------------------------------------------ pictures

    def _read_classes(self, run_id: str) -> None:
        def work(library: Library, _: Progress) -> tuple[tuple[str, ...], tuple[str, ...]]:
            return library.studio.classes(run_id), library.studio.said(run_id)

        self.ask("classes", work, lambda found: self.pane.form.set_classes(run_id, *found), lambda _: None)

    def _make(self, wish: Wish) -> None:
        def work(library: Library, progress: Progress) -> Drawn:
            return _drawn(
                library.studio.generate(
                    wish.run_id, wish.points, truncation=wish.truncation, condition=wish.condition, progress=progress
                )
            )

        self.ask("make", work, lambda found: self.pane.show_pictures(wish, *found), self._broken)

    def _make_near(self, wish: Wish, point: Point) -> None:
        self._near += 1
        seed = self._near

        def work(library: Library, progress: Progress) -> tuple[Drawn, tuple[str, ...]]:
            grid, points = library.studio.near(
                wish.run_id, point, NEAR, spread=SPREAD, seed=seed, truncation=wish.truncation,
                condition=wish.condition, progress=progress,
            )  # fmt: skip
            return _drawn(grid), points

        def done(found: tuple[Drawn, tuple[str, ...]]) -> None:
            (grid, image), points = found
            self.pane.show_pictures(
                Wish(wish.run_id, tuple(points), wish.truncation, wish.condition), grid, image, "near"
            )

        self.ask("make", work, done, self._broken)

    def _walk(self, wish: Wish, a: Point, b: Point, frames: int) -> None:
        def work(library: Library, progress: Progress) -> Drawn:
            return _drawn(
                library.studio.walk(
                    wish.run_id, a, b, frames, truncation=wish.truncation, condition=wish.condition, progress=progress
                )
            )

        self.ask("walk", work, lambda found: self.pane.show_walk(a, b, *found), self._fail("walk between the two"))

    def _broken(self, error: BaseException) -> None:
        self.pane.show_state(State("problems", "No pictures can be made", str(error), ("To the training", "train")))

    def _nearest(self, picture: NDArray[np.uint8]) -> None:
        band = self.pane.band.nearest
        self.ask(
            "nearest",
            lambda library, _: library.studio.nearest(picture, NEAREST),
            self.pane.show_nearest,
            band.show_broken,
        )

    # ------------------------------------------------------------ a photo of one's own

    def _offer_photos(self) -> None:
        """Photos that the generator learned from, to choose the one that is sought; the selected ones first."""
        run = self.pane.form.run
        if run is None:
            return
        first = [int(photo_id) for photo_id in self.desk.wall.selection()]

        def done(ids: list[int]) -> None:
            rest = [photo_id for photo_id in ids if photo_id not in first]
            self.pane.photos.offer([*first, *rest], "Which photo shall be sought in the generator?")

        def work(library: Library, _: Progress) -> list[int]:
            return [int(each) for each in library.wall(run.spec.scope).ids[:MOST_PHOTOS]]

        self.ask("photos", work, done, self._fail("show the photos"))

    def _seek(self, photo_id: int) -> None:
        wish = self.pane.form.wish()

        def done(found: Projection) -> None:
            points = (found.point, *(point for point in self.pane.points if point != found.point))

            def work(library: Library, progress: Progress) -> tuple[QImage, Drawn]:
                grid = library.studio.generate(
                    wish.run_id, points, truncation=wish.truncation, condition=wish.condition, progress=progress
                )
                return picture_of(found.target), _drawn(grid)

            def drawn(answer: tuple[QImage, Drawn]) -> None:
                self.pane.show_projection(found, answer[0], *answer[1])

            self.ask("make", work, drawn, self._broken)

        say.project(self.session, wish.run_id, photo_id, wish.condition, done)

    # ------------------------------------------------------------ dreams

    def _set_dreamers(self, runs: tuple[str, ...]) -> None:
        fresh = runs != self._dreamers
        self._dreamers = runs
        if not runs:
            self.pane.show_dreams(None, QImage())
        elif fresh:
            self._dream()

    def _dream(self) -> None:
        if not self._dreamers:
            return
        run_id, seed = self._dreamers[0], random.randrange(2**31)

        def work(library: Library, _: Progress) -> Drawn:
            return _drawn(library.lab.dream(DREAMS, run_id=run_id, group_id=None, seed=seed))

        self.ask("dream", work, lambda found: self.pane.show_dreams(*found), self._fail("dream"))

    # ------------------------------------------------------------ keeping

    def _keep(self, pictures: NDArray[np.uint8], how: str, points: Sequence[Any]) -> None:
        form = self.pane.form
        run_id = self._dreamers[0] if how == "dream" and self._dreamers else form.run_id
        wish = form.wish()
        settings: dict[str, Any] = {"truncation": wish.truncation, "condition": wish.condition or ""}
        say.keep(self.session, pictures, run_id, how, points, {} if how == "dream" else settings, self._kept)

    def _kept(self) -> None:
        if self._collecting:
            self._read_made()

    def _read_made(self) -> None:
        def work(library: Library, _: Progress) -> tuple[list[Made], PictureGrid | None, QImage]:
            made = list(library.studio.made())[:MOST]
            squares = [_square(library.studio.made_pixels(each.id)) for each in made]
            grid = PictureGrid("made", 0, np.stack(squares)) if squares else None
            return made, grid, QImage() if grid is None else strip(grid)

        self.ask("made", work, lambda found: self.pane.collection.show_made(*found), self._fail("show the collection"))

    def _export(self, ids: Sequence[str]) -> None:
        chosen = QFileDialog.getExistingDirectory(self.pane, "Where shall they be written?", str(Path.home()))
        if chosen:
            say.export(self.session, ids, Path(chosen))

    def _save_walk(self) -> None:
        frames = self.pane.walking.frames
        if frames is None:
            return
        start = str(Path.home() / "walk.gif")
        chosen, kind = QFileDialog.getSaveFileName(self.pane, "Save the walk", start, FORMATS)
        if chosen:
            say.animation(self.session, frames, with_ending(Path(chosen), kind), self.pane.form.run_id)

    def _fail(self, doing: str) -> Any:
        return lambda error: self.session.fail(error, doing)


def with_ending(path: Path, kind: str) -> Path:
    """A path with the ending of the format that was chosen, where it has none of those."""
    if path.suffix.lower() in SUFFIXES:
        return path
    ending = next((each for each in (".gif", ".png", ".webp") if f"*{each}" in kind), ".gif")
    return path.with_name(path.name + ending)


def _drawn(grid: PictureGrid) -> Drawn:
    return grid, strip(grid)


def _square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture as a square of THUMB pixels, uint8 [THUMB, THUMB, 3]."""
    image = picture_of(pixels).scaled(THUMB, THUMB)
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(THUMB, rgb.bytesPerLine())
    return rows[:, : 3 * THUMB].reshape(THUMB, THUMB, 3).copy()


def _dreamers(library: Library, _: Progress) -> tuple[str, ...]:
    """Belief networks that have learned from pictures, the newest first."""
    return tuple(
        run.id
        for run in library.lab.runs()
        if run.spec.learner == "dbn" and run.state == "done" and run.spec.parameters.get("input") == "pictures"
    )
