"""The bar above everything: back and forward, where one is, level, photo size, search, panels, menu. 44 px."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from app.icons import IconButton, icon
from app.settings import ROW_HEIGHTS
from app.theme import BAR_HEIGHT, ICON, SPACE_L, SPACE_S, SPACE_XS, Theme
from app.views.levelslider import LevelSlider
from app.views.widgets import ElidedLabel, button

ROOMY = 1180
"""From this width on both sliders have room; below it the level's, where there is one, takes the other's place."""


class TopBar(QWidget):
    """Asks by signals; shows what it is told. ``sized`` carries the height of the wall's rows in px."""

    searched = Signal(str)
    search_entered = Signal()
    sized = Signal(int)
    parent_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(BAR_HEIGHT)
        self._theme = theme
        self._has_level = self._has_size = True
        self.back = IconButton(theme, "back", "Back")
        self.forward = IconButton(theme, "forward", "Forward")
        self.section = button("", "quiet", self.parent_wanted.emit)
        self._chevron = QLabel("›")
        self._chevron.setProperty("role", "muted")
        self.title = ElidedLabel("", "strong")
        self.detail = ElidedLabel("", "small")
        self.search = self._make_search()
        self.level = LevelSlider(theme)
        self._size = self._make_size()
        self.sidebar = IconButton(theme, "sidebar", "Show or hide the sidebar")
        self.inspector = IconButton(theme, "inspector", "Show or hide the inspector")
        self.menu = IconButton(theme, "menu", "Menu")
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._lay_out()
        self._mirror_icons()
        theme.changed.connect(lambda _: self._tint())

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(2)
        for widget in (self.sidebar, self.back, self.forward):
            row.addWidget(widget)
        row.addSpacing(SPACE_S)
        row.addWidget(self.section)
        row.addWidget(self._chevron)
        row.addSpacing(SPACE_XS)
        row.addWidget(self.title)
        row.addSpacing(SPACE_S)
        row.addWidget(self.detail, 1)
        row.addSpacing(SPACE_S)
        row.addWidget(self.level)
        row.addSpacing(SPACE_L)
        row.addWidget(self._size)
        row.addSpacing(SPACE_L)
        row.addWidget(self.search)
        row.addSpacing(SPACE_S)
        row.addWidget(self.inspector)
        row.addWidget(self.menu)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _make_search(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText("Find an album")
        field.setAccessibleName("Find an event, place, kind or folder by its title")
        field.setToolTip("Find an event, place, kind or folder by its title")
        field.setClearButtonEnabled(True)
        field.setFixedHeight(28)
        field.setMinimumWidth(120)
        field.setMaximumWidth(200)
        self._glass = QAction(field)
        field.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        field.textChanged.connect(self.searched)
        field.returnPressed.connect(self.search_entered)
        self._tint_search()
        return field

    def _make_size(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self._small, self._large = QLabel(), QLabel()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(*ROW_HEIGHTS)
        self.slider.setFixedWidth(96)
        self.slider.setPageStep(40)
        self.slider.setAccessibleName("Size of the photos")
        self.slider.setToolTip("Size of the photos")
        self.slider.valueChanged.connect(self.sized)
        for widget in (self._small, self.slider, self._large):
            row.addWidget(widget)
        self._tint_size()
        return holder

    def set_location(self, title: str, section: str, detail: str = "") -> None:
        """Show ``section › title`` and a quiet ``detail`` beside it; no section for a page at the top."""
        self.section.setText(section)
        self.section.setAccessibleName(section)
        self.section.setVisible(bool(section))
        self._chevron.setVisible(bool(section))
        self.title.setText(title)
        self.detail.setText(detail)

    def set_row_height(self, px: int) -> None:
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(px)
        self.slider.blockSignals(blocked)

    def show_size(self, shown: bool) -> None:
        """The size slider belongs to walls only."""
        self._has_size = shown
        self._fit()

    def show_level(self, shown: bool) -> None:
        """The level slider belongs to walls of time only."""
        self._has_level = shown
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.level.setVisible(self._has_level)
        self._size.setVisible(self._has_size and (self.width() >= ROOMY or not self._has_level))

    def set_menu(self, menu: QMenu) -> None:
        self.menu.setMenu(menu)

    def _mirror_icons(self) -> None:
        if self.isRightToLeft():
            self.back.show_icon("forward")
            self.forward.show_icon("back")
            self._chevron.setText("‹")

    def _tint(self) -> None:
        self._tint_search()
        self._tint_size()

    def _tint_search(self) -> None:
        tokens = self._theme.tokens
        self._glass.setIcon(icon("search", tokens.muted, tokens.control, 16))

    def _tint_size(self) -> None:
        tokens = self._theme.tokens
        for where, name in ((self._small, "size-small"), (self._large, "size-large")):
            where.setPixmap(icon(name, tokens.muted, tokens.control).pixmap(ICON - 4, ICON - 4))
