"""The enlarged versions in a photo's stack: one button each, and what can be done with the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from app.studio.bend import Bend, in_line
from app.theme import SPACE_XS
from app.views.reveal import show_in_folder
from app.views.widgets import button, label
from app.words import version_line
from core.records_studio import Version

PART = "The part"


class VersionRow(QWidget):
    """``chosen`` carries a :class:`Version`, or None for the part that is tried; ``forgotten`` its id."""

    chosen = Signal(object)
    forgotten = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._versions: tuple[Version, ...] = ()
        self._group = QButtonGroup(self)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_XS)
        self.folder = button("Show in folder", "link", self._reveal)
        self.forget = button("Take away", "link", self._forget)
        self.forget.setToolTip("Out of the photo's stack. Can be undone.")
        there = QWidget()
        there.setLayout(self._buttons)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        shown = in_line(label("In its stack", "section"), there)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Bend(shown, in_line(self.folder, self.forget)))
        self._group.idClicked.connect(lambda _: self._chose())
        self.set_versions(())

    def set_versions(self, versions: Sequence[Version]) -> None:
        """Those there are; the one that is shown stays while it is there."""
        shown = self.version
        self._versions = tuple(versions)
        for made in self._group.buttons():
            self._group.removeButton(made)
            self._buttons.removeWidget(made)
            made.hide()
            made.deleteLater()
        self._offer(0, PART, "What is tried on a part")
        for place, each in enumerate(versions, start=1):
            self._offer(place, f"{each.title} ×{each.scale}", version_line(each))
        at = self._versions.index(shown) + 1 if shown in self._versions else 0
        self._group.button(at).setChecked(True)
        self.setVisible(bool(versions))
        self._enable()

    @property
    def version(self) -> Version | None:
        """The version that is shown, None for the part."""
        place = self._group.checkedId() - 1
        return self._versions[place] if 0 <= place < len(self._versions) else None

    @property
    def versions(self) -> tuple[Version, ...]:
        return self._versions

    def choose(self, version_id: int) -> None:
        """Show a version as if its button was pressed."""
        place = next((place for place, each in enumerate(self._versions, start=1) if each.id == version_id), 0)
        self._group.button(place).click()

    def unchoose(self) -> None:
        """The part is shown again."""
        self._group.button(0).setChecked(True)
        self._enable()

    def _offer(self, place: int, text: str, tip: str) -> None:
        made = QToolButton()
        made.setText(text)
        made.setCheckable(True)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(made, place)
        self._buttons.addWidget(made)

    def _chose(self) -> None:
        self._enable()
        self.chosen.emit(self.version)

    def _enable(self) -> None:
        version = self.version
        for each in (self.folder, self.forget):
            each.setVisible(version is not None)
        self.folder.setEnabled(version is not None and not version.missing)

    def _reveal(self) -> None:
        if self.version is not None:
            show_in_folder(self.version.path)

    def _forget(self) -> None:
        if self.version is not None:
            self.forgotten.emit(self.version.id)
