"""Says which system libraries a Qt window lacks on this Linux machine, and which packages bring them.

Without options: one line a library, with the reason. ``--packages``: Debian package names. ``--hints``: what to type
on other systems. It asks the dynamic linker (``ldd``) about Qt's own libraries, so it names only what is missing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

WINDOW = "Qt draws every window and every offscreen picture with it"
SCREEN = "Qt talks to the X server with it"

LIBRARIES = {
    "libEGL.so.1": ("libegl1", WINDOW),
    "libGL.so.1": ("libgl1", WINDOW),
    "libGLX.so.0": ("libgl1", WINDOW),
    "libOpenGL.so.0": ("libopengl0", WINDOW),
    "libX11.so.6": ("libx11-6", WINDOW),
    "libxcb.so.1": ("libxcb1", WINDOW),
    "libxkbcommon.so.0": ("libxkbcommon0", "Qt reads the keyboard with it"),
    "libfontconfig.so.1": ("libfontconfig1", "Qt finds fonts with it"),
    "libfreetype.so.6": ("libfreetype6", "Qt draws letters with it"),
    "libglib-2.0.so.0": ("libglib2.0-0", WINDOW),
    "libgthread-2.0.so.0": ("libglib2.0-0", WINDOW),
    "libdbus-1.so.3": ("libdbus-1-3", "Qt follows the desktop's light and dark with it"),
    "libzstd.so.1": ("libzstd1", WINDOW),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", SCREEN),
    "libX11-xcb.so.1": ("libx11-xcb1", SCREEN),
    "libxcb-cursor.so.0": ("libxcb-cursor0", SCREEN),
    "libxcb-icccm.so.4": ("libxcb-icccm4", SCREEN),
    "libxcb-image.so.0": ("libxcb-image0", SCREEN),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", SCREEN),
    "libxcb-randr.so.0": ("libxcb-randr0", SCREEN),
    "libxcb-render.so.0": ("libxcb-render0", SCREEN),
    "libxcb-render-util.so.0": ("libxcb-render-util0", SCREEN),
    "libxcb-shape.so.0": ("libxcb-shape0", SCREEN),
    "libxcb-shm.so.0": ("libxcb-shm0", SCREEN),
    "libxcb-sync.so.1": ("libxcb-sync1", SCREEN),
    "libxcb-util.so.1": ("libxcb-util1", SCREEN),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", SCREEN),
    "libxcb-xkb.so.1": ("libxcb-xkb1", SCREEN),
}
"""Shared library -> (Debian package, why Reverie needs it)."""

FONTS = ("fonts-dejavu-core", "without any font the window has no letters")

HINTS = """setup: on other systems these bring the same libraries:
setup:   Fedora:  sudo dnf install mesa-libEGL mesa-libGL libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-image \
xcb-util-keysyms xcb-util-renderutil fontconfig dbus-libs dejavu-sans-fonts
setup:   Arch:    sudo pacman -S libglvnd libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms \
xcb-util-renderutil fontconfig dbus ttf-dejavu
"""


def qt_files(screen: bool) -> list[Path]:
    """Qt's own libraries that the window loads; with ``screen`` also those that reach the X server."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        return []
    home = Path(spec.origin).parent
    plugins = home / "Qt" / "plugins" / "platforms"
    files = [*home.glob("QtWidgets*.so"), *home.glob("QtSvg*.so"), plugins / "libqoffscreen.so"]
    if screen:
        files.append(plugins / "libqxcb.so")
    return [path for path in files if path.exists()]


def parse_ldd(output: str) -> set[str]:
    """The library names that ``ldd`` calls "not found"."""
    return {line.split()[0] for line in output.splitlines() if "not found" in line and line.split()}


def missing_libraries(screen: bool) -> list[str]:
    """Names of shared libraries that Qt needs and the linker does not find, sorted."""
    if shutil.which("ldd") is None:
        return []
    missing: set[str] = set()
    for path in qt_files(screen):
        answer = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False)
        missing |= parse_ldd(answer.stdout)
    return sorted(missing)


def has_fonts() -> bool:
    """Whether any outline font is installed."""
    homes = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]
    return any(path.suffix.lower() in {".ttf", ".otf", ".ttc"} for home in homes for path in home.rglob("*"))


def needs(screen: bool) -> list[tuple[str, str, str]]:
    """(what is missing, Debian package, why), what no package is known for left out."""
    found = [(name, *LIBRARIES[name]) for name in missing_libraries(screen) if name in LIBRARIES]
    return found if has_fonts() else [*found, ("fonts", *FONTS)]


def has_screen() -> bool:
    """Whether windows can be shown on a screen here, be it one that only tests look at."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")) or shutil.which("Xvfb") is not None


def main(arguments: list[str]) -> int:
    if not sys.platform.startswith("linux"):
        return 0
    if "--hints" in arguments:
        sys.stdout.write(HINTS)
        return 0
    wanted = needs(has_screen())
    if "--packages" in arguments:
        sys.stdout.write(" ".join(sorted({package for _, package, _ in wanted})))
    else:
        sys.stdout.writelines(
            f"setup: {name} is missing, {package} brings it: {why}\n" for name, package, why in wanted
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
