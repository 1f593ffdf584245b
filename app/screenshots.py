"""Pictures of the real window over a library, light and dark: ``python -m app.screenshots --out FOLDER``.

Runs on a display or without one (``QT_QPA_PLATFORM=offscreen``). The window's remembered state is not touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QLocale, QTimer
from PySide6.QtWidgets import QApplication

from app import bootstrap
from app.desk import Desk
from app.main_window import MainWindow
from app.theme import Choice
from core.paths import DATABASE, default_library
from core.records import LEVELS, Scope

SIZE = (1600, 1000)
SCHEMES: tuple[Choice, ...] = ("light", "dark")
USUAL_LEVEL = 1.0
FORMATS = {"png": -1, "webp": 90}
"""Format of the pictures -> quality, -1 for all of it. WebP is a fifth as large."""

SETTLE_MS = 700
"""Long enough for fades, and for thumbnails and the viewer's picture to arrive."""


def settle(milliseconds: int | None = None) -> None:
    """Let the window live for a moment (SETTLE_MS)."""
    loop = QEventLoop()
    QTimer.singleShot(SETTLE_MS if milliseconds is None else milliseconds, loop.quit)
    loop.exec()


def _photo_to_show(desk: Desk) -> int | None:
    """The photo of the fullest event that the most is known of; any one without events; None in an empty library."""
    library = desk.session.library
    if library is None:
        return None
    events = library.groups("events")
    if events:
        fullest = max(events, key=lambda event: event.n_photos)
        rows = library.rows(library.group_photos(fullest.id).tolist())
        return max(rows, key=lambda row: (row.lat is not None, sum(strength for _, strength in row.kinds))).id
    ids = library.wall(Scope()).ids
    return int(ids[0]) if len(ids) else None


def _look_at(name: str) -> Callable[[Desk], None]:
    def look(desk: Desk) -> None:
        desk.go_to("all")
        desk.window.topbar.level.choose(USUAL_LEVEL)
        desk.go_to(name)

    return look


def _at_level(name: str) -> Callable[[Desk], None]:
    def look(desk: Desk) -> None:
        desk.go_to("all")
        desk.window.topbar.level.choose(float(tuple(LEVELS).index(name)))

    return look


def _boundary(desk: Desk) -> None:
    """A boundary chosen by key, on the wall of moments."""
    _at_level("moments")(desk)
    desk.wall.setFocus()
    desk.wall.boundaries.step(down=True)
    desk.wall.boundaries.step(down=True)


def _inspect(desk: Desk) -> None:
    photo_id = _photo_to_show(desk)
    desk.go_to("events")
    if photo_id is not None:
        desk.wall.set_current(photo_id)
        desk.wall.reveal(photo_id)
    if not desk.window.inspector_shown:
        desk.window.toggle_inspector()


def _why(desk: Desk) -> None:
    """The evidence in the inspector, as the key W brings it into view."""
    _inspect(desk)
    desk.editing.why()


def _view(desk: Desk) -> None:
    if desk.window.inspector_shown:
        desk.window.toggle_inspector()
    desk.go_to("all")
    photo_id = _photo_to_show(desk)
    if photo_id is not None:
        desk.focus.open_photo(photo_id)


def _lab(pane: int) -> Callable[[Desk], None]:
    def look(desk: Desk) -> None:
        desk.go_to("lab")
        page: Any = desk.window.page("lab")
        page.turn_to(pane)

    return look


def _studio(pane: int) -> Callable[[Desk], None]:
    """A pane of the Studio as this library fills it; what is computed aside is waited for."""

    def look(desk: Desk) -> None:
        desk.go_to("all")
        desk.go_to("studio")
        page: Any = desk.window.page("studio")
        page.turn_to(pane)
        settle()

    return look


def _enlarge(desk: Desk) -> None:
    """A photo under the wipe, enlarged by the model that is chosen first."""
    photo_id = _photo_to_show(desk)
    desk.go_to("studio")
    page: Any = desk.window.page("studio")
    page.enlarge_these([photo_id] if photo_id is not None else [])
    settle()


SCENES: dict[str, Callable[[Desk], None]] = {
    "all": _look_at("all"),
    "moments": _at_level("moments"),
    "boundary": _boundary,
    "seasons": _at_level("seasons"),
    "events": _look_at("events"),
    "trips": _look_at("trips"),
    "places": _look_at("places"),
    "kinds": _look_at("kinds"),
    "duplicates": _look_at("duplicates"),
    "bursts": _look_at("bursts"),
    "odd": _look_at("odd"),
    "health": _look_at("health"),
    "lab": _lab(0),
    "lab-compare": _lab(1),
    "lab-layers": _lab(2),
    "studio": _studio(0),
    "studio-generate": _studio(1),
    "studio-enlarge": _enlarge,
    "folders": _look_at("folders"),
    "problems": _look_at("problems"),
    "inspector": _inspect,
    "why": _why,
    "viewer": _view,
}
"""Name of the picture -> how the window gets there."""


def _open(library: Path, scheme: Choice, size: tuple[int, int]) -> tuple[MainWindow, Desk]:
    window = bootstrap.build(library, sync=True)
    window.theme.choose(scheme)
    window.resize(*size)
    window.show()
    desk = window.findChild(Desk)
    assert desk is not None
    return window, desk


def _leave(window: MainWindow) -> None:
    """End the window without saving its state."""
    window.on_close()
    window.hide()
    window.deleteLater()
    settle(0)


def take(
    library: Path,
    out: Path,
    scenes: Sequence[str] = (*SCENES, "welcome"),
    size: tuple[int, int] = SIZE,
    ending: str = "png",
) -> list[Path]:
    """Writes ``<scene>-<scheme>.<ending>`` into ``out`` and returns the paths. Needs a QApplication."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for scheme in SCHEMES:
        window, desk = _open(library, scheme, size)
        for name in scenes:
            if name in SCENES:
                SCENES[name](desk)
                settle()
                written.append(_save(window, out / f"{name}-{scheme}.{ending}"))
        _leave(window)
        if "welcome" in scenes:
            written.append(_welcome(out / f"welcome-{scheme}.{ending}", scheme, size))
    return written


def _welcome(path: Path, scheme: Choice, size: tuple[int, int]) -> Path:
    with tempfile.TemporaryDirectory() as empty:
        window, _ = _open(Path(empty) / "library", scheme, size)
        settle()
        _save(window, path)
        _leave(window)
    return path


def _save(window: MainWindow, path: Path) -> Path:
    if not window.grab().save(str(path), quality=FORMATS[path.suffix[1:]]):
        raise OSError(f"{path} cannot be written")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Takes all pictures, or those named; prints their paths."""
    parser = argparse.ArgumentParser(prog="app.screenshots", description="Pictures of the window, light and dark.")
    parser.add_argument("--library", type=Path, default=default_library())
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, nargs=2, default=SIZE, metavar=("WIDTH", "HEIGHT"), help="of the window")
    parser.add_argument("--format", choices=sorted(FORMATS), default="png", help="of the pictures")
    parser.add_argument("scenes", nargs="*", help=f"any of {', '.join([*SCENES, 'welcome'])}; all by default")
    chosen = parser.parse_args(arguments)
    if not (chosen.library / DATABASE).is_file():
        parser.error(f"there is no library at {chosen.library}")
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["reverie"])
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    scenes = chosen.scenes or (*SCENES, "welcome")
    for path in take(chosen.library, chosen.out, scenes, tuple(chosen.size), chosen.format):
        sys.stdout.write(f"{path}\n")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
