"""The slider of levels in the window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from app.navigation import ALL, group_location
from tests.app.hands import choose

Key = Qt.Key
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


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
