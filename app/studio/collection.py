"""The collection: generated pictures that were kept, apart from the photos; exported, or taken out again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.studio.tiles import Tiles
from app.studio.words import made_line
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.states import State, StatePage
from app.views.widgets import ElidedLabel, button, label
from app.words import count
from core.records_lab import PictureGrid
from core.records_studio import Made

NONE = State(
    "studio",
    "Nothing kept yet",
    "Keep pictures that a generator made, and they are gathered here: apart from your photos, marked as generated.",
    ("To the pictures", "pictures"),
)
MOST = 400


class CollectionPage(QWidget):
    """``exported`` and ``forgotten`` carry the ids of pictures; ``back``: to the pictures."""

    exported = Signal(object)
    forgotten = Signal(object)
    back = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Collection")
        self._made: tuple[Made, ...] = ()
        self.tiles = Tiles(theme, "Pictures that were kept")
        self.tiles.moved.connect(lambda _: self._tell())
        self.tiles.picked.connect(self._tell)
        self.line = ElidedLabel("", "strong")
        self.about = label("", "small", wrap=True)
        self.export = button("Export …", "", lambda: self.exported.emit(self.meant()))
        self.forget = button("Take out", "quiet", lambda: self.forgotten.emit(self.meant()))
        self.forget.setToolTip("Can be undone.")
        self._state = StatePage(theme, lambda _: self.back.emit())
        self._state.show_state(NONE)
        self._stack = QStackedLayout(self)
        self._lay_out()

    def _lay_out(self) -> None:
        acts = QHBoxLayout()
        acts.setSpacing(SPACE_S)
        acts.addWidget(self.line, 1)
        acts.addWidget(self.forget)
        acts.addWidget(self.export)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(self.about)
        column.addWidget(self.tiles, 1)
        column.addLayout(acts)
        self._stack.addWidget(self._state)
        self._stack.addWidget(whole)

    def show_made(self, made: Sequence[Made], grid: PictureGrid | None, image: QImage) -> None:
        """What was kept, the newest first; as squares of one size in ``grid``."""
        self._made = tuple(made)
        self._stack.setCurrentIndex(1 if made else 0)
        more = f" The newest {MOST} are shown." if len(made) >= MOST else ""
        self.about.setText(
            f"{count(len(made), 'picture', 'pictures')}, made by generators and marked so in each file.{more}"
        )
        self.tiles.show_pictures(grid, image, [made_line(each) for each in made])

    @property
    def made(self) -> tuple[Made, ...]:
        return self._made

    def meant(self) -> list[str]:
        """Ids of the selected pictures, else of the current one."""
        return [self._made[place].id for place in self.tiles.meant() if place < len(self._made)]

    def _tell(self) -> None:
        chosen = self.tiles.selected
        if len(chosen) > 1:
            self.line.setText(f"{count(len(chosen), 'picture', 'pictures')} selected")
        elif 0 <= self.tiles.current < len(self._made):
            self.line.setText(made_line(self._made[self.tiles.current]))
        else:
            self.line.setText("")
        for each in (self.export, self.forget):
            each.setEnabled(bool(self.meant()))
