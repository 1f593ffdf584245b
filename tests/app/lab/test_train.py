"""Training in the window: what is asked for, what is shown as it goes, what is said when it fails."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider, QTableView

from app.lab.fields import Real, Whole, field, value_of
from app.lab.training import NEW, UNSEEN, WAITING
from app.navigation import ALL, LAB
from app.theme import DARK, LIGHT
from core.learn.process import Died
from core.records import Scope
from core.records_lab import Parameter
from tests.app.hands import choose, told
from tests.app.lab.fake import EPOCHS


def test_the_sidebar_leads_to_the_lab_and_back(window, desk, lab):
    tree = window.sidebar.tree
    row = tree.model().mapFromSource(window.sidebar.model.find(LAB))
    assert row.data() == "Lab"
    tree.setCurrentIndex(row)
    assert window.shown_page == "lab"
    assert window.topbar.title.text() == "Lab"
    desk.back()
    assert (window.shown_page, desk.history.current) == ("wall", ALL)


def test_nothing_trained_yet_invites_to_train(train, lab, window):
    assert train.state.state == NEW
    assert not train.runs.isVisible()
    assert train.form.info.name == "rbm"
    train.state._button.click()
    assert [said[0] for said in lab.said if said[0] == "start"] == ["start"]
    assert train.runs.isVisible()


def test_what_is_trained_is_what_was_chosen(train, lab):
    form = train.form
    form.show_spec("autoencoder")
    assert form.what.text() == form.info.what
    form.more.setChecked(True)
    form._fields["epochs"].setValue(3)
    form._fields["seed"].setValue(7)
    form.train.click()
    spec = next(said[1] for said in lab.said if said[0] == "start")
    assert (spec.learner, spec.scope, spec.seed) == ("autoencoder", Scope(), 7)
    assert spec.parameters["epochs"] == 3
    assert set(spec.parameters) == {each.name for each in form.info.parameters}


def test_every_learner_has_a_control_for_each_parameter(train, lab):
    for info in lab.learners():
        train.form.show_spec(info.name)
        spec = train.form.spec()
        assert spec.parameters == {each.name: each.default for each in info.parameters}


def test_few_parameters_first_the_rest_folded(train):
    form = train.form
    shown = {name for name, made in form._fields.items() if made.isVisible()}
    assert shown == {each.name for each in form.info.parameters if each.basic}
    form.more.click()
    assert all(made.isVisible() for made in form._fields.values())


@pytest.mark.parametrize(
    "parameter",
    [
        Parameter("n", 12, "How many.", 1, 100),
        Parameter("rate", 1e-6, "How far.", 1e-7, 1.0),
        Parameter("on", True, "Whether."),
        Parameter("input", "b", "Which.", choices=("a", "b")),
        Parameter("name", "x", "What."),
    ],
)
def test_a_control_holds_its_default_and_says_what_it_is(qtbot, parameter):
    made = field(parameter, "Title")
    qtbot.addWidget(made)
    assert value_of(made) == parameter.default
    assert type(value_of(made)) is type(parameter.default)
    assert made.accessibleName() == "Title"
    assert made.toolTip() == parameter.help


def test_small_numbers_are_written_out(qtbot):
    made = field(Parameter("decay", 0.0001, "", 0.0, 1.0), "Decay")
    qtbot.addWidget(made)
    assert isinstance(made, Real)
    assert made.text() == "0.0001"
    made.setValue(0.5)
    assert made.text() == "0.5"


def test_the_album_one_came_from_and_the_selection_can_be_learned_from(window, desk, lab):
    event = desk.session.library.groups("events")[0]
    desk.go_to("events")
    window.sidebar.chosen.emit(desk_location(event))
    choose(desk, 0, 1)
    picked = tuple(int(photo_id) for photo_id in desk.wall.selection())
    desk.go_to("lab")
    place = window.page("lab").train.form.place
    assert [place.itemText(row) for row in range(place.count())] == ["All photos", event.title, "2 photos selected"]
    place.setCurrentIndex(1)
    assert window.page("lab").train.form.scope == Scope("group", event.id)
    place.setCurrentIndex(2)
    assert window.page("lab").train.form.scope == Scope("ids", ids=picked)


def desk_location(group):
    from app.navigation import group_location

    return group_location(group)


def test_a_run_shows_curves_pictures_and_figures(train, desk, lab):
    lab.add("rbm")
    desk.refresh_page()
    assert train.title.text() == "Restricted Boltzmann machine"
    assert train.line.text() == f"Done · epoch {EPOCHS} of {EPOCHS} · 12 s"
    assert "pyqtgraph" in sys.modules
    said = train.curves.accessibleDescription()
    assert "Reconstruction error 0.250, 0.300 on photos kept apart" in said
    assert [plot.name for plot in train.curves._plots] == ["reconstruction", "free_energy_gap", "dead_units"]
    x, y = train.curves._plots[0].line.getData()
    np.testing.assert_allclose(y, 1.0 / np.arange(1, EPOCHS + 1))
    assert list(x) == [1, 2, 3, 4]
    assert train.curves._plots[0].apart.isVisible()
    assert not train.curves._plots[1].apart.isVisible()
    assert train.pictures.kind == "filters"
    assert train.pictures.sheet.accessibleName() == f"Filters, 8 pictures, epoch {EPOCHS}"
    assert not train.grab().isNull()


def test_pictures_are_scrubbed_by_epoch(train, desk, lab, qtbot):
    run = lab.add()
    desk.refresh_page()
    pictures = train.pictures
    assert pictures.epoch.maximum() == 2
    pictures.epoch.setFocus()
    qtbot.keyClick(pictures.epoch, Qt.Key.Key_Home)
    assert lab.said[-1] == ("pictures", run.id, "filters", 1)
    assert pictures.at.text() == "Epoch 1"
    before = len(lab.said)
    desk.refresh_page()
    assert pictures.epoch_shown == 1, "who looks at an earlier epoch stays there"
    assert len(lab.said) == before, "what is shown is not read again"
    pictures._buttons["reconstructions"].click()
    assert lab.said[-1] == ("pictures", run.id, "reconstructions", EPOCHS)
    assert pictures.sheet.accessibleName() == f"Reconstructions, 4 pictures, epoch {EPOCHS}"


def test_pairs_stand_together_and_nothing_leaves_its_place(train, desk, lab):
    lab.add()
    desk.refresh_page()
    train.pictures.choose("reconstructions")
    places = train.pictures.sheet.places()
    assert len(places) == 8
    inside = train.pictures.sheet.rect().toRectF()
    assert all(inside.contains(place) for place in places)
    assert places[1].left() - places[0].right() < places[2].left() - places[1].right()
    assert not any(one.intersects(other) for one in places for other in places if one is not other)


def test_a_network_dreams_when_asked(train, desk, lab):
    run = lab.add("dbn")
    desk.refresh_page()
    train.pictures.dream.click()
    assert ("dream", 16, run.id, None) in lab.said
    assert train.pictures.sheet.accessibleName() == "Dreams, 16 pictures"
    desk.refresh_page()
    assert train.pictures.sheet.accessibleName().startswith("Dreams"), "a dream stays until something else is chosen"
    train.pictures.choose("filters")
    assert train.pictures.sheet.accessibleName().startswith("Filters")


def test_a_training_that_dies_is_a_notice_and_can_be_resumed(train, window, lab):
    lab.error = Died("The learning ended by itself (code -9); nothing was lost.")
    train.form.train.click()
    assert told(window)[-1] == "The training ended early. The learning ended by itself (code -9); nothing was lost."
    assert window._notices.shown[-1].action == ("Resume", "lab-resume")
    assert train.message.text() == "The learning ended by itself (code -9); nothing was lost."
    assert train.runs.resume.isVisible()
    lab.error = None
    train.runs.resume.click()
    assert ("resume", "rbm-0") in lab.said
    assert train.line.text().startswith("Done")
    assert not train.runs.resume.isVisible()
    assert not train.message.isVisible()


def test_the_notice_resumes_the_newest_that_waits(train, window, desk, lab):
    desk.act("lab-resume")
    assert told(window)[-1] == "No training waits to be resumed."
    lab.add(state="stopped")
    lab.add(state="done")
    desk.act("lab-resume")
    assert ("resume", "rbm-0") in lab.said


def test_a_run_is_forgotten_only_after_a_second_word(train, desk, lab):
    lab.add()
    lab.add("dbn")
    desk.refresh_page()
    train.runs.choose("rbm-0")
    train.runs.delete.click()
    assert train.runs.sure.isVisible()
    train.runs.keep.click()
    assert len(lab.kept) == 2
    train.runs.delete.click()
    train.runs.sure.click()
    assert [run.id for run in lab.kept] == ["dbn-1"]
    assert train.runs.run.id == "dbn-1"
    assert train.title.text() == "Deep belief network"


def test_a_note_is_written_in_the_table(train, desk, lab, qtbot):
    run = lab.add()
    desk.refresh_page()
    table = train.runs.table
    index = train.runs.model.index(0, 6)
    assert index.flags() & Qt.ItemFlag.ItemIsEditable
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.findChild(QLineEdit)
    editor.setText("with fewer units")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("note", run.id, "with fewer units") in lab.said)
    assert train.runs.model.index(0, 6).data() == "with fewer units"


def test_what_trains_can_be_neither_noted_nor_deleted(train, desk, lab):
    lab.add(state="running", epoch=2)
    desk.refresh_page()
    assert not train.runs.model.index(0, 6).flags() & Qt.ItemFlag.ItemIsEditable
    assert not train.runs.delete.isEnabled()
    assert not train.runs.resume.isVisible()
    assert not train.runs.use.isVisible()


def test_before_the_first_round_it_says_that_it_begins(train, desk, lab):
    lab.add(state="running", epoch=0)
    desk.refresh_page()
    assert train.state.state == WAITING


def test_a_run_is_used_with_one_click(train, desk, window, lab):
    run = lab.add("autoencoder")
    desk.refresh_page()
    train.runs.use.click()
    assert ("use", run.id) in lab.said
    assert told(window)[-1] == "Look-alikes and search go by: Autoencoder."
    assert window._notices.shown[-1].action == ("Undo", "undo")


def test_how_long_it_will_take_is_told_beside_the_button(train, lab):
    train.form.estimate.click()
    assert train.form.told.text() == "270 photos, about 0.1 s a round here."
    train.form.show_spec("dbn")
    assert train.form.told.text() == ""
    train.form.estimate.click()
    assert train.form.told.text() == "Too few photos."


def test_photos_not_looked_at_yet_are_waited_for(train, desk, lab, monkeypatch):
    from dataclasses import replace

    library = desk.session.library
    status = library.status()
    monkeypatch.setattr(library, "status", lambda: replace(status, pending=status.photos))
    desk.refresh_page()
    assert train.state.state == UNSEEN
    monkeypatch.setattr(library, "status", lambda: replace(status, photos=2, pending=0))
    desk.refresh_page()
    assert train.state.state.title == "Too few photos to learn from"


def test_curves_follow_the_theme(train, desk, window, lab):
    lab.add()
    desk.refresh_page()
    for choice, tokens in (("dark", DARK), ("light", LIGHT)):
        desk.choose_theme(choice)
        plot = train.curves._plots[0]
        assert plot.line.opts["pen"].color().name() == tokens.accent
        assert plot.left.textPen().color().name() == tokens.muted
        assert train.curves.view.backgroundBrush().color().name() == tokens.ground
        assert tokens.accent in plot.title.text


def test_every_control_has_a_name(page, desk, lab):
    lab.add()
    desk.refresh_page()
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QSlider, QTableView)
    for kind in kinds:
        for made in page.findChildren(kind):
            inside = made.parent() is not None and isinstance(made.parent(), QComboBox | QTableView)
            if made.isVisible() and not inside:
                assert made.accessibleName(), made


def test_whole_numbers_answer_to_the_arrow_keys(train, qtbot):
    epochs = train.form._fields["epochs"]
    assert isinstance(epochs, Whole)
    before = epochs.value()
    epochs.setFocus()
    qtbot.keyClick(epochs, Qt.Key.Key_Up)
    assert epochs.value() > before


def test_plots_fill_even_rows_and_none_is_too_narrow(train, desk, lab):
    lab.add()
    desk.refresh_page()
    curves = train.curves
    curves.resize(900, 300)
    assert [curves.columns(count) for count in (1, 2, 4)] == [1, 2, 2]
    curves.resize(300, 600)
    assert curves.columns(6) == 1
