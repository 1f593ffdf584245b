"""The Studio: generators trained on one's own photos, what they make, and photos enlarged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from app.lab.form import Place
from app.studio.enlarging import EnlargePane
from app.studio.generating import GeneratePane
from app.studio.training import TrainPane
from app.tabbed import TabbedPage
from app.theme import Theme
from app.thumbs.loader import ThumbLoader
from core.records_studio import ImaginePlan

TABS = (
    ("Train", "Train a generator on your own photos and watch it learn."),
    ("Generate", "New pictures by a generator, ways between them, and your photos found in it."),
    ("Enlarge", "Make photos larger, and see what was invented."),
)
TRAIN, GENERATE, ENLARGE = range(3)


class StudioPage(TabbedPage):
    """TRAIN, GENERATE and ENLARGE. ``enlarge_wanted`` carries ids of photos to put into the queue; ``imagined`` a
    generator and what it is to make: (run id, condition)."""

    enlarge_wanted = Signal(object)
    imagined = Signal(str, str)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        self.train = TrainPane(theme)
        self.generate = GeneratePane(theme, thumbs)
        self.enlarge = EnlargePane(theme, thumbs)
        super().__init__("Studio", TABS, (self.train, self.generate, self.enlarge))
        self.generate.train_wanted.connect(lambda: self.turn_to(TRAIN))

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
