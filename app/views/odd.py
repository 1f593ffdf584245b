"""The page of odd photos: what is odd about each, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from app.thumbs.loader import ThumbLoader
from app.views.odd_view import Odd, OddView
from app.views.widgets import button, label
from app.words import date_time, photos


class OddPage(QWidget):
    """``fine`` carries (ids, group) of what is not odd, ``event_wanted`` a photo to see in its event, ``photo_wanted``
    one to see among all, ``redated`` (a photo's row, the seconds to add to its time)."""

    fine = Signal(object, int)
    event_wanted = Signal(int)
    photo_wanted = Signal(int)
    redated = Signal(object, float)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self.view = OddView(theme, thumbs)
        self.setFocusProxy(self.view)
        self._count = label("", "muted")
        self.is_fine = button("It is fine  ·  F", "", self.say_fine)
        self.go = button("Show in its event  ·  Enter", "quiet", self.show_in_event)
        self.fix = button("", "quiet", self.fix_date)
        self.view.moved.connect(self._enable)
        self.view.opened.connect(self.photo_wanted)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        row.setSpacing(SPACE_S)
        for made in (self.is_fine, self.go, self.fix):
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    def show_odd(self, found: Sequence[Odd]) -> None:
        """All odd photos as they are now, those of a group together."""
        self.view.show_photos(found)
        self._count.setText(photos(len({each.member.row.id for each in found})))
        self._enable()

    def say_fine(self) -> None:
        """The current photo is not odd; it stays where it is and is not listed here again."""
        odd = self.view.odd
        if odd is not None:
            self.fine.emit([odd.member.row.id], odd.group.id)

    def show_in_event(self) -> None:
        if self.view.odd is not None:
            self.event_wanted.emit(self.view.odd.member.row.id)

    def fix_date(self) -> None:
        """Put the current photo at the time that is probably right."""
        odd, right = self.view.odd, self._suggested()
        if odd is not None and right is not None and odd.member.row.taken_local is not None:
            self.redated.emit(odd.member.row, right - odd.member.row.taken_local)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {
            Qt.Key.Key_F: self.say_fine,
            Qt.Key.Key_Return: self.show_in_event,
            Qt.Key.Key_Enter: self.show_in_event,
            Qt.Key.Key_T: self.fix_date,
        }
        run = keys.get(Qt.Key(event.key()))
        if run is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            run()
            return
        super().keyPressEvent(event)

    def _suggested(self) -> float | None:
        odd = self.view.odd
        if odd is None or odd.member.row.taken_local is None or odd.member.row.camera is None:
            return None
        return odd.suggested

    def _enable(self) -> None:
        there, right = self.view.odd is not None, self._suggested()
        self.is_fine.setEnabled(there)
        self.go.setEnabled(there)
        self.fix.setVisible(right is not None)
        if right is not None:
            self.fix.setText(f"Date it {date_time(right)}  ·  T")
            self.fix.setAccessibleName(self.fix.text())
