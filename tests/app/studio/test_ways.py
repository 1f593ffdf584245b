"""Ways to the Studio: the sidebar, keys, menus of photos and groups; and what every control is called."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QListWidget, QSlider, QTableView

from app.actions import ABOUT
from app.navigation import ALL, STUDIO, group_location
from app.studio.page import ENLARGE, GENERATE, TRAIN
from app.theme import DARK, LIGHT
from core.records import Scope
from core.records_studio import ImaginePlan, StudioSpec
from tests.app.hands import choose, told


def test_the_sidebar_leads_to_the_studio_and_back(window, desk, studio):
    tree = window.sidebar.tree
    row = tree.model().mapFromSource(window.sidebar.model.find(STUDIO))
    assert row.data() == "Studio"
    tree.setCurrentIndex(row)
    assert window.shown_page == "studio"
    assert window.topbar.title.text() == "Studio"
    desk.back()
    assert (window.shown_page, desk.history.current) == ("wall", ALL)
    desk.act("go-studio")
    assert window.shown_page == "studio"
    assert desk.actions["go-studio"].shortcut().toString() == "Ctrl+0"


def test_the_menus_of_photos_and_headings_lead_there():
    assert ABOUT["photo"][-3:] == ("enlarge", "imagine", "train-on-this")
    assert ABOUT["heading"][-2:] == ("imagine", "train-on-this")


def test_selected_photos_are_enlarged(window, desk, studio):
    choose(desk, 2, 5)
    picked = [int(photo_id) for photo_id in desk.wall.selection()]
    desk.act("enlarge")
    page = window.page("studio")
    assert (window.shown_page, page.shown) == ("studio", ENLARGE)
    assert sorted(page.enlarge.form.queue.ids) == sorted(picked)


def test_a_generator_is_trained_on_the_selection(window, desk, studio):
    choose(desk, 0, 3)
    picked = tuple(int(photo_id) for photo_id in desk.wall.selection())
    desk.act("train-on-this")
    form = window.page("studio").train.form
    assert window.page("studio").shown == TRAIN
    assert form.scope == Scope("ids", ids=picked)
    assert form.place.currentText() == "2 photos selected"


def test_a_generator_is_trained_on_the_group_that_is_meant(window, desk, studio):
    event = desk.session.library.groups("events")[0]
    desk.go(group_location(event))
    choose(desk, 0)
    desk.act("train-on-this")
    form = window.page("studio").train.form
    assert form.scope == Scope("group", event.id)
    assert form.place.currentText() == event.title
    desk.refresh_page()
    assert form.scope == Scope("group", event.id), "it stays what was pointed at"


def test_more_like_an_event_by_a_generator_that_knows_it(window, desk, studio):
    run = studio.add()
    event = desk.session.library.groups("events")[0]
    studio.plan = ImaginePlan(run.id, "Weekend", StudioSpec("fastgan"), "There is one.", 40)
    desk.go(group_location(event))
    choose(desk, 0)
    desk.act("imagine")
    page = window.page("studio")
    assert page.shown == GENERATE
    assert page.generate.form.run_id == run.id
    asked = [said for said in studio.said if said[0] == "generate"]
    assert asked[-1][1] == run.id
    assert asked[-1][4] == "Weekend"


def test_more_like_an_event_that_no_generator_knows_is_trained_first(window, desk, studio):
    event = desk.session.library.groups("events")[0]
    desk.go(group_location(event))
    choose(desk, 0)
    desk.act("imagine")
    page = window.page("studio")
    assert page.shown == TRAIN
    spec = page.train.form.spec()
    assert (spec.model, spec.scope, spec.size, spec.steps) == ("fastgan", Scope("group", event.id), 64, 1000)
    assert page.train.form.told.text() == "No generator knows this event yet. This would train one."


def test_where_no_group_is_there_is_nothing_to_imagine(window, desk, studio, monkeypatch):
    monkeypatch.setattr(desk.editing, "group_meant", lambda: (0, ""))
    desk.act("imagine")
    assert told(window)[-1] == "There is no group here to imagine more of."
    assert window.shown_page == "wall"


@pytest.mark.parametrize("pane", [TRAIN, GENERATE, ENLARGE])
def test_every_control_has_a_name(page, studio, pane):
    studio.add("dcgan")
    studio.add()
    page.turn_to(pane)
    page.enlarge_these(studio.ids[:2])
    page.turn_to(pane)
    page.generate.form.ask()
    page.generate.form.seek.click()
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QSlider, QTableView, QListWidget)
    for kind in kinds:
        for made in page.findChildren(kind):
            inside = made.parent() is not None and isinstance(made.parent(), QComboBox | QTableView)
            if made.isVisible() and not inside:
                assert made.accessibleName(), made


def test_the_tabs_are_turned_by_keys(page, qtbot):
    from PySide6.QtCore import Qt

    page.tabs.setFocus()
    qtbot.keyClick(page.tabs, Qt.Key.Key_Right)
    assert page.shown == GENERATE
    qtbot.keyClick(page.tabs, Qt.Key.Key_Right)
    assert page.shown == ENLARGE


def test_the_page_follows_the_theme(page, desk, studio):
    page.enlarge_these(studio.ids[:1])
    for choice, tokens in (("dark", DARK), ("light", LIGHT)):
        desk.choose_theme(choice)
        corner = page.enlarge.wipe.grab().toImage().pixelColor(1, 60)
        assert corner.name() == tokens.ground


def test_at_900_x_600_nothing_is_cut_off(window, page, studio):
    studio.add()
    window.resize(900, 600)
    page.enlarge_these(studio.ids[:2])
    for pane in (TRAIN, GENERATE, ENLARGE):
        page.turn_to(pane)
        page.generate.form.ask()
        assert page.minimumSizeHint().width() <= page.width()
        assert page.minimumSizeHint().height() <= page.height()


def test_neither_torch_nor_pyqtgraph_nor_the_studio_is_on_the_way_to_the_first_window():
    code = (
        "import app.bootstrap, app.actions, app.operations_studio, sys;"
        "print([m for m in sys.modules if m.startswith(('torch', 'pyqtgraph', 'app.studio', 'core.studio'))])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    code = (
        "import app.studio.page, app.studio.room, sys; print([m for m in sys.modules if m in ('torch', 'pyqtgraph')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
