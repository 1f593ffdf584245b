"""The slider from moments to years: five named stops, and every level between them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStyle, QStyleOptionSlider, QToolTip, QWidget

from app.levels import END, STOPS, snapped, words_at
from app.theme import SPACE_S, SPACE_XS, Theme
from app.views.widgets import label

PER_STOP = 100
WIDTH = 128
KNOB = 9


class _Track(QSlider):
    """A slider that shows its stops as dots. Up and Right lead to coarser levels, Page keys from stop to stop."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self.setRange(0, round(END * PER_STOP))
        self.setSingleStep(PER_STOP // 5)
        self.setPageStep(PER_STOP)
        self.setFixedWidth(WIDTH)

    def stop_x(self, stop: float) -> float:
        """Where a position stands on the track."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        span = self.width() - handle.width()
        return handle.width() / 2 + QStyle.sliderPositionFromValue(
            self.minimum(), self.maximum(), round(stop * PER_STOP), span, option.upsideDown
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        handle = self.stop_x(self.value() / PER_STOP)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.control))
        for x in map(self.stop_x, range(len(STOPS))):
            if abs(x - handle) > KNOB:
                painter.drawEllipse(QPointF(x, self.height() / 2), 2, 2)
        painter.end()


class LevelSlider(QWidget):
    """``moved`` carries the position in [0, 4] that the person chose."""

    moved = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.track = _Track(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(label(STOPS[0], "small"))
        row.addWidget(self.track)
        row.addWidget(label(STOPS[-1], "small"))
        self.track.valueChanged.connect(self._moved)
        self._name(self.position)
        theme.changed.connect(lambda _: self.track.update())

    @property
    def position(self) -> float:
        """0 for moments, 4 for years; near a stop it is that stop."""
        return snapped(self.track.value() / PER_STOP)

    def set_position(self, position: float) -> None:
        """Show a position without telling anybody."""
        blocked = self.track.blockSignals(True)
        self.track.setValue(round(position * PER_STOP))
        self.track.blockSignals(blocked)
        self._name(position)

    def choose(self, position: float) -> None:
        """Go to a position as if the person had moved the slider there."""
        self.track.setValue(round(position * PER_STOP))

    def to_stop(self, step: int) -> None:
        """To the next coarser (1) or finer (-1) stop."""
        here = self.position
        wanted = int(here) + 1 if step > 0 else -int(-here // 1) - 1
        self.track.setValue(min(max(wanted, 0), len(STOPS) - 1) * PER_STOP)

    def _moved(self) -> None:
        position = self.position
        self._name(position)
        if self.track.isVisible():
            spot = QPoint(self.track.sliderPosition() * self.track.width() // self.track.maximum(), self.track.height())
            if self.track.isRightToLeft():
                spot.setX(self.track.width() - spot.x())
            QToolTip.showText(self.track.mapToGlobal(spot + QPoint(0, SPACE_S)), words_at(position), self.track)
        self.moved.emit(position)

    def _name(self, position: float) -> None:
        words = words_at(position)
        self.track.setAccessibleName(f"Level of the groups: {words}")
        self.track.setToolTip(f"{words}. From moments to years: keys [ and ]")
