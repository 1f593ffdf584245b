"""The scripts behind ``make run`` and ``make test``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import display, system_libraries
from tests.architecture.source import ROOT

SHELL_SCRIPTS = sorted((ROOT / "scripts").glob("*.sh"))
LDD = """\
	linux-vdso.so.1 (0x00007ffd)
	libEGL.so.1 => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3c)
	libxcb-cursor.so.0 => not found
"""


@pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell here")
@pytest.mark.parametrize("script", [*SHELL_SCRIPTS, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_shell_scripts_parse(script: Path) -> None:
    shell = "bash" if script.name == "run" else "sh"
    done = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_continuous_integration_runs_all_of_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
    steps = (ROOT / "scripts" / "test.sh").read_text(encoding="utf-8")
    for step in ("ruff check", "ruff format --check", "mypy", "pytest"):
        assert step in steps


def test_a_folder_that_is_not_there_is_misuse() -> None:
    done = subprocess.run(
        ["sh", "scripts/run.sh"],
        cwd=ROOT,
        env=os.environ | {"PHOTOS": "/nowhere/at/all"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is not a folder" in done.stderr


def test_missing_libraries_are_read_from_the_linker() -> None:
    assert system_libraries.parse_ldd(LDD) == {"libEGL.so.1", "libxcb-cursor.so.0"}


def test_what_is_missing_is_named_with_package_and_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda screen: sorted(system_libraries.parse_ldd(LDD)))
    monkeypatch.setattr(system_libraries, "has_fonts", lambda: False)
    assert system_libraries.main([]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3
    assert told[0] == (
        "setup: libEGL.so.1 is missing, libegl1 brings it: Qt draws every window and every offscreen picture with it"
    )
    assert system_libraries.main(["--packages"]) == 0
    assert capsys.readouterr().out == "fonts-dejavu-core libegl1 libxcb-cursor0"


def test_a_library_nobody_knows_is_left_to_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda screen: ["libmystery.so.7"])
    monkeypatch.setattr(system_libraries, "has_fonts", lambda: True)
    assert system_libraries.needs(screen=True) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone lacks libraries")
def test_the_libraries_that_qt_loads_are_looked_at() -> None:
    names = {path.name for path in system_libraries.qt_files(screen=True)}
    assert "libqxcb.so" in names
    assert any(name.startswith("QtWidgets") for name in names)
    assert "libqxcb.so" not in {path.name for path in system_libraries.qt_files(screen=False)}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X and Wayland are Linux's")
@pytest.mark.parametrize(
    "environment",
    [{}, {"DISPLAY": ":4711"}, {"WAYLAND_DISPLAY": "wayland-4711", "XDG_RUNTIME_DIR": "/nowhere"}],
    ids=str,
)
def test_a_display_that_does_not_answer_is_none(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert not display.has_display()
