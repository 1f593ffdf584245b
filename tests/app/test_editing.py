"""What a person says of groups in the window by key and by menu, and what they are asked first."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.desk import Desk
from app.navigation import group_location
from app.operations_groups import Proposal
from core.library import Library
from core.records_corrections import Correction, Preview
from tests.app.hands import choose, shown, told, undo

Key = Qt.Key
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_s_splits_before_the_current_photo(window, desk, spy, qtbot):
    ids = desk.wall.wall.ids
    choose(desk, 0)
    qtbot.keyClick(desk.wall, Key.Key_S)
    assert spy.said == []
    assert told(window) == ["This photo begins its group already."]
    choose(desk, 1)
    qtbot.keyClick(desk.wall, Key.Key_S)
    assert spy.said == [("split", (int(ids[1]), int(ids[0])), {"level": "events"})]
    assert told(window)[-1] == "Split in two."


def test_a_split_at_another_level_is_a_split_of_that_level(window, desk, spy, qtbot):
    window.topbar.level.choose(0.5)
    inside = next(i for i in range(1, 300) if i not in desk.wall.wall.section_start)
    choose(desk, inside)
    qtbot.keyClick(desk.wall, Key.Key_S)
    assert spy.said[-1][2] == {"level": "events"}
    window.topbar.level.choose(3.0)
    choose(desk, 1)
    qtbot.keyClick(desk.wall, Key.Key_S)
    assert spy.said[-1][2] == {"level": "seasons"}


def test_m_merges_with_the_one_above_the_selection_or_the_boundarys_two_sides(window, desk, spy, qtbot):
    wall = desk.wall
    start, groups = wall.wall.section_start, [int(group) for group in wall.wall.section_id]
    choose(desk, int(start[1]))
    qtbot.keyClick(wall, Key.Key_M)
    undo(desk)
    wall.boundaries.choose(1)
    qtbot.keyClick(wall, Key.Key_M)
    undo(desk)
    choose(desk, 0, int(start[2]))
    qtbot.keyClick(wall, Key.Key_M)
    merged = [given for name, given, _ in spy.said if name == "merge"]
    assert merged == [(groups[:2],), (groups[1:3],)]
    card = window._proposals.card
    assert f"“{wall.wall.titles[1]}” goes." in card.proposal.preview.also
    qtbot.keyClick(card, Key.Key_Return)
    assert spy.said[-1] == ("merge", ([groups[0], groups[2]],), {})


def test_above_the_events_a_merge_removes_the_boundary_at_that_level(window, desk, spy, qtbot):
    window.topbar.level.choose(1.5)
    qtbot.keyClick(desk.wall, Key.Key_Down, Ctrl)
    pair = desk.wall.boundaries.pair()
    qtbot.keyClick(desk.wall, Key.Key_M)
    assert spy.said == [("pin", (*pair, False), {"level": "events"})]


def test_a_boundary_is_held_and_done_away_with_by_key(window, desk, spy, qtbot):
    qtbot.keyClick(desk.wall, Key.Key_P)
    assert told(window) == ["Choose a boundary first."]
    qtbot.keyClick(desk.wall, Key.Key_Down, Ctrl)
    pair = desk.wall.boundaries.pair()
    qtbot.keyClick(desk.wall, Key.Key_P)
    shown(desk)
    assert desk.wall.boundaries.pair() == pair
    assert desk.wall.boundaries.pinned()
    qtbot.keyClick(desk.wall, Key.Key_Delete)
    earlier = window._proposals.card.proposal.preview.superseded
    assert [correction.kind for correction in earlier] == ["different"]
    qtbot.keyClick(window._proposals.card, Key.Key_Return)
    shown(desk)
    assert [said[:2] for said in spy.said] == [("pin", (*pair, True)), ("pin", (*pair, False))]
    assert desk.wall.boundaries.pair() is None


def test_a_boundary_is_moved_by_key(window, desk, spy, qtbot):
    ids, start = desk.wall.wall.ids, int(desk.wall.wall.section_start[1])
    qtbot.keyClick(desk.wall, Key.Key_Down, Ctrl)
    qtbot.keyClick(desk.wall, Key.Key_Right, Shift)
    qtbot.keyClick(desk.wall, Key.Key_Return)
    places = tuple(int(ids[i]) for i in (start, start - 1, start + 1, start))
    assert spy.said == [("move_boundary", places, {"level": "events"})]


def test_n_takes_photos_out_of_their_group_and_c_makes_a_cover(window, desk, spy, qtbot):
    group, ids = int(desk.wall.wall.section_id[0]), desk.wall.wall.ids
    choose(desk, 0, 1)
    qtbot.keyClick(desk.wall, Key.Key_C)
    assert desk.session.library.groups("events")[0].cover == int(ids[1])
    qtbot.keyClick(desk.wall, Key.Key_N)
    assert spy.said == [
        ("cover", (group, int(ids[1])), {}),
        ("exclude", ([int(ids[0]), int(ids[1])], group), {}),
    ]
    assert not {int(ids[0]), int(ids[1])} & set(desk.session.library.group_photos(group).tolist())


def test_d_joins_and_shift_d_parts_photos_of_the_kind_that_is_shown(window, desk, spy, qtbot):
    choose(desk, 0)
    qtbot.keyClick(desk.wall, Key.Key_D)
    assert told(window) == ["Select two photos or more."]
    choose(desk, 0, 1)
    both = [int(i) for i in desk.wall.wall.ids[:2]]
    qtbot.keyClick(desk.wall, Key.Key_D)
    shown(desk)
    choose(desk, 0, 1)
    qtbot.keyClick(desk.wall, Key.Key_D, Shift)
    qtbot.keyClick(window._proposals.card, Key.Key_Return)
    assert spy.said == [("same", (both, "duplicates"), {}), ("different", (both, "duplicates"), {})]


def test_photos_are_moved_by_key(window, desk, spy, qtbot):
    start, group = int(desk.wall.wall.section_start[1]), int(desk.wall.wall.section_id[1])
    qtbot.keyClick(desk.wall, Key.Key_V, Ctrl)
    assert told(window) == ["Nothing was picked up."]
    choose(desk, 0, 1)
    both = [int(i) for i in desk.wall.wall.ids[:2]]
    qtbot.keyClick(desk.wall, Key.Key_X, Ctrl)
    choose(desk, start)
    qtbot.keyClick(desk.wall, Key.Key_V, Ctrl)
    assert spy.said == [("move", (both, group), {})]


def test_a_heading_is_renamed_in_its_place(window, desk, spy, qtbot):
    choose(desk, 0)
    qtbot.keyClick(desk.wall, Key.Key_F2)
    editor = desk.naming._editor
    assert editor.isVisible()
    qtbot.keyClicks(editor, "Grandma's birthday")
    qtbot.keyClick(editor, Key.Key_Return)
    assert spy.said == [("rename", (int(desk.wall.wall.section_id[0]), "Grandma's birthday"), {})]


def test_w_asks_why_of_the_boundary_or_the_photo(window, desk, spy, qtbot):
    asked = []
    desk.editing.why_photo.connect(lambda photo: asked.append(photo))
    desk.editing.why_boundary.connect(lambda *pair: asked.append(pair))
    choose(desk, 3)
    qtbot.keyClick(desk.wall, Key.Key_W)
    qtbot.keyClick(desk.wall, Key.Key_Down, Ctrl)
    qtbot.keyClick(desk.wall, Key.Key_W)
    qtbot.keyClick(desk.wall, Key.Key_Return)
    pair = desk.wall.boundaries.pair()
    assert asked == [int(desk.wall.wall.ids[3]), pair, pair]


def test_what_would_change_more_is_proposed_and_enter_does_it(window, desk, spy, qtbot):
    spy.also = ("This also joins Sunday at home.",)
    choose(desk, 1)
    qtbot.keyClick(desk.wall, Key.Key_S)
    card = window._proposals.card
    assert spy.said == []
    assert QApplication.focusWidget() in (card.apply, None)
    qtbot.keyClick(card.apply, Key.Key_Return)
    assert [name for name, _, _ in spy.said] == ["split"]
    assert window._proposals.card is None


def test_escape_leaves_everything_as_it_was(window, desk, spy, qtbot):
    spy.superseded = (Correction(4, "same", {}, 0.0, True, "Merged two events"),)
    choose(desk, 1)
    qtbot.keyClick(desk.wall, Key.Key_S)
    qtbot.keyClick(window._proposals.card, Key.Key_Escape)
    assert spy.said == []
    assert window._proposals.card is None
    qtbot.keyClick(desk.wall, Key.Key_S)
    desk.escape()
    assert window._proposals.card is None


def test_a_newer_proposal_takes_the_place_of_an_older_one(window, desk, spy, qtbot):
    spy.also = ("More.",)
    choose(desk, 1)
    qtbot.keyClick(desk.wall, Key.Key_S)
    first = window._proposals.card
    qtbot.keyClick(desk.wall, Key.Key_N)
    second = window._proposals.card
    assert first is not second
    assert first.isHidden()
    second.cancel.click()
    assert spy.said == []


def test_what_cannot_be_done_is_told_calmly(window, desk, spy, qtbot):
    def refuse(name, *given, **named):
        raise ValueError("these two photos are no neighbours in time")

    spy.attempt = refuse
    choose(desk, 1)
    qtbot.keyClick(desk.wall, Key.Key_S)
    assert told(window) == ["Could not split the group."]
    assert window._notices.shown[0].advice == "these two photos are no neighbours in time"


def test_menus_offer_what_the_keys_do(window, desk, spy):
    for what, first in (("photo", "Why here?"), ("heading", "Rename the group"), ("boundary", "Why here?")):
        menu = desk.actions.about(what, window, window.theme)
        assert isinstance(menu, QMenu)
        assert menu.actions()[0].text() == first
        menu.deleteLater()
    assert desk.actions.about("", window, window.theme) is None


def test_a_menu_on_a_heading_means_that_heading(window, desk, spy):
    desk.wall.asked_section = 2
    desk.act("merge")
    desk.wall.forget_asked()
    groups = [int(group) for group in desk.wall.wall.section_id]
    assert spy.said == [("merge", (groups[1:3],), {})]


def test_without_writing_nothing_can_be_said(open_window, library_path):
    with Library.open(library_path):
        desk = open_window(library_path).findChild(Desk)
        desk.wall.set_current(int(desk.wall.wall.ids[1]))
        assert not any(desk.actions[name].isEnabled() for name in ("split", "merge", "pin", "not-this", "kind"))
        assert desk.actions["why"].isEnabled()
        desk.window.close()


def test_the_first_wall_has_its_boundaries_before_the_library_is_open(open_window, library_path):
    with Library.open(library_path):
        pass  # closing it saves the wall
    desk = open_window(library_path, sync=False).findChild(Desk)
    assert desk.session.library is None
    assert np.count_nonzero(desk.wall.layout_.footer) == len(desk.wall.wall.titles) - 1


def test_a_boundary_that_is_chosen_tells_its_evidence(window, desk, spy, qtbot):
    asked = []
    desk.session.why_boundary_ready.connect(lambda why: asked.append((why.boundary.before, why.boundary.after)))
    qtbot.keyClick(desk.wall, Key.Key_Down, Ctrl)
    assert asked == [desk.wall.boundaries.pair()]


def test_a_group_shown_by_itself_is_renamed_though_it_has_no_heading(window, desk, spy, qtbot):
    place = desk.session.library.groups("places")[0]
    desk.go(group_location(place))
    desk.wall.setFocus()
    desk.act("rename")
    qtbot.keyClicks(desk.naming._chooser.field, "Grandma's village")
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Return)
    assert spy.said == [("rename", (place.id, "Grandma's village"), {})]
    shown(desk)
    assert window.topbar.title.text() == "Grandma's village"
    assert window.shown_page == "wall"
    desk.go_to("places")
    desk.back()
    assert window.topbar.title.text() == "Grandma's village"


def test_the_choosers_and_cards_fit_the_smallest_window(open_window, library_path, qtbot):
    window = open_window(library_path, size=(900, 600))
    desk = window.findChild(Desk)
    desk.wall.set_current(int(desk.wall.wall.ids[0]))
    desk.act("kind")
    chooser = desk.naming._chooser
    assert window.rect().contains(chooser.geometry())
    chooser.close_chooser()
    many = tuple(f"A rather long sentence on what else would change, number {i}" for i in range(9))
    window.propose(Proposal(Preview("Merge", 3, many, ()), lambda: None), lambda: None)
    assert window._whole.rect().contains(window._proposals.card.geometry())
