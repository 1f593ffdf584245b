"""Odd photos with their reasons: keys, "it is fine" that lasts, a date that is offered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.evidence import lines, sentence
from app.rooms import broken
from core.errors import LibraryError


@pytest.fixture
def page(window, desk):
    desk.go_to("odd")
    assert window.shown_page == "odd"
    made = window.page("odd")
    made.view.setFocus()
    return made


def test_every_odd_photo_is_shown_in_its_section(page, desk):
    library = desk.session.library
    wanted = [each.row.id for group in library.groups("odd") for each in library.members(group.id)]
    assert [each.member.row.id for each in page.view.photos] == wanted
    assert page.view.odd is not None
    assert page.view.accessibleDescription()
    assert not page.grab().isNull()


def test_arrows_go_through_the_photos(page, qtbot):
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert page.view.current == min(1, len(page.view.photos) - 1)
    qtbot.keyClick(page.view, Qt.Key.Key_End)
    assert page.view.current == len(page.view.photos) - 1
    place = page.view.place_of(page.view.current)
    assert place.bottom() <= page.view.viewport().height() + 1
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    assert page.view.current == 0


def test_what_is_fine_is_not_listed_again(page, desk, qtbot):
    odd = page.view.odd
    qtbot.keyClick(page.view, Qt.Key.Key_F)
    library = desk.session.library
    left = {group.id: [each.row.id for each in library.members(group.id)] for group in library.groups("odd")}
    assert odd.member.row.id not in left.get(odd.group.id, [])
    desk.act("undo")
    assert odd.member.row.id in [each.row.id for each in library.members(odd.group.id)]


def test_enter_shows_it_in_its_event(page, desk, window, qtbot):
    photo = page.view.odd.member.row.id
    event = next(each for each in desk.session.library.photo(photo).memberships if each.kind == "events")
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert window.shown_page == "wall"
    assert desk.history.current.scope.id == event.group_id
    assert desk.wall.current() == photo


def test_a_date_that_is_offered_can_be_taken(page, desk, qtbot):
    from dataclasses import replace

    library = desk.session.library
    assert not page.fix.isVisibleTo(page)
    odd = page.view.odd
    right = odd.member.row.taken_local - 3 * 365.25 * 86400
    page.show_odd([replace(odd, suggested=right)])
    assert page.fix.isVisibleTo(page)
    assert "T" in page.fix.text()
    qtbot.keyClick(page.view, Qt.Key.Key_T)
    (row,) = library.rows([odd.member.row.id])
    assert row.taken_local == pytest.approx(right, abs=0.01)
    desk.act("undo")
    assert library.rows([odd.member.row.id])[0].taken_local == odd.member.row.taken_local


def test_reasons_in_words():
    assert lines("odd", {"reason": "blank", "contrast": 0.01}) == ["It shows almost nothing"]
    assert sentence("odd", {"reason": "blurred", "deviations_below": 4.24}) == (
        "Far less sharp than the photos like it · 4.2 deviations below the usual"
    )
    assert lines("odd", {"reason": "screenshot", "photos_of_event": 23.0}) == ["A screenshot among 23 photos"]
    assert sentence("odd", {"reason": "date", "year": 1970.0, "years_from_others": 44.5}) == (
        "Dated 1970 · 44.5 years from all others"
    )
    assert sentence("odd", {"reason": "place", "km_away": 340.0, "least_speed_kmh": 2300.0}) == (
        "340 km off its way · only reached at 2,300 km/h"
    )
    assert sentence("odd", {"reason": "alone", "nearest_cosine": 0.31}) == (
        "Nothing here looks like it · the nearest is 31 % like it"
    )
    assert lines("odd", {"n": 1}) == []


def test_what_cannot_be_read_says_why():
    state = broken(LibraryError("The disk is gone."))
    assert state.text == "The disk is gone."
    assert state.action is not None
