"""The Health view as a person uses it: one key an answer, the next question at once, an end that says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.health_words import aside, learned_line, progress_line, side_names
from app.views.health import HealthPage
from app.views.picture import Picture
from core.records_corrections import Health, LearnedPart, Question

ASKED = Question(
    "boundary:1:2:events",
    "boundary",
    "Does a new event begin here?",
    (1,),
    (2,),
    0.6,
    4.0,
    details={"gap_seconds": 7200.0},
)


@pytest.fixture
def page(window, desk):
    desk.go_to("health")
    found = window.page("health")
    assert isinstance(found, HealthPage)
    found.setFocus()
    return found


def pictures(page):
    """Photos on screen, as (id, spoken name)."""
    QApplication.sendPostedEvents(None, 0)
    return [(each.photo_id, each.accessibleName()) for each in page.card.findChildren(Picture)]


def test_the_most_useful_question_is_on_screen_with_its_photos(page, desk):
    first = desk.session.library.health().questions[0]
    assert page.question.key == first.key
    assert page.card.text.text() == first.text
    assert {photo for photo, _ in pictures(page)} == {*first.left, *first.right}
    assert "the next ten" in page.progress.text().lower()
    assert page.card.accessibleName()


@pytest.mark.parametrize(("key", "said"), [(Qt.Key.Key_Y, True), (Qt.Key.Key_N, False)])
def test_one_key_answers_and_the_next_question_is_there(page, desk, qtbot, key, said):
    library = desk.session.library
    asked, following = library.health().questions[:2]
    assert asked.kind == "boundary"
    qtbot.keyClick(page, key)
    assert page.question.key == following.key
    why = library.why_boundary(asked.left[-1], asked.right[0])
    assert (why.boundary.strength >= 0.5) == said
    assert why.correction is not None
    assert page.progress.text().startswith("1 answered")
    assert page.undo.isVisibleTo(page)


def test_not_sure_puts_a_question_aside_and_undo_brings_it_back(page, desk, qtbot):
    asked = page.question.key
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert page.question.key != asked
    assert asked not in [each.key for each in desk.session.library.health().questions]
    page.undo.click()
    assert desk.session.library.health().answered == 0
    desk.session.read_health()
    page.answer("yes")  # the one on screen, which stays there while it is open
    assert asked in [each.key for each in desk.session.library.health().questions]


def test_the_buttons_say_their_keys_and_answer_too(page):
    asked = page.question.key
    assert page.card.buttons["yes"].accessibleName() == "Yes, key Y"
    page.card.buttons["no"].click()
    assert page.question.key != asked


def test_a_click_on_a_photo_goes_to_it(page, desk, window):
    shown = page.card.findChildren(Picture)[0]
    shown.click()
    assert window.shown_page == "wall"
    assert desk.wall.current() == shown.photo_id


def test_an_answer_that_is_refused_leaves_the_question_open(page, desk, monkeypatch):
    library = desk.session.library
    monkeypatch.setattr(type(library), "answer", lambda self, key, said: (_ for _ in ()).throw(KeyError(key)))
    asked = page.question.key
    page.answer("yes")
    assert asked in [each.key for each in page._queue]


def test_what_cannot_be_read_says_so_and_can_be_tried_again(page, desk, monkeypatch):
    from core.errors import LibraryError

    library, real = desk.session.library, type(desk.session.library).health

    def fail(self, limit=50):
        raise LibraryError("The disk is gone.")

    monkeypatch.setattr(type(library), "health", fail)
    desk.session.read_health()
    assert page.state.state.text == "The disk is gone."
    assert page.question is None
    monkeypatch.setattr(type(library), "health", real)
    page._act("retry-health")
    assert page.question is not None


# ---------------------------------------------------------------- its states, without a library


@pytest.fixture
def bare(qtbot, window):
    made = HealthPage(window.theme, window.page("health")._thumbs)
    qtbot.addWidget(made)
    return made


def test_it_waits_says_there_is_nothing_or_that_it_is_enough(bare):
    assert bare.state.state.title == "A moment"
    bare.set_health(Health((), 0, 0.0, True))
    assert bare.state.state.title == "Nothing to ask"
    assert bare.question is None
    bare.set_health(Health((ASKED,), 12, 0.1, True))
    assert bare.state.state.title == "More answers would change little"
    assert bare.question is None
    bare._act("more")
    assert bare.question == ASKED


def test_what_was_learned_is_listed(bare):
    part = LearnedPart("boundaries", "F1", 0.71, 0.744, 120, True, "It was right more often.")
    bare.set_health(Health((ASKED,), 12, 9.2, False, (part,)))
    assert bare.learned.isVisibleTo(bare)
    assert learned_line(part) == (
        "Where events end: F1 0.74 learned, 0.71 by the rule, on 120 examples kept apart. The learned one is in use."
    )
    assert learned_line(replace(part, used=False)).endswith("The rule stays in use.")
    assert learned_line(replace(part, rule=None, learned=None, why="Too few corrections.")).endswith(
        "Too few corrections."
    )


def test_words():
    assert (
        progress_line(Health((ASKED,), 12, 9.2, False)) == "12 answered · the next ten would set about 9 photos right"
    )
    assert progress_line(Health((ASKED,), 0, 0.9, False)) == "The next ten would set about one photo right"
    assert progress_line(Health((ASKED,), 3, 0.0, True, unsorted=2)) == "3 answered · 2 photos not sorted yet"
    assert aside(ASKED) == "2 h apart · the program’s guess: yes, 0.60"
    assert side_names(ASKED) == ("Before the gap", "After the gap")
    clock = replace(ASKED, kind="clock", details={"camera": "Canon", "photos": 40, "pairs": [[1, 2]]})
    assert side_names(clock) == ("Canon", "Another camera")
    assert aside(clock).startswith("40 photos of that camera · 1 pair of photos of the same thing")
