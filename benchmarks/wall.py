"""The photo wall over a library of a million photos: first paint, frames while scrolling through all of it, memory.

    python -m benchmarks.wall [--photos 1000000] [--frames 6000] [--dir DIR] [--json]

A library with that many rows is made (not decoded) and kept in DIR for the next run. A fresh process then paints its
wall as the program does, from the saved snapshot, opens the library beside it, replaces the wall by the one that the
library gives, and scrolls from end to end on a 1600 x 1000 raster without a screen. A frame is everything that the
GUI thread does for it: moving, painting, and taking in thumbnails that have arrived. The newest 5,000 photos have
thumbnails of real photographs; scrolling over them is measured apart (``*_thumbs_ms``), at 60 frames a second.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common import emit, peak_rss_mb

if TYPE_CHECKING:
    from app.wall.view import WallView

TARGETS = {"first_paint_s": 2.0, "p99_ms": 16.7, "p99_thumbs_ms": 16.7, "rss_mb": 700.0}
HEAVY = ("torch", "sklearn", "scipy", "numba", "onnxruntime", "skimage")
SIZE = (1600, 1000)
THUMBS = 5000
FORMAT = 2
"""Raised when libraries kept from earlier runs are of no use any more."""
WHEEL = 126
FRAME_S = 1 / 60
SMOOTH = 900


def main() -> int:
    """Runs the benchmark; exit status 0 whatever the figures, 1 if the measured process failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=6000, help="page jumps from top to end; 0: every page")
    parser.add_argument("--dir", type=Path, default=None, help="where the library is kept for the next run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        print(json.dumps(measure(options.child, options.frames)))
        return 0
    root = library(options.photos, options.dir)
    result = run_child(root, options.frames)
    result["targets"] = TARGETS
    result["reached"] = {name: result[name] <= limit for name, limit in TARGETS.items()}
    emit(result, options.json, f"Photo wall, {options.photos:,} photos, {SIZE[0]} x {SIZE[1]}, offscreen raster")
    return 0


# ---------------------------------------------------------------- the library


def library(photos: int, folder: Path | None) -> Path:
    """The kept library of this size, made if it is not there yet."""
    folder = folder or Path(tempfile.gettempdir()) / "reverie-benchmarks"
    return make(folder / f"wall-{photos}-{FORMAT}", photos, THUMBS)


def make(root: Path, photos: int, thumbs: int) -> Path:
    """A library of ``photos`` rows, the newest ``thumbs`` with thumbnails; one that was left half made is made anew."""
    ready = root.with_name(root.name + ".ready")
    if ready.exists() and root.exists():
        return root
    from benchmarks.real_thumbs import link_thumbs
    from benchmarks.synthetic import make_library
    from core.store import snapshot

    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    make_library(root, photos)
    wall = snapshot.load(root)
    assert wall is not None
    link_thumbs(root, wall.ids[:thumbs], wall.aspect[:thumbs])
    _mark_thumbs(root, wall.ids[:thumbs])
    ready.touch()
    return root


def _mark_thumbs(root: Path, ids: np.ndarray) -> None:
    """Say in the database and in the snapshot that these photos have thumbnails."""
    from core.library import Library
    from core.paths import DATABASE
    from core.store import snapshot

    with closing(sqlite3.connect(root / DATABASE)) as db, db:
        db.executemany("UPDATE photo SET thumb = 2 WHERE id = ?", ((photo_id,) for photo_id in ids.tolist()))
    snapshot.forget(root)
    Library.open(root).close()


def run_child(root: Path, frames: int) -> dict[str, Any]:
    """The measurement in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.wall", "--child", str(root), "--frames", str(frames)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


# ---------------------------------------------------------------- the measured process


def measure(root: Path, frames: int) -> dict[str, Any]:
    """Everything that is measured, in the order in which the program does it."""
    view, close = _show(root)
    begun = time.perf_counter()
    from core.store import snapshot

    saved = snapshot.load(root)
    assert saved is not None
    view.set_wall(saved, keep_position=False)
    _paint(view)
    first_paint = time.perf_counter() - begun
    rss_painted = _high_water_mb()
    reread = _read_again(view, root)
    all_of_it = _scroll(view, _pages(view, frames), paced=False)
    thumbs = _scroll(view, _smooth(view), paced=True)
    result = {
        "photos": len(saved.ids),
        "sections": len(saved.titles),
        "height_px": view.scroller.extent,
        "first_paint_s": round(first_paint, 4),
        "reread_s": round(reread, 3),
        **_percentiles(all_of_it, ""),
        "frames": len(all_of_it),
        **_percentiles(thumbs, "_thumbs"),
        "frames_thumbs": len(thumbs),
        "picture_share": round(_picture_share(view), 3),
        "rss_first_paint_mb": round(rss_painted, 1),
        "rss_mb": round(_high_water_mb(), 1),
        "heavy_modules": [name for name in HEAVY if name in sys.modules],
    }
    close()
    assert not result["heavy_modules"], result["heavy_modules"]
    return result


def _show(root: Path) -> tuple[WallView, Any]:
    """An empty wall on the screen, and what ends it."""
    from PySide6.QtWidgets import QApplication

    from app.theme import Theme
    from app.thumbs.loader import ThumbLoader
    from app.wall.view import WallView

    application = QApplication([])
    Theme(application).apply()
    thumbs = ThumbLoader(root)
    view = WallView(thumbs)
    view.resize(*SIZE)
    view.show()
    application.processEvents()

    def close() -> None:
        thumbs.close()
        view.close()

    return view, close


def _read_again(view: WallView, root: Path) -> float:
    """Open the library and replace the wall by its answer, as happens after the first paint; seconds."""
    from core.library import Library
    from core.records import Scope

    begun = time.perf_counter()
    with Library.open(root, mode="read") as opened:
        wall = opened.wall(Scope())
        view.set_wall(wall)
        _paint(view)
        return time.perf_counter() - begun


def _paint(view: WallView) -> None:
    from PySide6.QtWidgets import QApplication

    view.viewport().repaint()
    QApplication.processEvents()


def _pages(view: WallView, frames: int) -> np.ndarray:
    """Offsets from the top to the end: every page, or as many jumps as were asked for."""
    pages = int(view.scroller.end / (0.9 * SIZE[1])) + 1
    return np.linspace(0, view.scroller.end, min(pages, frames) if frames else pages)


def _smooth(view: WallView) -> np.ndarray:
    """Notch by notch over the photos that have thumbnails."""
    _, y, _, _ = view.layout_.rect_of(min(THUMBS, view.layout_.n) - 1)
    return np.arange(min(SMOOTH, max(1, y // WHEEL))) * WHEEL


def _scroll(view: WallView, offsets: np.ndarray, paced: bool) -> np.ndarray:
    """Milliseconds of every frame."""
    taken = np.empty(len(offsets))
    for i, offset in enumerate(offsets.tolist()):
        begun = time.perf_counter()
        view.scroller.to(offset)
        _paint(view)
        taken[i] = time.perf_counter() - begun
        if paced:
            time.sleep(max(0.0, FRAME_S - taken[i]))
    return taken * 1000


def _high_water_mb() -> float:
    """Most memory held since this program began (what ``getrusage`` gives includes the parent's before it)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_rss_mb()
    lines = status.read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _percentiles(milliseconds: np.ndarray, suffix: str) -> dict[str, float]:
    return {
        f"p50{suffix}_ms": round(float(np.percentile(milliseconds, 50)), 3),
        f"p99{suffix}_ms": round(float(np.percentile(milliseconds, 99)), 3),
        f"max{suffix}_ms": round(float(milliseconds.max()), 3),
    }


def _picture_share(view: WallView) -> float:
    """Share of the whole wall, its margins, headers and rail included, that is picture."""
    _, rect = view.layout_.rects(0, view.layout_.n_rows)
    return float((rect[:, 2] * rect[:, 3]).sum() / (view.width() * view.scroller.extent))


if __name__ == "__main__":
    sys.exit(main())
