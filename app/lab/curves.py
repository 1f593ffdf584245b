"""Live curves by pyqtgraph: a small grid, one plot a measure; what was learned from as a line, what was kept apart
dashed. Imported when there is a curve to draw, never on the way to the first window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lab.words import curve_help, curve_title, figure, latest, spoken_curves
from app.theme import TYPE_SMALL, Theme, Tokens
from core.records_lab import Curve

NARROWEST, LOWEST = 190, 130
"""Pixels that a plot wants at least, across and down."""
TICKS, AXIS, SPACING = 11, 52, 6


class Rounds(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis of whole numbers."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        steps: dict[float, float] = {}
        for spacing, offset in super().tickSpacing(minVal, maxVal, size):
            if spacing >= 1:
                steps.setdefault(round(spacing), offset)
        return list(steps.items()) or [(1, 0)]


class Plot:
    """One measure: axes, a line, a dashed line, a title that says the last values."""

    def __init__(self, name: str, font: QFont) -> None:
        self.name = name
        self.title = pg.LabelItem(justify="left")
        self.title.setToolTip(curve_help(name))
        self.left, self.bottom = pg.AxisItem("left"), Rounds("bottom")
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.06)
        self.line = pg.PlotDataItem(connect="finite", antialias=True)
        self.apart = pg.PlotDataItem(connect="finite", antialias=True)
        for axis in (self.left, self.bottom):
            axis.linkToView(self.box)
            axis.setStyle(tickLength=-4, tickFont=font, autoExpandTextSpace=False, hideOverlappingLabels=True)
        self.left.setWidth(AXIS)
        self.bottom.setHeight(20)
        self.left.enableAutoSIPrefix(False)
        self.box.addItem(self.line)
        self.box.addItem(self.apart)

    def place(self, layout: Any, row: int, column: int) -> None:
        """Put it into a cell of a grid of plots."""
        top, start = 3 * row, 2 * column
        layout.addItem(self.title, top, start, 1, 2)
        layout.addItem(self.left, top + 1, start)
        layout.addItem(self.box, top + 1, start + 1)
        layout.addItem(self.bottom, top + 2, start + 1)

    def show(self, curve: Curve, tokens: Tokens) -> None:
        """Draw a curve as it is now, in the colours of the theme."""
        pen = pg.mkPen(tokens.accent, width=2)
        self.line.setData(*_measured(curve.epoch, curve.value), pen=pen, **_dots(curve.value, tokens.accent))
        apart = curve.held_out
        self.apart.setVisible(apart is not None)
        if apart is not None:
            pen = pg.mkPen(tokens.text, width=1.5, style=Qt.PenStyle.DashLine)
            self.apart.setData(*_measured(curve.epoch, apart), pen=pen, **_dots(apart, tokens.text))
        self.box.setXRange(1, max(int(curve.epoch[-1]), 2), padding=0.04)
        for axis in (self.left, self.bottom):
            axis.setPen(pg.mkPen(tokens.line))
            axis.setTextPen(pg.mkPen(tokens.muted))
        self.title.setText(_heading(curve, tokens), size=f"{TYPE_SMALL}px")
        self.title.setMinimumWidth(0)  # a long title makes no plot wider than its neighbours
        self.title.setPreferredWidth(0)


def _measured(epoch: Any, value: Any) -> tuple[Any, Any]:
    """Where a measure was taken: one that is taken seldom is a line from value to value all the same."""
    known = np.isfinite(value)
    return epoch[known], value[known]


def _dots(value: Any, colour: str) -> dict[str, Any]:
    """A single value is a dot: it makes no line."""
    if np.isfinite(value).sum() > 1:
        return {"symbol": None}
    return {"symbol": "o", "symbolSize": 6, "symbolBrush": colour, "symbolPen": None}


def _heading(curve: Curve, tokens: Tokens) -> str:
    told = f"<span style='color:{tokens.text}'>{escape(curve_title(curve.name))}</span>"
    if len(curve.value):
        told += f" &nbsp;<b style='color:{tokens.accent}'>{escape(figure(latest(curve.value)))}</b>"
    if curve.held_out is not None and len(curve.held_out):
        apart = escape(figure(latest(curve.held_out)))
        told += f" &nbsp;<span style='color:{tokens.muted}'>kept apart <b>{apart}</b></span>"
    return told


class CurveGrid(QWidget):
    """All measures of a run."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._curves: tuple[Curve, ...] = ()
        self._plots: list[Plot] = []
        self._shape: tuple[tuple[str, ...], int] = ((), 0)
        self.view = pg.GraphicsView(self, background=None)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._layout = pg.GraphicsLayout()
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACING)
        self.view.setCentralItem(self._layout)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        theme.changed.connect(lambda _: self._draw())

    def sizeHint(self) -> QSize:
        return QSize(560, 300)

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """The curves of a run as they are now."""
        self._curves = tuple(curve for curve in curves if len(curve.value))
        self._arrange()
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._arrange():
            self._draw()
        self._level()

    def columns(self, count: int) -> int:
        """Plots side by side, so that all are about as wide as they are high and none is too narrow."""
        fit = max(1, self.width() // NARROWEST)
        wanted = math.ceil(math.sqrt(count * max(self.width(), 1) / max(1.5 * self.height(), 1)))
        most = max(1, min(fit, wanted, count))
        return math.ceil(count / math.ceil(count / most))  # no row with a lone plot where rows can be even

    def _arrange(self) -> bool:
        """Make the plots anew where there are others, or room for more or fewer side by side."""
        names = tuple(curve.name for curve in self._curves)
        shape = (names, self.columns(len(names)) if names else 0)
        if shape == self._shape:
            return False
        self._shape = shape
        self._layout.clear()
        font = QFont(self.font())
        font.setPixelSize(TICKS)
        self.setMinimumHeight(LOWEST * math.ceil(len(names) / max(shape[1], 1)))
        self._plots = [Plot(name, font) for name in names]
        for place, plot in enumerate(self._plots):
            plot.place(self._layout, place // shape[1], place % shape[1])
        self._level()
        return True

    def _level(self) -> None:
        """All plots equally wide, whatever their titles say."""
        columns = self._shape[1]
        for column in range(columns):
            room = (self.width() - SPACING) / columns - AXIS - 2 * SPACING
            self._layout.layout.setColumnFixedWidth(2 * column, AXIS)
            self._layout.layout.setColumnFixedWidth(2 * column + 1, max(room, AXIS))

    def _draw(self) -> None:
        tokens = self._theme.tokens
        self.view.setBackground(tokens.ground)
        for plot, curve in zip(self._plots, self._curves, strict=True):
            plot.show(curve, tokens)
        self.setAccessibleName("Curves")
        self.setAccessibleDescription(spoken_curves(self._curves))
