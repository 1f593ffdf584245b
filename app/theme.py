"""Colours, spacing and type in one place: tokens, the palette and the style sheet made of them, live switching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from app.stylesheet import stylesheet

Choice = Literal["system", "light", "dark"]

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
RADIUS = 6
TYPE_SMALL, TYPE_BODY, TYPE_STRONG, TYPE_TITLE = 12, 13, 15, 20
BAR_HEIGHT, SIDEBAR_WIDTH, INSPECTOR_WIDTH = 44, 212, 280
ICON = 20
FADE_MS = 120


@dataclass(frozen=True, slots=True)
class Tokens:
    """One colour scheme, as ``#rrggbb``.

    ``ground`` lies under photos, ``panel`` under the sidebar and the inspector, ``raised`` under menus and notices.
    ``line`` only separates (no meaning hangs on it); ``control`` draws what can be operated (>= 3 : 1).
    ``accent`` is the only hue: focus, selection, the one primary button. ``on_accent`` is text upon it.
    ``scrim`` is laid over photos under badges, ``on_scrim`` is text and ticks upon it.
    """

    name: str
    ground: str
    panel: str
    raised: str
    hover: str
    pressed: str
    selected: str
    line: str
    control: str
    text: str
    muted: str
    accent: str
    on_accent: str
    warning: str
    placeholder: str
    scrim: str = "#000000"
    on_scrim: str = "#ffffff"

    @property
    def dark(self) -> bool:
        return self.name == "dark"


DARK = Tokens(
    name="dark",
    ground="#1b1b1d",
    panel="#222224",
    raised="#2c2b2e",
    hover="#302f32",
    pressed="#3a393c",
    selected="#343b4d",
    line="#363538",
    control="#8b8781",
    text="#edebe8",
    muted="#aaa6a0",
    accent="#8aabff",
    on_accent="#10172b",
    warning="#f0b45c",
    placeholder="#2a2a2c",
)

LIGHT = Tokens(
    name="light",
    ground="#fafaf9",
    panel="#f2f1ef",
    raised="#ffffff",
    hover="#e9e7e4",
    pressed="#dedbd7",
    selected="#dbe4f8",
    line="#e1dfdb",
    control="#817d77",
    text="#1f1e1c",
    muted="#625f5a",
    accent="#2a62d4",
    on_accent="#ffffff",
    warning="#8f5a00",
    placeholder="#e8e6e3",
)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` in [0, 1] (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Theme(QObject):
    """The scheme in use. ``changed`` carries the new :class:`Tokens`; follows the system while ``choice`` says so."""

    changed = Signal(object)

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self.choice: Choice = choice
        self.tokens = self._resolve()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def apply(self) -> None:
        """Dress the application: Fusion, font, palette, style sheet."""
        if self._app.style().objectName() != "fusion":
            self._app.setStyle("Fusion")
        self._app.setFont(interface_font())
        self._dress()

    def choose(self, choice: Choice) -> None:
        """Follow the system, or stay light or dark."""
        self.choice = choice
        self._refresh()

    def _resolve(self) -> Tokens:
        if self.choice == "system":
            return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self.choice == "dark" else LIGHT

    def _system_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        tokens = self._resolve()
        if tokens is not self.tokens:
            self.tokens = tokens
            self._dress()
            self.changed.emit(tokens)

    def _dress(self) -> None:
        self._app.setPalette(palette(self.tokens))
        self._app.setStyleSheet(stylesheet(self.tokens))


def interface_font() -> QFont:
    """The system's own font at 13 px; where no desktop names one, the most readable that is installed."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if QFontInfo(font).family() == "DejaVu Sans":
        installed = set(QFontDatabase.families())
        better = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans", "Roboto", "Liberation Sans")
        font.setFamilies([*(name for name in better if name in installed), font.family()])
    font.setPixelSize(TYPE_BODY)
    return font


def palette(tokens: Tokens) -> QPalette:
    """The same colours for everything that no style rule names."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.ground,
        role.Base: tokens.ground,
        role.AlternateBase: tokens.panel,
        role.Button: tokens.raised,
        role.ToolTipBase: tokens.raised,
        role.WindowText: tokens.text,
        role.Text: tokens.text,
        role.ButtonText: tokens.text,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.Accent: tokens.accent,
    }
    made = QPalette()
    for key, colour in colours.items():
        made.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(tokens.control))
    return made
