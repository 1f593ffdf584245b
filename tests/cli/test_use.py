"""Wrong use, failed work, words for people; without importing a photo."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__, cli, cli_output, cli_progress
from app.__main__ import window_request
from benchmarks.synthetic import make_library
from core.errors import Cancelled
from core.progress import Progress
from core.records import ImportReport
from tests.architecture.source import ROOT
from tests.cli.conftest import Reverie


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("library") / "l"
    make_library(root, 200)
    return root


# ---------------------------------------------------------------- wrong use


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "/nowhere/at/all"], "is not a folder"),
        (["import"], "Missing argument"),
        (["groups", "friends"], "There are: events"),
        (["groups"], "Missing argument"),
        (["similar", "/nowhere.jpg"], "is not in the library"),
        (["similar", "/nowhere.jpg", "--top", "0"], "--top"),
        (["dance"], "dance"),
        (["status", "--loudly"], "--loudly"),
        (["open", "/nowhere/at/all"], "is not a folder"),
        (["sample", "--photos", "3", "new-album"], "at least 24"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_misuse_is_status_2(arguments: list[str], words: str, library: Path, reverie: Reverie) -> None:
    answer = reverie("--library", library, *arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert words in answer.err


@pytest.mark.parametrize("command", ["status", "photos", "problems", "boundaries", "groups events", "similar x.jpg"])
def test_a_library_that_is_not_there_is_misuse(command: str, tmp_path: Path, reverie: Reverie) -> None:
    answer = reverie(*command.split(), "--library", tmp_path / "none")
    assert answer.code == 2
    assert "There is no library" in answer.err
    assert not (tmp_path / "none").exists(), "reading makes nothing"


def test_a_sample_is_never_written_over_files(tmp_path: Path, reverie: Reverie) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    answer = reverie("sample", tmp_path, "--photos", 24)
    assert answer.code == 2
    assert os.listdir(tmp_path) == ["mine.txt"]


# ---------------------------------------------------------------- failed work


def test_a_library_in_use_is_status_1(library: Path, tmp_path: Path, reverie: Reverie) -> None:
    from core.library import Library

    with Library.open(library):
        answer = reverie("import", tmp_path, "--library", library)
        assert answer.code == 1
        assert "in use" in answer.err
        assert reverie("status", "--library", library).code == 0, "reading works beside the writer"


def test_a_cancelled_import_says_what_is_kept(
    library: Path, tmp_path: Path, reverie: Reverie, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.library import Library

    def interrupted(self: Library, folders: list[Path], progress: Progress) -> ImportReport:
        signal.raise_signal(signal.SIGINT)
        progress.check()
        raise AssertionError("the work should have been cancelled")

    monkeypatch.setattr(Library, "import_folders", interrupted)
    answer = reverie("import", tmp_path, "--library", library)
    assert answer.code == 1
    assert "Cancelled. 200 photos are in the library" in answer.err
    assert answer.out == ""


def test_a_damaged_library_is_status_1(tmp_path: Path, reverie: Reverie) -> None:
    (tmp_path / "library.sqlite3").write_bytes(b"no database at all" * 100)
    assert reverie("status", "--library", tmp_path).code == 1
    answer = reverie("doctor", "--json", "--library", tmp_path)
    assert answer.code == 1
    assert answer.objects[0]["faults"]


def test_doctor_without_a_library_finds_no_fault(tmp_path: Path, reverie: Reverie) -> None:
    answer = reverie("doctor", "--library", tmp_path / "none")
    assert answer.code == 0
    assert "no library" in answer.out


def test_without_a_display_the_window_says_so(monkeypatch: pytest.MonkeyPatch, reverie: Reverie) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux lacks a display")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    answer = reverie("open")
    assert answer.code == 1
    assert "no display" in answer.err


# ---------------------------------------------------------------- sample, version, streams


def test_sample_writes_an_album(tmp_path: Path, reverie: Reverie) -> None:
    answer = reverie("sample", tmp_path / "new", "--photos", 24, "--seed", 4)
    assert answer.code == 0
    assert "simulated" in answer.out
    assert (tmp_path / "new" / "truth.json").is_file()


def test_version(reverie: Reverie) -> None:
    assert reverie("--version").out == f"reverie {__version__}\n"


def test_the_command_runs_as_a_module(library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "app", "status", "--json", "--library", str(library)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('{"photos": 200,')


def test_a_reader_that_stops_early_is_no_error(library: Path) -> None:
    """As in ``reverie photos | head -1``."""
    with subprocess.Popen(
        [sys.executable, "-m", "app", "photos", "--library", str(library)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


# ---------------------------------------------------------------- the shortest way to the window


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (None, [])),
        (["open"], (None, [])),
        (["open", "a", "b c"], (None, ["a", "b c"])),
        (["--library", "l"], ("l", [])),
        (["--library", "l", "open", "a"], ("l", ["a"])),
        (["open", "a", "--library", "l"], ("l", ["a"])),
        (["open", "open"], (None, ["open"])),
        (["--help"], None),
        (["open", "--help"], None),
        (["status"], None),
        (["--library"], None),
        (["--library", "--json"], None),
        (["--library=l"], None),
    ],
    ids=str,
)
def test_plain_requests_for_the_window(arguments: list[str], expected: tuple[str | None, list[str]] | None) -> None:
    assert window_request(arguments) == expected


@pytest.mark.parametrize("arguments", [[], ["open", "{folder}"], ["--library", "{folder}", "open"]], ids=str)
def test_both_ways_open_the_same_window(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reverie: Reverie
) -> None:
    from app import __main__, bootstrap

    asked: list[tuple[Path, list[Path]]] = []

    def run(root: Path, folders: list[Path]) -> int:
        asked.append((root, folders))
        return 0

    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    filled = [argument.format(folder=tmp_path) for argument in arguments]
    monkeypatch.setattr(sys, "argv", ["reverie", *filled])
    assert __main__.main() == 0
    assert reverie(*filled).code == 0
    assert asked[0] == asked[1]


# ---------------------------------------------------------------- words and numbers


@pytest.mark.parametrize(
    ("local", "offset", "expected"),
    [
        (None, None, None),
        (math.nan, 60, None),
        (0.0, None, "1970-01-01T00:00:00"),
        (1_746_218_900.5, 120, "2025-05-02T20:48:20.500+02:00"),
        (1_746_218_900.0, -240, "2025-05-02T20:48:20-04:00"),
        (-86_400.0, 330, "1969-12-31T00:00:00+05:30"),
        (1_746_218_900.9999, 0, "2025-05-02T20:48:21+00:00"),
    ],
)
def test_taken_at(local: float | None, offset: int | None, expected: str | None) -> None:
    assert cli_output.taken_at(local, offset) == expected


def test_numbers_that_are_none_become_null(capsys: pytest.CaptureFixture[str]) -> None:
    cli_output.objects([{"a": math.nan, "b": [{"c": math.inf, "d": 1.5}], "e": "ü"}])
    assert capsys.readouterr().out == '{"a": null, "b": [{"c": null, "d": 1.5}], "e": "ü"}\n'


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (7.4, "7 s left"), (59.0, "59 s left"), (170.0, "3 min left"), (7500.0, "2 h 5 min left")],
)
def test_time_left(seconds: float | None, words: str) -> None:
    assert cli_progress.time_left(seconds) == words


def test_signals_cancel_and_then_mean_what_they_did() -> None:
    before = signal.getsignal(signal.SIGINT)
    with cli_progress.shown() as progress:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Cancelled):
            progress.check()
        assert signal.getsignal(signal.SIGINT) is before, "a second Ctrl-C is not held back"
    assert signal.getsignal(signal.SIGINT) is before


def test_bars_follow_the_phases(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with cli_progress.shown() as progress:
        progress.phase("Reading", 10)
        progress.set(10)
        progress.phase("Grouping", 2, "kinds")
        progress.set(2)
    drawn = capsys.readouterr().err
    assert "Reading" in drawn
    assert "10/10" in drawn
    assert "Grouping" in drawn


def test_without_a_terminal_progress_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with cli_progress.shown() as progress:
        progress.phase("Reading", 10)
        progress.set(10)
    assert capsys.readouterr() == ("", "")


def test_unknown_ends_are_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: object, **__: object) -> None:
        raise SystemExit("words")

    monkeypatch.setattr(cli, "app", end)
    assert cli.run([]) == 1


def test_embedders_are_listed_and_one_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:

    assert cli.run(["embedders", "--json"]) == 0
    rows = {row["name"]: row["weights"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["efficientnet-lite0"] == "present"
    assert len(rows) > 1
    library = ["--library", str(tmp_path / "library")]
    assert cli.run(["use", "efficientnet-lite0", *library]) == 0
    assert cli.run(["use", "no-such-network", *library]) == 1
    assert "no-such-network" in capsys.readouterr().err
