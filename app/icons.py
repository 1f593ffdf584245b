"""The icon family: 20 x 20 SVG, 1.5 px strokes, tinted by the theme, sharp at every pixel ratio."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from app.theme import ICON, Theme


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text("utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = ICON, ratio: float = 1.0) -> QPixmap:
    """One icon as a pixmap of ``size`` logical pixels. GUI thread only. FileNotFoundError for an unknown name."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    drawn = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


def icon(name: str, colour: str, disabled: str, size: int = ICON) -> QIcon:
    """The icon in its normal and its disabled colour, at the sharpest ratio of the screens."""
    application = QApplication.instance()
    ratio = application.devicePixelRatio() if isinstance(application, QApplication) else 1.0
    made = QIcon(pixmap(name, colour, size, ratio))
    made.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


class IconButton(QToolButton):
    """A flat button with one icon that follows the theme; ``text`` names it for tooltips and screen readers."""

    def __init__(self, theme: Theme, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self.setIconSize(QSize(ICON, ICON))
        self.setFixedSize(32, 32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rename(text)
        self.retint()
        theme.changed.connect(self.retint)

    def rename(self, text: str) -> None:
        """Another name, for a button whose meaning changes (pause / go on)."""
        self.setToolTip(text)
        self.setAccessibleName(text)

    def show_icon(self, name: str) -> None:
        self._name = name
        self.retint()

    def retint(self) -> None:
        tokens = self._theme.tokens
        self.setIcon(icon(self._name, tokens.text, tokens.control))
