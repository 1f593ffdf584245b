"""Generators trained in a process of their own: kept, stopped, killed, gone on with, and what is refused beforehand."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ReverieError, WeightsError
from core.lab import runs
from core.lab.runs import folder_of
from core.library import Library
from core.nn import checkpoints
from core.progress import Progress, Report
from core.records import Scope
from core.records_lab import Run, RunSpec
from core.records_studio import GENERATORS, StudioSpec
from core.studio import enlarging, food
from core.studio import train as training
from core.studio.asked import How, Task
from tests.studio.conftest import PHOTOS, SPEC

LONG = replace(SPEC, steps=30)


def _at_step(act: Callable[[Progress], None], at: int = 3) -> Progress:
    """A progress that acts once a training has done so many steps."""
    done: list[Report] = []

    def hear(report: Report) -> None:
        if report.unit == "steps" and report.done >= at and not done:
            done.append(report)
            act(progress)

    progress = Progress(hear, interval=0.0)
    return progress


def _weights(library: Library, run: Run) -> dict[str, np.ndarray]:
    return checkpoints.load(folder_of(library.root, run.id) / runs.WEIGHTS)[0]


def test_the_generators_are_those_of_the_records(library: Library) -> None:
    found = library.studio.models()
    assert tuple(each.name for each in found) == GENERATORS
    for each in found:
        assert each.size in each.sizes
        assert each.what
        assert each.enlarges == (each.name == "srgan")
        assert each.conditional == (each.name == "conditional")


def test_a_run_from_beginning_to_end(library: Library, trained: Run) -> None:
    studio = library.studio
    assert (trained.state, trained.epoch, trained.epochs, trained.message) == ("done", 4, 4, "")
    assert (trained.photos, trained.held_out) == (PHOTOS - 8, 8)
    assert trained in studio.runs()
    spec = StudioSpec.of(trained.spec)
    assert (spec.model, spec.size, spec.steps, spec.note) == ("dcgan", 8, 4, "tiny")
    assert spec.parameters["loss"] == "non-saturating", "what was not given is kept at its default"
    curves = {curve.name: curve for curve in studio.curves(trained.id)}
    np.testing.assert_array_equal(curves["generator_loss"].epoch, [1, 2, 3, 4])
    assert {"kid", "precision", "recall", "memorisation"} <= set(curves)
    assert {"kid", "kid_gaussian"} <= set(trained.figures), "the trivial generator stands beside"
    assert any("Gaussian" in sentence for sentence in studio.said(trained.id))
    assert studio.steps(trained.id) == (0, 1, 2, 3, 4)
    first, last = studio.pictures(trained.id, 0), studio.pictures(trained.id)
    assert first is not None
    assert last is not None
    assert (last.kind, last.epoch, last.pictures.shape) == ("samples", 4, (36, 8, 8, 3))
    assert (first.pictures != last.pictures).any()
    folder = folder_of(library.root, trained.id)
    assert (folder / runs.WEIGHTS).is_file()
    assert not list(folder.glob("checkpoint*")), "it has done its duty"


def test_the_lab_and_the_studio_keep_apart(library: Library, trained: Run) -> None:
    assert trained.id not in {run.id for run in library.lab.runs()}
    with pytest.raises(KeyError):
        library.lab.run(trained.id)
    with pytest.raises(KeyError):
        library.studio.run("rbm-20260101-000000")
    with pytest.raises(KeyError):
        library.lab.delete(trained.id)


def test_cancelled_and_gone_on_with_is_the_same_to_the_bit(library: Library) -> None:
    studio = library.studio
    whole = studio.start(LONG, Progress())
    with pytest.raises(Cancelled):
        studio.start(LONG, _at_step(Progress.cancel))
    (stopped,) = (run for run in studio.runs() if run.state == "stopped")
    assert 1 <= stopped.epoch < 30
    done = studio.resume(stopped.id, Progress())
    assert (done.state, done.epoch) == ("done", 30)
    for name, array in _weights(library, whole).items():
        np.testing.assert_array_equal(array, _weights(library, done)[name], err_msg=name)
    for a, b in zip(studio.curves(whole.id), studio.curves(done.id), strict=True):
        np.testing.assert_array_equal(a.value, b.value, err_msg=a.name)
    with pytest.raises(ReverieError, match="finished"):
        studio.resume(done.id, Progress())


def test_a_child_killed_outright_is_told_and_its_run_goes_on(library: Library) -> None:
    def kill(_: Progress) -> None:
        (child,) = [each for each in multiprocessing.active_children() if each.name == "learning"]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(ReverieError, match="ended by itself"):
        library.studio.start(LONG, _at_step(kill))
    (run,) = (run for run in library.studio.runs() if run.state == "stopped")
    assert "ended by itself" in run.message
    done = library.studio.resume(run.id, Progress())
    assert (done.state, done.epoch, done.message) == ("done", 30, "")
    library.studio.delete(run.id)


def test_one_training_at_a_time_in_lab_and_studio(library: Library) -> None:
    refused: list[str] = []

    def another(progress: Progress) -> None:
        with pytest.raises(ReverieError, match="Another training"):
            library.studio.start(SPEC, Progress())
        with pytest.raises(ReverieError, match="Another training"):
            library.lab.start(RunSpec("rbm"), Progress())
        refused.append("both")
        progress.cancel()

    with pytest.raises(Cancelled):
        library.studio.start(LONG, _at_step(another, at=1))
    assert refused == ["both"]
    (run,) = (run for run in library.studio.runs() if run.state == "stopped")
    library.studio.delete(run.id)


# ---------------------------------------------------------------- said beforehand


def test_one_photo_is_said_before_training(library: Library) -> None:
    one = Scope("ids", ids=(int(library.wall(Scope()).ids[0]),))
    before = len(library.studio.runs())
    facts = library.studio.look(one, 8, Progress())
    assert not facts.can_train
    assert "needs 20 at least" in facts.sentences[0]
    with pytest.raises(ReverieError, match="needs 20 at least"):
        library.studio.start(replace(SPEC, scope=one), Progress())
    assert len(library.studio.runs()) == before, "there is no run of it"


def test_what_there_is_to_learn_from(library: Library) -> None:
    facts = library.studio.look(Scope(), 16, Progress())
    assert (facts.photos, facts.unreadable, facts.held_out, facts.can_train) == (PHOTOS, 0, 8, True)
    assert 0 <= facts.alike <= 1
    assert "photos are few" in facts.sentences[0]


def test_an_estimate_is_measured(library: Library) -> None:
    told = library.studio.estimate(SPEC, Progress())
    assert told.startswith(f"{PHOTOS - 8} photos, about")
    assert "4 steps: about" in told


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (replace(SPEC, model="biggan"), "no generator"),
        (replace(SPEC, size=9), "makes pictures of"),
        (replace(SPEC, parameters={"layers": 3}), "no parameter"),
        (replace(SPEC, parameters={"learning_rate": 5.0}), "learning_rate is 5"),
        (replace(SPEC, parameters={"loss": "mse"}), "can be"),
        (replace(SPEC, condition="events"), "cannot be told what to make"),
        (replace(SPEC, model="conditional", condition="moods"), "A condition is one of"),
        (replace(SPEC, steps=-1), "one step at least"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(library: Library, spec: StudioSpec, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        library.studio.start(spec, Progress())


def test_texts_of_the_command_line_are_numbers_where_those_are_wanted(library: Library) -> None:
    from core.studio import catalogue

    found = catalogue.settled(replace(SPEC, parameters={"batch_size": "8", "mirror": "no", "learning_rate": "1e-3"}))
    assert (found.parameters["batch_size"], found.parameters["mirror"]) == (8, False)
    assert found.parameters["learning_rate"] == 1e-3


# ---------------------------------------------------------------- the disk


def _task(library: Library, folder: Path) -> Task:
    from core.studio import catalogue

    spec = catalogue.settled(replace(SPEC, steps=6))
    own = food.of_scope(library._store, library._walls, Scope(), "")
    return Task(str(folder), spec.model, spec.size, spec.steps, dict(spec.parameters), spec.seed, own)


def test_a_disk_that_is_full_during_a_checkpoint_leaves_the_one_before(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = _task(library, tmp_path / "dcgan-20260101-000000")
    notices: list[str] = []
    progress = Progress(lambda report: notices.append(report.notice or "") if report.notice else None, interval=0.0)
    real, kept = checkpoints.write_whole, tmp_path / "dcgan-20260101-000000" / runs.CHECKPOINT
    written: list[int] = []

    def refuse_later(path: Path, data: bytes) -> None:
        if path == kept:
            written.append(len(data))
        if len(written) >= 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data)

    monkeypatch.setattr(checkpoints, "write_whole", refuse_later)
    with pytest.raises(ReverieError, match="No space left"):
        training.train(task, progress)
    assert any("could not be kept" in notice for notice in notices), "it was told on the way, and went on"
    assert checkpoints.load(kept)[0]["step"][0] == 2, "the one before is whole"
    monkeypatch.setattr(checkpoints, "write_whole", real)
    assert training.train(task, Progress()).kept.epoch == 6


# ---------------------------------------------------------------- files that are no generator


def test_weights_of_another_architecture_are_refused(library: Library, trained: Run) -> None:
    path = folder_of(library.root, trained.id) / runs.WEIGHTS
    whole = path.read_bytes()
    try:
        arrays, texts = checkpoints.load(path)
        told = json.loads(texts["gan"])
        told["parameters"]["ngf"] = 8
        checkpoints.save(path, arrays, {"gan": json.dumps(told)})
        with pytest.raises(WeightsError, match="another architecture"):
            library.studio.generate(trained.id, [1])
    finally:
        path.write_bytes(whole)


class _Code:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/reverie-was-here",)


def test_a_pickled_file_with_code_in_it_is_refused(library: Library, trained: Run, tmp_path: Path) -> None:
    path = folder_of(library.root, trained.id) / runs.WEIGHTS
    whole, mark = path.read_bytes(), Path("/tmp/reverie-was-here")
    mark.unlink(missing_ok=True)
    evil = tmp_path / "community.pth"
    evil.write_bytes(pickle.dumps(_Code()))
    try:
        path.write_bytes(evil.read_bytes())
        with pytest.raises(WeightsError, match="cannot be read"):
            library.studio.generate(trained.id, [1])
    finally:
        path.write_bytes(whole)
    photo = int(library.wall(Scope()).ids[0])
    with pytest.raises(ReverieError):
        library.studio.enlarge([photo], "file", 2, file=evil)
    assert not mark.exists(), "no code of it was run"


def test_a_run_whose_folder_is_damaged_is_left_out_and_said(library: Library) -> None:
    folder = library.root / runs.FOLDER / "fastgan-20260101-000000"
    folder.mkdir(parents=True)
    try:
        (folder / runs.RUN).write_text("{")
        assert "fastgan-20260101-000000" not in {run.id for run in library.studio.runs()}
        assert "damaged" in library.studio.notices()[0]
        assert not library.lab.notices()
    finally:
        (folder / runs.RUN).unlink()
        folder.rmdir()


def test_the_facade_loads_no_torch() -> None:
    code = "import sys, core.library; print([m for m in ('torch', 'PIL', 'exiv2', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("model", ["vanilla", "fastgan", "srgan"])
def test_every_generator_trains(library: Library, model: str) -> None:
    own = {"batch_size": 4} | ({"crop": 32, "pretraining": 1, "n_feats": 8, "d_feats": 4} if model == "srgan" else {})
    own |= {"ngf": 8, "ndf": 8} if model == "fastgan" else {"hidden_dim": 8} if model == "vanilla" else {}
    size = 8 if model == "vanilla" else 32
    run = library.studio.start(StudioSpec(model, size=size, steps=2, parameters=own), Progress())
    assert (run.state, run.epoch) == ("done", 2)
    if model == "srgan":
        assert np.isfinite(run.figures["held_out_psnr"])
        with pytest.raises(ReverieError, match="enlarges photos"):
            library.studio.generate(run.id, [1])
        own_model = next(each for each in library.studio.upscalers() if each.name == f"run:{run.id}")
        assert own_model.available
        assert own_model.adversarial
        how = How("srgan", 2, file=str(folder_of(library.root, run.id) / runs.WEIGHTS), run_id=run.id)
        assert enlarging.load(how)(np.zeros((8, 8, 3), np.float32)).shape == (16, 16, 3)
    else:
        assert library.studio.generate(run.id, [1, 2]).pictures.shape == (2, size, size, 3)
