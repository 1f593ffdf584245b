"""The one style sheet, written from the tokens. Widgets say what they are by the dynamic property ``role``."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.theme import Tokens

_RULES = Template("""
QMainWindow, QStackedWidget, #centre { background: $ground; }
QWidget { color: $text; font-size: 13px; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }

#topbar { background: $panel; border-bottom: 1px solid $line; }
#sidebar { background: $panel; border-right: 1px solid $line; }
#sidebar[mirrored="true"] { border-right: none; border-left: 1px solid $line; }
#inspector { background: $panel; border-left: 1px solid $line; }
#inspector[mirrored="true"] { border-left: none; border-right: 1px solid $line; }
#importbar { background: $panel; border-top: 1px solid $line; }
#inspector QScrollArea, #inspectorBody, #inspectorView { background: $panel; border: none; }
#sheetBody { background: $raised; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="strong"] { font-size: 15px; font-weight: 600; }
QLabel[role="section"] { font-size: 12px; font-weight: 600; color: $muted; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { font-size: 12px; color: $muted; }
QLabel[role="warning"] { color: $warning; }

QPushButton {
  background: $raised; color: $text; border: 1px solid $control; border-radius: 6px; padding: 6px 14px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton:disabled { color: $control; border-color: $line; }
QPushButton[role="primary"] {
  background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; padding: 8px 20px;
}
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:disabled { background: $pressed; color: $muted; border-color: $pressed; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 7px 19px; }
QPushButton[role="quiet"] { background: transparent; border: 1px solid transparent; padding: 6px 10px; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:focus { border: 2px solid $accent; padding: 5px 9px; }
QPushButton[role="link"] {
  background: transparent; border: 2px solid transparent; color: $accent; padding: 1px 2px; margin-left: -4px;
  text-align: left;
}
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 2px solid $accent; padding: 1px 2px; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $pressed; }
QToolButton:focus { border: 2px solid $accent; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit {
  background: $ground; border: 1px solid $control; border-radius: 6px; padding: 4px 8px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus { border: 2px solid $accent; padding: 3px 7px; }

QSpinBox, QDoubleSpinBox {
  background: $ground; border: 1px solid $control; border-radius: 6px; padding: 3px 8px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $accent; padding: 2px 7px; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit { border: none; padding: 0; background: transparent; }
QSpinBox QLineEdit:focus, QDoubleSpinBox QLineEdit:focus { border: none; padding: 0; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  width: 0; border: none;
}
QComboBox { background: $raised; border: 1px solid $control; border-radius: 6px; padding: 4px 8px; }
QComboBox:hover { background: $hover; }
QComboBox:focus { border: 2px solid $accent; padding: 3px 7px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow {
  image: none; width: 0; height: 0; margin-right: 8px; border-top: 5px solid $muted;
  border-left: 4px solid $raised; border-right: 4px solid $raised;
}
QComboBox QAbstractItemView {
  background: $raised; border: 1px solid $line; selection-background-color: $selected; selection-color: $text;
}
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $control; border-radius: 3px; background: $ground; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox:focus { color: $accent; }

QSlider::groove:horizontal { height: 3px; background: $pressed; border-radius: 1px; }
QSlider::sub-page:horizontal, QSlider::add-page:horizontal { background: $pressed; border-radius: 1px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 6px; background: $control; }
QSlider::handle:horizontal:hover { background: $text; }
QSlider::handle:horizontal:focus { background: $accent; }

QProgressBar { background: $pressed; border: none; border-radius: 2px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QTreeView, QListView { background: transparent; border: none; outline: none; }
QTreeView::branch { background: transparent; image: none; }
QScrollArea { background: transparent; border: none; }
#choices::item { padding: 5px 8px; border-radius: 4px; }
#choices::item:selected { background: $selected; color: $text; }

QMenu { background: $raised; border: 1px solid $line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::icon { margin-left: 8px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $control; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 8px; border-radius: 7px; }
QMenu::indicator:checked { background: $accent; }

QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: $control; border-radius: 2px; }
QScrollBar::handle:vertical { min-height: 32px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 2px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

#notice, #sheet { background: $raised; border: 1px solid $line; border-radius: 6px; }
#dropzone { border: 2px dashed $accent; border-radius: 6px; background: $ground; }
#gapline { background: $control; border: none; }
#hairline { background: $line; border: none; }
#segments { background: $ground; border-bottom: 1px solid $line; }
#segments::tab {
  background: transparent; color: $muted; padding: 8px 12px; margin: 0 4px; border: none;
  border-bottom: 2px solid transparent;
}
#segments::tab:hover { color: $text; }
#segments::tab:selected { color: $text; border-bottom: 2px solid $accent; font-weight: 600; }
#segments::tab:selected:focus { color: $accent; }
QTableView { background: $ground; border: none; selection-background-color: $selected; selection-color: $text; }
QTableView::item { padding: 0 6px; border: none; }
QTableView::item:selected { background: $selected; color: $text; }
QHeaderView { background: $ground; }
QHeaderView::section {
  background: $ground; color: $muted; font-size: 12px; font-weight: 600; border: none;
  border-bottom: 1px solid $line; padding: 0 6px;
}
QSplitter::handle { background: $line; }
QSplitter::handle:vertical { height: 1px; }
#row { border: none; border-top: 1px solid $line; }
#winner { background: $selected; border: none; border-radius: 6px; }
QLabel[role="winning"] { font-weight: 600; }
#band { background: $panel; border: none; border-top: 1px solid $line; }
#bandView { background: $panel; border: none; }
#queue { background: $ground; border: 1px solid $line; border-radius: 6px; }
#queue::item { padding: 4px 8px; }
#queue::item:selected { background: $selected; color: $text; }
#card { background: $panel; border: 1px solid $line; border-radius: 6px; }
""")


def stylesheet(tokens: Tokens) -> str:
    """Qt style sheet for one colour scheme."""
    values = {name: getattr(tokens, name) for name in tokens.__dataclass_fields__}
    return _RULES.substitute(values, accent_hover=mix(tokens.accent, tokens.text, 0.15))


def mix(one: str, other: str, share: float) -> str:
    """``share`` of ``other`` in ``one``, both ``#rrggbb``."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
