"""What a person says of groups in the window, by key, by mouse and by drag; and what they are asked first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.desk import Desk
from app.models.sidebar import NEW_KIND
from app.navigation import ALL, group_location, kind_location
from app.operations_groups import Proposal
from core.correct.corrections import Corrections
from core.library import Library
from core.records import Change
from core.records_corrections import Correction, Preview

Key = Qt.Key
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Spy:
    """Stands before ``library.correct`` and keeps what was asked for. ``also``, ``superseded``: what previews tell
    besides what they would."""

    def __init__(self, correct: Corrections) -> None:
        self._correct = correct
        self.said: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.also: tuple[str, ...] = ()
        self.superseded: tuple[Correction, ...] = ()

    def attempt(self, name: str, *given: Any, **named: Any) -> tuple[Preview, Change | None]:
        if self.also or self.superseded:
            found = self._correct.preview(name, *given, **named)
            return replace(found, also=found.also + self.also, superseded=found.superseded + self.superseded), None
        found, change = self._correct.attempt(name, *given, **named)
        if change is not None:
            self.said.append((name, given, named))
        return found, change

    def __getattr__(self, name: str) -> Any:
        def say(*given: Any, **named: Any) -> Change:
            change = getattr(self._correct, name)(*given, **named)
            self.said.append((name, given, named))
            return change

        return say


@pytest.fixture
def spy(desk, monkeypatch) -> Spy:
    made = Spy(desk.session.library.correct)
    monkeypatch.setattr(type(desk.session.library), "correct", made)
    desk.wall.setFocus()
    return made


def told(window):
    return [notice.text for notice in window._notices.shown] if window._notices is not None else []


def shown(desk):
    """Let what was said come back to the wall."""
    refresher = desk.session.refresher
    for _ in range(5):
        QApplication.processEvents()
    assert not refresher._timer.isActive()


def undo(desk):
    desk.act("undo")
    shown(desk)


def choose(desk, *indices):
    """Select photos of the wall by their places; the last is current."""
    wall = desk.wall
    wall.choose(wall.picked.only, indices[0])
    for index in indices[1:]:
        wall.choose(wall.picked.toggle, index)


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


# ---------------------------------------------------------------- what is asked first


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


# ---------------------------------------------------------------- drag


def drag(qtbot, wall, start, end):
    left, viewport = Qt.MouseButton.LeftButton, wall.viewport()
    qtbot.mousePress(viewport, left, pos=start)
    qtbot.mouseMove(viewport, start + QPoint(0, 15))
    qtbot.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, left, pos=end)


def centre(wall, index):
    x, y, width, height = wall.layout_.rect_of(index)
    return QPoint(x + width // 2 + 8, y + height // 2 - wall.scroller.offset)


def row_of(window, location):
    """The middle of a sidebar row, as a point of the wall's viewport."""
    tree = window.sidebar.tree
    index = tree.model().mapFromSource(window.sidebar.model.find(location))
    assert index.isValid()
    tree.scrollTo(index)
    spot = tree.viewport().mapToGlobal(tree.visualRect(index).center())
    return window.findChild(type(window.page("wall"))).viewport().mapFromGlobal(spot)


def open_kind(window, desk, kind):
    tree = window.sidebar.tree
    tree.expand(tree.model().mapFromSource(window.sidebar.model.top_index(kind)))
    return desk.session.library.groups(kind)


def test_photos_dropped_on_a_section_move_there(window, desk, spy, qtbot):
    target = int(desk.wall.wall.section_start[1])
    desk.wall.set_row_height(90)
    choose(desk, 0)
    drag(qtbot, desk.wall, centre(desk.wall, 0), centre(desk.wall, target))
    assert spy.said == [("move", ([int(desk.wall.wall.ids[0])], int(desk.wall.wall.section_id[1])), {})]


def test_photos_dropped_on_an_event_in_the_sidebar_move_there(window, desk, spy, qtbot):
    event = open_kind(window, desk, "events")[2]
    choose(desk, 0)
    drag(qtbot, desk.wall, centre(desk.wall, 0), row_of(window, group_location(event)))
    assert spy.said == [("move", ([int(desk.wall.wall.ids[0])], event.id), {})]
    assert desk.history.current == ALL
    assert told(window)[-1] == f"Moved 1 photo to {event.title}."


def test_photos_dropped_on_kinds_ask_for_the_name_of_a_new_one(window, desk, spy, qtbot):
    choose(desk, 0, 1)
    both = [int(i) for i in desk.wall.wall.ids[:2]]
    drag(qtbot, desk.wall, centre(desk.wall, 0), row_of(window, kind_location("kinds")))
    chooser = desk.naming._chooser
    assert chooser.isVisible()
    qtbot.keyClicks(chooser.field, "Our garden")
    qtbot.keyClick(chooser.field, Key.Key_Return)
    assert spy.said == [("new_kind", ("Our garden", both), {})]


