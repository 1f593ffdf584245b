"""Compare: every way to describe photos on this library, one row each; the winner marked, one click to use it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.lab.words import COLUMNS, cells, judged, spoken_row, verdict
from app.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from app.views.states import State, StatePage
from app.views.widgets import button, label
from core.records_lab import Comparison, ComparisonRow

CNN, ACT = "cnn", 1
INVITE = State(
    "lab",
    "Which network knows your photos best?",
    "Every way to describe photos is held against what you said of them: your corrections and albums. "
    "Runs that were trained take part.",
    ("Compare", "compare"),
)
BUSY = State("clock", "Comparing", "Every way to describe photos is tried with several seeds. This takes a while.")


class ComparePane(QWidget):
    """``compared`` asks for a comparison; ``used`` carries (run id or name, title)."""

    compared = Signal()
    used = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._found: Comparison | None = None
        self._busy = False
        self.setAccessibleName("Comparison")
        self.state = StatePage(theme, lambda _: self.compared.emit())
        self.verdict = label("", "title", wrap=True)
        self.why = label("", "", wrap=True)
        self.judged = label("", "small", wrap=True)
        self.again = button("Compare again", "", self.compared.emit)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack = QStackedLayout(self)
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_M)
        column.setSpacing(SPACE_S)
        head = QHBoxLayout()
        head.addWidget(self.verdict, 1)
        head.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self.why)
        column.addWidget(self.judged)
        column.addSpacing(SPACE_S)
        column.addWidget(self.area, 1)
        self._stack.addWidget(self.state)
        self._stack.addWidget(page)

    def show_comparison(self, found: Comparison | None) -> None:
        """The newest comparison; None where there was none yet."""
        if found == self._found and self.area.widget() is not None:
            return
        self._found = found
        if found is not None:
            self.verdict.setText(verdict(found))
            self.why.setText(found.why)
            self.judged.setText(judged(found))
            self.area.setWidget(self._table(found))
        self._show()

    def set_busy(self, busy: bool) -> None:
        """Whether a comparison runs now."""
        self._busy = busy
        self.again.setEnabled(not busy)
        self._show()

    @property
    def shown(self) -> Comparison | None:
        return self._found

    def _show(self) -> None:
        if self._found is None:
            self.state.show_state(BUSY if self._busy else INVITE)
        self._stack.setCurrentIndex(0 if self._found is None else 1)

    def _table(self, found: Comparison) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, SPACE_S, 0)
        grid.setHorizontalSpacing(SPACE_L)
        grid.setColumnMinimumWidth(ACT, 76)
        grid.setVerticalSpacing(0)
        for column, (title, tip) in enumerate(COLUMNS):
            head = label(title if column == 0 else title.replace(" ", "\n", 1), "section")
            head.setAlignment(_side(column))
            head.setToolTip(tip)
            head.setAccessibleName(title)
            head.setAccessibleDescription(tip)
            grid.addWidget(head, 0, _place(column), _side(column))
        grid.setRowMinimumHeight(0, 44)
        for row, each in enumerate(found.rows, start=1):
            self._row(grid, row, each, each.name == found.winner)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(len(found.rows) + 1, 1)
        return body

    def _row(self, grid: QGridLayout, row: int, each: ComparisonRow, winner: bool) -> None:
        ground = QFrame()
        ground.setObjectName("winner" if winner else "row")
        ground.setAccessibleName(spoken_row(each, winner))
        grid.addWidget(ground, row, 0, 1, len(COLUMNS) + 1)
        grid.setRowMinimumHeight(row, 44)
        for column, text in enumerate(cells(each)):
            told = f"{text}  ·  best here" if winner and column == 0 else text
            made = label(told, "winning" if winner and column == 0 else "")
            made.setToolTip(COLUMNS[column][1] if column else "")
            made.setContentsMargins(SPACE_M if column == 0 else 0, 0, SPACE_M if column == len(COLUMNS) - 1 else 0, 0)
            grid.addWidget(made, row, _place(column), _side(column))
        act = self._act(each, winner)
        if act is not None:
            grid.addWidget(act, row, ACT, Qt.AlignmentFlag.AlignCenter)

    def _act(self, each: ComparisonRow, winner: bool) -> QWidget | None:
        """What can be done with a row: use it, unless it is in use or no run (another embedder)."""
        if each.in_use:
            return label("In use", "muted")
        if not each.run_id and each.name != CNN:
            return None
        use = button("Use", "primary" if winner else "", partial(self.used.emit, each.run_id or CNN, each.title))
        use.setAccessibleName(f"Use {each.title} for look-alikes and search")
        use.setToolTip("Look-alikes and search go by it from now on. Can be undone.")
        return use


def _place(column: int) -> int:
    """The column of the grid: what can be done stands beside the name, in sight where the window is narrow."""
    return column if column < ACT else column + 1


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignTrailing if column else Qt.AlignmentFlag.AlignLeading
    return side | Qt.AlignmentFlag.AlignVCenter
