"""Left of Enlarge: which photos, with which model, how large, how strongly; and how far the queue is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QSlider,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.lab.bench import scrolled
from app.lab.fields import Choice
from app.lab.form import WIDTH
from app.studio.finder import Finder
from app.studio.queue import QueueList
from app.studio.words import WEIGHTS, about, upscaler_line
from app.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.thumbs.loader import ThumbLoader
from app.views.widgets import ElidedLabel, button, label
from app.words import photos, work_line
from core.progress import Report
from core.records_studio import Upscaler

SCALES = (2, 3, 4)
PERCENT = 100
SETTLE_MS, STEPS = 300, 1000
FILE = "file"
HASH_SHOWN = 12


class EnlargeForm(QWidget):
    """``changed``: another model, scale or strength, once it has settled; ``begun``: enlarge the queue; ``stopped``."""

    changed = Signal()
    begun = Signal()
    stopped = Signal()

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._models: tuple[Upscaler, ...] = ()
        self._seconds: dict[tuple[str, int, int], float] = {}
        self._photo_id = 0
        self.file: Path | None = None
        self.setFixedWidth(WIDTH)
        self.queue = QueueList()
        self.finder = Finder(theme, thumbs)
        self.model = Choice()
        self.model.setAccessibleName("Model")
        self.what = label("", "small", wrap=True)
        self.hash = label("", "small")
        self.choose_file = button("Choose a file …", "", self._choose_file)
        self._scales = QButtonGroup(self)
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setAccessibleName("Strength")
        self.strength.setToolTip("How much of what the model adds is kept. At 0 it is plain enlargement.")
        self.strength.setRange(0, PERCENT)
        self.strength.setValue(PERCENT)
        self.at = label("100 %", "small")
        self.go = button("Enlarge", "primary", self.begun.emit)
        self.told = label("", "small", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("How far the queue is")
        self.line = ElidedLabel("", "small")
        self.stop = button("Stop", "", self.stopped.emit)
        self.stop.setToolTip("Those that are done are kept.")
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(self.changed)
        self._lay_out()
        self.model.currentIndexChanged.connect(lambda _: self._chose())
        self.strength.valueChanged.connect(self._strengthened)
        self.queue.changed.connect(self._tell)

    def _lay_out(self) -> None:
        sections: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("Photos", (self.queue,)),
            ("Part that is looked at", (self.finder,)),
            ("Model", (self.model, self.what, self.hash, self.choose_file)),
            ("Size", (self._scale_row(),)),
            ("Strength", (self._strength_row(),)),
        )
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        for title, parts in sections:
            column.addWidget(label(title, "section"))
            for part in parts:
                column.addWidget(part)
            column.addSpacing(SPACE_XS)
        column.addStretch(1)
        area = scrolled(body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addWidget(self._foot())

    def _scale_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        for scale in SCALES:
            made = QToolButton()
            made.setText(f"×{scale}")
            made.setCheckable(True)
            made.setAccessibleName(f"{scale} times as large")
            made.setToolTip(f"{scale} times as wide and as high")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setMinimumWidth(44)
            made.setChecked(scale == SCALES[-1])
            self._scales.addButton(made, scale)
            row.addWidget(made)
        row.addStretch(1)
        self._scales.idClicked.connect(lambda _: self._chose())
        return holder

    def _strength_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.strength, 1)
        row.addWidget(self.at)
        return holder

    def _foot(self) -> QWidget:
        idle, busy, foot = QWidget(), QWidget(), QWidget()
        at_rest = QVBoxLayout(idle)
        at_rest.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        at_rest.addWidget(self.go)
        at_rest.addWidget(self.told)
        at_work = QVBoxLayout(busy)
        at_work.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        at_work.addWidget(self.line)
        at_work.addWidget(self.bar)
        at_work.addWidget(self.stop)
        self._foots = QStackedLayout(foot)
        self._foots.addWidget(idle)
        self._foots.addWidget(busy)
        return foot

    # ------------------------------------------------------------ what the program puts in

    def set_models(self, models: Sequence[Upscaler]) -> None:
        """Every model, those that are not available too, with why; the one chosen stays."""
        if tuple(models) == self._models:
            return
        chosen = self.model_name
        self._models = tuple(models)
        with QSignalBlocker(self.model):
            self.model.clear()
            for each in models:
                self.model.addItem(each.title if each.available else f"{each.title} (not here)", each.name)
            first = next((row for row, each in enumerate(models) if each.available and each.name != "bicubic"), 0)
            at = self.model.findData(chosen)
            self.model.setCurrentIndex(at if at >= 0 else first)
        self._chose()

    def show_seconds(self, photo_id: int, model: str, scale: int, seconds: float) -> None:
        """How long a photo takes here with a model, as it was measured."""
        self._seconds[(model, scale, photo_id)] = seconds
        self._photo_id = photo_id
        self._tell()

    def set_photo(self, photo_id: int) -> None:
        """The photo that times are told of."""
        self._photo_id = photo_id
        self._tell()

    def set_working(self, working: bool) -> None:
        self._foots.setCurrentIndex(1 if working else 0)
        for part in (self.model, self.strength, *self._scales.buttons(), self.choose_file):
            part.setEnabled(not working)
        self.queue.add.setEnabled(not working)
        self.queue.clear.setEnabled(not working)
        if working:
            self.bar.setRange(0, 0)
            self.line.setText("It begins …")
        else:
            self.queue.stop()

    def show_report(self, report: Report) -> None:
        """How far the queue is."""
        if report.total > 0:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(STEPS * min(report.done / report.total, 1.0)))
            self.queue.set_working(report.done / report.total)
        self.line.setText(work_line(report))

    # ------------------------------------------------------------ what the person chose

    @property
    def models(self) -> tuple[Upscaler, ...]:
        return self._models

    @property
    def model_name(self) -> str:
        return str(self.model.currentData() or "")

    @property
    def info(self) -> Upscaler | None:
        return next((each for each in self._models if each.name == self.model_name), None)

    @property
    def scale(self) -> int:
        return self._scales.checkedId()

    @property
    def share(self) -> float:
        """The strength in [0, 1]."""
        return self.strength.value() / PERCENT

    @property
    def ready(self) -> bool:
        """Whether the chosen model can be used as things stand."""
        info = self.info
        if info is None or self.scale not in info.scales:
            return False
        return info.available or (info.name == FILE and self.file is not None)

    def seconds(self, photo_id: int) -> float | None:
        return self._seconds.get((self.model_name, self.scale, photo_id))

    def choose_scale(self, scale: int) -> None:
        self._scales.button(scale).click()

    # ------------------------------------------------------------ inside

    def _chose(self) -> None:
        info = self.info
        for scale in SCALES:
            self._scales.button(scale).setEnabled(info is None or scale in info.scales)
        if info is not None and self.scale not in info.scales:
            self._scales.button(info.scales[-1]).setChecked(True)
        self.choose_file.setVisible(info is not None and info.name == FILE)
        self._tell()
        self._timer.start()

    def _strengthened(self, value: int) -> None:
        self.at.setText(f"{value} %")
        self._timer.start()

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "A model that enlarges", "", WEIGHTS)
        if chosen:
            self.use_file(Path(chosen))

    def use_file(self, path: Path) -> None:
        """Enlarge by a community model."""
        self.file = path
        self._seconds = {key: value for key, value in self._seconds.items() if key[0] != FILE}
        self.choose_file.setText(path.name)
        self._chose()

    def _tell(self) -> None:
        info = self.info
        if info is None:
            return
        seconds = self.seconds(self._photo_id)
        self.what.setText(upscaler_line(info, seconds))
        self.hash.setText(f"SHA-256 {info.sha256[:HASH_SHOWN]} …" if info.sha256 else "")
        self.hash.setToolTip(info.sha256)
        self.hash.setVisible(bool(info.sha256))
        waiting = len(self.queue.waiting)
        self.go.setText(f"Enlarge {photos(waiting)}" if waiting else "Enlarge")
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(bool(waiting) and self.ready)
        told = "Each becomes a file of its own beside the photo, which is not touched."
        if seconds is not None and waiting > 1:
            told = f"All in {about(seconds * waiting)}. {told}"
        self.told.setText(told)
