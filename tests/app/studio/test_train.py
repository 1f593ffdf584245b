"""Training a generator in the window: what is asked for, what is shown as it goes, what is said before and after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.studio.runview import History
from app.studio.training import NEW, WAITING
from app.studio.words import HEADS
from core.learn.process import Died
from core.records import Scope
from core.records_lab import Curve, PictureGrid
from core.records_studio import StudioSpec
from tests.app.hands import told
from tests.app.studio.fake import EVERY, STEPS, shades


def looked(studio):
    return [said for said in studio.said if said[0] == "look"]


def test_nothing_trained_yet_invites_to_train(train, studio):
    assert train.state.state == NEW
    assert not train.runs.isVisible()
    assert train.form.info.name == "fastgan", "what makes the best of few photos comes first"
    train.state._button.click()
    assert [said[0] for said in studio.said if said[0] == "start"] == ["start"]
    assert train.runs.isVisible()
    assert train.view.run.state == "done"


def test_what_is_trained_is_what_was_chosen(train, studio):
    form = train.form
    form.generator.setCurrentText("Conditional GAN")
    assert form.what.text() == "Told what to make."
    assert form.condition.isVisible()
    form.side.setCurrentText("64 × 64")
    form.steps.setValue(500)
    form.condition.setCurrentText("Kinds")
    form.more.setChecked(True)
    form._fields["seed"].setValue(7)
    form.train.click()
    spec = next(said[1] for said in studio.said if said[0] == "start")
    assert (spec.model, spec.scope, spec.size, spec.steps) == ("conditional", Scope(), 64, 500)
    assert (spec.condition, spec.seed) == ("kinds", 7)
    assert spec.parameters == {each.name: each.default for each in form.info.parameters}


def test_who_makes_no_pictures_of_groups_has_no_condition(train):
    train.form.generator.setCurrentText("FastGAN")
    assert not train.form.condition.isVisible()
    assert train.form.spec().condition == ""


def test_what_there_is_to_learn_from_is_said_before(train, studio, qtbot):
    qtbot.waitUntil(lambda: train.form.facts.text() != "")
    assert train.form.facts.text() == "270 photos, 30 kept apart. 3 files cannot be read and are left out."
    assert looked(studio) == [("look", Scope(), 128, "")]
    train.form.side.setCurrentText("64 × 64")
    qtbot.waitUntil(lambda: len(looked(studio)) == 2)
    assert looked(studio)[-1] == ("look", Scope(), 64, "")


def test_too_few_photos_are_said_and_not_trained_on(page, desk, studio, qtbot):
    studio.few = True
    form = page.train.form
    form.look_again()
    qtbot.waitUntil(lambda: "too few" in form.facts.text())
    assert form.facts.property("role") == "warning"
    assert not form.train.isEnabled()
    assert form.train.toolTip() == "There is too little to learn from."
    studio.few = False
    form.side.setCurrentText("64 × 64")
    qtbot.waitUntil(lambda: "270 photos" in form.facts.text())
    assert form.train.isEnabled()


def test_the_same_is_not_looked_at_twice(train, desk, studio, qtbot):
    qtbot.waitUntil(lambda: len(looked(studio)) == 1)
    desk.refresh_page()
    assert not train.form._timer.isActive()


def test_how_long_it_takes_is_measured_and_stays_beside_the_model(train, studio):
    train.form.estimate.click()
    assert train.form.time.text() == "About 12 min on this CPU, measured over 5 steps."
    train.form.side.setCurrentText("64 × 64")
    assert not train.form.time.isVisible(), "another size takes another time"
    train.form.side.setCurrentText("128 × 128")
    assert train.form.time.isVisible()


def test_a_run_shows_curves_pictures_and_what_the_measures_say(train, desk, studio):
    studio.warnings = ("It begins to learn by heart.",)
    studio.add()
    desk.refresh_page()
    view = train.view
    assert view.head.title.text() == "FastGAN 64 × 64"
    assert view.head.line.text() == f"Done · step {STEPS} of {STEPS} · 2 min"
    assert view.said.text() == "It begins to learn by heart."
    assert view.said.isVisible()
    assert "KID 0.115" in view.curves.accessibleDescription()
    assert view.history.sheet.accessibleName() == f"Samples, 16 pictures, step {STEPS}"
    assert not train.grab().isNull()


def test_the_history_is_scrubbed(train, desk, studio, qtbot):
    run = studio.add()
    desk.refresh_page()
    history = train.view.history
    assert history.slider.maximum() == 3
    history.slider.setFocus()
    qtbot.keyClick(history.slider, Qt.Key.Key_Home)
    assert studio.said[-1] == ("pictures", run.id, EVERY)
    assert history.at.text() == "Step 100"
    before = len([said for said in studio.said if said[0] == "pictures"])
    desk.refresh_page()
    assert history.step == EVERY, "who looks at an earlier step stays there"
    assert len([said for said in studio.said if said[0] == "pictures"]) == before, "what is shown is not read again"


def test_the_history_plays_to_the_latest(desk, window, qtbot):
    history = History(window.theme)
    qtbot.addWidget(history)
    wanted = []
    history.wanted.connect(wanted.append)
    history.set_steps((1, 2, 3))
    history.toggle()
    assert history.playing
    assert history.play.accessibleName() == "Stop here"
    history._next()
    history._next()
    assert wanted == [3, 1, 2, 3]
    assert not history.playing
    assert history.play.accessibleName() == "Watch it learn"


def test_late_pictures_of_another_step_are_dropped(train, desk, studio):
    run = studio.add()
    desk.refresh_page()
    view = train.view
    view.history.slider.setValue(0)
    view.show_grid(run.id, STEPS, PictureGrid("samples", STEPS, shades(4)), train.view.history.sheet._image)
    assert view.history.sheet.accessibleName().endswith("step 100")


def test_two_runs_are_compared_side_by_side(train, desk, studio):
    studio.add("dcgan")
    studio.add("fastgan")
    desk.refresh_page()
    assert not train.other.isVisible()
    assert train.beside.count() == 2
    train.beside.setCurrentIndex(1)
    assert train.other.isVisible()
    assert train.other.head.title.text() == "DCGAN 64 × 64"
    assert train.difference.text().startswith("KID 0.115 against 0.0950")
    train.view.history.slider.setValue(1)
    assert train.other.history.step == 2 * EVERY, "both stand at the same step"
    train.runs.choose("dcgan-0")
    assert train.beside_id == "", "a run is not compared with itself"
    assert not train.other.isVisible()


def test_before_the_first_pictures_it_says_that_it_begins(train, desk, studio):
    studio.add(state="running", epoch=0)
    desk.refresh_page()
    assert train.state.state == WAITING


def test_a_training_that_dies_is_a_notice_and_can_be_resumed(train, window, studio):
    studio.error = Died("The learning ended by itself (code -9); nothing was lost.")
    train.form.train.click()
    assert told(window)[-1].startswith("The generator ended early. The learning ended by itself")
    assert window._notices.shown[-1].action == ("Resume", "studio-resume")
    assert train.view.head.message.isVisible()
    studio.error = None
    train.runs.resume.click()
    assert ("resume", "fastgan-0") in studio.said
    assert train.view.head.line.text().startswith("Done")


def test_the_notice_resumes_the_newest_that_waits(page, window, desk, studio):
    desk.act("studio-resume")
    assert told(window)[-1] == "No generator waits to be resumed."
    studio.add(state="stopped")
    desk.act("studio-resume")
    assert ("resume", "fastgan-0") in studio.said
    assert told(window)[-1] == "The generator is done."


def test_runs_are_noted_and_forgotten(train, desk, studio, qtbot):
    run = studio.add()
    desk.refresh_page()
    assert [train.runs.model.headerData(k, Qt.Orientation.Horizontal) for k in range(8)] == list(HEADS)
    table, index = train.runs.table, train.runs.model.index(0, 6)
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.findChild(QLineEdit)
    editor.setText("smaller batches")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("note", run.id, "smaller batches") in studio.said)
    train.runs.delete.click()
    train.runs.sure.click()
    assert ("delete", run.id) in studio.said
    assert train.state.state == NEW
    assert not train.runs.use.isVisible(), "a generator describes no photos"


def test_a_spec_survives_the_run_it_is_kept_in(train):
    spec = StudioSpec("fastgan", Scope("group", 3), 64, 900, {"batch_size": 8}, "events", 5, "a note")
    assert StudioSpec.of(spec.run_spec()) == spec


def test_a_library_too_small_for_any_generator_says_so(page, desk, studio, monkeypatch):
    library = desk.session.library
    status = library.status()
    monkeypatch.setattr(library, "status", lambda: replace(status, photos=5))
    desk.refresh_page()
    assert page.train.state.state.title == "Too few photos to learn from"


@pytest.mark.parametrize("condition", ["", "events"])
def test_the_head_says_what_a_run_is_told_by(train, desk, studio, condition):
    run = studio.add()
    spec = replace(StudioSpec.of(run.spec), condition=condition).run_spec()
    studio.kept = [replace(run, spec=spec)]
    desk.refresh_page()
    assert train.view.head.title.text() == "FastGAN 64 × 64" + (", told by events" if condition else "")


def test_a_measure_that_is_taken_seldom_is_drawn_all_the_same(train, desk, studio, monkeypatch):
    studio.add()
    step = np.arange(1, 7)
    seldom = np.array([np.nan, 0.5, np.nan, np.nan, 0.2, np.nan])
    curves = (Curve("skipped", step, step * 0.0), Curve("kid", step, seldom), Curve("generator_loss", step, step * 1.0))
    monkeypatch.setattr(studio, "curves", lambda run_id: curves)
    desk.refresh_page()
    plots = train.view.curves._plots
    assert [plot.name for plot in plots] == ["generator_loss", "kid", "skipped"], "what tells most comes first"
    x, y = plots[1].line.getData()
    assert (list(x), list(y)) == ([2, 5], [0.5, 0.2])
    assert "KID 0.200" in train.view.curves.accessibleDescription()


def test_the_first_grid_is_that_of_step_0(desk, window, qtbot):
    history = History(window.theme)
    qtbot.addWidget(history)
    wanted = []
    history.wanted.connect(wanted.append)
    history.set_steps((0,))
    assert wanted == [0]
    assert history.at.text() == "Step 0"
