"""Photos dragged onto groups and kinds, names given in place, and what is seen of it all."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt

from app.models.sidebar import NEW_KIND
from app.navigation import ALL, group_location, kind_location
from tests.app.hands import centre, choose, drag, open_kind, row_of, shown, told

Key = Qt.Key
Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


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


def test_new_kind_in_the_sidebar_asks_for_a_name_and_leads_nowhere(window, desk, spy, qtbot):
    open_kind(window, desk, "kinds")
    tree = window.sidebar.tree
    row = tree.model().mapFromSource(window.sidebar.model.find(NEW_KIND))
    tree.setCurrentIndex(row)
    assert window._notices is None
    tree.scrollTo(row)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(row).center())
    assert told(window) == ["A new kind is taught by photos."]
    choose(desk, 0)
    window.sidebar.chosen.emit(NEW_KIND)
    qtbot.keyClicks(desk.naming._chooser.field, "Kites")
    qtbot.keyClick(desk.naming._chooser.field, Key.Key_Return)
    assert spy.said == [("new_kind", ("Kites", [int(desk.wall.wall.ids[0])]), {})]
    assert desk.history.current == ALL
