"""Exit status 0 where a window can be shown: macOS, Windows, a Wayland socket, or an X server that answers."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from pathlib import Path


def x_server_answers() -> bool:
    """Whether the server named by DISPLAY accepts a connection."""
    name = ctypes.util.find_library("xcb") or "libxcb.so.1"
    try:
        xcb = ctypes.CDLL(name)
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def wayland_answers() -> bool:
    """Whether the socket named by WAYLAND_DISPLAY exists."""
    name = os.environ.get("WAYLAND_DISPLAY")
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", "/run"), name or "").is_socket()


def has_display() -> bool:
    if sys.platform in {"darwin", "win32"}:
        return True
    return wayland_answers() or (bool(os.environ.get("DISPLAY")) and x_server_answers())


if __name__ == "__main__":
    sys.exit(0 if has_display() else 1)
