"""Train: left what and how, right what happens, bottom the runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from app.lab.form import LearnerForm
from app.lab.pictures import PicturePane
from app.lab.runs import RunsPane
from app.lab.words import parameters_line, state_line
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.states import ADD, State, StatePage
from app.views.widgets import ElidedLabel, label
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


class TrainPane(QWidget):
    """Signals of the form, of the pictures and of the runs are those of its parts; ``acted`` carries an action."""

    acted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._infos: dict[str, LearnerInfo] = {}
        self._run_id = ""
        self.form = LearnerForm(theme)
        self.pictures = PicturePane()
        self.runs = RunsPane()
        self.state = StatePage(theme, self._act)
        self.title = ElidedLabel("", "strong")
        self.line = ElidedLabel("", "muted")
        self.message = label("", "warning", wrap=True)
        self.parameters = ElidedLabel("", "small")
        self._curves: CurveGrid | None = None
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._right = QStackedLayout()
        self._lay_out()
        self.show_nothing(WAIT)

    def _lay_out(self) -> None:
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, 0)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self.title)
        head.addWidget(self.line, 1)
        column.addLayout(head)
        column.addWidget(self.parameters)
        column.addWidget(self.message)
        column.addSpacing(SPACE_S)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.pictures)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._split)
        column.addWidget(area, 1)
        self._right.addWidget(self.state)
        self._right.addWidget(shown)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        top.addWidget(self.form)
        top.addWidget(_line(vertical=True))
        top.addLayout(self._right, 1)
        upper, lower = QWidget(), QWidget()
        upper.setLayout(top)
        below = QVBoxLayout(lower)
        below.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        below.addWidget(self.runs)
        self._lower = lower
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.setChildrenCollapsible(False)
        whole.addWidget(upper)
        whole.addWidget(lower)
        whole.setStretchFactor(0, 1)
        whole.setSizes([600, 160])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(whole)

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
        self._lower.setVisible(bool(runs))
        if not runs:
            self.show_nothing(nothing)

    def set_training(self, training: bool) -> None:
        self.form.set_training(training)
        self.runs.set_training(training)

    def show_nothing(self, state: State) -> None:
        self.state.show_state(state)
        self._right.setCurrentIndex(0)

    def show_run(self, run: Run, curves: Sequence[Curve], epochs: dict[str, tuple[int, ...]]) -> None:
        """A run as it is now."""
        info = self._infos.get(run.spec.learner)
        title = info.title if info is not None else run.spec.learner
        self.title.setText(title)
        self.line.setText(state_line(run))
        self.parameters.setText(parameters_line(run, info))
        self.message.setText(run.message)
        self.message.setVisible(bool(run.message) and run.state in ("failed", "stopped"))
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
        self._right.setCurrentIndex(1)

    @property
    def curves(self) -> CurveGrid:
        """The curves; made (and pyqtgraph loaded) when there are some to draw."""
        if self._curves is None:
            from app.lab.curves import CurveGrid

            self._curves = CurveGrid(self._theme)
            self._split.addWidget(self._curves)
            self._split.setSizes([260, 300])
        return self._curves

    def _act(self, name: str) -> None:
        if name == START[1]:
            self.form.train.click()
        else:
            self.acted.emit(name)


def _line(*, vertical: bool) -> QFrame:
    made = QFrame()
    made.setObjectName("hairline")
    (made.setFixedWidth if vertical else made.setFixedHeight)(1)
    return made
