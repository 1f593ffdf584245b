"""Left of the Lab: which learner, on which photos, with which parameters; few at first, the rest folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.lab.bench import scrolled
from app.lab.fields import Choice
from app.lab.parameters import ParameterFields
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.widgets import button, label
from core.records import Scope
from core.records_lab import LearnerInfo, RunSpec

WIDTH = 276

Place = tuple[str, Scope]
"""Photos to learn from, and what they are called."""


class TrainingForm(QWidget):
    """What to train, on which photos, with which parameters. ``trained`` and ``estimated`` carry what :meth:`spec`
    gives, which each kind of form says for itself."""

    trained = Signal(object)
    estimated = Signal(object)

    def __init__(self, theme: Theme, ask: str) -> None:
        super().__init__()
        self._theme = theme
        self._places: list[Place] = []
        self.setFixedWidth(WIDTH)
        self.what = label("", "small", wrap=True)
        self.place = Choice()
        self.place.setAccessibleName("Photos to learn from")
        self.parameters = ParameterFields()
        self._fields, self.more = self.parameters.fields, self.parameters.more
        self.train = button("Train", "primary", lambda: self.trained.emit(self.spec()))
        self.estimate = button(ask, "link", lambda: self.estimated.emit(self.spec()))
        self.told = label("", "small", wrap=True)
        self.told.hide()

    def lay_out(self, sections: Sequence[tuple[str, Sequence[QWidget]]]) -> None:
        """Headings with the controls below each, which scroll; the buttons stay below them."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        for place, (title, controls) in enumerate(sections):
            if place:
                column.addSpacing(SPACE_S)
            column.addWidget(label(title, "section"))
            for control in controls:
                column.addWidget(control)
        column.addStretch(1)
        area = scrolled(body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        foot.setSpacing(SPACE_S)
        row = QHBoxLayout()
        row.addWidget(self.train)
        row.addWidget(self.estimate, 1, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        foot.addLayout(row)
        foot.addWidget(self.told)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addLayout(foot)

    # ------------------------------------------------------------ what the program puts in

    def set_places(self, places: Sequence[Place]) -> None:
        """Where photos can be learned from, the widest first; the place chosen stays while it is there."""
        if list(places) == self._places:
            return
        chosen = self.scope
        self._places = list(places)
        self.place.clear()
        self.place.addItems([title for title, _ in places])
        at = next((row for row, (_, scope) in enumerate(places) if scope == chosen), 0)
        self.place.setCurrentIndex(at)

    def set_training(self, training: bool) -> None:
        """One training runs at a time."""
        self.train.setEnabled(not training and self.info is not None)
        self.estimate.setEnabled(not training and self.info is not None)
        self.train.setToolTip("A training is running. It can be paused or stopped below." if training else "")

    def tell(self, text: str) -> None:
        """Something about what would be trained, such as how long it takes."""
        self.told.setText(text)
        self.told.setVisible(bool(text))

    # ------------------------------------------------------------ what the person chose

    @property
    def info(self) -> Any:
        """What was chosen to be trained; None while nothing can be."""
        raise LookupError("Each form has its own")

    @property
    def scope(self) -> Scope:
        row = self.place.currentIndex()
        return self._places[row][1] if 0 <= row < len(self._places) else Scope()

    def spec(self) -> Any:
        """What to train, as it stands."""
        raise LookupError("Each form has its own")


class LearnerForm(TrainingForm):
    """``trained`` and ``estimated`` carry the :class:`RunSpec` the person put together."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "How long will it take?")
        self._learners: tuple[LearnerInfo, ...] = ()
        self.learner = Choice()
        self.learner.setAccessibleName("Learner")
        self.learner.currentIndexChanged.connect(lambda _: self._show_learner())
        self.lay_out(
            (
                ("Learner", (self.learner, self.what)),
                ("Photos", (self.place,)),
                ("Parameters", (self.parameters,)),
            )
        )

    def set_learners(self, learners: Sequence[LearnerInfo]) -> None:
        """What can be trained; the one chosen stays."""
        if tuple(learners) == self._learners:
            return
        self._learners = tuple(learners)
        with QSignalBlocker(self.learner):
            chosen = self.learner.currentText()
            self.learner.clear()
            self.learner.addItems([each.title for each in learners])
            self.learner.setCurrentIndex(max(self.learner.findText(chosen), 0))
        self._show_learner()

    @property
    def info(self) -> LearnerInfo | None:
        row = self.learner.currentIndex()
        return self._learners[row] if 0 <= row < len(self._learners) else None

    def spec(self) -> RunSpec:
        """What to train, as it stands."""
        info = self.info
        assert info is not None
        return RunSpec(info.name, self.scope, self.parameters.values(), self.parameters.seed)

    def show_spec(self, name: str) -> None:
        """Choose a learner by its name."""
        row = next((row for row, each in enumerate(self._learners) if each.name == name), -1)
        if row >= 0:
            self.learner.setCurrentIndex(row)

    def _show_learner(self) -> None:
        info = self.info
        if info is None:
            return
        self.what.setText(info.what)
        self.learner.setToolTip(info.what)
        self.tell("")
        self.parameters.show_parameters(info.parameters)
