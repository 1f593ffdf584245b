"""The real program in a real window: started as a person does, on an X server of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library import Library
from scripts.system_libraries import missing_libraries
from tests.index.photos import write_photos

pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of this test's own, where Qt can talk to it."""
    if missing := missing_libraries(screen=True):
        pytest.skip(f"Qt cannot talk to an X server without {', '.join(missing)}; setup.sh says what brings them")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


def test_the_window_imports_a_folder_paints_it_and_ends(tmp_path: Path, display: str) -> None:
    write_photos(tmp_path / "in", 12)
    trace = tmp_path / "trace"
    environment = os.environ | {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "REVERIE_LIBRARY": str(tmp_path / "library"),
        "REVERIE_STARTUP_TRACE": str(trace),
        "REVERIE_STARTUP_QUIT": "1",
    }
    command = [sys.executable, "-m", "app", "open", str(tmp_path / "in")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert float(trace.read_text()) > 0
    with Library.open(tmp_path / "library", mode="read") as library:
        assert library.status().photos == 12
