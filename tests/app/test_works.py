"""The long work in the bar: one after the other, paused, resumed, cancelled with what is done kept."""

import threading

import pytest

from app.jobs import JobRunner
from app.works import Works


@pytest.fixture
def works(qapp):
    runner = JobRunner()
    yield Works(runner)
    runner.close()


def heard(works):
    told = []
    works.started.connect(lambda name: told.append(f"{name} started"))
    works.ended.connect(lambda: told.append("ended"))
    works.stopped.connect(lambda name: told.append(f"{name} stopped"))
    return told


def test_works_run_one_after_the_other_and_end_once(works, qtbot):
    told, results = heard(works), []
    gate = threading.Event()
    works.start("A", lambda _: gate.wait(5), results.append, results.append)
    works.start("B", lambda _: "b", results.append, results.append)
    assert works.active
    gate.set()
    qtbot.waitUntil(lambda: not works.active)
    assert results == [True, "b"]
    assert told == ["A started", "B started", "ended"]


def test_cancel_stops_what_runs_and_what_waits(works, qtbot):
    told, results, begun = heard(works), [], threading.Event()

    def endless(progress):
        begun.set()
        while True:
            progress.check()

    works.start("A", endless, results.append, results.append)
    works.start("B", lambda _: "b", results.append, results.append)
    assert begun.wait(5)
    works.cancel()
    qtbot.waitUntil(lambda: not works.active)
    assert results == []
    assert sorted(told[2:]) == ["A stopped", "B stopped", "ended"]


def test_pause_holds_the_work_and_resume_lets_it_go_on(works, qtbot):
    steps, reports, go = [], [], threading.Event()
    works.reported.connect(lambda name, report: reports.append((name, report.phase, report.paused)))

    def work(progress):
        progress.phase("Counting", 2)
        go.wait(5)
        progress.check()
        steps.append("after the pause")

    works.start("A", work, lambda _: None, lambda _: None)
    qtbot.waitUntil(lambda: bool(reports))
    works.pause()
    assert works.paused
    go.set()
    qtbot.waitUntil(lambda: ("A", "Counting", True) in reports)
    assert steps == []
    works.resume()
    qtbot.waitUntil(lambda: not works.active)
    assert steps == ["after the pause"]
    assert not works.paused


def test_a_failure_is_told_and_the_queue_goes_on(works, qtbot):
    errors, results = [], []

    def fail(progress):
        raise OSError(28, "No space left on device")

    works.start("A", fail, results.append, errors.append)
    works.start("B", lambda _: "b", results.append, errors.append)
    qtbot.waitUntil(lambda: not works.active)
    assert [error.strerror for error in errors] == ["No space left on device"]
    assert results == ["b"]
