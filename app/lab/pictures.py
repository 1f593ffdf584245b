"""Pictures that a run made, as large as their place lets them be; their kinds side by side, their epochs to scrub."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from app.lab.words import KINDS, readable
from app.theme import SPACE_M, SPACE_S, SPACE_XS
from app.views.widgets import ElidedLabel, button, label
from app.words import count, number
from core.records_lab import PictureGrid

PAIRED = "reconstructions"
LARGEST = 128
GAP, BETWEEN = 2, 10


def strip(grid: PictureGrid) -> QImage:
    """All pictures of a grid below each other as one image. Any thread."""
    pictures = np.ascontiguousarray(grid.pictures, np.uint8)
    n, height, width = pictures.shape[:3]
    if not n:
        return QImage()
    return QImage(pictures.data, width, n * height, 3 * width, QImage.Format.Format_RGB888).copy()


def arrange(n: int, aspect: float, width: float, height: float) -> tuple[int, float]:
    """(columns, height of a row) by which n blocks, ``aspect`` as wide as high, fill a place best."""
    best = (1, 0.0)
    for columns in range(1, n + 1):
        rows = math.ceil(n / columns)
        side = min(width / columns / aspect, height / rows)
        if side > best[1]:
            best = (columns, side)
    return best


class PictureSheet(QWidget):
    """The pictures of one epoch. ``unit`` is what the length of a run is counted in."""

    gap, largest, inset = GAP, LARGEST, 0

    def __init__(self, unit: str = "epoch") -> None:
        super().__init__()
        self._unit = unit
        self._image = QImage()
        self._n, self._pair = 0, 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(96)

    def sizeHint(self) -> QSize:
        return QSize(560, 260)

    def show_grid(self, grid: PictureGrid | None, image: QImage) -> None:
        """Show a grid, given its :func:`strip`."""
        self._image = image
        self._n = 0 if grid is None or image.isNull() else len(grid.pictures)
        self._pair = 2 if grid is not None and grid.kind == PAIRED else 1
        if grid is not None:
            title = KINDS.get(grid.kind, (readable(grid.kind), ""))[0]
            shown = count(self._n // self._pair, "picture", "pictures")
            at = f", {self._unit} {number(grid.epoch)}" if grid.epoch else ""
            self.setAccessibleName(f"{title}, {shown}{at}")
        self.update()

    def places(self) -> list[QRectF]:
        """Where each picture is painted."""
        blocks = self._n // self._pair
        if not blocks:
            return []
        wide = self._image.width() / max(self._image.height() / self._n, 1)
        across, down = self.width() - 2 * self.inset, self.height() - 2 * self.inset
        columns, room = arrange(blocks, wide * self._pair, across, down)
        between = BETWEEN if self._pair > 1 else self.gap
        height = max(min(room - between, self.largest), 1.0)
        width = height * wide
        step = self._pair * width + between + (self._pair - 1) * self.gap
        if height == self.largest:
            columns = max(columns, int(across // step))  # none is larger for standing in more rows
        found = []
        for block in range(blocks):
            row, column = divmod(block, columns)
            x, y = self.inset + column * step, self.inset + row * (height + between)
            found += [QRectF(x + part * (width + self.gap), y, width, height) for part in range(self._pair)]
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        each = self._image.height() / max(self._n, 1)
        for place, where in enumerate(self.places()):
            painter.drawImage(where, self._image, QRectF(0, place * each, self._image.width(), each))


class PicturePane(QWidget):
    """Kinds of pictures, one sheet, and the epochs there are. ``wanted`` asks for (kind, epoch); ``dreamt``: dream."""

    wanted = Signal(str, int)
    dreamt = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._epochs: dict[str, tuple[int, ...]] = {}
        self._kind = ""
        self._latest = True
        self._dreaming = False
        self.sheet = PictureSheet()
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self.help = ElidedLabel("", "small")
        self.at = label("", "small")
        self.epoch = QSlider(Qt.Orientation.Horizontal)
        self.epoch.setAccessibleName("Epoch")
        self.epoch.setMaximumWidth(220)
        self.epoch.valueChanged.connect(self._scrubbed)
        self.dream = button("Dream", "quiet", self.dreamt.emit)
        self.dream.setToolTip("Let the network make pictures by itself, near the chosen album if there is one.")
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        for kind, (title, tip) in KINDS.items():
            made = QToolButton()
            made.setText(title)
            made.setCheckable(True)
            made.setToolTip(tip)
            made.setAccessibleName(title)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(partial(self.choose, kind))
            self._group.addButton(made)
            self._buttons[kind] = made
            row.addWidget(made)
        row.addWidget(self.dream)
        row.addStretch(1)
        row.addWidget(self.at)
        row.addSpacing(SPACE_S)
        row.addWidget(self.epoch, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(self.help)
        column.addWidget(self.sheet, 1)
        column.addSpacing(SPACE_M)

    @property
    def kind(self) -> str:
        return self._kind

    @property
    def epoch_shown(self) -> int:
        """The epoch that is chosen; 0 where there is none."""
        there = self._epochs.get(self._kind, ())
        return there[min(self.epoch.value(), len(there) - 1)] if there else 0

    def set_epochs(self, epochs: dict[str, tuple[int, ...]], dreams: bool) -> None:
        """The epochs there are pictures of, by kind; asks for what is to be shown. Who is at the latest stays there.

        ``dreams``: whether the network can be asked to dream.
        """
        self._epochs = {kind: there for kind, there in epochs.items() if there}
        self.dream.setVisible(dreams)
        for kind, made in self._buttons.items():
            made.setVisible(kind in self._epochs)
        self.setVisible(bool(self._epochs) or dreams)
        if self._kind not in self._epochs:
            self._kind = next(iter(self._epochs), "")
            self._latest = True
        self._show_kind()

    def forget(self) -> None:
        """Another run is shown: a dream of the one before, and the place among its epochs, are no more."""
        self._dreaming, self._latest = False, True

    def choose(self, kind: str) -> None:
        """Show another kind of pictures, the latest."""
        self.forget()
        self._kind = kind
        self._show_kind()

    def show_grid(self, grid: PictureGrid | None, image: QImage) -> None:
        self.sheet.show_grid(grid, image)

    def show_dream(self, grid: PictureGrid, image: QImage) -> None:
        """What was just dreamt; no epoch of the run has it. It stays until something else is chosen."""
        self._dreaming = True
        self._tick()
        self.epoch.hide()
        self.help.setText(KINDS["dreams"][1])
        self.at.setText("just now")
        self.show_grid(grid, image)

    def _tick(self) -> None:
        """Mark the kind that is shown; none while it is a dream."""
        self._group.setExclusive(False)
        for kind, made in self._buttons.items():
            made.setChecked(kind == self._kind and not self._dreaming)
        self._group.setExclusive(True)

    def _show_kind(self) -> None:
        self._tick()
        if self._dreaming:
            return
        there = self._epochs.get(self._kind, ())
        self.help.setText(KINDS[self._kind][1] if self._kind in KINDS else "")
        with QSignalBlocker(self.epoch):
            self.epoch.setRange(0, max(len(there) - 1, 0))
            if self._latest:
                self.epoch.setValue(max(len(there) - 1, 0))
        self.epoch.setVisible(len(there) > 1)
        self._ask()

    def _scrubbed(self, place: int) -> None:
        self._latest = place == self.epoch.maximum()
        self._ask()

    def _ask(self) -> None:
        shown = self.epoch_shown
        self.at.setText(f"Epoch {number(shown)}" if shown else "")
        if shown:
            self.wanted.emit(self._kind, shown)
        else:
            self.sheet.show_grid(None, QImage())
