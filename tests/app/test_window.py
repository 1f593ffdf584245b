"""The window over a real library, as a person uses it."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLabel, QLineEdit, QSlider

from app.desk import Desk
from app.errors import Notice
from app.models.sidebar import COUNT_ROLE
from app.navigation import ALL, Location, group_location, kind_location
from app.theme import DARK, LIGHT
from app.views.inspector import Inspector
from app.views.notices import NoticeCard
from app.views.sidebar import Sidebar
from app.views.thumbs import ThumbGrid
from app.views.widgets import LinkButton, Stars
from core.library import Library
from core.records import Scope


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def look_alikes(inspector):
    """The small photos under "Looks like"."""
    return inspector.findChild(ThumbGrid, "similar").buttons()


def first_event(desk):
    assert desk.session.library is not None
    return desk.session.library.groups("events")[0]


def select(desk, *places):
    """Select photos of the wall by their places."""
    desk.wall.setFocus()
    ids = desk.wall.wall.ids
    desk.wall.clear_selection()
    desk.wall.set_current(int(ids[places[0]]))
    if len(places) > 1:
        desk.wall.select_all()
    QApplication.processEvents()


def test_photos_and_counts_are_there_at_once(window, desk):
    assert window.shown_page == "wall"
    assert len(desk.wall.wall.ids) == 300
    assert window.topbar.detail.text() == "300 photos"
    model = window.sidebar.model
    assert model.top_index("all").data(COUNT_ROLE) == 300
    assert model.top_index("events").data(COUNT_ROLE) == len(desk.session.library.groups("events"))


def test_sidebar_leads_to_groups_and_history_back(window, desk):
    event = first_event(desk)
    tree = window.sidebar.tree
    events = tree.model().index(1, 0)
    tree.setCurrentIndex(events)
    assert desk.history.current == kind_location("events")
    tree.expand(events)
    tree.setCurrentIndex(tree.model().index(0, 0, events))
    assert desk.history.current == group_location(event)
    assert (window.topbar.section.text(), window.topbar.title.text()) == ("Events", event.title)
    assert len(desk.wall.wall.ids) == event.n_photos
    window.topbar.section.click()
    assert desk.history.current == kind_location("events")
    window.topbar.back.click()
    window.topbar.back.click()
    window.topbar.back.click()
    assert desk.history.current == ALL
    assert len(desk.wall.wall.ids) == 300
    assert not window.topbar.back.isEnabled()
    window.topbar.forward.click()
    assert desk.history.current == kind_location("events")


def test_a_section_of_the_wall_leads_to_its_event(window, desk):
    event = first_event(desk)
    desk.wall.sectionActivated.emit(event.id)
    assert desk.history.current == group_location(event)


def test_search_narrows_the_sidebar_without_going_anywhere(window, desk):
    place = desk.session.library.groups("places")[0]
    window.topbar.search.setText(place.title.lower())
    proxy = window.sidebar.tree.model()
    found = [
        proxy.index(row, 0, proxy.index(top, 0)).data()
        for top in range(proxy.rowCount())
        for row in range(proxy.rowCount(proxy.index(top, 0)))
    ]
    assert found
    assert all(place.title.lower() in title.lower() for title in found)
    assert desk.history.current == ALL
    window.topbar.search.setText("no such album anywhere")
    assert "No album or group has this in its title." in texts(window.sidebar)
    window.topbar.search.clear()
    assert proxy.rowCount() == window.sidebar.model.rowCount()
    assert desk.history.current == ALL


def test_enter_in_the_search_goes_to_the_first_match(window, desk, qtbot):
    place = desk.session.library.groups("places")[0]
    window.topbar.search.setText(place.title)
    qtbot.keyClick(window.topbar.search, Qt.Key.Key_Return)
    assert place.title in desk.history.current.title


def test_inspector_tells_of_the_selected_photo(window, desk):
    select(desk, 0)
    details = desk.session.library.photo(int(desk.wall.wall.ids[0]))
    inspector = window.findChild(Inspector)
    assert inspector.photo_id == details.row.id
    shown = texts(inspector)
    assert details.row.path.rsplit("/", 1)[1] in shown
    assert details.row.place in shown
    links = [link.text() for link in inspector.findChildren(LinkButton)]
    in_order = sorted(details.memberships, key=lambda m: m.kind != "kinds")
    assert [membership.title for membership in in_order] == links
    assert len(look_alikes(inspector)) == 6


def test_look_alikes_may_come_before_the_details_and_stay_when_read_again(window, desk):
    select(desk, 0)
    inspector, library = window.findChild(Inspector), desk.session.library
    other = int(desk.wall.wall.ids[5])
    inspector.show_similar(other, library.similar(other, 7))
    details = library.photo(other)
    inspector.show_details(details)
    shown = look_alikes(inspector)
    assert len(shown) == 6
    inspector.show_details(details)
    assert look_alikes(inspector) == shown


def test_a_link_in_the_inspector_goes_to_the_group_and_a_look_alike_to_the_photo(window, desk):
    select(desk, 0)
    inspector = window.findChild(Inspector)
    look_alike = look_alikes(inspector)[0]
    with_id = desk.session.library.similar(inspector.photo_id, 7)
    look_alike.click()
    assert desk.wall.current() in [photo_id for photo_id, _ in with_id]
    link = window.findChild(Inspector).findChildren(LinkButton)[0]
    title = link.text()
    link.click()
    assert desk.history.current.title == title


def test_a_look_alike_that_is_not_on_this_wall_is_shown_among_all_photos(window, desk):
    desk.go(group_location(first_event(desk)))
    outside = int(desk.session.library.wall(Scope()).ids[-1])
    desk.focus.show_photo(outside)
    assert desk.history.current == ALL


def test_several_selected_are_counted(window, desk):
    select(desk, 0, 1)
    assert "300 photos selected" in texts(window.findChild(Inspector))


def test_stars_by_key_and_undo(window, desk, qtbot):
    select(desk, 0)
    photo_id = int(desk.wall.wall.ids[0])
    library = desk.session.library
    qtbot.keyClick(desk.wall, Qt.Key.Key_4)
    assert library.rows([photo_id])[0].rating == 4
    qtbot.waitUntil(lambda: window.findChild(Inspector).findChild(Stars).value == 4)
    desk.act("undo")
    assert library.rows([photo_id])[0].rating == 0
    desk.act("redo")
    assert library.rows([photo_id])[0].rating == 4
    qtbot.keyClick(desk.wall, Qt.Key.Key_0)
    assert library.rows([photo_id])[0].rating == 0


def test_keys_do_not_rate_what_is_out_of_sight(window, desk):
    select(desk, 0)
    photo_id = int(desk.wall.wall.ids[0])
    desk.go_to("folders")
    desk.act("rate-5")
    assert desk.session.library.rows([photo_id])[0].rating == 0
    assert not desk.actions["rate-5"].isEnabled()


def test_stars_by_mouse(window, desk, qtbot):
    select(desk, 2)
    stars = window.findChild(Inspector).findChild(Stars)
    qtbot.mouseClick(stars, Qt.MouseButton.LeftButton, pos=QPoint(4 + 2 * 24 + 10, 10))
    assert desk.session.library.rows([int(desk.wall.wall.ids[2])])[0].rating == 3


def test_viewer_opens_and_leads_back(window, desk, qtbot):
    select(desk, 3)
    photo_id = int(desk.wall.wall.ids[3])
    desk.wall.activated.emit(photo_id)
    assert window.shown_page == "viewer"
    assert not window.topbar.isVisible()
    assert desk.focus.photos_meant() == [photo_id]
    viewer = window.page("viewer")
    viewer.step(1)
    assert desk.focus.photos_meant() == [int(desk.wall.wall.ids[4])]
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert window.shown_page == "wall"
    assert window.topbar.isVisible()
    assert desk.wall.current() == int(desk.wall.wall.ids[4])


def test_size_slider_and_keys_move_together(window, desk):
    window.topbar.slider.setValue(300)
    assert desk.wall.row_height() == 300
    desk.act("bigger")
    assert desk.wall.row_height() == 360
    assert window.topbar.slider.value() == 360
    assert window.settings.row_height == 360


def test_state_is_remembered(window, desk, open_window, library_path):
    window.topbar.slider.setValue(260)
    window.toggle_sidebar()
    desk.choose_theme("dark")
    window.close()
    again = open_window(library_path)
    assert again.findChild(Desk).wall.row_height() == 260
    assert not again.sidebar.isVisible()
    assert again.theme.tokens == DARK
    again.findChild(Desk).choose_theme("light")
    assert again.theme.tokens == LIGHT


def test_folders_page_removes_and_undo_brings_back(window, desk):
    desk.go_to("folders")
    assert window.shown_page == "folders"
    remove = next(b for b in window.page("folders").findChildren(QAbstractButton) if b.text() == "Remove")
    remove.click()
    assert desk.session.library.status().photos == 0
    desk.act("undo")
    assert desk.session.library.status().photos == 300


def test_empty_places_explain_themselves(window, desk):
    desk.go_to("problems")
    assert window.shown_page == "state"
    assert "No problems" in texts(window.page("state"))
    desk.go(Location("wall", Scope("group", 10**6), "Gone", "events"))
    assert "This group is no more" in texts(window.page("state"))
    button = next(b for b in window.page("state").findChildren(QAbstractButton) if b.isVisible())
    button.click()
    assert desk.history.current == ALL
    assert window.shown_page == "wall"


def test_welcome_for_an_empty_library(open_window, tmp_path):
    window = open_window(tmp_path / "new" / "library")
    assert window.shown_page == "welcome"
    offers = [b.text() for b in window.page("welcome").findChildren(QAbstractButton)]
    assert offers == ["Add a folder", "Try the sample"]
    assert any("Nothing is uploaded" in text for text in texts(window.page("welcome")))


def test_read_only_beside_another_writer(open_window, library_path):
    with Library.open(library_path):
        window = open_window(library_path)
        desk = window.findChild(Desk)
        assert desk.session.read_only
        assert window.shown_page == "wall"
        assert not desk.actions["rate-3"].isEnabled()
        assert any("This library is being changed by" in text for text in texts(window))
        window.close()


def test_a_broken_library_is_a_calm_page(open_window, tmp_path):
    root = tmp_path / "library"
    root.mkdir()
    (root / "library.sqlite3").write_bytes(b"this is not a database" * 100)
    window = open_window(root)
    assert window.shown_page == "state"
    assert "The library cannot be opened" in texts(window.page("state"))


class Drag:
    """Things dragged in from outside, as far as the window asks; PySide's own event differs between versions."""

    def __init__(self, *paths):
        self._data = QMimeData()
        self._data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.accepted = False

    def mimeData(self):
        return self._data

    def acceptProposedAction(self):
        self.accepted = True


