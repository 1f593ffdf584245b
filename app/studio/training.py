"""Train: left what and how, right what happens (of one run, or of two side by side), below the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.lab.bench import Bench
from app.lab.fields import Choice
from app.lab.runs import RunsPane
from app.lab.words import begun
from app.studio.form import GeneratorForm
from app.studio.runview import RunView
from app.studio.words import CONDITIONS, HEADS, difference_line, last_value
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.states import ADD, State
from app.views.widgets import label
from core.records_lab import Curve, Run
from core.records_studio import GeneratorInfo, StudioSpec

START = ("Train", "studio-train")
WAIT = State("clock", "A moment", "The library is being opened.")
NEW = State(
    "studio",
    "No generator yet",
    "A generator learns from your photos to make pictures like them. Choose one on the left and watch it learn here. "
    "Nothing leaves this computer.",
    START,
)
WAITING = State("studio", "It begins", "The first pictures appear after a few steps.")
NOTHING, LEAST_BESIDE = "Compare with …", 150


def too_few(fewest: int) -> State:
    """There are photos, but not enough to learn anything from."""
    return State("photos", "Too few photos to learn from", f"A generator needs {fewest} photos at least.", ADD)


class TrainPane(Bench):
    """``pictures_wanted`` asks for (run id, step); ``beside_chosen`` carries the run to compare with, "" for none."""

    pictures_wanted = Signal(str, int)
    beside_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        self._infos: dict[str, GeneratorInfo] = {}
        self._curves: dict[str, Sequence[Curve]] = {}
        self.form = GeneratorForm(theme)
        self.view, self.other = RunView(theme), RunView(theme)
        self.beside = Choice()
        self.beside.setAccessibleName("Compare with another run")
        self.beside.setMinimumWidth(LEAST_BESIDE)
        self.difference = label("", "small", wrap=True)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        super().__init__(theme, self.form, self._shown(), RunsPane(HEADS, self.beside), START[1])
        self.beside.currentIndexChanged.connect(lambda _: self.beside_chosen.emit(self.beside.currentData() or ""))
        self.view.setContentsMargins(0, 0, SPACE_S, 0)
        self.other.setContentsMargins(SPACE_M, 0, 0, 0)
        for view, fellow in ((self.view, self.other), (self.other, self.view)):
            view.wanted.connect(self.pictures_wanted)
            view.history.moved.connect(fellow.history.go_near)
        self.other.hide()
        self.difference.hide()
        self.show_nothing(WAIT)

    def _shown(self) -> QWidget:
        shown = QWidget()
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(self.view)
        self._split.addWidget(self.other)
        column = QVBoxLayout(shown)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, 0)
        column.addWidget(self.difference)
        column.addWidget(self._split, 1)
        return shown

    # ------------------------------------------------------------ what the program puts in

    def set_generators(self, generators: Sequence[GeneratorInfo]) -> None:
        self._infos = {each.name: each for each in generators}
        self.form.set_generators(generators)

    def title_of(self, run: Run) -> str:
        info = self._infos.get(run.spec.learner)
        return info.title if info is not None else run.spec.learner

    def set_runs(self, runs: Sequence[Run], nothing: State) -> None:
        """The runs as they are now; ``nothing`` is said where there are none."""
        self.runs.set_runs(runs, {name: each.title for name, each in self._infos.items()})
        self.show_runs(bool(runs))
        self._offer_beside(runs)
        if not runs:
            self.show_nothing(nothing)

    def set_training(self, training: bool) -> None:
        self.form.set_training(training)
        self.runs.set_training(training)

    def show_run(self, run: Run, curves: Sequence[Curve], steps: Sequence[int], said: Sequence[str]) -> None:
        """The chosen run as it is now, or the one beside it."""
        info = self._infos.get(run.spec.learner)
        known = info.parameters if info is not None else ()
        chosen = self.runs.run is not None and self.runs.run.id == run.id
        if chosen and not curves and not steps and run.state in ("running", "paused"):
            self.show_nothing(WAITING)
            return
        view = self.view if chosen else self.other
        if not chosen and run.id != self.beside_id:
            return
        self._curves[run.id] = curves
        spec = StudioSpec.of(run.spec)
        title = " ".join(filter(None, (self.title_of(run), f"{spec.size} × {spec.size}" if spec.size else "")))
        if spec.condition:
            title += f", told by {CONDITIONS[spec.condition].lower()}"
        plain = replace(run, spec=replace(run.spec, parameters=spec.parameters))
        view.show_run(plain, title, known, curves, steps, said)
        self._tell_difference()
        self.show_something()

    @property
    def beside_id(self) -> str:
        """The run that is compared with the chosen one, "" for none."""
        return str(self.beside.currentData() or "")

    def view_of(self, run_id: str) -> RunView | None:
        """Where a run is shown now."""
        return next((view for view in (self.view, self.other) if view.run is not None and view.run.id == run_id), None)

    def start(self) -> None:
        self.form.train.click()

    # ------------------------------------------------------------ inside

    def _offer_beside(self, runs: Sequence[Run]) -> None:
        """Any other run can be compared with the chosen one."""
        chosen = self.runs.run
        others = [run for run in runs if chosen is not None and run.id != chosen.id]
        here = self.beside_id
        with QSignalBlocker(self.beside):
            self.beside.clear()
            self.beside.addItem(NOTHING, "")
            for run in others:
                self.beside.addItem(f"{self.title_of(run)}, {run.spec.note or begun(run)}", run.id)
            self.beside.setCurrentIndex(max(self.beside.findData(here), 0))
        self.beside.setVisible(bool(others))
        self.other.setVisible(bool(self.beside_id))
        self._tell_difference()

    def again_beside(self, runs: Sequence[Run]) -> None:
        """Another run was chosen: what it can be compared with changes."""
        self._offer_beside(runs)

    def _tell_difference(self) -> None:
        """The newest values of what both runs measure, side by side in words."""
        one, two = self.view.run, self.other.run
        told = ""
        if one is not None and two is not None and self.beside_id == two.id:
            mine, its = self._curves.get(one.id, ()), self._curves.get(two.id, ())
            pairs = (
                difference_line(name.upper() if name == "kid" else name, last_value(mine, name), last_value(its, name))
                for name in ("kid", "precision", "recall")
            )
            told = " · ".join(filter(None, pairs))
        self.difference.setText(told)
        self.difference.setVisible(bool(told))
