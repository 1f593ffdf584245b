"""The Studio: generators trained on one's own photos, what they make, and photos enlarged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QTabBar, QVBoxLayout, QWidget

from app.lab.form import Place
from app.studio.enlarging import EnlargePane
from app.studio.generating import GeneratePane
from app.studio.training import TrainPane
from app.theme import Theme
from app.thumbs.loader import ThumbLoader
from core.records_studio import ImaginePlan

TABS = (
    ("Train", "Train a generator on your own photos and watch it learn."),
    ("Generate", "New pictures by a generator, ways between them, and your photos found in it."),
    ("Enlarge", "Make photos larger, and see what was invented."),
)
TRAIN, GENERATE, ENLARGE = range(3)


class StudioPage(QWidget):
    """Three panes behind tabs. ``turned``: another pane is shown; ``enlarge_wanted`` carries ids of photos to put into
    the queue; ``imagined`` a generator and what it is to make: (run id, condition)."""

    turned = Signal(int)
    enlarge_wanted = Signal(object)
    imagined = Signal(str, str)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self.setAccessibleName("Studio")
        self.tabs = QTabBar()
        self.tabs.setObjectName("segments")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the Studio")
        for at, (title, tip) in enumerate(TABS):
            self.tabs.addTab(title)
            self.tabs.setTabToolTip(at, tip)
        self.train = TrainPane(theme)
        self.generate = GeneratePane(theme, thumbs)
        self.enlarge = EnlargePane(theme, thumbs)
        self._panes = QStackedLayout()
        for pane in (self.train, self.generate, self.enlarge):
            self._panes.addWidget(pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addLayout(self._panes, 1)
        self.tabs.currentChanged.connect(self._turn)
        self.generate.train_wanted.connect(lambda: self.turn_to(TRAIN))
        self.setFocusProxy(self.tabs)

    @property
    def shown(self) -> int:
        """TRAIN, GENERATE or ENLARGE."""
        return self._panes.currentIndex()

    def turn_to(self, pane: int) -> None:
        self.tabs.setCurrentIndex(pane)

    # ------------------------------------------------------------ ways here

    def train_on(self, place: Place) -> None:
        """Show what can be trained on some photos."""
        self.turn_to(TRAIN)
        self.train.form.choose_place(place)

    def enlarge_these(self, ids: Sequence[int]) -> None:
        """Put photos into the queue of what is enlarged."""
        self.turn_to(ENLARGE)
        self.enlarge_wanted.emit(list(ids))

    def imagine(self, plan: ImaginePlan, title: str) -> None:
        """More like a group: by a generator that knows it, else what to train for that."""
        if plan.run_id:
            self.turn_to(GENERATE)
            self.imagined.emit(plan.run_id, plan.condition)
        else:
            self.turn_to(TRAIN)
            self.train.form.wish_for(plan.spec, title, plan.said)

    def _turn(self, pane: int) -> None:
        self._panes.setCurrentIndex(pane)
        self.turned.emit(pane)
