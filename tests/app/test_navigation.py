"""Back and forward as a browser has them."""

from app.navigation import ALL, FOLDERS, History, Location, group_location, kind_location, parent_of
from core.records import Group, Scope

LISBON = Group(7, "events", "Weekend in Lisbon", "", None, 0.9, 214, None)


def test_back_and_forward_retrace_the_way():
    history = History()
    events, lisbon = kind_location("events"), group_location(LISBON)
    assert history.visit(events)
    assert history.visit(lisbon)
    assert history.back() == events
    assert history.back() == ALL
    assert history.back() is None
    assert history.forward() == events
    assert history.forward() == lisbon
    assert history.forward() is None


def test_a_new_way_forgets_the_old_one_forward():
    history = History()
    history.visit(kind_location("events"))
    history.back()
    history.visit(kind_location("trips"))
    assert history.forward() is None
    assert history.back() == ALL


def test_staying_is_no_step():
    history = History()
    assert not history.visit(ALL)
    assert history.past == []


def test_history_is_bounded():
    history = History(limit=3)
    for number in range(10):
        history.visit(Location("wall", Scope("group", number + 1), str(number), "events"))
    assert len(history.past) == 3


def test_one_step_up():
    assert parent_of(group_location(LISBON)) == kind_location("events")
    assert parent_of(Location("wall", Scope("folder", 3), "2019", "folders")) == FOLDERS
    assert parent_of(kind_location("events")) == ALL
