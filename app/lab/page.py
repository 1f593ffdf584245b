"""The Lab: learners trained, compared and looked into, on the person's own photos."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QTabBar, QVBoxLayout, QWidget

from app.lab.comparing import ComparePane
from app.lab.layers import LayersPane
from app.lab.training import TrainPane
from app.theme import Theme
from app.thumbs.loader import ThumbLoader

TABS = (
    ("Train", "Train a learner on your photos and watch it learn."),
    ("Compare", "Which way to describe photos is best on this library."),
    ("Layers", "What the units of each layer respond to most."),
)
TRAIN, COMPARE, LAYERS = range(3)


class LabPage(QWidget):
    """Three panes behind tabs. ``turned``: another pane is shown."""

    turned = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self.setAccessibleName("Lab")
        self.tabs = QTabBar()
        self.tabs.setObjectName("segments")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the Lab")
        for at, (title, tip) in enumerate(TABS):
            self.tabs.addTab(title)
            self.tabs.setTabToolTip(at, tip)
        self.train = TrainPane(theme)
        self.compare = ComparePane(theme)
        self.layers = LayersPane(theme, thumbs)
        self._panes = QStackedLayout()
        for pane in (self.train, self.compare, self.layers):
            self._panes.addWidget(pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addLayout(self._panes, 1)
        self.tabs.currentChanged.connect(self._turn)
        self.setFocusProxy(self.tabs)

    @property
    def shown(self) -> int:
        """TRAIN, COMPARE or LAYERS."""
        return self._panes.currentIndex()

    def turn_to(self, pane: int) -> None:
        self.tabs.setCurrentIndex(pane)

    def _turn(self, pane: int) -> None:
        self._panes.setCurrentIndex(pane)
        self.turned.emit(pane)
