"""Left of Train: which generator, on which photos, how large and how long; few controls at first, the rest folded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from app.lab.fields import Choice, Whole
from app.lab.form import Place, TrainingForm
from app.studio.words import CONDITIONS, facts_line
from app.theme import SPACE_S, Theme
from app.views.widgets import label
from core.records import Scope
from core.records_studio import CONDITIONS as CONDITION_NAMES
from core.records_studio import AlbumFacts, GeneratorInfo, StudioSpec

LEAST_STEPS, MOST_STEPS, STEP_STEPS = 10, 1_000_000, 500
LOOK_MS = 400
TOO_ALIKE = 0.5
"""From this share of near-identical photos on, what is said of them is a warning."""


class GeneratorForm(TrainingForm):
    """``trained`` and ``estimated`` carry a :class:`StudioSpec`. ``looked`` asks what there is to learn from: (scope,
    size, condition)."""

    looked = Signal(object, int, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "How long will it take?")
        self._generators: tuple[GeneratorInfo, ...] = ()
        self._asked: Place | None = None
        self._wished: tuple[StudioSpec, str, str] | None = None
        self._looked: tuple[Scope, int, str] | None = None
        self._can_train = True
        self._training = False
        self._times: dict[tuple[str, int], str] = {}
        self.generator = Choice()
        self.generator.setAccessibleName("Model")
        self.generator.currentIndexChanged.connect(lambda _: self._show_generator())
        self.time = label("", "small", wrap=True)
        self.facts = label("", "small", wrap=True)
        self.facts.setAccessibleName("What there is to learn from")
        self.side = Choice()
        self.side.setAccessibleName("Size of the pictures")
        self.steps = Whole()
        self.steps.setAccessibleName("Steps")
        self.steps.setRange(LEAST_STEPS, MOST_STEPS)
        self.steps.setGroupSeparatorShown(True)
        self.steps.setSingleStep(STEP_STEPS)
        self.condition = Choice()
        self.condition.setAccessibleName("Told what to make by")
        self.condition.addItems([CONDITIONS[name] for name in CONDITION_NAMES])
        self._size_row = self._rows()
        self.lay_out(
            (
                ("Model", (self.generator, self.what, self.time)),
                ("Photos", (self.place, self.facts)),
                ("Length", (self._size_row, self.parameters)),
            )
        )
        self._timer = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.place.currentIndexChanged.connect(lambda _: self.look_soon())
        self.side.currentIndexChanged.connect(lambda _: self.look_soon())
        self.condition.currentIndexChanged.connect(lambda _: self.look_soon())

    def _rows(self) -> QWidget:
        holder = QWidget()
        rows = QFormLayout(holder)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, tip, made in (
            ("Size", "Points across and down of what it makes. Twice as large takes four times as long.", self.side),
            ("Steps", "How often both networks are taught. It can be stopped and resumed at any step.", self.steps),
            ("Condition", "What it can be told to make: one of your groups.", self.condition),
        ):  # fmt: skip
            name = label(title)
            name.setBuddy(made)
            for each in (name, made):
                each.setToolTip(tip)
            rows.addRow(name, made)
        self._form = rows
        return holder

    # ------------------------------------------------------------ what the program puts in

    def set_generators(self, generators: Sequence[GeneratorInfo]) -> None:
        """What can be trained; the one chosen stays, at first the one that makes the best pictures of few photos."""
        if tuple(generators) == self._generators:
            return
        chosen = self.generator.currentText()
        self._generators = tuple(generators)
        with QSignalBlocker(self.generator):
            self.generator.clear()
            self.generator.addItems([each.title for each in generators])
            best = next((row for row, each in enumerate(generators) if each.name == "fastgan"), 0)
            at = self.generator.findText(chosen)
            self.generator.setCurrentIndex(at if at >= 0 else best)
        self._show_generator()
        self._stand_as_wished()

    def set_places(self, places: Sequence[Place]) -> None:
        """Where photos can be learned from, with what the person pointed at."""
        extra = [self._asked] if self._asked is not None and self._asked not in places else []
        super().set_places([*places, *extra])

    def choose_place(self, place: Place) -> None:
        """Learn from what the person pointed at."""
        self._asked = place
        kept = [each for each in self._places if each[1] != place[1]]
        super().set_places([*kept, place])
        self.place.setCurrentIndex(len(kept))

    def wish_for(self, spec: StudioSpec, title: str, said: str) -> None:
        """Stand as a spec says, ready to be trained, with a word on why."""
        self._wished = (spec, title, said)
        if spec.scope != Scope():
            self.choose_place((title, spec.scope))
        if self._generators:
            self._stand_as_wished()

    def _stand_as_wished(self) -> None:
        if self._wished is None:
            return
        (spec, _, said), self._wished = self._wished, None
        row = next((row for row, each in enumerate(self._generators) if each.name == spec.model), -1)
        if row >= 0:
            self.generator.setCurrentIndex(row)
        if spec.size:
            self.side.setCurrentIndex(max(self.side.findData(spec.size), 0))
        if spec.steps:
            self.steps.setValue(spec.steps)
        if spec.condition in CONDITION_NAMES:
            self.condition.setCurrentIndex(CONDITION_NAMES.index(spec.condition))
        self.tell(said)

    def show_facts(self, facts: AlbumFacts) -> None:
        """What there is to learn from; too few or too alike is said here, before anything is trained."""
        self._can_train = facts.can_train
        self._say_facts(facts_line(facts), warning=not facts.can_train or facts.alike >= TOO_ALIKE)
        self.set_training(self._training)

    def say_looking(self, text: str) -> None:
        """How far looking has come, or why it could not."""
        self._say_facts(text, warning=False)

    def show_time(self, spec: StudioSpec, text: str) -> None:
        """How long a training takes here, as it was measured: kept for this model and size."""
        self._times[(spec.model, spec.size)] = text
        self._show_time()

    def set_training(self, training: bool) -> None:
        self._training = training
        super().set_training(training)
        if not self._can_train:
            self.train.setEnabled(False)
            self.train.setToolTip("There is too little to learn from.")

    # ------------------------------------------------------------ what the person chose

    @property
    def info(self) -> GeneratorInfo | None:
        row = self.generator.currentIndex()
        return self._generators[row] if 0 <= row < len(self._generators) else None

    def spec(self) -> StudioSpec:
        """What to train, as it stands."""
        info = self.info
        assert info is not None
        return StudioSpec(
            info.name,
            self.scope,
            self.chosen_size,
            self.steps.value(),
            self.parameters.values(),
            self.chosen_condition,
            self.parameters.seed,
        )

    @property
    def chosen_size(self) -> int:
        return int(self.side.currentData() or 0)

    @property
    def chosen_condition(self) -> str:
        info = self.info
        return CONDITION_NAMES[self.condition.currentIndex()] if info is not None and info.conditional else ""

    def look_soon(self) -> None:
        """Ask what there is to learn from, once the choice has settled."""
        self._show_time()
        if self.info is not None and self._places and self._wanted() != self._looked:
            self._can_train = True
            self.set_training(self._training)
            self._timer.start()

    def look_again(self) -> None:
        """What there is to learn from may have changed."""
        self._looked = None
        self.look_soon()

    # ------------------------------------------------------------ inside

    def _look(self) -> None:
        if self.info is not None and self.isVisible():
            self._looked = self._wanted()
            self.looked.emit(*self._looked)

    def _wanted(self) -> tuple[Scope, int, str]:
        return self.scope, self.chosen_size, self.chosen_condition

    def _say_facts(self, text: str, *, warning: bool) -> None:
        self.facts.setProperty("role", "warning" if warning else "small")
        self.facts.style().unpolish(self.facts)
        self.facts.style().polish(self.facts)
        self.facts.setText(text)

    def _show_time(self) -> None:
        info = self.info
        told = self._times.get((info.name, self.chosen_size), "") if info is not None else ""
        self.time.setText(told)
        self.time.setVisible(bool(told))
        self.tell("")

    def _show_generator(self) -> None:
        info = self.info
        if info is None:
            return
        self.what.setText(info.what)
        self.generator.setToolTip(info.what)
        with QSignalBlocker(self.side):
            self.side.clear()
            for size in info.sizes:
                self.side.addItem(f"{size} × {size}", size)
            self.side.setCurrentIndex(max(self.side.findData(info.size), 0))
        self.steps.setValue(info.steps)
        self._form.setRowVisible(self.condition, info.conditional)
        self.parameters.show_parameters(info.parameters)
        self.look_soon()
