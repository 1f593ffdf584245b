"""One run as it is: what it is, what the measures say, its pictures through time, its curves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QSlider, QSplitter, QVBoxLayout, QWidget

from app.icons import IconButton
from app.lab.bench import RunHead, scrolled
from app.lab.pictures import PictureSheet
from app.studio.words import ordered, warned
from app.theme import SPACE_M, SPACE_S, Theme
from app.views.widgets import label
from app.words import number
from core.records_lab import Curve, Parameter, PictureGrid, Run

if TYPE_CHECKING:
    from app.lab.curves import CurveGrid

NONE = -1
PLAY_MS = 250
"""While the history is played, the next grid comes after so long."""


class History(QWidget):
    """The grids that a run made as it learned, always from the same noise; a slider goes through them, a button lets
    them pass. ``wanted`` asks for the grid of a step; ``moved``: the person went to one."""

    wanted = Signal(int)
    moved = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._steps: tuple[int, ...] = ()
        self._latest = True
        self.sheet = PictureSheet("step")
        self.sheet.setAccessibleName("Pictures it makes")
        self.at = label("", "small")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Step of the pictures")
        self.slider.setToolTip("Back through what it made as it learned")
        self.slider.valueChanged.connect(self._scrubbed)
        self.play = IconButton(theme, "play", "Watch it learn")
        self.play.clicked.connect(self.toggle)
        self._timer = QTimer(self, interval=PLAY_MS)
        self._timer.timeout.connect(self._next)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.at)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(self.sheet, 1)
        column.addLayout(row)

    @property
    def step(self) -> int:
        """The step whose pictures are shown; NONE where there are none."""
        return self._steps[min(self.slider.value(), len(self._steps) - 1)] if self._steps else NONE

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def forget(self) -> None:
        """Another run is shown: the place among the steps of the one before is no more."""
        self._latest = True
        self._stop()
        self.sheet.show_grid(None, QImage())

    def set_steps(self, steps: Sequence[int]) -> None:
        """The steps there are pictures of; who is at the latest stays there."""
        here = self.step
        self._steps = tuple(steps)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(len(steps) - 1, 0))
            at = len(steps) - 1 if self._latest else bisect_right(self._steps, here) - 1
            self.slider.setValue(max(at, 0))
        for part in (self.slider, self.play):
            part.setEnabled(len(steps) > 1)
        self._ask()

    def go_near(self, step: int) -> None:
        """Show the newest pictures from no later than a step."""
        if self._steps:
            with QSignalBlocker(self.slider):
                self.slider.setValue(max(bisect_right(self._steps, step) - 1, 0))
            self._latest = self.slider.value() == self.slider.maximum()
            self._ask()

    def show_grid(self, grid: PictureGrid | None, image: QImage) -> None:
        self.sheet.show_grid(grid, image)

    def toggle(self) -> None:
        """Let the grids pass from the first to the latest, or stop there."""
        if self.playing:
            self._stop()
            return
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)
        self.play.show_icon("pause")
        self.play.rename("Stop here")
        self._timer.start()

    def _stop(self) -> None:
        self._timer.stop()
        self.play.show_icon("play")
        self.play.rename("Watch it learn")

    def _next(self) -> None:
        self.slider.setValue(self.slider.value() + 1)
        if self.slider.value() == self.slider.maximum():
            self._stop()

    def _scrubbed(self, place: int) -> None:
        self._latest = place == self.slider.maximum()
        self._ask()
        self.moved.emit(self.step)

    def _ask(self) -> None:
        shown = self.step
        self.at.setText(f"Step {number(shown)}" if self._steps else "")
        if self._steps:
            self.wanted.emit(shown)
        else:
            self.sheet.show_grid(None, QImage())


class RunView(QWidget):
    """``wanted`` asks for pictures: (run id, step)."""

    wanted = Signal(str, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.run: Run | None = None
        self.shown: tuple[str, int] = ("", NONE)
        self.head = RunHead("step")
        self.said = label("", "warning", wrap=True)
        self.said.setAccessibleName("What the measures say")
        self.history = History(theme)
        self.history.wanted.connect(self._want)
        self._curves: CurveGrid | None = None
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.history)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.head)
        column.addWidget(self.said)
        column.addWidget(scrolled(self._split), 1)

    def show_run(
        self,
        run: Run,
        title: str,
        known: tuple[Parameter, ...],
        curves: Sequence[Curve],
        steps: Sequence[int],
        said: Sequence[str],
    ) -> None:
        """A run as it is now."""
        if self.run is None or run.id != self.run.id:
            self.history.forget()
            self.shown = ("", NONE)
        self.run = run
        self.head.show_run(run, title, known)
        self.said.setText(warned(said))
        self.said.setVisible(bool(said))
        self.history.set_steps(steps)
        if curves or self._curves is not None:
            self.curves.show_curves(ordered(curves))
            self.curves.setVisible(bool(curves))

    def show_grid(self, run_id: str, step: int, grid: PictureGrid | None, image: QImage) -> None:
        """Pictures that were asked for, unless the person went on."""
        if self.run is not None and self.run.id == run_id and self.history.step == step:
            self.shown = (run_id, step)
            self.history.show_grid(grid, image)

    @property
    def curves(self) -> CurveGrid:
        """The curves; made (and pyqtgraph loaded) when there are some to draw."""
        if self._curves is None:
            from app.lab.curves import CurveGrid

            self._curves = CurveGrid(self._theme)
            self._curves.setContentsMargins(0, SPACE_M, 0, 0)
            self._split.addWidget(self._curves)
            self._split.setSizes([300, 260])
        return self._curves

    def _want(self, step: int) -> None:
        if self.run is not None and self.shown != (self.run.id, step):
            self.wanted.emit(self.run.id, step)
