"""The start of the program: from starting the process to the first wall with its thumbnails, and memory at rest.

    python -m benchmarks.startup [--photos 300 100000] [--runs 7] [--dir DIR] [--json]

Starts the real program (``python -m app open``) on libraries whose newest 300 photos have thumbnails of real
photographs, everything warm: one start goes before, uncounted, and compiles what is not compiled yet. The program says
when every photo in view was painted with its thumbnail (``REVERIE_STARTUP_TRACE``). Memory at rest is that of the
process some seconds later, with the library open. Under Xvfb where it is installed, else offscreen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.common import emit

SIZES = (300, 100_000)
TARGETS = {300: 0.7, 100_000: 1.0}
THUMBS = 300
REST_S = 5.0
PATIENCE_S = 60.0
FORMAT = 1
"""Raised when libraries kept from earlier runs are of no use any more."""


def main() -> int:
    """Runs the benchmark; exit status 0 whatever the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--dir", type=Path, default=None, help="where the libraries are kept for the next run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result: dict[str, Any] = {"runs": options.runs}
    with screen() as (environment, name):
        result["screen"] = name
        for photos in options.photos:
            result |= measure(library(photos, options.dir), photos, options.runs, environment)
    result["targets"] = {f"painted_s{n}": TARGETS[n] for n in options.photos if n in TARGETS}
    result["reached"] = {name: result[name] <= limit for name, limit in result["targets"].items()}
    emit(result, options.json, "Start: from the process to the first wall with its thumbnails, warm")
    return 0


def library(photos: int, folder: Path | None) -> Path:
    """The kept library of this size, made if it is not there yet."""
    from benchmarks.wall import make

    folder = folder or Path(tempfile.gettempdir()) / "reverie-benchmarks"
    return make(folder / f"startup-{photos}-{FORMAT}", photos, THUMBS)


@contextmanager
def screen() -> Iterator[tuple[dict[str, str], str]]:
    """What the program needs to show a window: (environment, what it is shown on)."""
    if shutil.which("Xvfb") is None:
        yield os.environ | {"QT_QPA_PLATFORM": "offscreen"}, "offscreen"
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        environment = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
        yield environment | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}, "Xvfb 1600x1000"
    finally:
        server.terminate()
        server.wait()


def measure(root: Path, photos: int, runs: int, environment: dict[str, str]) -> dict[str, Any]:
    """Median and spread of the starts, and memory at rest after one more."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": os.path.join(folder, "compiled")}
        environment = environment | compiled | {"REVERIE_LIBRARY": str(root), "XDG_CONFIG_HOME": folder}
        trace = Path(folder) / "painted"
        taken = [start(environment, trace) for _ in range(runs + 1)][1:]
        rest = memory_at_rest(environment, trace)
    return {
        f"painted_s{photos}": round(statistics.median(taken), 3),
        f"painted_min_s{photos}": round(min(taken), 3),
        f"painted_max_s{photos}": round(max(taken), 3),
        f"rss_mb{photos}": round(rest, 1),
    }


def start(environment: dict[str, str], trace: Path) -> float:
    """Seconds from starting the process to the painted wall; the program then ends by itself."""
    trace.unlink(missing_ok=True)
    begun = time.time()
    process = _launch(environment | {"REVERIE_STARTUP_TRACE": str(trace), "REVERIE_STARTUP_QUIT": "1"})
    try:
        process.wait(PATIENCE_S)
    finally:
        _end(process)
    return float(trace.read_text("ascii")) - begun


def memory_at_rest(environment: dict[str, str], trace: Path) -> float:
    """Resident MiB of the program some seconds after its wall was painted."""
    import psutil

    trace.unlink(missing_ok=True)
    process = _launch(environment | {"REVERIE_STARTUP_TRACE": str(trace)})
    try:
        until = time.monotonic() + PATIENCE_S
        while not trace.exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(REST_S)
        return float(psutil.Process(process.pid).memory_info().rss / 2**20)
    finally:
        _end(process)


def _launch(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "app", "open"], env=environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    sys.exit(main())
