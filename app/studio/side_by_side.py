"""What each model makes of one part of a photo, side by side, before the whole is enlarged."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.lab.words import short_time
from app.studio.wipe import Wipe
from app.theme import SPACE_S, SPACE_XS, Theme
from app.views.regions import Overlay
from app.views.widgets import ElidedLabel, label
from core.records_studio import Upscaler

FIRST = 3
"""So many models are compared at first, the quickest; more by a click."""
NARROW = 180
PLAIN = "bicubic"

Shown = tuple[str, float, QImage | None, Overlay | None, str]
"""Title, seconds, picture, heat; or why there is no picture."""


class SideBySide(QWidget):
    """``wanted`` carries the names of the models to compare."""

    wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names: list[str] = []
        self._buttons: dict[str, QToolButton] = {}
        self._panes: list[Wipe] = []
        self._cells: list[QWidget] = []
        self._heated = False
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_XS)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(self._row)
        column.addLayout(self._grid, 1)
        self._offer()

    def set_models(self, models: Sequence[Upscaler], scale: int) -> None:
        """The models that can be compared at a scale; plain enlargement is always beside them."""
        fit = [each for each in models if each.available and scale in each.scales and each.name != PLAIN]
        chosen = [name for name in self._names if any(each.name == name for each in fit)]
        self._names = chosen or [each.name for each in fit[:FIRST]]
        self._offer(fit)

    @property
    def names(self) -> list[str]:
        """The models that are compared."""
        return list(self._names)

    @property
    def panes(self) -> list[Wipe]:
        return list(self._panes)

    def show_all(self, plain: QImage, shown: Sequence[Shown], apart: Overlay) -> None:
        """What came of it: plain enlargement first, then each model, last where the models differ."""
        everything: list[Shown] = [("Bicubic", 0.0, plain, None, ""), *shown]
        if sum(picture is not None for _, _, picture, _, _ in shown) > 1:
            everything.append(("Where they differ", 0.0, plain, apart, ""))
        self._clear()
        columns = max(1, min(math.ceil(math.sqrt(len(everything))), self.width() // NARROW or 1))
        for place, each in enumerate(everything):
            self._grid.addWidget(self._cell(plain, each), place // columns, place % columns)
        self.show_heat(self._heated)

    def show_heat(self, on: bool) -> None:
        """Where each model invented, over what it made; where they differ is always shown."""
        self._heated = on
        for pane in self._panes:
            pane.show_heat(on or pane.property("always") is True)

    # ------------------------------------------------------------ inside

    def _offer(self, models: Sequence[Upscaler] = ()) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons = {}
        self._row.addWidget(label("Compare", "muted"))
        for each in models:
            made = QToolButton()
            made.setText(each.title)
            made.setCheckable(True)
            made.setChecked(each.name in self._names)
            made.setAccessibleName(f"Compare {each.title}")
            made.setToolTip(each.what)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(lambda _=False, name=each.name: self._toggle(name))
            self._buttons[each.name] = made
            self._row.addWidget(made)
        self._row.addStretch(1)

    def _toggle(self, name: str) -> None:
        if name in self._names:
            self._names.remove(name)
        else:
            self._names.append(name)
        self.wanted.emit(self.names)

    def _cell(self, plain: QImage, shown: Shown) -> QWidget:
        title, seconds, picture, heat, failed = shown
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(ElidedLabel(f"{title} · {short_time(seconds)}" if seconds > 0 else title))
        if picture is None:
            column.addWidget(label(failed, "warning", wrap=True), 1)
        else:
            pane = Wipe(self._theme, cell)
            pane.show_pair(plain, picture, heat, ("", ""))
            pane.sweep(0.0)
            pane.setAccessibleName(title)
            pane.setProperty("always", title == "Where they differ")
            pane.zoomChanged.connect(lambda pane=pane: self._follow(pane))
            self._panes.append(pane)
            column.addWidget(pane, 1)
        self._cells.append(cell)
        return cell

    def _follow(self, lead: Wipe) -> None:
        """All show the same spot at the same zoom."""
        for pane in self._panes:
            if pane is not lead:
                pane.follow(lead.zoom)

    def _clear(self) -> None:
        self._panes = []
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = []
