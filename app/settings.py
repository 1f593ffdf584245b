"""What the window remembers: an INI file in the library's folder, so that each library keeps its own."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings

from app.theme import Choice

FILE = "window.ini"
ROW_HEIGHTS = (80, 480)
DEFAULT_ROW_HEIGHT = 176
DEFAULT_LEVEL = 1.0


class Settings:
    """Typed access to the remembered state. Nothing is written before the library's folder exists."""

    def __init__(self, library_root: Path) -> None:
        self._root = library_root
        self._store = QSettings(str(library_root / FILE), QSettings.Format.IniFormat)
        self._held: dict[str, object] = {}

    @property
    def theme(self) -> Choice:
        choice = str(self._get("theme", "system"))
        return cast(Choice, choice) if choice in ("system", "light", "dark") else "system"

    @theme.setter
    def theme(self, choice: Choice) -> None:
        self._held["theme"] = choice

    @property
    def row_height(self) -> int:
        """Height of the wall's rows in px, within ``ROW_HEIGHTS``."""
        text = str(self._get("row_height", DEFAULT_ROW_HEIGHT))
        wanted = int(text) if text.isdecimal() else DEFAULT_ROW_HEIGHT
        return min(max(wanted, ROW_HEIGHTS[0]), ROW_HEIGHTS[1])

    @row_height.setter
    def row_height(self, px: int) -> None:
        self._held["row_height"] = px

    @property
    def level(self) -> float:
        """Where the slider of levels stands for the whole library, 0 (moments) to 4 (years)."""
        try:
            wanted = float(str(self._get("level", DEFAULT_LEVEL)))
        except ValueError:
            return DEFAULT_LEVEL
        return min(max(wanted, 0.0), 4.0) if wanted == wanted else DEFAULT_LEVEL

    @level.setter
    def level(self, position: float) -> None:
        self._held["level"] = f"{position:.2f}"

    @property
    def sidebar(self) -> bool:
        return str(self._get("sidebar", "true")) == "true"

    @sidebar.setter
    def sidebar(self, shown: bool) -> None:
        self._held["sidebar"] = "true" if shown else "false"

    @property
    def inspector(self) -> bool:
        return str(self._get("inspector", "true")) == "true"

    @inspector.setter
    def inspector(self, shown: bool) -> None:
        self._held["inspector"] = "true" if shown else "false"

    @property
    def geometry(self) -> QByteArray | None:
        value = self._get("geometry", None)
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, state: QByteArray) -> None:
        self._held["geometry"] = state

    def save(self) -> None:
        """Write what changed, if the library exists by now and may be written."""
        if not self._root.is_dir() or not self._held:
            return
        for key, value in self._held.items():
            self._store.setValue(key, value)
        self._store.sync()

    def _get(self, key: str, default: object) -> object:
        return self._held[key] if key in self._held else self._store.value(key, default)
