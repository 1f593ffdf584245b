"""Controls of a learner's parameters: a number, a choice, a tick or a text, with one line of help each."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from core.records_lab import Parameter, Value

LARGEST = 2_147_483_647
DECIMALS = 8
MARGIN = 6


class Whole(QSpinBox):
    """A whole number; arrow keys change it. The wheel scrolls the page unless the keyboard is here."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(MARGIN, 0, MARGIN, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Real(QDoubleSpinBox):
    """A number with as many decimals as it needs; steps follow its size."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(MARGIN, 0, MARGIN, 0)
        self.setDecimals(DECIMALS)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        shown = f"{value:.{DECIMALS}f}".rstrip("0")
        digits = len(shown.partition(".")[2])
        return self.locale().toString(value, "f", digits)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Choice(QComboBox):
    """One of several texts."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def field(parameter: Parameter, title: str) -> QWidget:
    """The control of a parameter, at its default. :func:`value_of` reads it."""
    default = parameter.default
    made: QWidget
    if isinstance(default, bool):
        made = QCheckBox(title)
        made.setChecked(default)
    elif isinstance(default, int):
        made = _whole(default, parameter)
    elif isinstance(default, float):
        made = _real(default, parameter)
    elif parameter.choices:
        made = Choice()
        made.addItems(list(parameter.choices))
        made.setCurrentText(default)
    else:
        made = QLineEdit(default)
        made.home(False)
    made.setAccessibleName(title)
    made.setAccessibleDescription(parameter.help)
    made.setToolTip(parameter.help)
    return made


def _whole(default: int, parameter: Parameter) -> Whole:
    made = Whole()
    low, high = parameter.low, parameter.high
    made.setRange(int(low) if low is not None else 0, int(min(high, LARGEST)) if high is not None else LARGEST)
    made.setGroupSeparatorShown(True)
    made.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
    made.setValue(default)
    return made


def _real(default: float, parameter: Parameter) -> Real:
    made = Real()
    low, high = parameter.low, parameter.high
    made.setRange(low if low is not None else 0.0, high if high is not None else 1e9)
    made.setValue(default)
    return made


def value_of(made: QWidget) -> Value:
    """What a control of :func:`field` holds."""
    if isinstance(made, QCheckBox):
        return made.isChecked()
    if isinstance(made, Whole | Real):
        return made.value()
    if isinstance(made, QComboBox):
        return made.currentText()
    assert isinstance(made, QLineEdit)
    return made.text().strip()


def range_words(parameter: Parameter) -> str:
    """``1 – 10,000``; empty where nothing bounds it."""
    if parameter.low is None or parameter.high is None:
        return ""
    return f"{_end(parameter.low)} – {_end(parameter.high)}"


def _end(value: float) -> str:
    return QLocale().toString(int(value)) if value == int(value) else f"{value:g}"
