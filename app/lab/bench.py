"""What the panes of training share: left what and how, right what happens or why nothing does, below the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from app.lab.words import parameters_line, state_line
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.states import State, StatePage
from app.views.widgets import ElidedLabel, label
from core.records_lab import Parameter, Run

if TYPE_CHECKING:
    from app.lab.runs import RunsPane

RUNS_HEIGHT = 160


class RunHead(QWidget):
    """What a run is and how far it is. ``unit`` is what its length is counted in."""

    def __init__(self, unit: str = "epoch") -> None:
        super().__init__()
        self._unit = unit
        self.title = ElidedLabel("", "strong")
        self.line = ElidedLabel("", "muted")
        self.parameters = ElidedLabel("", "small")
        self.message = label("", "warning", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self.title)
        head.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.parameters)
        column.addWidget(self.message)

    def show_run(self, run: Run, title: str, known: tuple[Parameter, ...]) -> None:
        self.title.setText(title)
        self.line.setText(state_line(run, self._unit))
        self.parameters.setText(parameters_line(run, known))
        self.message.setText(run.message)
        self.message.setVisible(bool(run.message) and run.state in ("failed", "stopped"))


class Bench(QWidget):
    """``acted`` carries an action that a state asks for; the one named ``start`` is answered by :meth:`start`."""

    acted = Signal(str)

    def __init__(self, theme: Theme, form: QWidget, shown: QWidget, runs: RunsPane, start: str) -> None:
        super().__init__()
        self._start = start
        self.runs = runs
        self.state = StatePage(theme, self._act)
        self._right = QStackedLayout()
        self._right.addWidget(self.state)
        self._right.addWidget(shown)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        top.addWidget(form)
        top.addWidget(hairline())
        top.addLayout(self._right, 1)
        upper, self._lower = QWidget(), QWidget()
        upper.setLayout(top)
        below = QVBoxLayout(self._lower)
        below.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        below.addWidget(runs)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.setChildrenCollapsible(False)
        whole.addWidget(upper)
        whole.addWidget(self._lower)
        whole.setStretchFactor(0, 1)
        whole.setSizes([600, RUNS_HEIGHT])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(whole)

    def show_nothing(self, state: State) -> None:
        self.state.show_state(state)
        self._right.setCurrentIndex(0)

    def show_something(self) -> None:
        """What happens, in place of why nothing does."""
        self._right.setCurrentIndex(1)

    def show_runs(self, shown: bool) -> None:
        self._lower.setVisible(shown)

    def start(self) -> None:
        """The person asked to train where nothing was trained yet."""

    def _act(self, name: str) -> None:
        if name == self._start:
            self.start()
        else:
            self.acted.emit(name)


def hairline(*, level: bool = False) -> QFrame:
    """A line between two parts: upright, or ``level``."""
    made = QFrame()
    made.setObjectName("hairline")
    (made.setFixedHeight if level else made.setFixedWidth)(1)
    return made


def scrolled(inside: QWidget) -> QScrollArea:
    """Something in a frame that scrolls where there is no room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area
