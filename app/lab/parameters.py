"""The parameters of what is trained: few controls at first, the rest folded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QToolButton, QVBoxLayout, QWidget

from app.lab.fields import field, range_words, value_of
from app.lab.words import parameter_title
from app.theme import SPACE_S
from app.views.widgets import label
from core.records_lab import Parameter, Value

SEED = Parameter("seed", 0, "Another seed, another start: how much of the result is chance.", 0, 1_000_000)


class ParameterFields(QWidget):
    """A row for each parameter, those that are not basic below a fold. The seed is always among the folded."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, QWidget] = {}
        self.more = QToolButton()
        self.more.setText("More parameters")
        self.more.setCheckable(True)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._unfold)
        self._basic, self._folded = QWidget(), QWidget()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addWidget(self._basic)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        self._column.addWidget(self._folded)

    def show_parameters(self, parameters: Sequence[Parameter]) -> None:
        """Other parameters, each at its default."""
        self.fields.clear()
        self._basic = self._replaced(self._basic, [each for each in parameters if each.basic])
        self._folded = self._replaced(self._folded, [*(each for each in parameters if not each.basic), SEED])
        self._unfold(self.more.isChecked())

    def values(self) -> dict[str, Value]:
        """What they hold now, the seed apart."""
        return {name: value_of(made) for name, made in self.fields.items() if name != SEED.name}

    @property
    def seed(self) -> int:
        return int(value_of(self.fields[SEED.name]))

    def _replaced(self, old: QWidget, parameters: Sequence[Parameter]) -> QWidget:
        fresh = QWidget()
        rows = QFormLayout(fresh)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for parameter in parameters:
            title = parameter_title(parameter.name)
            made = field(parameter, title)
            self.fields[parameter.name] = made
            if isinstance(parameter.default, bool):
                rows.addRow(made)
                continue
            name = label(title)
            name.setBuddy(made)
            name.setToolTip("\n".join(filter(None, (parameter.help, range_words(parameter)))))
            rows.addRow(name, made)
        self._column.replaceWidget(old, fresh)
        old.hide()
        old.deleteLater()
        return fresh

    def _unfold(self, unfolded: bool) -> None:
        self._folded.setVisible(unfolded)
        self.more.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.more.setAccessibleName("Fewer parameters" if unfolded else "More parameters")