def drop(window, *paths):
    enter = Drag(*paths)
    window.dragEnterEvent(enter)
    if enter.accepted:
        window.dropEvent(enter)
    return enter.accepted


def test_folders_can_be_dropped_and_files_cannot(window, desk, tmp_path, monkeypatch):
    added = []
    monkeypatch.setattr("app.operations.add_folders", lambda session, folders: added.append(list(folders)))
    file = tmp_path / "x.txt"
    file.write_text("x")
    assert not drop(window, file)
    assert drop(window, tmp_path, file)
    assert added == [[tmp_path]]


def test_notices_stack_copy_and_go(window, desk):
    for number in range(5):
        desk.session.fail(ValueError(str(number)), f"do thing {number}")
    assert [n.text for n in window._notices.shown] == [f"Could not do thing {n}." for n in (2, 3, 4)]
    copy = next(b for b in reversed(window.findChildren(QAbstractButton)) if b.text() == "Copy details")
    copy.click()
    assert "ValueError: 4" in QGuiApplication.clipboard().text()
    window.setFocus()
    desk.escape()
    assert len(window._notices.shown) == 2


def test_news_leave_by_themselves_and_problems_stay(window, desk):
    for kind in ("done", "news", "info", "problem"):
        card = NoticeCard(window.theme, Notice(kind, kind))
        card.setParent(window)
        assert card.leaving == (kind in ("done", "news"))
        card.enterEvent(None)
        assert not card.leaving
        card.leaveEvent(None)
        assert card.leaving == (kind in ("done", "news"))


