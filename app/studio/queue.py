"""The photos that are to be enlarged, one row each, with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.theme import SPACE_S
from app.views.widgets import ElidedLabel, button
from app.words import photos
from core.records_studio import EnlargeReport

WAITING, WORKING, DONE, FAILED = "", "Enlarging", "Done", "Failed"
ROW, LEAST, MOST = 26, 72, 168


@dataclass(frozen=True, slots=True)
class Queued:
    """A photo that waits: its id, what its file is called and where it lies, and its size in pixels."""

    photo_id: int
    name: str
    path: str
    width: int
    height: int


class QueueList(QWidget):
    """``moved`` carries the :class:`Queued` that is current, None for none; ``added``: the selection of the wall is to
    be put in; ``changed``: others are in it now."""

    moved = Signal(object)
    added = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Queued] = []
        self._states: dict[int, str] = {}
        self._reasons: dict[str, str] = {}
        self._worked: list[int] = []
        self.list = _Rows(self.remove)
        self.list.setObjectName("queue")
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Photos to enlarge")
        self.list.setToolTip("Del takes a photo out of the queue.")
        self.list.currentRowChanged.connect(lambda _: self.moved.emit(self.current))
        self.told = ElidedLabel("", "small")
        self.add = button("Add the selected", "link", self.added.emit)
        self.clear = button("Clear", "link", lambda: self.set_rows(()))
        row = QHBoxLayout()
        row.addWidget(self.told, 1)
        row.addWidget(self.add)
        row.addSpacing(SPACE_S)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.list)
        column.addLayout(row)
        self._draw()

    # ------------------------------------------------------------ what the program puts in

    def set_rows(self, rows: Sequence[Queued]) -> None:
        """Other photos; the current one stays while it is there."""
        here = self.current
        self._rows, self._states, self._reasons = list(rows), {}, {}
        at = next((place for place, row in enumerate(self._rows) if here is not None and row == here), 0)
        self._draw(at)
        self.changed.emit()
        self.moved.emit(self.current)

    def begin(self) -> None:
        """Those that are not done yet are worked off now."""
        self._worked = self.waiting

    def set_working(self, share: float) -> None:
        """So much of what is worked off is done, in points: the photos before are done, one is worked on."""
        rows = {row.photo_id: row for row in self._rows}
        sizes = [rows[photo].width * rows[photo].height if photo in rows else 0 for photo in self._worked]
        done, whole = 0, max(sum(sizes), 1)
        for photo, points in zip(self._worked, sizes, strict=True):
            begins, done = done / whole, done + points
            ended = done / whole <= share
            self._states[photo] = DONE if ended else WORKING if begins <= share else WAITING
        self._write()

    def show_report(self, report: EnlargeReport) -> None:
        """What became of each."""
        done = {version.photo_id for version in report.done}
        self._reasons = dict(report.failed)
        for row in self._rows:
            failed = row.path in self._reasons
            self._states[row.photo_id] = FAILED if failed else DONE if row.photo_id in done else WAITING
        self._write()
        self.changed.emit()

    def stop(self) -> None:
        """Nothing is worked on now."""
        self._states = {photo: state for photo, state in self._states.items() if state != WORKING}
        self._worked = []
        self._write()

    # ------------------------------------------------------------ what is in it

    @property
    def ids(self) -> list[int]:
        return [row.photo_id for row in self._rows]

    @property
    def rows(self) -> tuple[Queued, ...]:
        return tuple(self._rows)

    @property
    def waiting(self) -> list[int]:
        """Those that are not done yet."""
        return [row.photo_id for row in self._rows if self._states.get(row.photo_id) != DONE]

    @property
    def current(self) -> Queued | None:
        row = self.list.currentRow()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def texts(self) -> list[str]:
        return [self.list.item(row).text() for row in range(self.list.count())]

    def remove(self) -> None:
        """Take the current photo out of the queue."""
        gone = self.current
        if gone is not None:
            self.set_rows([row for row in self._rows if row is not gone])

    # ------------------------------------------------------------ inside

    def _draw(self, at: int = 0) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for _ in self._rows:
                item = QListWidgetItem()
                item.setSizeHint(QSize(0, ROW))
                self.list.addItem(item)
            self.list.setCurrentRow(at if self._rows else -1)
        self.list.setFixedHeight(min(max(ROW * len(self._rows) + 8, LEAST), MOST))
        self._write()

    def _write(self) -> None:
        for place, row in enumerate(self._rows):
            state = self._states.get(row.photo_id, WAITING)
            item = self.list.item(place)
            item.setText(f"{state} · {row.name}" if state else row.name)
            item.setToolTip(self._reasons.get(row.path, row.path))
        self.told.setText(photos(len(self._rows)) if self._rows else "Select photos, then add them.")
        self.clear.setVisible(bool(self._rows))


class _Rows(QListWidget):
    """Del takes the current row out."""

    def __init__(self, remove: Callable[[], None]) -> None:
        super().__init__()
        self._remove = remove

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        else:
            super().keyPressEvent(event)
