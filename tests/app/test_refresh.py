"""Changes are merged, and refreshing never takes more than its share of the time."""

import pytest

from app.refresh import Refresher, merge
from core.records import Change


def test_merge_joins_flags_and_ids():
    merged = merge(Change(photos=True, ids=(1, 2)), Change(groups=True, ids=(2, 3)))
    assert merged == Change(photos=True, groups=True, ids=(1, 2, 3))


def test_a_change_without_ids_means_any():
    assert merge(Change(photos=True, ids=(1,)), Change(photos=True)).ids == ()


@pytest.mark.parametrize(("took", "interval"), [(0.0, 0.5), (0.01, 0.5), (0.2, 2.0)])
def test_interval_follows_the_cost(qapp, took, interval):
    refresher = Refresher()
    refresher.took(took)
    assert refresher.interval == pytest.approx(interval)


def test_first_change_is_due_at_once_and_the_next_ones_together(qtbot):
    now = [100.0]
    refresher, due = Refresher(clock=lambda: now[0]), []
    refresher.due.connect(due.append)
    with qtbot.waitSignal(refresher.due):
        refresher.hear(Change(photos=True))
    refresher.hear(Change(groups=True, ids=(1,)))
    refresher.hear(Change(problems=True, ids=(2,)))
    qtbot.waitUntil(refresher._timer.isActive)
    assert refresher._timer.remainingTime() > 100
    assert len(due) == 1
    refresher._timer.stop()
    refresher._fire()
    assert due[1] == Change(groups=True, problems=True, ids=(1, 2))


def test_a_rest_longer_than_the_interval_makes_the_next_due_at_once(qtbot):
    now = [100.0]
    refresher = Refresher(clock=lambda: now[0])
    with qtbot.waitSignal(refresher.due):
        refresher.hear(Change(photos=True))
    now[0] += 60
    with qtbot.waitSignal(refresher.due):
        refresher.hear(Change(photos=True))


@pytest.mark.parametrize("heard_first", [True, False])
def test_what_the_person_did_is_due_at_once(qtbot, heard_first):
    now = [100.0]
    refresher = Refresher(clock=lambda: now[0])
    refresher.took(5.0)
    with qtbot.waitSignal(refresher.due):
        refresher.hear(Change(photos=True))
    with qtbot.waitSignal(refresher.due) as told:
        if heard_first:
            refresher._merge(Change(groups=True))
            refresher.hasten()
        else:
            refresher.hasten()
            refresher.hear(Change(groups=True))
    assert told.args == [Change(groups=True)]


def test_a_haste_that_nothing_followed_is_forgotten(qtbot):
    now = [100.0]
    refresher = Refresher(clock=lambda: now[0])
    refresher.took(5.0)
    with qtbot.waitSignal(refresher.due):
        refresher.hear(Change(photos=True))
    refresher.hasten()
    now[0] += 2
    refresher._merge(Change(photos=True))
    assert refresher._timer.remainingTime() > 1000


def test_stop_forgets_what_waits(qtbot):
    refresher, due = Refresher(), []
    refresher.due.connect(due.append)
    refresher._merge(Change(photos=True))
    refresher.stop()
    refresher._fire()
    assert due == []
