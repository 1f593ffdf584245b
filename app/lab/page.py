"""The Lab: learners trained, compared and looked into, on the person's own photos."""

from __future__ import annotations

from app.lab.comparing import ComparePane
from app.lab.layers import LayersPane
from app.lab.training import TrainPane
from app.tabbed import TabbedPage
from app.theme import Theme
from app.thumbs.loader import ThumbLoader

TABS = (
    ("Train", "Train a learner on your photos and watch it learn."),
    ("Compare", "Which way to describe photos is best on this library."),
    ("Layers", "What the units of each layer respond to most."),
)
TRAIN, COMPARE, LAYERS = range(3)


class LabPage(TabbedPage):
    """TRAIN, COMPARE and LAYERS."""

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        self.train = TrainPane(theme)
        self.compare = ComparePane(theme)
        self.layers = LayersPane(theme, thumbs)
        super().__init__("Lab", TABS, (self.train, self.compare, self.layers))
