"""The way to the window: what was asked for is looked at before Qt is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.paths import default_library, printable

MISUSE = 2


def has_display() -> bool:
    """Whether a window could be shown at all; cheap, so it only knows what the environment says."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_window(library: str | None, folders: Sequence[str]) -> int:
    """Opens the window on ``library`` (None: the usual one) and imports ``folders``. Returns the exit status."""
    for folder in folders:
        if not os.path.isdir(folder):
            sys.stderr.write(f"{printable(folder)} is not a folder.\n")
            return MISUSE
    if not has_display():
        sys.stderr.write("There is no display here, so no window can be shown. `reverie import` works without.\n")
        return 1
    from app import bootstrap

    root = Path(os.path.abspath(library)) if library else default_library()
    return bootstrap.run(root, [Path(os.path.abspath(folder)) for folder in folders])
