"""The few controls over a photo: back, which of how many, previous and next, regions, heat map, turn, info."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.icons import icon
from app.theme import BAR_HEIGHT, DARK, ICON, RADIUS, SPACE_S, TYPE_BODY

BUTTON = 36
_STYLE = f"""
QToolButton {{ background: rgba(20, 20, 22, 150); border: 2px solid transparent; border-radius: {RADIUS}px; }}
QToolButton:hover {{ background: {DARK.hover}; }}
QToolButton:pressed {{ background: {DARK.pressed}; }}
QToolButton:checked {{ background: {DARK.selected}; }}
QToolButton:focus {{ border-color: {DARK.accent}; }}
QLabel {{ background: rgba(20, 20, 22, 150); color: {DARK.text}; font-size: {TYPE_BODY}px;
          border-radius: {RADIUS}px; padding: 0 10px; }}
"""


class ViewerBar(QWidget):
    """Buttons only; the viewer says what they do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setStyleSheet(_STYLE)
        self.close_ = self._button("close", self.tr("Back to the photos"), Qt.Key.Key_Escape)
        self.previous = self._button("back", self.tr("Previous photo"), Qt.Key.Key_Left)
        self.next = self._button("forward", self.tr("Next photo"), Qt.Key.Key_Right)
        self.regions = self._button("regions", self.tr("Regions of the photo"), Qt.Key.Key_O)
        self.heat = self._button("heat", self.tr("Heat map: what the autoencoder cannot give back"), Qt.Key.Key_H)
        for button in (self.regions, self.heat):
            button.setCheckable(True)
        self.turn = self._button("refresh", self.tr("Turn the view"), Qt.Key.Key_R)
        self.info = self._button("inspector", self.tr("About this photo"), Qt.Key.Key_I)
        self.place = QLabel(self)
        self.place.setFixedHeight(BUTTON)
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()

    def _arrange(self) -> None:
        box = QHBoxLayout(self)
        box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, 0)
        box.setSpacing(SPACE_S)
        box.addWidget(self.close_)
        box.addStretch(1)
        for widget in (self.previous, self.place, self.next):
            box.addWidget(widget)
        box.addStretch(1)
        for widget in (self.regions, self.heat, self.turn, self.info):
            box.addWidget(widget)

    def sizeHint(self) -> QSize:
        return QSize(400, BAR_HEIGHT + SPACE_S)

    def set_place(self, index: int, count: int) -> None:
        """Which photo of how many this is."""
        locale = QLocale()
        self.place.setText(
            self.tr("{place} of {count}").format(place=locale.toString(index + 1), count=locale.toString(count))
        )
        self.previous.setEnabled(index > 0)
        self.next.setEnabled(index < count - 1)
        for widget in (self.place, self.previous, self.next):
            widget.setVisible(count > 1)

    def _button(self, name: str, text: str, key: Qt.Key) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name, DARK.text, DARK.control))
        button.setIconSize(QSize(ICON, ICON))
        button.setFixedSize(BUTTON, BUTTON)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(text)
        button.setToolTip(f"{text} ({QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)})")
        return button
