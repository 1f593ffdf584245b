"""Progress: rates by a clock of the test's own, pause, cancel, notices."""

from __future__ import annotations

import threading

import pytest

from core.errors import Cancelled
from core.progress import Progress, Report


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left_follow_what_happens() -> None:
    clock = Clock()
    progress = Progress(clock=clock)
    progress.phase("Reading photos", 100)
    for done in (10, 20, 30):
        clock.now += 1.0
        progress.set(done)
    report = progress.report()
    assert (report.rate, report.seconds_left, report.done, report.total) == (10.0, 7.0, 30, 100)


def test_a_listener_hears_at_most_once_an_interval_and_of_every_phase() -> None:
    heard: list[Report] = []
    clock = Clock()
    progress = Progress(heard.append, interval=1.0, clock=clock)
    progress.phase("one", 10)
    for done in range(5):
        progress.set(done)
    clock.now = 1.0
    progress.set(6)
    progress.phase("two")
    assert [(r.phase, r.done) for r in heard] == [("one", 0), ("one", 6), ("two", 0)]


def test_cancelling_raises_also_while_paused() -> None:
    progress = Progress()
    progress.pause()
    threading.Timer(0.0, progress.cancel).start()
    with pytest.raises(Cancelled):
        progress.check()


def test_a_resumed_work_goes_on() -> None:
    progress = Progress()
    progress.pause()
    passed = threading.Event()
    waiting = threading.Thread(target=lambda: (progress.check(), passed.set()))
    waiting.start()
    assert not passed.is_set()
    progress.resume()
    waiting.join()
    assert passed.is_set()
    assert not progress.paused


def test_a_notice_comes_at_once_and_once() -> None:
    heard: list[Report] = []
    progress = Progress(heard.append, interval=1e9)
    progress.phase("one")
    progress.notice("The batch was halved.")
    progress.set(3)
    assert [r.notice for r in heard] == [None, "The batch was halved."]
