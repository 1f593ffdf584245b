"""One sample album, imported once by the command itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import core.sample
from app import cli


@dataclass(frozen=True)
class Imported:
    """A sample album and the library it was imported into. ``truth``: what the album says of its files."""

    album: Path
    library: Path
    truth: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a command did: exit status, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Reverie = Callable[..., Answer]


@pytest.fixture
def reverie(capsys: pytest.CaptureFixture[str]) -> Reverie:
    """Runs a command in this process."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("imported")
    core.sample.make(folder / "album", photos=60, seed=2)
    assert cli.run(["import", str(folder / "album"), "--library", str(folder / "library")]) == 0
    truth = json.loads((folder / "album" / "truth.json").read_text(encoding="utf-8"))["files"]
    return Imported(folder / "album", folder / "library", truth)
