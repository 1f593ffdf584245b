"""A training that was stopped anyhow goes on to the bit; a disk that refuses loses nothing that was kept."""

from __future__ import annotations

import errno
import math
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Cancelled, ReverieError, WeightsError
from core.gan.base import Shape
from core.gan.registry import variants
from core.gan.trainer import GanTrainer
from core.nn import checkpoints
from core.nn.training import Resume
from core.progress import Progress, Report
from tests.gan.made import CancelAfter, Enlarger, Kill, Stop, labels, pictures, same, trainer

NAMES = [each.name for each in variants()]


@pytest.fixture
def resume(tmp_path: Path) -> Resume:
    return Resume(tmp_path / "checkpoint", "these pictures")


@pytest.mark.parametrize("name", NAMES)
def test_killed_and_resumed_is_the_uninterrupted_run(name: str, resume: Resume) -> None:
    images = pictures(size=variants_size(name))
    whole = trainer(name, n_critic=2).train(images, labels(), steps=7, every=3)
    with pytest.raises(Stop):
        trainer(name, n_critic=2).train(
            images, labels(), steps=7, every=3, keep_every=2, resume=resume, progress=Kill(5)
        )
    again = trainer(name, n_critic=2)
    began: list[int] = []
    again.train(images, labels(), steps=7, every=3, keep_every=2, resume=resume, progress=_Told(began))
    assert began[0] == 4, "from the last state kept, in the middle of what is measured together"
    same(whole, again)


@pytest.mark.parametrize("after", range(1, 9))
def test_killed_after_any_step(after: int, resume: Resume) -> None:
    whole = trainer("vanilla").train(pictures(), steps=9, every=4)
    with pytest.raises(Stop):
        trainer("vanilla").train(pictures(), steps=9, every=4, keep_every=1, resume=resume, progress=Kill(after))
    same(whole, trainer("vanilla").train(pictures(), steps=9, every=4, keep_every=3, resume=resume))


@pytest.mark.parametrize("after", [1, 3, 4, 6])
def test_cancelling_keeps_the_step_it_came_at(after: int, resume: Resume) -> None:
    whole = trainer().train(pictures(), steps=8, every=4)
    with pytest.raises(Cancelled):
        trainer().train(pictures(), steps=8, every=4, resume=resume, progress=CancelAfter(after))
    again, began = trainer(), []
    again.train(pictures(), steps=8, every=4, resume=resume, progress=_Told(began))
    assert began[0] == after
    same(whole, again)


def test_a_process_that_dies_in_another_process_is_gone_on_from(resume: Resume) -> None:
    script = (
        "import os, sys; from pathlib import Path; from core.nn.training import Resume\n"
        "from tests.gan.made import pictures, trainer\n"
        "die = lambda gan, step: os._exit(7) if step == 5 else None\n"
        "resume = Resume(Path(sys.argv[1]), 'these pictures')\n"
        "trainer().train(pictures(), steps=8, every=1, keep_every=3, resume=resume, on_step=die)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    died = subprocess.run([sys.executable, "-c", script, str(resume.path)], env=environment, check=False)
    assert died.returncode == 7
    began: list[int] = []
    again = trainer().train(pictures(), steps=8, every=1, resume=resume, progress=_Told(began))
    assert began[0] == 3
    same(trainer().train(pictures(), steps=8, every=1), again)


def test_a_longer_training_goes_on_where_a_finished_one_ended(resume: Resume) -> None:
    trainer().train(pictures(), steps=5, every=2, resume=resume)
    same(
        trainer().train(pictures(), steps=9, every=2),
        trainer().train(pictures(), steps=9, every=2, resume=resume),
    )


def test_measures_of_ones_own_are_kept_too(resume: Resume) -> None:
    def note(gan: GanTrainer, step: int) -> None:
        gan.record("kid", step / 2)

    with pytest.raises(Stop):
        trainer().train(pictures(), steps=6, every=2, resume=resume, progress=Kill(5), on_step=note)
    again = trainer().train(pictures(), steps=6, every=2, resume=resume, on_step=note)
    assert again.history_["kid"] == [1.0, 2.0, 3.0]


def test_pictures_from_pictures_resume_too(resume: Resume) -> None:
    def make() -> GanTrainer:
        return GanTrainer(Enlarger(), {"batch_size": 4}, Shape(8), seed=3)

    images = pictures(10, size=14)
    whole = make().train(images, steps=9, every=2)
    with pytest.raises(Stop):
        make().train(images, steps=9, every=2, keep_every=3, resume=resume, progress=Kill(4))
    again = make().train(images, steps=9, every=2, resume=resume)
    same_but_nan(whole, again)


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"learning_rate": 1e-3}, {"fingerprint": "others"}, {"name": "vanilla"}]
)
def test_the_state_of_another_run_is_never_taken(other: dict[str, object], resume: Resume) -> None:
    trainer().train(pictures(), steps=3, resume=resume)
    given = dict(other)
    asked = Resume(resume.path, str(given.pop("fingerprint", resume.fingerprint)))
    began: list[int] = []
    trainer(**{"name": "dcgan", **given}).train(pictures(), steps=3, resume=asked, progress=_Told(began))  # type: ignore[arg-type]
    assert began[0] == 0


