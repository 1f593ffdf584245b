"""The bar at the bottom, there only while work runs: what, how far, how fast, how long yet, pause and cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.icons import IconButton
from app.theme import SPACE_L, SPACE_M, Theme
from app.views.widgets import ElidedLabel
from app.words import work_line
from core.progress import Report

HEIGHT = 40
STEPS = 1000


class ImportBar(QWidget):
    """``pause`` asks to pause or go on, ``cancel`` to stop."""

    pause = Signal()
    cancel = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("importbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._phase = ElidedLabel("", "")
        self._numbers = ElidedLabel("", "muted")
        self._meter = QProgressBar()
        self._meter.setTextVisible(False)
        self._meter.setFixedHeight(4)
        self._meter.setMinimumWidth(80)
        self._pause = IconButton(theme, "pause", "Pause")
        self._pause.clicked.connect(self.pause)
        self._cancel = IconButton(theme, "close", "Stop; what is done is kept")
        self._cancel.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, 0, SPACE_M, 0)
        row.setSpacing(SPACE_M)
        row.addWidget(self._phase)
        row.addWidget(self._meter, 1)
        row.addWidget(self._numbers)
        row.addWidget(self._pause)
        row.addWidget(self._cancel)

    def begin(self, name: str) -> None:
        """A work starts; until its first report only its name is known."""
        self._phase.setText(f"{name} …")
        self._numbers.setText("")
        self._meter.setRange(0, 0)
        self._show_paused(False)

    def show_report(self, name: str, report: Report) -> None:
        self._phase.setText(f"{name} · {report.phase}" if report.phase and report.phase != name else name)
        self._numbers.setText(work_line(report))
        if report.total > 0:
            self._meter.setRange(0, STEPS)
            self._meter.setValue(round(STEPS * min(1.0, report.done / report.total)))
        else:
            self._meter.setRange(0, 0)
        self._meter.setAccessibleName(f"{self._phase.text()} {self._numbers.text()}")
        self._show_paused(report.paused)

    def stopping(self) -> None:
        """Cancel was pressed; the work ends at its next check."""
        self._phase.setText("Stopping …")
        self._numbers.setText("")

    def _show_paused(self, paused: bool) -> None:
        self._pause.show_icon("play" if paused else "pause")
        self._pause.rename("Go on" if paused else "Pause")
