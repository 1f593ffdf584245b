"""Train: left what and how, right what happens, bottom the runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.lab.bench import Bench, RunHead, scrolled
from app.lab.form import LearnerForm
from app.lab.pictures import PicturePane
from app.lab.runs import RunsPane
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.states import ADD, State
from core.records_lab import Curve, LearnerInfo, Run

if TYPE_CHECKING:
    from app.lab.curves import CurveGrid

START = ("Train", "lab-train")
WAIT = State("clock", "A moment", "The library is being opened.")
NEW = State(
    "lab",
    "Nothing trained yet",
    "Choose a learner on the left and train it on your own photos. Curves and pictures appear here as it learns.",
    START,
)
UNSEEN = State(
    "clock",
    "No photo was looked at yet",
    "Learners start from what the network sees in each photo. That is known when an import is done.",
    ("Look for changes", "rescan"),
)
WAITING = State("lab", "It begins", "The first curve appears after the first round.")


def too_few(fewest: int) -> State:
    """There are photos, but not enough to learn anything from."""
    return State("photos", "Too few photos to learn from", f"Training makes sense from {fewest} photos on.", ADD)


class TrainPane(Bench):
    """Signals of the form, of the pictures and of the runs are those of its parts; ``acted`` carries an action."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._infos: dict[str, LearnerInfo] = {}
        self._run_id = ""
        self.form = LearnerForm(theme)
        self.pictures = PicturePane()
        self.head = RunHead()
        self.title, self.line, self.message = self.head.title, self.head.line, self.head.message
        self._curves: CurveGrid | None = None
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.pictures)
        super().__init__(theme, self.form, self._shown(), RunsPane(), START[1])
        self.show_nothing(WAIT)

    def _shown(self) -> QWidget:
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.head)
        column.addWidget(scrolled(self._split), 1)
        return shown

    # ------------------------------------------------------------ what the program puts in

    def set_learners(self, learners: Sequence[LearnerInfo]) -> None:
        self._infos = {each.name: each for each in learners}
        self.form.set_learners(learners)

    @property
    def learners(self) -> tuple[LearnerInfo, ...]:
        return tuple(self._infos.values())

    def set_runs(self, runs: Sequence[Run], nothing: State) -> None:
        """The runs as they are now; ``nothing`` is said where there are none."""
        self.runs.set_runs(runs, {name: each.title for name, each in self._infos.items()})
        self.show_runs(bool(runs))
        if not runs:
            self.show_nothing(nothing)

    def set_training(self, training: bool) -> None:
        self.form.set_training(training)
        self.runs.set_training(training)

    def show_run(self, run: Run, curves: Sequence[Curve], epochs: dict[str, tuple[int, ...]]) -> None:
        """A run as it is now."""
        info = self._infos.get(run.spec.learner)
        title = info.title if info is not None else run.spec.learner
        self.head.show_run(run, title, info.parameters if info is not None else ())
        if not curves and not any(epochs.values()) and run.state in ("running", "paused"):
            self.show_nothing(WAITING)
            return
        if run.id != self._run_id:
            self._run_id = run.id
            self.pictures.forget()
        dreams = run.spec.learner == "dbn" and run.state == "done" and run.spec.parameters.get("input") == "pictures"
        self.pictures.set_epochs(epochs, dreams)
        if curves or self._curves is not None:
            self.curves.show_curves(curves)
            self.curves.setVisible(bool(curves))
        self.show_something()

    @property
    def curves(self) -> CurveGrid:
        """The curves; made (and pyqtgraph loaded) when there are some to draw."""
        if self._curves is None:
            from app.lab.curves import CurveGrid

            self._curves = CurveGrid(self._theme)
            self._split.addWidget(self._curves)
            self._split.setSizes([260, 300])
        return self._curves

    def start(self) -> None:
        self.form.train.click()
