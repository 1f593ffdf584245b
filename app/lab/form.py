"""Left of the Lab: which learner, on which photos, with which parameters; few at first, the rest folded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.lab.fields import Choice, Whole, field, range_words, value_of
from app.lab.words import parameter_title
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.widgets import button, label
from core.records import Scope
from core.records_lab import LearnerInfo, Parameter, RunSpec

WIDTH = 276
SEED = Parameter("seed", 0, "Another seed, another start: how much of the result is chance.", 0, 1_000_000)

Place = tuple[str, Scope]
"""Photos to learn from, and what they are called."""


class LearnerForm(QWidget):
    """``trained`` and ``estimated`` carry the :class:`RunSpec` the person put together."""

    trained = Signal(object)
    estimated = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._learners: tuple[LearnerInfo, ...] = ()
        self._places: list[Place] = []
        self._fields: dict[str, QWidget] = {}
        self.setFixedWidth(WIDTH)
        self.learner = Choice()
        self.learner.setAccessibleName("Learner")
        self.learner.currentIndexChanged.connect(lambda _: self._show_learner())
        self.what = label("", "small", wrap=True)
        self.place = Choice()
        self.place.setAccessibleName("Photos to learn from")
        self.more = QToolButton()
        self.more.setText("More parameters")
        self.more.setCheckable(True)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._unfold)
        self.train = button("Train", "primary", lambda: self.trained.emit(self.spec()))
        self.estimate = button("How long will it take?", "link", lambda: self.estimated.emit(self.spec()))
        self.told = label("", "small", wrap=True)
        self._basic, self._folded = QWidget(), QWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(label("Learner", "section"))
        column.addWidget(self.learner)
        column.addWidget(self.what)
        column.addSpacing(SPACE_S)
        column.addWidget(label("Photos", "section"))
        column.addWidget(self.place)
        column.addSpacing(SPACE_S)
        column.addWidget(label("Parameters", "section"))
        self._column, self._at = column, column.count()
        column.addWidget(self._basic)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._folded)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        foot.setSpacing(SPACE_S)
        row = QHBoxLayout()
        row.addWidget(self.train)
        row.addWidget(self.estimate, 1, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        foot.addLayout(row)
        foot.addWidget(self.told)
        self.told.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addLayout(foot)

    # ------------------------------------------------------------ what the program puts in

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
        self.train.setEnabled(not training and bool(self._learners))
        self.estimate.setEnabled(not training and bool(self._learners))
        self.train.setToolTip("A training is running. It can be paused or stopped below." if training else "")

    def tell(self, text: str) -> None:
        """Something about what would be trained, such as how long it takes."""
        self.told.setText(text)
        self.told.setVisible(bool(text))

    # ------------------------------------------------------------ what the person chose

    @property
    def info(self) -> LearnerInfo | None:
        row = self.learner.currentIndex()
        return self._learners[row] if 0 <= row < len(self._learners) else None

    @property
    def scope(self) -> Scope:
        row = self.place.currentIndex()
        return self._places[row][1] if 0 <= row < len(self._places) else Scope()

    def spec(self) -> RunSpec:
        """What to train, as it stands."""
        info = self.info
        assert info is not None
        values = {name: value_of(made) for name, made in self._fields.items() if name != SEED.name}
        seed = self._fields[SEED.name]
        assert isinstance(seed, Whole)
        return RunSpec(info.name, self.scope, values, seed.value())

    def show_spec(self, name: str) -> None:
        """Choose a learner by its name."""
        row = next((row for row, each in enumerate(self._learners) if each.name == name), -1)
        if row >= 0:
            self.learner.setCurrentIndex(row)

    # ------------------------------------------------------------ inside

    def _show_learner(self) -> None:
        info = self.info
        if info is None:
            return
        self.what.setText(info.what)
        self.learner.setToolTip(info.what)
        self.tell("")
        self._fields = {}
        basic = [each for each in info.parameters if each.basic]
        folded = [*(each for each in info.parameters if not each.basic), SEED]
        self._basic = self._replaced(self._basic, basic)
        self._folded = self._replaced(self._folded, folded)
        self._unfold(self.more.isChecked())
        QWidget.setTabOrder(self.place, self._basic)

    def _replaced(self, old: QWidget, parameters: Sequence[Parameter]) -> QWidget:
        fresh = QWidget()
        rows = QFormLayout(fresh)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for parameter in parameters:
            title = parameter_title(parameter.name)
            made = field(parameter, title)
            self._fields[parameter.name] = made
            if isinstance(parameter.default, bool):
                rows.addRow(made)
                continue
            name = label(title)
            name.setBuddy(made)
            name.setToolTip("\n".join(filter(None, (parameter.help, range_words(parameter)))))
            rows.addRow(name, made)
        self._column.replaceWidget(old, fresh)
        old.hide()
        old.deleteLater()
        return fresh

    def _unfold(self, unfolded: bool) -> None:
        self._folded.setVisible(unfolded)
        self.more.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.more.setAccessibleName("Fewer parameters" if unfolded else "More parameters")
