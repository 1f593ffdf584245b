"""Generate: left what is asked for, right the pictures, a walk between two of them, and what was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from app.lab.bench import hairline
from app.lab.pictures import PictureSheet
from app.studio.band import Band
from app.studio.collection import CollectionPage
from app.studio.maker import MakerForm, Wish
from app.studio.seeking import PhotoLine
from app.studio.tiles import Tiles
from app.studio.walking import WalkPage
from app.studio.words import point_words
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.thumbs.loader import ThumbLoader
from app.views.states import State, StatePage
from app.views.widgets import ElidedLabel, button
from core.records_lab import PictureGrid, Run
from core.records_studio import Point, Projection

VIEWS = (
    ("Pictures", "What the generator makes of seeds."),
    ("Walk", "From one picture to another, step by step."),
    ("Collection", "Pictures that were kept."),
)
PICTURES, WALK, COLLECTION = range(3)
NO_GENERATOR = State(
    "studio",
    "No generator yet",
    "Once one was trained on your photos, it makes new pictures here. What was kept before is in the collection.",
    ("Train one", "train"),
)
MAKING = State("clock", "Making pictures", "The generator is being loaded.")
DREAMS_HEIGHT = 84


class GeneratePane(QWidget):
    """What it asks for comes as signals; what comes of it is put in by ``show_…``. ``train_wanted``: there is no
    generator, and one is wanted; ``turned``: another view is shown."""

    wanted = Signal(object)
    near_wanted = Signal(object, object)
    walk_wanted = Signal(object, object, object, int)
    nearest_wanted = Signal(object)
    kept = Signal(object, str, object)
    photo_wanted = Signal(int)
    dreams_wanted = Signal()
    train_wanted = Signal()
    turned = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self.setAccessibleName("Generate")
        self._theme = theme
        self._grid: PictureGrid | None = None
        self._image = QImage()
        self._points: tuple[Point, ...] = ()
        self._how = "generated"
        self._wish: Wish | None = None
        self._ends: tuple[Wish, Point, Point] | None = None
        self._sought: dict[Point, QImage] = {}
        self._dreams: PictureGrid | None = None
        self.form = MakerForm(theme)
        self.tabs = QTabBar()
        self.tiles = Tiles(theme, "Generated pictures")
        self.line = ElidedLabel("", "small")
        self.keep = button("Keep", "primary", self.ask_keep)
        self.near = button("More like this", "", self.ask_near)
        self.walk = button("Walk between two", "", self.ask_walk)
        self.back = button("Back to the seeds", "link", self.form.ask)
        self.band = Band(theme, thumbs, (self.keep, self.near, self.walk))
        self.photos = PhotoLine(theme, thumbs)
        self.dreams = PictureSheet()
        self.dream = button("Dream again", "quiet", self.dreams_wanted.emit)
        self.keep_dreams = button("Keep them", "quiet", self._keep_dreams)
        self.walking = WalkPage(theme)
        self.collection = CollectionPage(theme)
        self.state = StatePage(theme, lambda _: self.train_wanted.emit())
        self._lay_out()
        self._join()
        self.show_state(NO_GENERATOR)

    def _lay_out(self) -> None:
        self.tabs.setObjectName("segments")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Views of what was generated")
        for at, (title, tip) in enumerate(VIEWS):
            self.tabs.addTab(title)
            self.tabs.setTabToolTip(at, tip)
        self._body = QStackedLayout()
        self._body.addWidget(self.state)
        self._body.addWidget(self._pictures())
        holder = QWidget()
        holder.setLayout(self._body)
        self._views = QStackedLayout()
        for view in (holder, self.walking, self.collection):
            self._views.addWidget(view)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.tabs)
        right.addLayout(self._views, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.form)
        row.addWidget(hairline())
        row.addLayout(right, 1)

    def _pictures(self) -> QWidget:
        head = QHBoxLayout()
        head.addWidget(self.line, 1)
        head.addWidget(self.back)
        inner = QVBoxLayout()
        inner.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        inner.setSpacing(SPACE_S)
        inner.addLayout(head)
        inner.addWidget(self.tiles, 1)
        inner.addWidget(self._dream_row())
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner, 1)
        column.addWidget(self.photos)
        column.addWidget(self.band)
        return page

    def _dream_row(self) -> QWidget:
        self.dreams.setMinimumHeight(0)
        self.dreams.setFixedHeight(DREAMS_HEIGHT)
        head = QHBoxLayout()
        head.addWidget(ElidedLabel("Dreams of the belief network, for comparison", "section"), 1)
        head.addWidget(self.keep_dreams)
        head.addWidget(self.dream)
        self._dreaming = QWidget()
        column = QVBoxLayout(self._dreaming)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.dreams)
        self._dreaming.hide()
        return self._dreaming

    def _join(self) -> None:
        self.tabs.currentChanged.connect(self._turn)
        self.form.changed.connect(self._ask)
        self.tiles.moved.connect(self._closer)
        self.tiles.picked.connect(self._enable)
        self.tiles.activated.connect(lambda _: self.ask_near())
        self.band.photo_wanted.connect(self.photo_wanted)
        self.walking.again.connect(self._walk_again)
        self.walking.kept.connect(self._keep_frame)
        for page in (self.walking, self.collection):
            page.back.connect(lambda: self.turn_to(PICTURES))

    # ------------------------------------------------------------ what the program puts in

    def set_runs(self, runs: Sequence[Run], titles: Mapping[str, str]) -> None:
        """The generators there are."""
        self.form.set_runs(runs, titles)
        self.form.setEnabled(bool(runs))
        if not runs:
            self._wish = None
            self.show_state(NO_GENERATOR)

    def show_state(self, state: State) -> None:
        self.state.show_state(state)
        self._body.setCurrentIndex(0)

    def show_pictures(self, wish: Wish, grid: PictureGrid, image: QImage, how: str = "generated") -> None:
        """What a wish brought, unless the person wished for something else meanwhile."""
        if self._wish is not None and wish.run_id != self.form.run_id:
            return
        self._wish, self._how = wish, how
        self._set_pictures(grid, image, wish.points)
        self.line.setText(self._told(how))
        self.back.setVisible(how != "generated")
        self._body.setCurrentIndex(1)

    def show_projection(self, found: Projection, target: QImage, grid: PictureGrid, image: QImage) -> None:
        """A photo that was sought, first among the pictures; ``image`` has them all below each other."""
        if self._wish is None:
            return
        self._sought[found.point] = target
        points = (found.point, *(point for point in self._points if point != found.point))
        self._wish = replace(self._wish, points=points)
        self._how = "projection"
        self._set_pictures(grid, image, points)
        self.line.setText("The first is the nearest that the generator makes of the photo. Walk from it, or keep it.")
        self.back.show()
        self.turn_to(PICTURES)

    def show_nearest(self, found: Sequence[tuple[int, float]]) -> None:
        self.band.nearest.show_found(found)

    def show_walk(self, a: Point, b: Point, grid: PictureGrid, image: QImage) -> None:
        self.walking.show_walk(grid, image, f"From {point_words(a)} to {point_words(b)}")
        self.turn_to(WALK)

    def show_dreams(self, grid: PictureGrid | None, image: QImage) -> None:
        """What a belief network dreamt; None where none was trained."""
        self._dreams = grid
        self.dreams.show_grid(grid, image)
        self._dreaming.setVisible(grid is not None)

    # ------------------------------------------------------------ what the person does

    @property
    def shown(self) -> int:
        """PICTURES, WALK or COLLECTION."""
        return self._views.currentIndex()

    @property
    def points(self) -> tuple[Point, ...]:
        return self._points

    @property
    def grid(self) -> PictureGrid | None:
        return self._grid

    def turn_to(self, view: int) -> None:
        self.tabs.setCurrentIndex(view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        deeds = {Qt.Key.Key_R: self.form.roll, Qt.Key.Key_K: self.ask_keep, Qt.Key.Key_W: self.ask_walk}
        deed = deeds.get(Qt.Key(event.key())) if self.shown == PICTURES and self._grid is not None else None
        if deed is None:
            super().keyPressEvent(event)
        else:
            deed()

    def ask_keep(self) -> None:
        """Keep the selected pictures, else the current one."""
        meant = self.tiles.meant()
        if meant and self._grid is not None:
            self.kept.emit(self._grid.pictures[meant], self._how, [self._points[place] for place in meant])

    def ask_near(self) -> None:
        """More pictures like the current one."""
        if self._wish is not None and 0 <= self.tiles.current < len(self._points):
            self.near_wanted.emit(self._wish, self._points[self.tiles.current])

    def ask_walk(self) -> None:
        """Walk from the first selected picture to the second."""
        if self._wish is not None and len(self.tiles.selected) == 2:
            a, b = (self._points[place] for place in self.tiles.selected)
            self._ends = (self._wish, a, b)
            self._walk_again()

    # ------------------------------------------------------------ inside

    def _turn(self, view: int) -> None:
        self._views.setCurrentIndex(view)
        self.turned.emit(view)

    def _ask(self, wish: Wish) -> None:
        if self._grid is None or self._wish is None or self._wish.run_id != wish.run_id:
            self._sought.clear()
            self.show_state(MAKING)
        self._wish = wish
        self.wanted.emit(wish)

    def _set_pictures(self, grid: PictureGrid, image: QImage, points: Sequence[Point]) -> None:
        self._grid, self._image, self._points = grid, image, tuple(points)
        self.tiles.show_pictures(grid, image, [point_words(point) for point in points])

    def _told(self, how: str) -> str:
        if how == "near":
            return "More like the one that was chosen."
        return "Made by the generator; none of these is a photo."

    def _closer(self, place: int) -> None:
        self._enable()
        if self._grid is None or not 0 <= place < len(self._points):
            return
        point = self._points[place]
        height = self._image.height() // max(self.tiles.count, 1)
        face = self._image.copy(0, place * height, self._image.width(), height)
        sought = self._sought.get(point)
        self.band.show_picture(face, "A photo, sought in the generator" if sought else point_words(point).capitalize())
        if sought is not None:
            self.band.show_target(sought)
        self.nearest_wanted.emit(np.ascontiguousarray(self._grid.pictures[place]))

    def _enable(self) -> None:
        chosen = len(self.tiles.selected)
        self.keep.setText(f"Keep {chosen}" if chosen > 1 else "Keep")
        self.keep.setToolTip("Into the collection, apart from your photos. Key K")
        self.keep.setAccessibleName(self.keep.text())
        self.walk.setEnabled(chosen == 2)
        self.walk.setToolTip("Key W" if chosen == 2 else "Choose two pictures: Ctrl and click, or the space bar.")
        self.near.setEnabled(self.tiles.current >= 0)

    def _walk_again(self) -> None:
        if self._ends is not None:
            self.walk_wanted.emit(*self._ends, self.walking.frame_count)

    def _keep_frame(self) -> None:
        frames, place = self.walking.frames, self.walking.strip.current
        if frames is not None and place >= 0 and self._ends is not None:
            a, b = self._ends[1:]
            self.kept.emit(frames[[place]], "walk", [f"{a} to {b}, {place + 1} of {len(frames)}"])

    def _keep_dreams(self) -> None:
        if self._dreams is not None:
            n = len(self._dreams.pictures)
            self.kept.emit(self._dreams.pictures, "dream", [""] * n)