def test_places_take_no_photos(window, desk, spy, qtbot):
    place = open_kind(window, desk, "places")[0]
    choose(desk, 0)
    drag(qtbot, desk.wall, centre(desk.wall, 0), row_of(window, group_location(place)))
    assert spy.said == []
    assert window.sidebar.tree.lit is None


# ---------------------------------------------------------------- kinds


def test_k_chooses_a_kind_by_typing(window, desk, spy, qtbot, monkeypatch):
    known = [("food", "Food and drink"), ("city", "City"), ("pets", "Pets")]
    monkeypatch.setattr(type(desk.session.library), "kinds", lambda self: known, raising=False)
    choose(desk, 0)
    one = [int(desk.wall.wall.ids[0])]
    qtbot.keyClick(desk.wall, Key.Key_K)
    chooser = desk.naming._chooser
    assert chooser.offered() == ["Food and drink", "City", "Pets"]
    qtbot.keyClicks(chooser.field, "it")
    assert chooser.offered() == ["City", "New: “it”"]
    qtbot.keyClick(chooser.field, Key.Key_Down)
    qtbot.keyClick(chooser.field, Key.Key_Up)
    qtbot.keyClick(chooser.field, Key.Key_Return)
    assert spy.said == [("kind", (one, "city", True), {})]
    qtbot.keyClick(desk.wall, Key.Key_K)
    qtbot.keyClicks(desk.naming._chooser.field, "Boats")
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Return)
    qtbot.keyClick(desk.wall, Key.Key_K)
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Escape)
    assert not desk.naming._chooser.isVisible()
    assert spy.said[1:] == [("new_kind", ("Boats", one), {})]


# ---------------------------------------------------------------- menus


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


# ---------------------------------------------------------------- level


def test_the_slider_cuts_the_wall_anew_and_keeps_the_current_photo(window, desk, qtbot):
    wall, slider = desk.wall, window.topbar.level
    events = len(wall.wall.titles)
    choose(desk, 40)
    photo = wall.current()
    seen = wall.layout_.rect_of(40)[1] - wall.scroller.offset
    desk.act("finer")
    assert slider.position == 0.0
    assert len(wall.wall.titles) > events
    assert wall.current() == photo
    index = int(np.flatnonzero(wall.wall.ids == photo)[0])
    assert abs(wall.layout_.rect_of(index)[1] - wall.scroller.offset - seen) <= 1
    for _ in range(5):
        desk.act("coarser")
    assert slider.position == 4.0
    assert len(wall.wall.titles) < events
    assert window.topbar.detail.text() == "300 photos · Years"
    assert slider.track.accessibleName() == "Level of the groups: Years"


def test_arrow_keys_move_the_slider_between_stops(window, desk, qtbot):
    track = window.topbar.level.track
    qtbot.keyClick(track, Key.Key_Right)
    assert window.topbar.level.position == 1.2
    assert window.topbar.detail.text() == "300 photos · Between events and trips"
    qtbot.keyClick(track, Key.Key_PageUp)
    assert window.topbar.level.position == 2.2


def test_the_slider_belongs_to_walls_of_time(window, desk):
    shown = {}
    for name in ("all", "events", "trips", "places", "folders", "duplicates"):
        desk.go_to(name)
        shown[name] = window.topbar.level.isVisible()
    assert [name for name, is_shown in shown.items() if is_shown] == ["all", "events"]
    for kind, expected in (("events", True), ("places", False)):
        desk.go(group_location(desk.session.library.groups(kind)[0]))
        assert window.topbar.level.isVisible() == expected


def test_each_branch_has_its_own_level_and_the_librarys_is_remembered(window, desk, open_window, library_path):
    window.topbar.level.choose(3.0)
    trip = desk.session.library.groups("events")[0]
    desk.go(group_location(trip))
    assert window.topbar.level.position == 1.0
    window.topbar.level.choose(0.0)
    assert set(desk.wall.wall.ids.tolist()) == set(desk.session.library.group_photos(trip.id).tolist())
    desk.go(ALL)
    assert window.topbar.level.position == 3.0
    window.close()
    assert open_window(library_path).topbar.level.position == 3.0


