"""Left of Generate: which generator, from which seeds, how far from the usual, told to make what."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.lab.bench import scrolled
from app.lab.fields import Choice, Whole
from app.lab.form import WIDTH
from app.lab.words import begun, state_line
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.widgets import button, label
from core.records_lab import Run
from core.records_studio import Point

COUNTS = (4, 9, 16, 25, 36)
USUAL = 16
MOST_SEED = 2_000_000_000
PERCENT, LEAST_TRUNCATION = 100, 20
SETTLE_MS = 150
ANY = "Anything"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a generator is asked for."""

    run_id: str
    points: tuple[Point, ...]
    truncation: float = 1.0
    condition: str | None = None


class MakerForm(QWidget):
    """``changed`` carries a :class:`Wish` once the choice has settled; ``chosen`` the run whose condition is asked for;
    ``seek_wanted``: a photo is to be sought."""

    changed = Signal(object)
    chosen = Signal(str)
    seek_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._runs: tuple[Run, ...] = ()
        self._dice = random.Random()
        self.setFixedWidth(WIDTH)
        self.generator = Choice()
        self.generator.setAccessibleName("Generator")
        self.about = label("", "small", wrap=True)
        self.said = label("", "warning", wrap=True)
        self.seed = Whole()
        self.seed.setAccessibleName("Seed")
        self.seed.setRange(0, MOST_SEED)
        self.seed.setKeyboardTracking(False)
        self.seed.setValue(1)
        self.fresh = button("New seeds", "", self.roll)
        self.fresh.setToolTip("Other pictures, by chance. The seed brings the same ones back. Key R")
        self.count = Choice()
        self.count.setAccessibleName("How many pictures")
        for each in COUNTS:
            self.count.addItem(str(each), each)
        self.count.setCurrentIndex(COUNTS.index(USUAL))
        self.truncation = QSlider(Qt.Orientation.Horizontal)
        self.truncation.setAccessibleName("Truncation")
        self.truncation.setRange(LEAST_TRUNCATION, PERCENT)
        self.truncation.setValue(PERCENT)
        self.at = label("1.00", "small")
        self.condition = Choice()
        self.condition.setAccessibleName("Told to make")
        self.seek = button("Seek a photo in it …", "", self.seek_wanted.emit)
        self.seek.setToolTip("Find the picture that the generator can make which is most like a photo of yours.")
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(self._settled)
        self._due = False
        self._known: tuple[str, str] = ("", "")
        self._lay_out()
        self._join()

    def _lay_out(self) -> None:
        rows = QFormLayout()
        rows.setSpacing(SPACE_S)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        slide = QHBoxLayout()
        slide.addWidget(self.truncation, 1)
        slide.addWidget(self.at)
        holder = QWidget()
        holder.setLayout(slide)
        slide.setContentsMargins(0, 0, 0, 0)
        for title, tip, made in (
            ("How many", "Pictures at a time.", self.count),
            ("Seed", "A number that always gives the same picture; the pictures beside have the next ones.", self.seed),
            ("Truncation", "Smaller: nearer to the usual, cleaner and more alike. 1: as varied as it learned.", holder),
            ("Make", "What the generator is told to make.", self.condition),
        ):
            name = label(title)
            name.setToolTip(tip)
            made.setToolTip(tip)
            rows.addRow(name, made)
        self._rows = rows
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(label("Generator", "section"))
        column.addWidget(self.generator)
        column.addWidget(self.about)
        column.addWidget(self.said)
        column.addSpacing(SPACE_S)
        column.addWidget(label("Asked for", "section"))
        column.addLayout(rows)
        column.addWidget(self.fresh)
        column.addSpacing(SPACE_S)
        column.addWidget(label("A photo of yours", "section"))
        column.addWidget(self.seek)
        column.addStretch(1)
        area = scrolled(body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _join(self) -> None:
        self.generator.currentIndexChanged.connect(lambda _: self._show_run())
        self.seed.valueChanged.connect(lambda _: self._timer.start())
        self.count.currentIndexChanged.connect(lambda _: self._timer.start())
        self.condition.currentIndexChanged.connect(lambda _: self._timer.start())
        self.truncation.valueChanged.connect(self._truncated)

    # ------------------------------------------------------------ what the program puts in

    def set_runs(self, runs: Sequence[Run], titles: Mapping[str, str]) -> None:
        """The generators there are; the one chosen stays while it is there."""
        same = [run.id for run in runs] == [run.id for run in self._runs]
        chosen = self.run_id
        self._runs = tuple(runs)
        with QSignalBlocker(self.generator):
            self.generator.clear()
            for run in runs:
                title = titles.get(run.spec.learner, run.spec.learner)
                self.generator.addItem(f"{title}, {run.spec.note or begun(run)}", run.id)
            self.generator.setCurrentIndex(max(self.generator.findData(chosen), 0))
        if not same or self.run_id != chosen:
            self._show_run()
        elif self.run is not None:
            self.about.setText(state_line(self.run, "step"))
            if (self.run.id, self.run.state) != self._known:
                self._show_run()

    def set_classes(self, run_id: str, classes: Sequence[str], said: Sequence[str]) -> None:
        """What the generator can be told to make, and what the measures say of it."""
        if run_id != self.run_id:
            return
        here = self.condition.currentData()
        with QSignalBlocker(self.condition):
            self.condition.clear()
            self.condition.addItem(ANY, None)
            for each in classes:
                self.condition.addItem(each, each)
            self.condition.setCurrentIndex(max(self.condition.findData(here), 0))
        self._rows.setRowVisible(self.condition, bool(classes))
        self.said.setText("\n".join(said))
        self.said.setVisible(bool(said))

    # ------------------------------------------------------------ what the person chose

    @property
    def run_id(self) -> str:
        return str(self.generator.currentData() or "")

    @property
    def run(self) -> Run | None:
        return next((run for run in self._runs if run.id == self.run_id), None)

    def wish(self, points: Sequence[Point] | None = None) -> Wish:
        """What is asked for as it stands, of these points or of the seeds."""
        seeds = range(self.seed.value(), self.seed.value() + int(self.count.currentData()))
        condition = self.condition.currentData()
        return Wish(
            self.run_id,
            tuple(seeds if points is None else points),
            self.truncation.value() / PERCENT,
            str(condition) if condition is not None else None,
        )

    def choose(self, run_id: str, condition: str = "") -> None:
        """Choose a generator, and what it is to make."""
        self.generator.setCurrentIndex(max(self.generator.findData(run_id), 0))
        if condition:
            if self.condition.findData(condition) < 0:
                self.condition.addItem(condition, condition)
                self._rows.setRowVisible(self.condition, True)
            self.condition.setCurrentIndex(self.condition.findData(condition))

    def roll(self) -> None:
        """Other seeds, by chance."""
        self.seed.setValue(self._dice.randrange(MOST_SEED))
        self.ask()

    def ask(self) -> None:
        """Ask for pictures now."""
        self._timer.stop()
        if self.run_id:
            self.changed.emit(self.wish())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._due:
            self._timer.start()

    # ------------------------------------------------------------ inside

    def _settled(self) -> None:
        """Ask, but only who looks: networks are not loaded for pictures that nobody sees."""
        self._due = not self.isVisible()
        if not self._due:
            self.ask()

    def _truncated(self, value: int) -> None:
        self.at.setText(f"{value / PERCENT:.2f}")
        self._timer.start()

    def _show_run(self) -> None:
        run = self.run
        self.said.hide()
        if run is None:
            self._known = ("", "")
            self.about.setText("")
            return
        self._known = (run.id, run.state)
        self.about.setText(state_line(run, "step"))
        self._rows.setRowVisible(self.condition, False)
        with QSignalBlocker(self.condition):
            self.condition.clear()
        self.chosen.emit(run.id)
        self._timer.start()
