"""Layers: what a unit of each layer of a network responds to most among the photos of this library."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QListWidget, QStackedLayout, QVBoxLayout, QWidget

from app.lab.fields import Whole
from app.lab.words import figure
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.thumbs.loader import ThumbLoader
from app.views.picture import Picture
from app.views.states import State, StatePage
from app.views.widgets import ElidedLabel, button, label
from app.words import count, number, work_line
from core.progress import Report
from core.records_lab import Favourites, Layer

WIDTH, TOP, COLUMNS = 220, 9, 3
QUICK = "vector"
"""The layer that is known of every photo: others have to be computed first."""
NOTHING = State(
    "lab",
    "No layers to look into yet",
    "Once photos were looked at by the network, this shows what each of its units responds to most.",
    ("Look for changes", "rescan"),
)
LOOKING = State("clock", "Looking", "The photos of this library are shown to the layer.")
SILENT = State("lab", "No photo excites this unit", "Another unit may have favourites.", ("Next unit", "next"))


KEYS = (Qt.Key.Key_N, Qt.Key.Key_P, Qt.Key.Key_R, Qt.Key.Key_Left, Qt.Key.Key_Right)


class LayerList(QListWidget):
    """Up and down go through the layers; the keys of units are left to the pane."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class LayersPane(QWidget):
    """``wanted`` asks for (layer, unit); ``photo_wanted`` carries a photo to go to; ``acted`` an action."""

    wanted = Signal(object, int)
    photo_wanted = Signal(int)
    acted = Signal(str)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self._layers: tuple[Layer, ...] = ()
        self._shown: tuple[Layer, int] | None = None
        self._dice = random.Random(0)
        self.setAccessibleName("Layers")
        self.list = LayerList()
        self.list.setObjectName("choices")
        self.list.setAccessibleName("Layers of the networks")
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(self._chose)
        self.title = ElidedLabel("", "strong")
        self.help = label("", "small", wrap=True)
        self.unit = Whole()
        self.unit.setAccessibleName("Unit")
        self.unit.setKeyboardTracking(False)
        self.unit.valueChanged.connect(lambda _: self._ask())
        self.before = button("Previous", "", lambda: self.step(-1))
        self.next = button("Next", "", lambda: self.step(1))
        self.any = button("Random unit", "", self.roll)
        self.state = StatePage(theme, self._act)
        self._photos = QGridLayout()
        self._stack = QStackedLayout()
        self._outer = QStackedLayout(self)
        self._lay_out()
        self._keys()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(SPACE_S, SPACE_M, SPACE_S, SPACE_M)
        left.addWidget(self.list)
        side = QWidget()
        side.setFixedWidth(WIDTH)
        side.setLayout(left)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        unit = label("Unit", "muted")
        unit.setBuddy(self.unit)
        for part in (unit, self.unit, self.before, self.next, self.any):
            head.addWidget(part)
        head.addStretch(1)
        self._photos.setSpacing(SPACE_S)
        photos = QWidget()
        photos.setLayout(self._photos)
        self._stack.addWidget(self.state)
        self._stack.addWidget(photos)
        right = QVBoxLayout()
        right.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        right.setSpacing(SPACE_S)
        right.addWidget(self.title)
        right.addWidget(self.help)
        right.addLayout(head)
        right.addLayout(self._stack, 1)
        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedWidth(1)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addWidget(line)
        row.addLayout(right, 1)
        self._nothing = StatePage(self._theme, self._act)
        self._nothing.show_state(NOTHING)
        self._outer.addWidget(self._nothing)
        self._outer.addWidget(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_N: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_P: -1, Qt.Key.Key_Left: -1}
        key = Qt.Key(event.key())
        if key in steps:
            self.step(steps[key])
        elif key == Qt.Key.Key_R:
            self.roll()
        else:
            super().keyPressEvent(event)

    def _keys(self) -> None:
        for pressed, letter in ((self.next, "N"), (self.before, "P"), (self.any, "R")):
            pressed.setToolTip(f"Key {letter}")

    # ------------------------------------------------------------ what the program puts in

    def set_layers(self, layers: Sequence[Layer]) -> None:
        """Layers whose units can be asked; the one chosen stays."""
        if tuple(layers) != self._layers:
            chosen = self.layer
            self._layers = tuple(layers)
            quickest = next((row for row, each in enumerate(layers) if each.name == QUICK), 0)
            at = self._layers.index(chosen) if chosen in self._layers else quickest
            with QSignalBlocker(self.list):
                self.list.clear()
                self.list.addItems([f"{each.title}\n{count(each.units, 'unit', 'units')}" for each in layers])
                self.list.setCurrentRow(at if layers else -1)
            self._shown = None
        self._outer.setCurrentIndex(1 if layers else 0)
        if layers and self._shown is None:
            self._chose(self.list.currentRow())

    def show_favourites(self, found: Favourites) -> None:
        """The photos that a unit responds to most, unless the person went on."""
        if (found.layer, found.unit) != self._shown:
            return
        self._clear()
        if not found.photo_ids:
            self._say(SILENT)
            return
        for place, (photo_id, strength) in enumerate(zip(found.photo_ids[:TOP], found.activation, strict=False)):
            self._photos.addWidget(self._favourite(photo_id, strength, place), place // COLUMNS, place % COLUMNS)
        self._stack.setCurrentIndex(1)

    def show_progress(self, report: Report) -> None:
        """How far looking has come, where it takes its time."""
        if self._stack.currentIndex() == 0 and self.state.state.title == LOOKING.title and report.total:
            self.state.show_state(replace(LOOKING, text=work_line(report)))

    def show_broken(self, error: BaseException) -> None:
        """It could not be found out: say why."""
        self._say(State("problems", "This layer cannot be looked into", str(error)))

    @property
    def layer(self) -> Layer | None:
        row = self.list.currentRow()
        return self._layers[row] if 0 <= row < len(self._layers) else None

    @property
    def pictures(self) -> list[Picture]:
        return [made for made in self.findChildren(Picture) if made.parent() is not None]

    # ------------------------------------------------------------ what the person does

    def step(self, by: int) -> None:
        """The next or the previous unit, around the ends."""
        layer = self.layer
        if layer is not None:
            self.unit.setValue((self.unit.value() + by) % layer.units)

    def roll(self) -> None:
        """Any unit of the layer."""
        layer = self.layer
        if layer is not None:
            self.unit.setValue(self._dice.randrange(layer.units))

    def _act(self, name: str) -> None:
        if name == "next":
            self.step(1)
        else:
            self.acted.emit(name)

    def _chose(self, row: int) -> None:
        layer = self.layer
        if layer is None:
            return
        with QSignalBlocker(self.unit):
            self.unit.setRange(0, max(layer.units - 1, 0))
        self.title.setText(layer.title)
        self._ask()

    def _ask(self) -> None:
        layer, unit = self.layer, self.unit.value()
        if layer is None or self._shown == (layer, unit):
            return
        first = self._shown is None or self._shown[0] != layer
        self._shown = (layer, unit)
        units = count(layer.units, "unit", "units")
        self.help.setText(f"The photos that excite unit {number(unit)} most, strongest first. The layer has {units}.")
        if first:
            self._say(LOOKING)
        self.wanted.emit(layer, unit)

    def _say(self, state: State) -> None:
        self._clear()
        self.state.show_state(state)
        self._stack.setCurrentIndex(0)

    def _clear(self) -> None:
        while (item := self._photos.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()

    def _favourite(self, photo_id: int, strength: float, place: int) -> QWidget:
        made = Picture(self._theme, self._thumbs, photo_id, f"Favourite {place + 1}, activation {figure(strength)}")
        made.clicked.connect(lambda: self.photo_wanted.emit(photo_id))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(made, 1)
        told = label(figure(strength), "small")
        told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(told)
        return holder
