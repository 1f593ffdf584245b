"""The list of files that could not be read, as a flat model over frozen records."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from core.paths import printable
from core.records import Problem

PROBLEM_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex

STAGES = {
    "scan": "looking through folders",
    "read": "opening it",
    "metadata": "reading its description",
    "sidecar": "reading its sidecar",
    "decode": "decoding the picture",
    "thumbnail": "making the thumbnail",
    "embed": "comparing it with others",
    "unsupported": "not handled yet",
}


def whereabouts(problem: Problem) -> str:
    """At what the problem arose, and the folder: ``While opening it · /photos/2019``."""
    stage = STAGES.get(problem.stage, problem.stage)
    said = stage.capitalize() if problem.stage == "unsupported" else f"While {stage}"
    return f"{said} · {printable(os.path.dirname(problem.path))}"


def as_text(problems: Sequence[Problem]) -> str:
    """Details to copy: one line a file, ``path <tab> stage <tab> reason``."""
    return "\n".join(f"{printable(p.path)}\t{p.stage}\t{p.reason}" for p in problems)


class ProblemModel(QAbstractListModel):
    """Rows of :class:`core.records.Problem`, given as a whole."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Problem] = []

    def set_problems(self, problems: Sequence[Problem]) -> None:
        if list(problems) == self._rows:
            return
        self.beginResetModel()
        self._rows = list(problems)
        self.endResetModel()

    @property
    def problems(self) -> list[Problem]:
        return list(self._rows)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        problem = self._rows[index.row()]
        if role == PROBLEM_ROLE:
            return problem
        if role == Qt.ItemDataRole.DisplayRole:
            return printable(os.path.basename(problem.path))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{printable(os.path.basename(problem.path))}, {problem.reason}"
        return printable(problem.path) if role == Qt.ItemDataRole.ToolTipRole else None