def test_a_damaged_state_begins_anew(resume: Resume) -> None:
    trainer().train(pictures(), steps=3, resume=resume)
    data = bytearray(resume.path.read_bytes())
    data[-5] ^= 1
    resume.path.write_bytes(data)
    began: list[int] = []
    same(
        trainer().train(pictures(), steps=4),
        trainer().train(pictures(), steps=4, resume=resume, progress=_Told(began)),
    )
    assert began[0] == 0


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(WeightsError, match="not the state of a training"):
        trainer().set_arrays({})
    with pytest.raises(WeightsError, match="another architecture"):
        trainer().set_arrays(trainer("vanilla").arrays())


# ---------------------------------------------------------------- a disk that refuses


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_state_before(call: str, resume: Resume, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write fails after step 4; told in a notice, and after a kill the state of step 2 is there, whole."""
    notices: list[str] = []
    progress = Kill(5)
    progress._listener = lambda report: notices.append(report.notice) if report.notice else None

    def fill(gan: GanTrainer, step: int) -> None:
        if step == 4:
            monkeypatch.setattr(os, call, _full)

    with pytest.raises(Stop):
        trainer().train(pictures(), steps=6, every=2, resume=resume, progress=progress, on_step=fill)
    monkeypatch.undo()
    assert notices == [
        "The state after step 4 could not be kept: No space left on device. "
        "What was kept before is there still, and the training goes on."
    ]
    assert [path.name for path in resume.path.parent.iterdir()] == ["checkpoint"], "nothing half written is left"
    assert checkpoints.load(resume.path)[0]["step"] == 2
    same(trainer().train(pictures(), steps=6, every=2), trainer().train(pictures(), steps=6, every=2, resume=resume))


def test_a_disk_that_really_refuses_leaves_the_state_before(resume: Resume) -> None:
    """The system itself ends the write in the middle: files may not grow beyond a few kilobytes."""
    trainer().train(pictures(), steps=3, resume=resume)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(ReverieError, match=r"The state after step 5 could not be kept: .* is there still\."):
            trainer().train(pictures(), steps=5, resume=resume)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert checkpoints.load(resume.path)[0]["step"] == 3
    same(trainer().train(pictures(), steps=5), trainer().train(pictures(), steps=5, resume=resume))


def test_a_full_disk_when_cancelled_is_told_and_the_training_ends(
    resume: Resume, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer().train(pictures(), steps=2, resume=resume)
    monkeypatch.setattr(os, "replace", _full)
    with pytest.raises(Cancelled):
        trainer().train(pictures(), steps=8, resume=resume, progress=CancelAfter(5))
    monkeypatch.undo()
    assert checkpoints.load(resume.path)[0]["step"] == 2


# ---------------------------------------------------------------- helpers


class _Told(Progress):
    """Notes the steps it is told of."""

    def __init__(self, steps: list[int]) -> None:
        super().__init__()
        self._steps = steps

    def set(self, done: int, total: int | None = None) -> None:
        super().set(done, total)
        self._steps.append(done)


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def variants_size(name: str) -> int:
    return next(each.sizes[0] for each in variants() if each.name == name)


def same_but_nan(a: GanTrainer, b: GanTrainer) -> None:
    """As :func:`same`; NaN in histories is the same as NaN."""
    for name, values in a.history_.items():
        for x, y in zip(values, b.history_[name], strict=True):
            assert x == y or (math.isnan(x) and math.isnan(y)), name
    same(a, b)


def test_reports_say_steps(resume: Resume) -> None:
    reports: list[Report] = []
    trainer().train(pictures(), steps=3, progress=Progress(reports.append, interval=0.0))
    assert (reports[-1].done, reports[-1].total, reports[-1].unit) == (3, 3, "steps")
    assert reports[-1].phase == "Training: DCGAN"
