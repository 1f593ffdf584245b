"""One real training, small, through the window and the library's own Lab, while the window lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desk import Desk
from tests.support.libraries import make_library

TRAIN_MS = 120_000
ROUNDS = 5000


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    make_library(folder, 120, vectors=16, thumbs=120)
    return folder


def test_a_training_runs_beside_the_window_is_stopped_and_resumed(open_window, small, qtbot):
    window = open_window(small, sync=False)
    desk = window.findChild(Desk)
    qtbot.waitUntil(lambda: desk.session.library is not None, timeout=TRAIN_MS)
    desk.go_to("lab")
    train = window.page("lab").train
    qtbot.waitUntil(lambda: train.form.info is not None, timeout=TRAIN_MS)
    train.form._fields["n_hidden"].setValue(8)
    train.form._fields["epochs"].setValue(ROUNDS)
    train.form.train.click()
    assert not train.form.train.isEnabled(), "one at a time"
    qtbot.waitUntil(lambda: train.runs.run is not None and train.runs.run.epoch > 0, timeout=TRAIN_MS)
    assert train.runs.run.state == "running"
    desk.act("cancel")
    qtbot.waitUntil(lambda: train.line.text().startswith("Stopped"), timeout=TRAIN_MS)
    (run,) = desk.session.library.lab.runs()
    assert run.state == "stopped"
    assert 0 < run.epoch < ROUNDS
    assert train.runs.resume.isVisible()
    train.runs.resume.click()
    qtbot.waitUntil(lambda: train.runs.run.state == "running" and train.runs.run.epoch > run.epoch, timeout=TRAIN_MS)
    desk.act("cancel")
    qtbot.waitUntil(lambda: not desk.session.works.active, timeout=TRAIN_MS)
    assert train.form.train.isEnabled()
    again = desk.session.library.lab.run(run.id)
    assert (again.state, again.spec.parameters["n_hidden"]) == ("stopped", 8)
    assert run.epoch < again.epoch < ROUNDS
    assert "Reconstruction error" in train.curves.accessibleDescription()
    qtbot.waitUntil(lambda: train.pictures.sheet.accessibleName().startswith("Filters, 8"), timeout=TRAIN_MS)
