"""When the first wall stood with all its pictures, for the benchmark of the start."""

from __future__ import annotations

import os
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.wall.surface import WallSurface

FILE = "REVERIE_STARTUP_TRACE"
QUIT = "REVERIE_STARTUP_QUIT"


def follow(wall: WallSurface) -> None:
    """Write the time (seconds since 1970) into the file that the environment names, then quit if it says so."""
    wall.firstPaintedWithThumbs.connect(_painted)


def _painted() -> None:
    now = time.time()
    path = Path(os.environ[FILE])
    part = path.with_suffix(".part")
    part.write_text(f"{now:.6f}\n", "ascii")
    os.replace(part, path)
    if os.environ.get(QUIT) == "1":
        QApplication.quit()
