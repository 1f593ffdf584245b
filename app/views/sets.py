"""The page of sets: identical files, duplicates and bursts side by side, the best one kept, the others put away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from app.operations_review import away_text
from app.sets import Sets, summary
from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.thumbs.loader import ThumbLoader
from app.views.sets_view import SetsView
from app.views.viewer_loader import LoadPixels, PictureLoader
from app.views.widgets import button, label
from core.records import Group
from core.records_corrections import Member

CLOSE_UP = 2400
"""Longest side of the pictures under the loupe, px."""

Confirm = Callable[[str, str], bool]


class SetsPage(QWidget):
    """``marked`` carries (ids, whether), ``best_chosen`` (group, photo), ``parted`` (ids, kind), ``away`` ids that are
    to be put away for good, ``wanted`` groups whose members are to be read, ``photo_wanted`` a photo to go to."""

    marked = Signal(object, bool)
    best_chosen = Signal(int, int)
    parted = Signal(object, str)
    away = Signal(object)
    wanted = Signal(object)
    photo_wanted = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader, load: LoadPixels, *, sync: bool = False) -> None:
        super().__init__()
        self.sets = Sets()
        self.view = SetsView(theme, thumbs, self.sets)
        self.confirm: Confirm = self._ask
        self._marked: list[int] = []
        self._pictures = PictureLoader(load, sync=sync, parent=self)
        self._pictures.arrived.connect(self._picture_came)
        self.setFocusProxy(self.view)
        self._count = label("", "muted")
        self._keys: dict[int, Callable[[], Any]] = {
            Qt.Key.Key_Return: self.use_as_best,
            Qt.Key.Key_Enter: self.use_as_best,
            Qt.Key.Key_K: self.keep_best,
            Qt.Key.Key_M: self.toggle_mark,
            Qt.Key.Key_Z: self.view.toggle_loupe,
            Qt.Key.Key_Delete: self.put_away,
        }
        self.keep = button("Keep best  ·  K", "", self.keep_best)
        self.mark_one = button("Mark  ·  M", "quiet", self.toggle_mark)
        self.best = button("Use as best  ·  Enter", "quiet", self.use_as_best)
        self.part = button("Not the same  ·  Shift+D", "quiet", self.not_the_same)
        self.put = button("Put marked away …", "primary", self.put_away)
        self._lay_out()
        self.view.moved.connect(self._enable)
        self.view.wanted.connect(self.wanted)
        self.view.opened.connect(self.photo_wanted)
        self.view.looked_at.connect(self._look)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        row.setSpacing(SPACE_S)
        for made in (self.keep, self.best, self.mark_one, self.part):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(made)
        self.put.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addStretch(1)
        row.addWidget(self._count)
        row.addSpacing(SPACE_S)
        row.addWidget(self.put)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    # ------------------------------------------------------------ what the program puts in

    def show_sets(self, kind: str, groups: Sequence[Group], marked: Sequence[int], at: int = 0) -> None:
        """The sets of a kind as they are now; ``at``: the group to stand at, 0 for where the person is."""
        self.sets.replace(kind, groups)
        self._marked = [int(photo_id) for photo_id in marked]
        row = next((row for row, group in enumerate(groups) if group.id == at), None)
        if row is not None:
            self.sets.row = row
            self.sets.column = self.sets.best_column()
        several = kind != "identical"
        for made in (self.keep, self.best, self.mark_one, self.part):
            made.setVisible(several)
        self.view.refresh()
        if row is not None:
            QTimer.singleShot(0, self.view, self.view.reveal)
        self._enable()

    def show_members(self, group_id: int, members: Sequence[Member], files: dict[int, tuple[str, ...]]) -> None:
        """What is in one set; ``files``: paths of the files of photos that are there several times."""
        fresh = group_id not in self.sets.members
        self.sets.fill(group_id, members)
        self.sets.files.update(files)
        if fresh and self.sets.group is not None and self.sets.group.id == group_id:
            self.sets.column = self.sets.best_column()
        self.view.refresh()
        self._enable()

    def in_sight(self) -> list[int]:
        """The sets whose members are to be read again when something changed; they stay on screen until they come."""
        groups = self.sets.groups
        return [groups[row].id for row in self.view.rows_in_sight()]

    # ------------------------------------------------------------ what the person does

    def use_as_best(self) -> None:
        """The current photo is the one to keep."""
        group, member = self.sets.group, self.sets.member
        if group is not None and member is not None and not member.best:
            self.best_chosen.emit(group.id, member.row.id)

    def keep_best(self) -> None:
        """Mark all of the current set but the best, and go on to the next; nothing is moved."""
        others = self.sets.others_than_best()
        if others:
            self.marked.emit(others, True)
            self.view.step(1, 0)

    def toggle_mark(self) -> None:
        member = self.sets.member
        if member is not None and len(self.sets.here) > 1:
            self.marked.emit([member.row.id], not member.marked)

    def not_the_same(self) -> None:
        """The current photo (or, at the best, all of the set) is not the same as the rest."""
        member, here = self.sets.member, self.sets.here
        if member is None or len(here) < 2:
            return
        best = next((each.row.id for each in here if each.best), here[0].row.id)
        ids = [each.row.id for each in here] if member.row.id == best else [best, member.row.id]
        self.parted.emit(ids, self.sets.kind)

    def put_away(self) -> None:
        """Take all marked photos off the walls, once the person has confirmed."""
        if self._marked and self.confirm(*away_text(len(self._marked))):
            self.away.emit(list(self._marked))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        apart = event.key() == Qt.Key.Key_D and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        run = self.not_the_same if apart else self._keys.get(event.key())
        if run is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            run()
            return
        super().keyPressEvent(event)

    def shut(self) -> None:
        """The window closes: end what is being decoded."""
        self._pictures.close()

    # ------------------------------------------------------------ inside

    def _enable(self) -> None:
        member, several = self.sets.member, len(self.sets.here) > 1
        self._count.setText(summary(self.sets.kind, len(self.sets.groups), len(self._marked)))
        self.keep.setEnabled(several and bool(self.sets.others_than_best()))
        self.best.setEnabled(several and member is not None and not member.best)
        self.mark_one.setEnabled(several)
        self.mark_one.setText("Unmark  ·  M" if member is not None and member.marked else "Mark  ·  M")
        self.part.setEnabled(several)
        self.put.setVisible(bool(self._marked))

    def _look(self, ids: list[int]) -> None:
        self._pictures.advance()
        for photo_id in ids:
            self._pictures.want(photo_id, CLOSE_UP)
            self._picture_came(photo_id, CLOSE_UP)

    def _picture_came(self, photo_id: int, side: int) -> None:
        picture = self._pictures.picture(photo_id, side)
        if picture is not None:
            while len(self.view.close_up) > 24:
                self.view.close_up.pop(next(iter(self.view.close_up)))
            self.view.close_up[photo_id] = picture
            self.view.viewport().update()

    def _ask(self, title: str, text: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Reverie", title, parent=self)
        box.setInformativeText(text)
        yes = box.addButton("Put away", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is yes
