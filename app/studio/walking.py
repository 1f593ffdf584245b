"""A walk between two pictures: it plays, its frames lie in a strip, it is saved as an animation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.icons import IconButton
from app.lab.bench import scrolled
from app.lab.fields import Choice
from app.studio.band import Face
from app.studio.bend import Bend, in_line
from app.studio.tiles import STRIP_HEIGHT, Strip
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.states import State, StatePage
from app.views.widgets import ElidedLabel, button
from core.records_lab import PictureGrid

FRAMES = (12, 24, 48, 96)
USUAL = 24
FRAME_MS = 80
NOWHERE = State(
    "studio",
    "No walk yet",
    "Among the pictures, choose two (the second with Ctrl or the space bar), then walk from one to the other. "
    "A photo that was sought can be one of them.",
    ("To the pictures", "pictures"),
)


class WalkPage(QWidget):
    """``saved``: it is to be written to a file; ``again``: with another number of frames; ``back``: to the pictures;
    ``kept``: the frame that is shown is to be kept."""

    saved = Signal()
    again = Signal()
    kept = Signal()
    back = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Walk")
        self.frames: NDArray[np.uint8] | None = None
        self._image = QImage()
        self._step = 1
        self.face = Face(theme, "The walk")
        self.strip = Strip(theme, "Frames of the walk")
        self.line = ElidedLabel("", "strong")
        self.play = IconButton(theme, "pause", "Stop the walk")
        self.play.clicked.connect(self.toggle)
        self.count = Choice()
        self.count.setAccessibleName("Frames")
        for each in FRAMES:
            self.count.addItem(f"{each} frames", each)
        self.count.setCurrentIndex(FRAMES.index(USUAL))
        self.count.currentIndexChanged.connect(lambda _: self.again.emit())
        self.keep = button("Keep this frame", "", self.kept.emit)
        self.save = button("Save as …", "primary", self.saved.emit)
        self.save.setToolTip("As a GIF, an animated PNG or a WebP")
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._next)
        self.strip.moved.connect(self._show)
        self.strip.installEventFilter(self)
        self._nothing = StatePage(theme, lambda _: self.back.emit())
        self._nothing.show_state(NOWHERE)
        self._lay_out()

    def _lay_out(self) -> None:
        acts = Bend(in_line(self.play, self.count), in_line(self.keep, self.save))
        area = scrolled(self.strip)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(STRIP_HEIGHT + SPACE_M)
        self._area = area
        self._whole = QWidget()
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(self.line)
        column.addWidget(self.face, 1)
        column.addWidget(area)
        column.addWidget(ElidedLabel("Every frame is made by the generator. No photo of yours is among them.", "small"))
        column.addWidget(acts)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._nothing)
        outer.addWidget(self._whole)
        self._whole.hide()

    @property
    def frame_count(self) -> int:
        return int(self.count.currentData())

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def show_walk(self, grid: PictureGrid, image: QImage, line: str) -> None:
        """Another walk; it begins to play."""
        self.frames, self._image = grid.pictures, image
        self._nothing.hide()
        self._whole.show()
        self.line.setText(line)
        self.strip.show_pictures(grid, image, [f"frame {place + 1}" for place in range(len(grid.pictures))])
        self._play(True)

    def toggle(self) -> None:
        self._play(not self.playing)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        if self.play.accessibleName() == "Stop the walk" and self.frames is not None:
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self._play(False)  # who looks at single frames wants them to stand still
        return False

    def _play(self, on: bool) -> None:
        (self._timer.start if on and self.isVisible() else self._timer.stop)()
        self.play.show_icon("pause" if on else "play")
        self.play.rename("Stop the walk" if on else "Walk on")

    def _next(self) -> None:
        """There and back."""
        last = self.strip.count - 1
        if not 0 <= self.strip.current + self._step <= last:
            self._step = -self._step
        self.strip.choose(self.strip.current + self._step)

    def _show(self, place: int) -> None:
        if place >= 0 and self.strip.count:
            side = self._image.height() // self.strip.count
            self.face.show_image(self._image.copy(0, place * side, self._image.width(), side))
            where = self.strip.places()[place].center()
            self._area.ensureVisible(round(where.x()), round(where.y()), 120, 0)
