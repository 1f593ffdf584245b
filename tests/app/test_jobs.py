"""Lanes, answers, cancelling, outdated answers, and leaving nothing behind."""

import threading

import pytest

from app.jobs import JobRunner
from core.errors import Cancelled


@pytest.fixture
def runner(qapp):
    made = JobRunner()
    yield made
    made.close()


def test_answer_comes_on_the_gui_thread(runner, qtbot):
    seen = []
    with qtbot.waitSignal(runner._ended):
        runner.submit(
            "io",
            lambda _: threading.get_ident(),
            done=lambda worker: seen.append((worker, threading.get_ident())),
            ended=lambda: seen.append("ended"),
        )
    qtbot.waitUntil(lambda: not runner.busy)
    (worker, gui), last = seen
    assert worker != gui == threading.get_ident()
    assert last == "ended"


def test_errors_go_to_the_job_or_else_to_the_runner(runner, qtbot):
    own, common = [], []
    runner.failed.connect(common.append)

    def fail(progress):
        raise ValueError("no")

    runner.submit("io", fail, failed=own.append)
    runner.submit("io", fail)
    qtbot.waitUntil(lambda: not runner.busy)
    assert [str(error) for error in own] == ["no"]
    assert [str(error) for error in common] == ["no"]


def test_only_the_newest_of_a_key_is_answered(runner, qtbot):
    gate, answers, ended = threading.Event(), [], []

    def slow(progress):
        gate.wait(5)
        return "old"

    runner.submit("db", slow, key="wall", done=answers.append, ended=lambda: ended.append("old"))
    runner.submit("db", lambda _: "between", key="wall", done=answers.append, ended=lambda: ended.append("between"))
    runner.submit("db", lambda _: "new", key="wall", done=answers.append, ended=lambda: ended.append("new"))
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert answers == ["new"]
    assert sorted(ended) == ["between", "new", "old"]


def test_outdate_silences_a_question(runner, qtbot):
    gate, answers = threading.Event(), []
    runner.submit("db", lambda _: gate.wait(5), key="details", done=answers.append)
    runner.outdate("details")
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert answers == []


def test_cancelled_work_stops_at_its_check_and_answers_nothing(runner, qtbot):
    begun, answers, ended = threading.Event(), [], []

    def work(progress):
        begun.set()
        while True:
            progress.check()

    job = runner.submit("compute", work, done=answers.append, failed=answers.append, ended=lambda: ended.append(True))
    assert begun.wait(5)
    job.cancel()
    job.cancel()
    qtbot.waitUntil(lambda: not runner.busy)
    assert answers == []
    assert ended == [True]


def test_reports_arrive_before_the_answer(runner, qtbot):
    heard = []

    def work(progress):
        progress.phase("Counting", 2)
        progress.set(2)

    runner.submit("compute", work, reported=lambda r: heard.append(r.phase), done=lambda _: heard.append("done"))
    qtbot.waitUntil(lambda: not runner.busy)
    assert heard[0] == "Counting"
    assert heard[-1] == "done"


def test_close_cancels_awaits_and_answers_nothing(qapp):
    runner, begun, stopped, answers = JobRunner(), threading.Event(), [], []

    def work(progress):
        begun.set()
        try:
            while True:
                progress.check()
        except Cancelled:
            stopped.append(True)
            raise

    runner.submit("compute", work, done=answers.append)
    runner.submit("compute", lambda _: "never begun", done=answers.append)
    assert begun.wait(5)
    runner.close()
    qapp.processEvents()
    assert stopped == [True]
    assert answers == []
    with pytest.raises(RuntimeError):
        runner.submit("io", lambda _: None)


def test_sync_answers_within_submit_from_a_worker_thread(qapp):
    runner, seen = JobRunner(sync=True), []

    def work(progress):
        progress.phase("One", 1)
        return threading.get_ident()

    runner.submit(
        "io", work, done=seen.append, reported=lambda r: seen.append(r.phase), ended=lambda: seen.append("end")
    )
    assert seen[0] == "One"
    assert seen[1] != threading.get_ident()
    assert seen[2] == "end"
    runner.close()