def test_sheet_opens_and_escape_closes_it(window, desk, qtbot):
    desk.act("keys")
    sheet = window._overlays["sheet"]
    assert sheet.isVisible()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def named(window):
    kinds = (QAbstractButton, QLineEdit, QSlider, QAbstractItemView)
    inside = ("QLineEdit", "qt_", "QTipLabel")
    for kind in kinds:
        for widget in window.findChildren(kind):
            if (
                not widget.isHidden()
                and not widget.objectName().startswith(inside)
                and not isinstance(widget.parent(), QLineEdit)
            ):
                yield widget


def test_every_control_has_a_name(window, desk):
    select(desk, 0)
    for page in ("folders", "events", "problems"):
        desk.go_to(page)
    window.page("welcome"), window.page("problems"), window.page("viewer")
    desk.act("keys")
    desk.session.tell(Notice("Hello", action=("Undo", "undo")))
    nameless = [
        repr(w) for w in named(window) if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))
    ]
    assert nameless == []


def test_tab_reaches_the_main_parts(window, desk):
    reached, widget = set(), window.topbar.sidebar
    for _ in range(200):
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            reached.add(widget)
    assert {window.topbar.search, window.topbar.menu, window.sidebar.tree, desk.wall} <= reached


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_smallest_window_holds_longer_words(qapp, open_window, library_path, direction):
    qapp.setLayoutDirection(direction)
    try:
        window = open_window(library_path, size=(900, 600))
        desk = window.findChild(Desk)
        for page in ("all", "folders", "events"):
            desk.go_to(page)
            for button in window.findChildren(QAbstractButton):
                button.setText(button.text() + "x" * round(0.3 * len(button.text())))
            QApplication.processEvents()
            assert (window.width(), window.height()) == (900, 600)
            assert window.minimumSizeHint().width() <= 900
            assert window.minimumSizeHint().height() <= 600
        sidebar = window.findChild(Sidebar)
        at_left = sidebar.mapTo(window, QPoint(0, 0)).x() == 0
        assert at_left == (direction == Qt.LayoutDirection.LeftToRight)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_narrow_windows_show_one_panel(open_window, library_path):
    window = open_window(library_path, size=(900, 600))
    assert window.sidebar.isVisible()
    assert not window.inspector_shown
    window.toggle_inspector()
    assert not window.sidebar.isVisible()
    assert window.inspector_shown
    window.resize(1400, 900)
    assert window.sidebar.isVisible()
    assert window.inspector_shown


def test_closing_ends_every_thread(open_window, library_path):
    window = open_window(library_path, sync=False)
    session = window.findChild(Desk).session
    session.open()
    window.close()
    assert session.library is None
    with Library.open(library_path) as free:
        assert free.status().photos == 300


def test_first_wall_is_painted_before_the_library_is_opened(open_window, library_path, qtbot):
    with Library.open(library_path):
        pass
    window = open_window(library_path, sync=False)
    desk = window.findChild(Desk)
    assert window.shown_page == "wall"
    assert desk.session.library is None
    assert np.array_equal(desk.wall.wall.ids.shape, (300,))
    with qtbot.waitSignal(desk.session.opened, timeout=20_000):
        pass
    qtbot.waitUntil(lambda: not desk.session.runner.busy, timeout=20_000)
    assert desk.session.writable
