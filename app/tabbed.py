"""A page of panes behind tabs, as the Lab and the Studio are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QTabBar, QVBoxLayout, QWidget


class TabbedPage(QWidget):
    """``turned``: another pane is shown."""

    turned = Signal(int)

    def __init__(self, name: str, tabs: Sequence[tuple[str, str]], panes: Sequence[QWidget]) -> None:
        """``tabs``: (title, what is behind it) of each of the ``panes``."""
        super().__init__()
        self.setAccessibleName(name)
        self.tabs = QTabBar()
        self.tabs.setObjectName("segments")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(f"Parts of the {name}")
        for at, (title, tip) in enumerate(tabs):
            self.tabs.addTab(title)
            self.tabs.setTabToolTip(at, tip)
        self._panes = QStackedLayout()
        for pane in panes:
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
        """The number of the pane that is shown."""
        return self._panes.currentIndex()

    def turn_to(self, pane: int) -> None:
        self.tabs.setCurrentIndex(pane)

    def _turn(self, pane: int) -> None:
        self._panes.setCurrentIndex(pane)
        self.turned.emit(pane)
