"""The runs: what was trained, how far it came, what was measured, a note; resume, delete, use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.lab.words import STATES, begun, figures_line, learned_from
from app.operations_lab import RESUMABLE
from app.theme import SPACE_S
from app.views.widgets import ElidedLabel, button, label
from app.words import duration, number
from core.records_lab import Run

HEADS = ("State", "Learner", "Photos", "Epoch", "Time", "Figures", "Note", "Begun")
WIDTHS = (96, 230, 70, 100, 64, 280, 160, 110)
NOTE = HEADS.index("Note")
NUMBERS = tuple(HEADS.index(head) for head in ("Photos", "Epoch", "Time"))
VECTORS = ("rbm", "dbn", "autoencoder", "codes")
"""Learners whose runs describe photos, so that look-alikes and search can go by them."""
Index = QModelIndex | QPersistentModelIndex


class RunsModel(QAbstractTableModel):
    """One row a run, the newest first. ``noted`` carries (run id, text) of a note the person wrote."""

    noted = Signal(str, str)

    def __init__(self, heads: Sequence[str] = HEADS) -> None:
        super().__init__()
        self._heads = tuple(heads)
        self._runs: list[Run] = []
        self._titles: dict[str, str] = {}

    def set_runs(self, runs: Sequence[Run], titles: dict[str, str]) -> None:
        """Other runs, or the same as they are now; rows that stay keep their selection."""
        same = [run.id for run in runs] == [run.id for run in self._runs]
        self._titles = titles
        if not same:
            self.beginResetModel()
        self._runs = list(runs)
        if not same:
            self.endResetModel()
        elif runs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(runs) - 1, len(HEADS) - 1))

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(self._runs)

    def run(self, row: int) -> Run | None:
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def row_of(self, run_id: str) -> int:
        """The row of a run, -1 where there is none."""
        return next((row for row, run in enumerate(self._runs) if run.id == run_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        return self._aligned(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        known = super().flags(index)
        run = self.run(index.row())
        ended = run is not None and run.state not in ("running", "paused")
        return known | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE and ended else known

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        run = self.run(index.row())
        if run is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._cells(run)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return run.message or self._cells(run)[index.column()] or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._heads[index.column()]}: {self._cells(run)[index.column()]}"
        return self._aligned(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run = self.run(index.row())
        if run is None or index.column() != NOTE or role != Qt.ItemDataRole.EditRole or value == run.spec.note:
            return False
        self.noted.emit(run.id, str(value).strip())
        return True

    @staticmethod
    def _aligned(column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignTrailing if column in NUMBERS else Qt.AlignmentFlag.AlignLeading
        return side | Qt.AlignmentFlag.AlignVCenter

    def _cells(self, run: Run) -> tuple[str, ...]:
        state = STATES.get(run.state, run.state)
        return (
            f"{state} · in use" if run.in_use else state,
            self._titles.get(run.spec.learner, run.spec.learner),
            number(run.photos) if run.photos else "",
            f"{number(run.epoch)} of {number(run.epochs)}" if run.epochs else "",
            duration(run.seconds) if run.seconds else "",
            figures_line(run.figures) or run.message,
            run.spec.note,
            begun(run),
        )


class RunsPane(QWidget):
    """The table of runs and what can be done with the chosen one. ``chosen`` carries its id; ``resumed``, ``deleted``
    and ``used`` ask for it; ``noted`` carries (id, text). ``heads`` as :data:`HEADS`, in other words; ``others``: what
    else can be done with a run."""

    chosen = Signal(str)
    resumed = Signal(str)
    deleted = Signal(str)
    used = Signal(str)
    noted = Signal(str, str)

    def __init__(self, heads: Sequence[str] = HEADS, *others: QWidget) -> None:
        super().__init__()
        self.model = RunsModel(heads)
        self._others = others
        self.model.noted.connect(self.noted)
        self._id = ""
        self._training = False
        self.table = QTableView()
        self.table.setModel(self.model)
        self._dress_table()
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.about = ElidedLabel("", "small")
        self.resume = button("Resume", "", lambda: self.resumed.emit(self._id))
        self.use = button("Use for look-alikes", "", lambda: self.used.emit(self._id))
        self.use.setToolTip("Look-alikes and search go by what this run makes of photos. Can be undone.")
        self.delete = button("Delete", "quiet", self._ask)
        self.sure = button("Delete for good", "", self._delete)
        self.keep = button("Keep", "quiet", self._unask)
        self._lay_out()

    def _dress_table(self) -> None:
        table, header = self.table, self.table.horizontalHeader()
        table.setAccessibleName("Runs")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        header.setHighlightSections(False)
        header.setMinimumHeight(26)
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, width)
        header.setSectionResizeMode(HEADS.index("Figures"), QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        usual, asking = QWidget(), QWidget()
        for holder, parts in (
            (usual, (*self._others, self.resume, self.use, self.delete)),
            (asking, (ElidedLabel("All it learned is lost. This cannot be undone.", "warning"), self.sure, self.keep)),
        ):
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(SPACE_S)
            row.addStretch(1)
            for part in parts:
                row.addWidget(part)
        self._acts = QStackedLayout()
        self._acts.addWidget(usual)
        self._acts.addWidget(asking)
        head = QHBoxLayout()
        head.addWidget(label("Runs", "section"))
        head.addSpacing(SPACE_S)
        head.addWidget(self.about)
        head.addLayout(self._acts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.table, 1)

    # ------------------------------------------------------------ what the program puts in

    def set_runs(self, runs: Sequence[Run], titles: dict[str, str]) -> None:
        """The runs as they are now; the chosen one stays chosen while it is there."""
        self.model.set_runs(runs, titles)
        row = self.model.row_of(self._id)
        if row < 0:
            row = 0 if runs else -1
        self._id = run.id if (run := self.model.run(row)) is not None else ""
        if row >= 0 and self.table.currentIndex().row() != row:
            self.table.selectRow(row)
        self._enable()

    def choose(self, run_id: str) -> None:
        """Show a run."""
        row = self.model.row_of(run_id)
        if row >= 0:
            self.table.selectRow(row)

    def set_training(self, training: bool) -> None:
        self._training = training
        self._enable()

    @property
    def run(self) -> Run | None:
        """The chosen run."""
        return self.model.run(self.model.row_of(self._id))

    # ------------------------------------------------------------ what the person does

    def _moved(self, index: QModelIndex) -> None:
        run = self.model.run(index.row())
        if run is not None and run.id != self._id:
            self._id = run.id
            self._unask()
            self._enable()
            self.chosen.emit(run.id)

    def _enable(self) -> None:
        run = self.run
        state = run.state if run is not None else ""
        self.about.setText(learned_from(run) if run is not None else "")
        self.resume.setVisible(state in RESUMABLE)
        self.resume.setEnabled(not self._training)
        self.use.setVisible(run is not None and state == "done" and run.spec.learner in VECTORS and not run.in_use)
        self.delete.setVisible(run is not None)
        idle = run is not None and state not in ("running", "paused") and not run.in_use
        self.delete.setEnabled(idle)
        in_use = run is not None and run.in_use
        self.delete.setToolTip("Look-alikes go by this run. Use another one first." if in_use else "")

    def _ask(self) -> None:
        self._acts.setCurrentIndex(1)
        self.keep.setFocus()

    def _unask(self) -> None:
        self._acts.setCurrentIndex(0)

    def _delete(self) -> None:
        self._unask()
        self.deleted.emit(self._id)
