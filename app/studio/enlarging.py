"""Enlarge: left which photos and how, right before and after under a wipe, or models side by side, below the versions
there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from app.lab.bench import hairline
from app.studio.bend import Bend, in_line
from app.studio.enlarge_form import EnlargeForm
from app.studio.queue import Queued
from app.studio.side_by_side import Shown, SideBySide
from app.studio.versions import VersionRow
from app.studio.wipe import Wipe
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.thumbs.loader import ThumbLoader
from app.views.regions import Overlay
from app.views.states import State, StatePage
from app.views.widgets import ElidedLabel, button
from core.errors import MediaError
from core.records_studio import Version

EMPTY = State(
    "enlarge",
    "Which photos shall be larger?",
    "Select photos and choose Enlarge … from their menu, or press Ctrl+E. A part is tried first; the photo itself is "
    "never changed.",
    ("All photos", "go-all"),
)
TRYING = State("clock", "Trying it on a part", "A small part of the photo is enlarged first.")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried on a part of a photo: by which models, how large and how strongly. ``beside``: side by side."""

    photo_id: int
    box: tuple[float, float, float, float]
    models: tuple[str, ...]
    scale: int
    strength: float
    beside: bool


class EnlargePane(QWidget):
    """``tried`` carries a :class:`Trial`; ``photo_chosen`` the :class:`Queued` that is looked at, None for none;
    ``version_wanted`` the version to be looked at whole; ``acted`` an action that a state asks for."""

    tried = Signal(object)
    photo_chosen = Signal(object)
    version_wanted = Signal(object)
    acted = Signal(str)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self.setAccessibleName("Enlarge")
        self._trial: Trial | None = None
        self.form = EnlargeForm(theme, thumbs)
        self.title = ElidedLabel("", "strong")
        self.line = ElidedLabel("", "muted")
        self.beside = _toggle("Side by side", "What several models make of this part. Key S")
        self.heat = _toggle("Invented detail", "Where the model is far from plain enlargement. Key H")
        self.fit = button("Fit", "quiet", lambda: self.wipe.zoom_to(1.0))
        self.actual = button("1 : 1", "quiet", lambda: self.wipe.toggle_actual())
        self.actual.setToolTip("One pixel of the enlarged picture to one of the screen. Key Z")
        self.wipe = Wipe(theme, self)
        self.models = SideBySide(theme)
        self.versions = VersionRow()
        self.state = StatePage(theme, self.acted.emit)
        self._stack = QStackedLayout()
        self._lay_out()
        self._join()
        self.show_state(EMPTY)

    def _lay_out(self) -> None:
        said = in_line(self.title, self.line, stretch=1)
        self._head = Bend(said, in_line(self.beside, self.heat, self.fit, self.actual))
        for shown in (self.state, self.wipe, self.models):
            self._stack.addWidget(shown)
        right = QVBoxLayout()
        right.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_S)
        right.setSpacing(SPACE_S)
        right.addWidget(self._head)
        right.addLayout(self._stack, 1)
        right.addWidget(self.versions)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.form)
        row.addWidget(hairline())
        row.addLayout(right, 1)

    def _join(self) -> None:
        form = self.form
        form.queue.moved.connect(self._chose)
        form.finder.moved.connect(lambda _: self.try_it())
        form.changed.connect(self._changed)
        self.models.wanted.connect(lambda _: self.try_it())
        self.beside.clicked.connect(lambda _: self.try_it())
        self.heat.toggled.connect(self._heated)
        self.versions.chosen.connect(self._version)

    # ------------------------------------------------------------ what the program puts in

    def show_state(self, state: State) -> None:
        self.state.show_state(state)
        self._stack.setCurrentIndex(0)
        self._head.setVisible(self.form.queue.current is not None)

    def show_trying(self, text: str = "") -> None:
        """It is being tried; what is shown stays while it is of the same photo."""
        if self._stack.currentIndex() == 0:
            self.show_state(State(TRYING.icon, TRYING.title, text or TRYING.text))
        self.wipe.set_busy(True)

    def show_trial(self, trial: Trial, before: QImage, after: QImage, heat: Overlay, seconds: str) -> None:
        """What a model makes of a part, unless the person went on."""
        if trial == self._trial:
            info = self.form.info
            name = info.title if info is not None else "After"
            self.wipe.set_busy(False)
            self.wipe.show_pair(before, after, heat, ("Bicubic", name))
            self.line.setText(f"A part, enlarged ×{trial.scale} in {seconds}")
            self._show(1)

    def show_beside(self, trial: Trial, plain: QImage, shown: Sequence[Shown], apart: Overlay) -> None:
        """What several models make of a part, unless the person went on."""
        if trial == self._trial:
            self.models.show_all(plain, shown, apart)
            self.line.setText(f"A part, enlarged ×{trial.scale}")
            self._show(2)

    def show_whole(self, version: Version, before: QImage, after: QImage, heat: Overlay) -> None:
        """A version as a whole, against the photo it was made of."""
        current = self.form.queue.current
        if current is not None and current.photo_id == version.photo_id and self.versions.version == version:
            self._trial = None
            self.wipe.set_busy(False)
            self.wipe.show_pair(before, after, heat, ("Photo", f"{version.title} ×{version.scale}"))
            self.line.setText(f"{version.width} × {version.height}, the whole")
            self._show(1)

    def show_broken(self, error: BaseException) -> None:
        """It could not be tried: say why."""
        self.wipe.set_busy(False)
        said = error.reason if isinstance(error, MediaError) else str(error)
        self.show_state(State("problems", "This cannot be shown", said))

    def set_versions(self, photo_id: int, versions: Sequence[Version]) -> None:
        """The versions in the stack of the photo that is looked at."""
        current = self.form.queue.current
        if current is not None and current.photo_id == photo_id:
            self.versions.set_versions(versions)

    def add(self, rows: Sequence[Queued]) -> None:
        """Photos to enlarge, after those that wait."""
        there = self.form.queue.ids
        self.form.queue.set_rows([*self.form.queue.rows, *(row for row in rows if row.photo_id not in there)])

    # ------------------------------------------------------------ what the person does

    def try_it(self) -> None:
        """Try the model on the part that is looked at."""
        current, form = self.form.queue.current, self.form
        if current is None or form.info is None:
            return
        self.versions.unchoose()
        beside = self.beside.isChecked()
        names = tuple(self.models.names) if beside else (form.model_name,)
        if not beside and not form.ready:
            self.show_state(State("problems", f"{form.info.title} is not here", form.info.why_not))
            return
        self._trial = Trial(current.photo_id, form.finder.box, names, form.scale, form.share, beside)
        self.show_trying()
        self.tried.emit(self._trial)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        toggles = {Qt.Key.Key_S: self.beside, Qt.Key.Key_H: self.heat}
        toggle = toggles.get(Qt.Key(event.key()))
        if toggle is not None and self.form.queue.current is not None:
            toggle.click()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------ inside

    def _show(self, page: int) -> None:
        self._stack.setCurrentIndex(page)
        self._head.show()
        for part in (self.fit, self.actual):
            part.setVisible(page == 1)

    def _changed(self) -> None:
        self.models.set_models(self.form.models, self.form.scale)
        self.try_it()

    def _chose(self, row: Any) -> None:
        self.versions.set_versions(())
        if row is None:
            self._trial = None
            self.title.setText("")
            self.line.setText("")
            self.form.finder.show_photo(None, 1, 1)
            self.show_state(EMPTY)
        else:
            self.title.setText(row.name)
            self.line.setText(f"{row.width} × {row.height}")
            self.form.finder.show_photo(row.photo_id, row.width, row.height)
            self.form.set_photo(row.photo_id)
            self._stack.setCurrentIndex(0)
            self.try_it()
        self.photo_chosen.emit(row)

    def _heated(self, on: bool) -> None:
        self.wipe.show_heat(on)
        self.models.show_heat(on)

    def _version(self, version: Version | None) -> None:
        if version is None:
            self.try_it()
        else:
            self.wipe.set_busy(True)
            self.version_wanted.emit(version)


def _toggle(text: str, tip: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setCheckable(True)
    made.setToolTip(tip)
    made.setAccessibleName(text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