def test_while_a_wall_is_cut_only_the_newest_wish_is_kept(window, desk, monkeypatch):
    """The wall follows the hand: every answer is shown, and the next question is the newest."""
    asked, ends = [], []
    monkeypatch.setattr(
        desk.session, "read_wall", lambda location, scope, ended: (asked.append(scope), ends.append(ended))
    )
    for position in (1.5, 2.0, 2.5, 3.0):
        desk.levels.move(position)
    assert len(asked) == 1
    ends.pop()()
    assert len(asked) == 2
    assert asked[1] == desk.levels.scope(ALL)
    ends.pop()()
    assert len(asked) == 2


# ---------------------------------------------------------------- what is seen of it


def test_a_split_is_seen_on_the_wall_and_undone_by_key(window, desk, spy, qtbot):
    wall = desk.wall
    before, ids = wall.wall.section_start.tolist(), wall.wall.ids
    choose(desk, 2)
    qtbot.keyClick(wall, Key.Key_S)
    shown(desk)
    assert wall.wall.section_start.tolist() == [0, 2, *before[1:]]
    assert wall.current() == int(ids[2])
    assert wall.wall.edges.pinned[0]
    qtbot.keyClick(window, Key.Key_Z, Ctrl)
    shown(desk)
    assert wall.wall.section_start.tolist() == before


def test_a_boundary_that_was_dragged_stays_where_it_was_put(window, desk, spy, qtbot):
    wall = desk.wall
    before = wall.wall.section_start.tolist()
    wall.set_row_height(90)
    wall.scroller.to(wall.layout_.footer_y(0) - 300)
    start = QPoint(100, wall.layout_.footer_y(0) + 14 - wall.scroller.offset)
    drag(qtbot, wall, start, centre(wall, before[1] - 2) - QPoint(30, 0))
    shown(desk)
    assert wall.wall.section_start.tolist() == [0, before[1] - 2, *before[2:]]


def test_a_name_given_in_place_stands_on_the_heading_and_in_the_sidebar(window, desk, spy, qtbot):
    open_kind(window, desk, "events")
    choose(desk, 0)
    qtbot.keyClick(desk.wall, Key.Key_F2)
    qtbot.keyClicks(desk.naming._editor, "Harvest")
    qtbot.keyClick(desk.naming._editor, Key.Key_Return)
    shown(desk)
    assert desk.wall.wall.titles[0] == "Harvest"
    model = window.sidebar.model
    assert model.index(0, 0, model.top_index("events")).data() == "Harvest"


def test_a_kind_that_was_taught_comes_into_the_sidebar(window, desk, spy, qtbot):
    open_kind(window, desk, "kinds")
    choose(desk, 0, 1)
    qtbot.keyClick(desk.wall, Key.Key_K)
    qtbot.keyClicks(desk.naming._chooser.field, "Our garden")
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Return)
    shown(desk)
    model = window.sidebar.model
    kinds = model.top_index("kinds")
    titles = [model.index(row, 0, kinds).data() for row in range(model.rowCount(kinds))]
    assert "Our garden" in titles
    assert titles[-1] == "New kind …"
    assert "Our garden" in [title for _, title in desk.session.library.kinds()]


def test_photos_dropped_on_a_kind_teach_it(window, desk, spy, qtbot):
    kind = next(group for group in open_kind(window, desk, "kinds") if group.title == "City")
    choose(desk, 0)
    photo = int(desk.wall.wall.ids[0])
    drag(qtbot, desk.wall, centre(desk.wall, 0), row_of(window, group_location(kind)))
    assert spy.said == [("move", ([photo], kind.id), {})]
    assert told(window)[-1] == "1 photo: City."
    assert "city" in dict(desk.session.library.rows([photo])[0].kinds)


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


def test_new_kind_in_the_sidebar_asks_for_a_name_and_leads_nowhere(window, desk, spy, qtbot):
    open_kind(window, desk, "kinds")
    window.sidebar.chosen.emit(NEW_KIND)
    assert told(window) == ["A new kind is taught by photos."]
    choose(desk, 0)
    window.sidebar.chosen.emit(NEW_KIND)
    qtbot.keyClicks(desk.naming._chooser.field, "Kites")
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Return)
    assert spy.said == [("new_kind", ("Kites", [int(desk.wall.wall.ids[0])]), {})]
    assert desk.history.current == ALL


def test_a_group_shown_by_itself_is_renamed_though_it_has_no_heading(window, desk, spy, qtbot):
    place = desk.session.library.groups("places")[0]
    desk.go(group_location(place))
    desk.wall.setFocus()
    desk.act("rename")
    qtbot.keyClicks(desk.naming._chooser.field, "Grandma's village")
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Return)
    assert spy.said == [("rename", (place.id, "Grandma's village"), {})]


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
