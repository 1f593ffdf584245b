"""The scripts behind ``make run`` and ``make test``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bench, display, system_libraries
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


@pytest.mark.parametrize(
    ("environment", "xvfb", "screen"),
    [({}, None, False), ({"DISPLAY": ":1"}, None, True), ({"WAYLAND_DISPLAY": "w"}, None, True), ({}, "Xvfb", True)],
)
def test_what_a_screen_needs_is_asked_for_where_there_is_one_or_tests_make_one(
    environment: dict[str, str], xvfb: str | None, screen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    asked: list[bool] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: xvfb if name == "Xvfb" else None)
    monkeypatch.setattr(system_libraries, "needs", lambda screen: asked.append(screen) or [])
    assert system_libraries.main(["--packages"]) == 0
    assert asked == [screen]


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


def test_every_benchmark_is_found_and_prints_json() -> None:
    found = {benchmark.name: benchmark for benchmark in bench.find()}
    assert {"import_speed", "wall", "quality.events", "quality.lookalikes", "quality.gps"} <= set(found)
    assert not {"common", "photos", "quality.segmentation", "quality.looks"} & set(found), "helpers are none"
    assert all("--json" in benchmark.options for benchmark in found.values())


def test_a_benchmark_gets_the_data_there_are_and_says_what_it_lacks() -> None:
    both = bench.Benchmark("quality.made_up", {"--streams": True, "--images": False, "--json": False})
    assert bench.data_for(both, {"STREAMS": "a.csv"}) == (["--streams", "a.csv"], [])
    given, missing = bench.data_for(both, {"IMAGES": "photos", "STREAMS": ""})
    assert given == ["--images", "photos"]
    assert missing == ["STREAMS=... (a CSV with the columns person,unix_time,poi) runs it"]
    other = bench.Benchmark("quality.made_up", {"--clouds": True})
    assert bench.data_for(other, {}) == ([], ["it needs --clouds"])


def test_benchmarks_whose_data_nobody_names_are_skipped_and_unknown_ones_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench.subprocess, "run", lambda *a, **k: pytest.fail("nothing is to be started"))
    assert bench.run(["quality.health"], {}) == 0
    assert capsys.readouterr().out == (
        "bench: quality.health is skipped; STREAMS=... (a CSV with the columns person,unix_time,poi) runs it\n"
    )
    assert bench.run(["quality.clouds"], {}) == 2


def test_a_benchmark_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        started.append(command[1:])
        return subprocess.CompletedProcess(command, int("wall" in command[2]))

    monkeypatch.setattr(bench.subprocess, "run", start)
    assert bench.run(["wall", "quality.gps"], {"IMAGES": "photos", "JSON": "1"}) == 1
    assert started == [
        ["-m", "benchmarks.wall", "--json"],
        ["-m", "benchmarks.quality.gps", "--images", "photos", "--json"],
    ]


@pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell here")
def test_only_benchmarks_install_the_peers_they_are_compared_with() -> None:
    lines = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8").splitlines()
    extras = dict(line.strip(" ;").split(") extras=") for line in lines if ") extras=" in line)
    assert {purpose for purpose, what in extras.items() if "bench" in what.split(",")} == {"bench"}
    assert set(extras["run"].split(",")) <= set(extras["test"].split(",")) <= set(extras["bench"].split(","))
