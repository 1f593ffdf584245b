"""Sets side by side: keys, marks that move nothing, a confirmation that says what happens, and undo."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from app.navigation import group_location, kind_location
from app.operations_review import away_text
from app.sets import Sets, captions, chips, spoken, summary, why_best
from core.records import Group, PhotoRow, Scope
from core.records_corrections import Member
from tests.support.rows import add_group


def member(photo_id: int, *, best: bool = False, marked: bool = False, sharpness: float | None = 100.0) -> Member:
    row = PhotoRow(photo_id, f"/p/{photo_id}.jpg", 1.0e9, None, "exif", None, None, None, 4032, 3024, "Canon", 0, False)
    reason = {"best": ["most pixels", "sharpest"]} if best else {}
    return Member(row, 0.9, reason, best, marked, sharpness, 3_400_000)


def group(number: int) -> Group:
    return Group(number, "duplicates", f"Set {number}", "", None, 1.0, 2, None)


# ---------------------------------------------------------------- without a window


def test_a_step_to_another_set_stands_at_its_best_photo():
    sets = Sets()
    sets.replace("duplicates", [group(1), group(2)])
    sets.fill(1, [member(1), member(2)])
    sets.fill(2, [member(3), member(4, best=True)])
    assert sets.step(1, 0)
    assert sets.member.row.id == 4
    assert not sets.step(1, 0)
    assert sets.step(0, -1)
    assert sets.member.row.id == 3
    assert sets.others_than_best() == [3]


def test_the_person_stays_at_their_set_when_others_go():
    sets = Sets()
    sets.replace("duplicates", [group(1), group(2), group(3)])
    sets.row = 1
    sets.replace("duplicates", [group(2), group(3)])
    assert sets.group.id == 2
    sets.replace("duplicates", [group(3)])
    assert sets.group.id == 3
    sets.replace("duplicates", [])
    assert sets.group is None
    assert sets.member is None


def test_words_of_a_photo():
    one, other = member(1, best=True), member(2, sharpness=42.0, marked=True)
    assert chips(one, [one, other])[:4] == ["4032 × 3024", "3.4 MB", "JPG", "sharpest"]
    assert chips(other, [one, other])[3] == "42 % as sharp"
    assert why_best(one) == "most pixels, sharpest"
    assert why_best(other) == ""
    assert spoken(other, 2, 2) == "Photo 2 of 2, 2.jpg, marked to be put away"
    assert spoken(one, 1, 2) == "Photo 1 of 2, 1.jpg, best: most pixels, sharpest"
    assert summary("duplicates", 12, 3) == "12 sets · 3 photos marked"
    assert summary("duplicates", 1, 0) == "1 set"


def test_words_under_a_narrow_photo_are_put_into_lines_and_lose_nothing():
    one = member(1, best=True)
    why, about = captions(one, [one], lambda line: len(line) <= 26, 4)
    assert why == ["Most pixels, sharpest"]
    assert about[:2] == ["4032 × 3024 · 3.4 MB · JPG", "sharpest"]
    assert " · ".join(about) == " · ".join(chips(one, [one]))
    why, about = captions(one, [one], lambda line: len(line) <= 14, 4)
    assert (why, len(about)) == (["Most pixels,", "sharpest"], 2)


def test_putting_away_says_exactly_what_happens():
    assert away_text(3) == (
        "Put 3 photos away?",
        "3 photos leave the walls. No file is touched, and undo brings them back.",
    )
    assert away_text(1)[1].startswith("1 photo leaves the walls.")


# ---------------------------------------------------------------- in the window


@pytest.fixture
def page(window, desk):
    desk.go_to("duplicates")
    assert window.shown_page == "sets"
    made = window.page("sets")
    made.view.setFocus()
    return made


def test_sets_come_with_their_photos_and_the_best_is_marked(page, desk):
    library = desk.session.library
    assert [each.id for each in page.sets.groups] == [each.id for each in library.groups("duplicates")]
    assert [each.row.id for each in page.sets.here] == [each.row.id for each in library.members(page.sets.group.id)]
    assert page.sets.member.best
    assert page.view.accessibleDescription()


def test_words_that_are_cut_short_are_told_on_hovering(page):
    view, best = page.view, page.sets.member
    spot = view.rects(0)[page.sets.column].bottomLeft() + QPointF(4, 8)
    assert view.hint_at(spot) == "", "there is room for all"
    page.sets.members[page.sets.group.id] = [replace(best, reason={"best": ["a reason " * 40]})]
    spot = view.rects(0)[0].bottomLeft() + QPointF(4, 8)
    assert view.hint_at(spot).startswith("a reason a reason")
    assert view.hint_at(QPointF(2, 2)) == ""


def test_arrows_go_from_photo_to_photo_and_from_set_to_set(page, qtbot):
    first = page.sets.group.id
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert page.sets.column == 1
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    assert page.sets.group.id != first
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    assert page.sets.group.id == first


def test_keep_best_marks_the_others_and_moves_nothing(page, desk, qtbot):
    library = desk.session.library
    there = len(library.wall(Scope()).ids)
    others = page.sets.others_than_best()
    assert others
    qtbot.keyClick(page.view, Qt.Key.Key_K)
    assert sorted(library.marked().tolist()) == sorted(others)
    assert len(library.wall(Scope()).ids) == there
    assert page.sets.row == 1, "and goes on to the next"
    desk.refresh_page()
    assert f"{len(others)} photo" in page._count.text()
    desk.act("undo")
    assert library.marked().tolist() == []


def test_marked_photos_leave_once_confirmed_and_undo_brings_them_back(page, desk, qtbot):
    library = desk.session.library
    there = len(library.wall(Scope()).ids)
    photo = page.sets.here[1].row.id
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    qtbot.keyClick(page.view, Qt.Key.Key_M)
    desk.refresh_page()
    asked = []
    page.confirm = lambda title, text: asked.append((title, text)) or False
    page.put.click()
    assert asked == [away_text(1)]
    assert len(library.wall(Scope()).ids) == there, "not confirmed, not done"
    page.confirm = lambda title, text: True
    page.put.click()
    assert photo not in library.wall(Scope()).ids
    desk.act("undo")
    assert photo in library.wall(Scope()).ids


def test_all_that_was_put_away_can_be_brought_back_much_later(page, desk):
    library = desk.session.library
    there = library.wall(Scope()).ids.tolist()
    library.put_away(there[:2])
    library.put_away(there[5:6])
    told = []
    desk.session.noticed.connect(lambda notice: told.append(notice.text))
    desk.act("bring-back")
    assert library.wall(Scope()).ids.tolist() == there
    assert told == ["3 photos brought back."]
    desk.act("bring-back")
    assert told[-1] == "Nothing was put away."


def test_enter_chooses_another_best_one_and_it_stays(page, desk, qtbot):
    chosen = page.sets.here[1].row.id
    group_id = page.sets.group.id
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    members = desk.session.library.members(group_id)
    assert [each.row.id for each in members if each.best] == [chosen]


def test_not_the_same_parts_the_current_photo(page, desk, qtbot):
    best, other = (each.row.id for each in page.sets.here[:2])
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    qtbot.keyClick(page.view, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    library = desk.session.library
    together = [
        {each.row.id for each in library.members(found.id)} >= {best, other} for found in library.groups("duplicates")
    ]
    assert not any(together)


def test_the_loupe_looks_at_all_photos_of_a_set(page, qtbot):
    looked = []
    page.view.looked_at.connect(looked.append)
    place = page.view.rects(0)[0].center().toPoint()
    qtbot.mouseMove(page.view.viewport(), QPoint(2, 2))
    qtbot.mouseMove(page.view.viewport(), place)
    page.view.toggle_loupe()
    assert looked
    assert looked[-1] == [each.row.id for each in page.sets.here]
    assert not page.view.grab().isNull()
    page.view.toggle_loupe()


def test_a_set_of_the_sidebar_is_stood_at(desk, window):
    found = desk.session.library.groups("duplicates")[2]
    desk.go(group_location(found))
    assert window.page("sets").sets.group.id == found.id


def test_identical_files_are_named(desk, window):
    with desk.session.library._store.write() as conn:
        add_group(conn, 900, "identical", "2 identical files", [7])
    desk.go(kind_location("identical"))
    page = window.page("sets")
    assert page.sets.kind == "identical"
    assert all(page.sets.files[each.row.id] for each in page.sets.here)
    assert not page.keep.isVisibleTo(page)
    assert not page.view.grab().isNull()


@pytest.mark.parametrize("size", [(900, 600), (1600, 1000)])
def test_it_is_painted_at_any_size_and_both_ways_round(page, window, size):
    window.resize(*size)
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        page.view.setLayoutDirection(direction)
        rects = page.view.rects(0)
        assert all(rect.width() > 0 for rect in rects)
        assert not page.grab().isNull()
    assert rects[0].left() > rects[1].left()


def test_no_sets_is_a_state_of_its_own(desk, window, monkeypatch):
    monkeypatch.setattr(type(desk.session.library), "groups", lambda self, kind: [])
    desk.go_to("bursts")
    assert window.shown_page == "state"
    assert window.page("state").state.title == "No bursts"


def test_what_cannot_be_read_says_so(desk, window, monkeypatch):
    from core.errors import LibraryError

    def fail(self, kind):
        raise LibraryError("The disk is gone.")

    monkeypatch.setattr(type(desk.session.library), "groups", fail)
    desk.go_to("bursts")
    assert window.page("state").state.text == "The disk is gone."
