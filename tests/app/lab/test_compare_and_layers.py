"""The comparison, honest about who wins; and the favourites of units."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton

from app.lab import words
from app.lab.comparing import INVITE
from app.lab.layers import LOOKING, NOTHING, SILENT
from app.lab.page import COMPARE, LAYERS
from core.errors import ReverieError
from tests.app.hands import told
from tests.app.lab.fake import COMPARISON, row
from tests.app.lab.fake import LAYERS as FAKE_LAYERS


@pytest.fixture
def compare(page):
    page.turn_to(COMPARE)
    return page.compare


@pytest.fixture
def layers(page):
    page.turn_to(LAYERS)
    return page.layers


def texts(widget):
    return [made.text() for made in widget.findChildren(QLabel) if made.isVisible()]


def test_it_invites_to_compare_and_shows_what_was_found(compare, lab):
    assert compare.state.state == INVITE
    compare.state._button.click()
    assert ("compare",) in lab.said
    assert compare.shown == COMPARISON
    shown = texts(compare)
    assert "The CNN alone is best on your photos" in shown
    assert COMPARISON.why in shown
    assert "0.712 ± 0.004" in shown
    assert "32 bytes" in shown
    assert "–" in shown, "what cannot be measured is a dash"
    assert any("140 of 300 photos have a label" in text for text in shown)


def test_the_winner_is_marked_and_said(compare, lab, desk):
    lab.found = COMPARISON
    desk.refresh_page()
    winner = compare.findChild(QFrame, "winner")
    assert "the best here" in winner.accessibleName()
    assert "in use" in winner.accessibleName()
    others = [made.accessibleName() for made in compare.findChildren(QFrame, "row")]
    assert len(others) == 2
    assert not any("the best here" in name for name in others)


def test_any_row_is_used_by_one_click(compare, lab, desk, window):
    lab.found = COMPARISON
    desk.refresh_page()
    uses = [made for made in compare.findChildren(QPushButton) if made.text() == "Use"]
    assert len(uses) == 2, "what is in use has no button"
    uses[1].click()
    assert ("use", "codes-20261125-1") in lab.said
    assert told(window)[-1] == "Look-alikes and search go by: Binary codes."


def test_what_is_in_use_now_is_marked(compare, lab, desk):
    run = lab.add("dbn", in_use=True)
    lab.found = replace(COMPARISON, rows=(COMPARISON.rows[0], replace(COMPARISON.rows[1], run_id=run.id)))
    desk.refresh_page()
    (use,) = (made for made in compare.findChildren(QPushButton) if made.text() == "Use")
    assert use.accessibleName() == "Use CNN for look-alikes and search"
    use.click()
    assert ("use", "cnn") in lab.said
    assert "In use" in texts(compare)


def test_another_embedder_is_compared_but_cannot_be_used(compare, lab, desk):
    lab.found = replace(COMPARISON, rows=(COMPARISON.rows[0], row("clip", "CLIP", 0.6)))
    desk.refresh_page()
    assert "CLIP" in texts(compare)
    assert not [made for made in compare.findChildren(QPushButton) if made.text() == "Use"]


def test_a_learner_that_wins_is_offered_first(compare, lab, desk):
    best = row("dbn-1", "Deep belief network", 0.8, run_id="dbn-9")
    lab.found = replace(COMPARISON, rows=(*COMPARISON.rows[:1], best), winner="dbn-1", why="By 0.09.")
    desk.refresh_page()
    assert "Deep belief network is best on your photos" in texts(compare)
    use = next(made for made in compare.findChildren(QPushButton) if made.text() == "Use")
    assert use.property("role") == "primary"
    use.click()
    assert ("use", "dbn-9") in lab.said


def test_a_comparison_that_fails_is_a_notice(compare, lab, window, monkeypatch):
    def fail(progress):
        raise ReverieError("No labels to judge by.")

    monkeypatch.setattr(lab, "compare", fail)
    compare.state._button.click()
    assert told(window)[-1] == "Could not compare. No labels to judge by."
    assert compare.state.state == INVITE


# ---------------------------------------------------------------- layers


def test_favourites_are_shown_strongest_first(layers, lab):
    assert layers.list.count() == 2
    assert ("favourites", "blocks.1", 0) in lab.said
    assert [made.photo_id for made in layers.pictures] == list(lab.ids[:9])
    assert "activation 9.50" in layers.pictures[0].accessibleName()


def test_units_by_keys_by_chance_and_around_the_ends(layers, lab, qtbot):
    qtbot.keyClick(layers.list, Qt.Key.Key_N)
    assert layers.unit.value() == 1
    assert [made.photo_id for made in layers.pictures] == list(lab.ids[1:10])
    qtbot.keyClick(layers.list, Qt.Key.Key_Left)
    qtbot.keyClick(layers.list, Qt.Key.Key_P)
    assert layers.unit.value() == FAKE_LAYERS[0].units - 1
    layers.next.click()
    assert layers.unit.value() == 0
    layers._dice.seed(1)
    layers.any.click()
    assert lab.said[-1] == ("favourites", "blocks.1", layers.unit.value())


def test_another_layer_asks_anew(layers, lab):
    layers.unit.setValue(20)
    layers.list.setCurrentRow(1)
    assert layers.title.text() == FAKE_LAYERS[1].title
    assert lab.said[-1] == ("favourites", "blocks.6", 20)
    assert layers.unit.maximum() == 319
    layers.unit.setValue(319)
    layers.list.setCurrentRow(0)
    assert lab.said[-1] == ("favourites", "blocks.1", 23)


def test_a_unit_without_favourites_leads_on(layers, lab):
    layers.unit.setValue(5)
    assert layers.state.state == SILENT
    layers.state._button.click()
    assert layers.unit.value() == 6
    assert len(layers.pictures) == 9


def test_a_late_answer_of_another_unit_is_dropped(layers, lab):
    late = lab.favourites(FAKE_LAYERS[0], 11, 9, None)
    layers.show_favourites(late)
    assert [made.photo_id for made in layers.pictures] == list(lab.ids[:9])


def test_a_favourite_leads_to_the_photo(layers, window, desk, lab):
    layers.pictures[3].click()
    assert window.shown_page == "wall"
    assert desk.wall.current() == lab.ids[3]


def test_what_cannot_be_looked_into_says_why(layers, lab, monkeypatch):
    def fail(*_):
        raise ReverieError("The thumbnails are gone.")

    monkeypatch.setattr(lab, "favourites", fail)
    layers.next.click()
    assert layers.state.state.text == "The thumbnails are gone."


def test_without_layers_an_import_is_offered(page, lab, window):
    lab.shown_layers = ()
    page.turn_to(LAYERS)
    assert page.layers._nothing.state == NOTHING
    assert page.layers._nothing.isVisible()


# ---------------------------------------------------------------- words


def test_figures_in_words():
    assert words.figure(0.012345) == "0.0123"
    assert words.figure(float("nan")) == "–"
    assert words.figure(92.908) == "92.9"
    assert words.figure(1234567.0) == "1.2e+06"
    assert words.spread(0.5, float("nan")) == "0.500"
    assert words.short_time(0.035) == "35 ms"
    assert words.short_time(2.34) == "2.3 s"
    assert words.curve_title("reconstruction_held_out") == "Reconstruction error, kept apart"
    assert words.curve_title("what_ever") == "What ever"


def test_long_looking_says_how_far_it_is(layers):
    from core.progress import Report

    layers._say(LOOKING)
    layers.show_progress(Report("Looking for favourites", 120, 295, "photos", 0.0, None, False))
    assert layers.state.state.text == "120 of 295"
    layers._say(SILENT)
    layers.show_progress(Report("Looking for favourites", 130, 295, "photos", 0.0, None, False))
    assert layers.state.state == SILENT
