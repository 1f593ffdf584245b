"""Runs: trained in a process of their own, kept after every round, gone on with, never lost."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ReverieError
from core.lab import runs
from core.library import Library
from core.nn import checkpoints
from core.progress import Progress, Report
from core.records import Scope
from core.records_lab import Run, RunSpec
from tests.support.libraries import make_library

SMALL = {"n_hidden": 8, "epochs": 4}
SPEC = RunSpec("rbm", parameters=SMALL, seed=3, note="small")
LONG = replace(SPEC, parameters={"n_hidden": 8, "epochs": 150})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "library"
    make_library(folder, 300, vectors=16, thumbs=300)
    return folder


@pytest.fixture
def library(made: Path) -> Iterator[Library]:
    with Library.open(made) as opened:
        yield opened
        for run in opened.lab.runs():
            opened.lab.delete(run.id)


def _on_round(act: Callable[[Progress], None], at: int = 2) -> Progress:
    """A progress that acts once a training has done so many rounds."""
    done = []

    def hear(report: Report) -> None:
        if report.unit == "rounds" and report.done >= at and not done:
            done.append(report)
            act(progress)

    progress = Progress(hear, interval=0.0)
    return progress


def test_a_run_from_beginning_to_end(library: Library) -> None:
    lab = library.lab
    run = lab.start(SPEC, Progress())
    assert (run.state, run.epoch, run.epochs, run.message) == ("done", 4, 4, "")
    assert (run.photos, run.held_out) == (270, 30)
    assert run.seconds > 0
    assert run.size_bytes > 0
    assert run.device
    assert run.spec.note == "small"
    assert run.spec.parameters["cd_k"] == 1, "what was not given is kept at its default"
    assert run.figures["numbers"] == 8
    assert lab.runs() == (run,)
    curves = {curve.name: curve for curve in lab.curves(run.id)}
    np.testing.assert_array_equal(curves["reconstruction"].epoch, [1, 2, 3, 4])
    held_out = curves["reconstruction"].held_out
    assert held_out is not None
    assert np.isfinite(held_out).all()
    assert lab.epochs(run.id, "filters") == (1, 2, 4)
    grid = lab.pictures(run.id, "filters")
    assert grid is not None
    assert grid.epoch == 4
    assert grid.pictures.shape == (8, 32, 32, 3)
    assert lab.pictures(run.id, "filters", 3) is None
    folder = library.root / "models" / "runs" / run.id
    assert (folder / "weights.safetensors").is_file()
    assert not list(folder.glob("checkpoint*")), "it has done its duty"
    assert lab.note(run.id, "the first").spec.note == "the first"
    lab.delete(run.id)
    assert lab.runs() == ()
    with pytest.raises(KeyError):
        lab.run(run.id)


def test_cancelled_and_gone_on_with_is_the_same_to_the_bit(library: Library) -> None:
    lab = library.lab
    whole = lab.start(LONG, Progress())
    with pytest.raises(Cancelled):
        lab.start(LONG, _on_round(Progress.cancel))
    (stopped,) = (run for run in lab.runs() if run.id != whole.id)
    assert stopped.state == "stopped"
    assert 2 <= stopped.epoch < 150
    done = lab.resume(stopped.id, Progress())
    assert (done.state, done.epoch) == ("done", 150)
    assert done.seconds > stopped.seconds
    for a, b in zip(lab.curves(whole.id), lab.curves(done.id), strict=True):
        assert a.name == b.name
        np.testing.assert_array_equal(a.value, b.value)
    folders = [library.root / "models" / "runs" / run.id for run in (whole, done)]
    first, second = (checkpoints.load(folder / runs.WEIGHTS)[0] for folder in folders)
    assert set(first) == set(second)
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)
    with pytest.raises(ReverieError, match="finished"):
        lab.resume(done.id, Progress())


def test_a_killed_child_is_told_plainly_and_its_run_goes_on(library: Library) -> None:
    lab = library.lab

    def kill(_: Progress) -> None:
        import multiprocessing

        (child,) = [each for each in multiprocessing.active_children() if each.name == "learning"]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(ReverieError, match="ended by itself"):
        lab.start(LONG, _on_round(kill))
    (run,) = lab.runs()
    assert run.state == "stopped"
    assert "ended by itself" in run.message
    assert 2 <= run.epoch < 150
    done = lab.resume(run.id, Progress())
    assert (done.state, done.epoch, done.message) == ("done", 150, "")


def test_one_training_at_a_time(library: Library) -> None:
    lab = library.lab
    refused: list[str] = []

    def another(_: Progress) -> None:
        with pytest.raises(ReverieError, match="Another training") as told:
            lab.start(SPEC, Progress())
        refused.append(str(told.value))
        (run,) = lab.runs()
        assert run.state == "running"
        with pytest.raises(ReverieError, match="being trained"):
            lab.delete(run.id)
        with pytest.raises(ReverieError, match="already"):
            lab.resume(run.id, Progress())

    lab.start(LONG, _on_round(another, at=1))
    assert len(refused) == 1


def test_paused_is_a_state_and_does_not_end_it(library: Library) -> None:
    lab = library.lab
    states: list[str] = []

    def pause(progress: Progress) -> None:
        progress.pause()
        states.append(lab.runs()[0].state)
        progress.resume()

    assert lab.start(LONG, _on_round(pause)).state == "done"
    assert states == ["paused"]


def test_what_was_running_when_its_process_went_reads_as_stopped(made: Path) -> None:
    with Library.open(made) as library:
        run = library.lab.start(SPEC, Progress())
        runs.write(library.root, replace(run, state="running"))
        assert library.lab.run(run.id).state == "stopped", "this process does not train it"
    with Library.open(made, mode="read") as library:
        assert library.lab.run(run.id).state == "stopped", "nobody holds the library"
    with Library.open(made) as library, Library.open(made, mode="read") as reader:
        runs.write(library.root, replace(run, state="running"))
        assert reader.lab.run(run.id).state == "running", "whoever holds the library trains it"
        library.lab.delete(run.id)


def test_damaged_folders_are_left_out_with_a_notice(library: Library) -> None:
    run = library.lab.start(SPEC, Progress())
    folder = library.root / "models" / "runs"
    for name, text in (
        ("rbm-1", "{"),
        ("rbm-2", "[]"),
        ("rbm-3", json.dumps({"version": 9, "owner": None, "run": {}})),
    ):
        (folder / name).mkdir()
        (folder / name / "run.json").write_text(text, encoding="utf-8")
    (folder / "rbm-4").mkdir()
    (folder / "no run at all").mkdir()
    (folder / "a file").write_text("", encoding="utf-8")
    assert library.lab.runs() == (run,)
    assert len(library.lab.notices()) == 3
    (folder / run.id / "curves.json").write_text("{", encoding="utf-8")
    assert library.lab.curves(run.id) == ()
    assert library.lab.run(run.id).state == "done"
    for name in ("rbm-1", "rbm-2", "rbm-3", "rbm-4"):
        library.lab.delete(name)


def test_a_scope_of_a_few(library: Library) -> None:
    ids = tuple(range(1, 101))
    run = library.lab.start(replace(SPEC, scope=Scope("ids", ids=ids)), Progress())
    assert (run.photos, run.held_out) == (90, 10)
    assert library.lab.run(run.id).spec.scope == Scope("ids", ids=ids)
    with pytest.raises(ReverieError, match="at least 50"):
        library.lab.start(replace(SPEC, scope=Scope("ids", ids=ids[:20])), Progress())
    assert len(library.lab.runs()) == 1, "what cannot begin leaves nothing"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"hidden": 3}, "no parameter"),
        ({"epochs": 0}, "between 1"),
        ({"epochs": 1.5}, "whole number"),
        ({"epochs": "many"}, "whole number"),
        ({"input": "sounds"}, "one of"),
        ({"persistent": "perhaps"}, "yes or no"),
        ({"learning_rate": float("nan")}, "between"),
    ],
    ids=str,
)
def test_parameters_that_cannot_be(library: Library, parameters: dict[str, float | str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        library.lab.start(RunSpec("rbm", parameters=parameters), Progress())


def test_an_unknown_learner(library: Library) -> None:
    with pytest.raises(ValueError, match="no learner"):
        library.lab.start(RunSpec("perceptron"), Progress())


def test_thumbnails_are_learned_from_as_pictures(library: Library) -> None:
    run = library.lab.start(replace(SPEC, parameters={**SMALL, "input": "pictures"}), Progress())
    filters, kept = (library.lab.pictures(run.id, kind) for kind in ("filters", "reconstructions"))
    assert filters is not None
    assert filters.pictures.shape == (8, 32, 32, 3)
    assert kept is not None
    assert kept.pictures.shape == (32, 32, 32, 3)


def test_an_estimate_is_measured(library: Library) -> None:
    told = library.lab.estimate(SPEC, Progress())
    assert told.startswith("270 photos, about ")
    assert library.lab.runs() == ()


def test_names_never_repeat(tmp_path: Path) -> None:
    run = Run("", SPEC, "stopped", 1.7e9)
    names = [runs.create(tmp_path, run).id for _ in range(3)]
    assert len(set(names)) == 3
    assert set(runs.names(tmp_path)) == set(names)
    with pytest.raises(KeyError):
        runs.read(tmp_path, "../elsewhere")
