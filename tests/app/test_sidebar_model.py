"""The sidebar's tree: counts, lazy rows, and refreshes that keep what stays."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.sidebar import COUNT_ROLE, LOCATION_ROLE, MORE_ROLE, SidebarModel, group_hint
from app.navigation import ALL, group_location
from core.records import Folder, Group, Status

STATUS = Status(1500, 0, 3, 0, 0, "cnn 1", "cpu", {"events": 3, "trips": 0})


def group(number: int, title: str = "", kind: str = "events") -> Group:
    return Group(number, kind, title or f"Event {number}", "Porto", None, 0.9, 10 * number, None, 0.0, 86400.0)


@pytest.fixture
def model(qapp):
    made = SidebarModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()


def titles(model, key):
    top = model.top_index(key)
    return [model.index(row, 0, top).data() for row in range(model.rowCount(top))]


def test_fixed_rows_and_their_counts(model):
    model.set_status(STATUS)
    shown = {model.index(row).data(): model.index(row).data(COUNT_ROLE) for row in range(model.rowCount())}
    assert list(shown)[:3] == ["All photos", "Events", "Trips"]
    assert list(shown)[-3:] == ["Problems", "Lab", "Studio"]
    assert (shown["All photos"], shown["Events"], shown["Trips"], shown["Problems"]) == (1500, 3, 0, 3)


def test_photos_count_as_odd_not_the_reasons(model):
    model.set_status(Status(1500, 0, 3, 0, 0, "cnn 1", "cpu", {"odd": 2}, odd=7))
    model.set_groups("odd", [group(1), group(2)])
    assert model.top_index("odd").data(COUNT_ROLE) == 7
    assert titles(model, "odd") == ["Event 1", "Event 2"]


def test_more_questions_than_were_read_are_said_to_be_more(model):
    model.set_questions(50, more=True)
    health = model.top_index("health")
    assert (health.data(COUNT_ROLE), health.data(MORE_ROLE)) == (50, True)
    assert health.data(Qt.ItemDataRole.AccessibleTextRole) == "Health, more than 50"
    model.set_questions(49)
    assert not health.data(MORE_ROLE)
    assert health.data(Qt.ItemDataRole.AccessibleTextRole) == "Health, 49"


def test_rows_are_asked_for_when_opened_and_once_only(model):
    wanted = []
    model.wanted.connect(wanted.append)
    model.set_status(STATUS)
    events, trips = model.top_index("events"), model.top_index("trips")
    assert model.hasChildren(events)
    assert not model.hasChildren(trips)
    assert not model.hasChildren(model.top_index("all"))
    model.fetchMore(events)
    assert not model.canFetchMore(events)
    model.fetchMore(events)
    model.refetch()
    assert wanted.count("events") == 2


def test_it_is_told_when_rows_can_be_opened(model):
    told = []
    model.openness_changed.connect(lambda: told.append(True))
    model.set_status(STATUS)
    model.set_status(STATUS)
    assert len(told) == 1


def test_a_refresh_keeps_the_rows_that_stay(model):
    model.set_groups("events", [group(3), group(2), group(1)])
    kept = QPersistentModelIndex(model.find(group_location(group(2))))
    model.set_groups("events", [group(5), group(3), group(4), group(2, "Weekend in Porto")])
    assert titles(model, "events") == ["Event 5", "Event 3", "Event 4", "Weekend in Porto"]
    assert kept.isValid()
    assert kept.data() == "Weekend in Porto"
    assert model.top_index("events").data(COUNT_ROLE) == 4


@pytest.mark.parametrize("after", [[], [1], [3, 2, 1], [1, 2, 3], [2, 3, 1, 4], [4, 1, 5, 2, 6, 3, 7], [9, 8]], ids=str)
def test_any_refresh_ends_with_the_rows_given(model, after):
    model.set_groups("events", [group(number) for number in (1, 2, 3)])
    model.set_groups("events", [group(number) for number in after])
    assert titles(model, "events") == [f"Event {number}" for number in after]


def test_folders_are_nested_below_those_the_person_added(model):
    folders = [
        Folder(1, "/home/a/Pictures", None, 9, True, False),
        Folder(2, "/home/a/Pictures/2019", 1, 5, False, False),
        Folder(3, "/home/a/Pictures/2019/caf\udce9", 2, 2, False, False),
        Folder(4, "/mnt/card", None, 1, True, True),
    ]
    model.set_folders(folders)
    assert titles(model, "folders") == ["Pictures", "card"]
    pictures = model.index(0, 0, model.top_index("folders"))
    year = model.index(0, 0, pictures)
    assert (year.data(), year.data(COUNT_ROLE)) == ("2019", 5)
    assert model.index(0, 0, year).data() == "caf\\xe9"
    assert model.parent(year) == pictures
    model.set_folders(folders[:2])
    assert model.rowCount(model.index(0, 0, model.index(0, 0, model.top_index("folders")))) == 0


def test_rows_know_where_they_lead_and_what_they_say(model):
    model.set_status(STATUS)
    model.set_groups("events", [group(3)])
    index = model.find(group_location(group(3)))
    assert index.data(LOCATION_ROLE) == group_location(group(3))
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Event 3, 30"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == group_hint(group(3))
    assert model.find(ALL) == model.top_index("all")
    assert not model.find(group_location(group(77))).isValid()


def test_hint_tells_dates_and_place():
    assert group_hint(group(3)) == "Event 3\n1 Jan 1970 – 2 Jan 1970 · Porto"
