"""The pool: results for every task, whatever workers do."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from core import workers
from core.errors import Cancelled, ReverieError
from core.progress import Progress
from core.workers import Lost, WorkerPool


def square(n: int) -> int:
    return n * n


def square_or_die(n: int) -> int:
    if n in (3, 11):
        os._exit(11)
    return n * n


def square_or_hang(n: int) -> int:
    if n == 2:
        threading.Event().wait()
    return n * n


def fail_on_two(n: int) -> int:
    if n == 2:
        raise ValueError("two")
    return n


def test_every_task_has_its_result() -> None:
    with WorkerPool(2) as pool:
        assert dict(pool.map(square, range(40), Progress())) == {n: n * n for n in range(40)}


def test_a_crash_costs_one_task_and_no_neighbour() -> None:
    with WorkerPool(2) as pool:
        results = dict(pool.map(square_or_die, range(20), Progress()))
    assert set(results) == set(range(20))
    assert {n for n, r in results.items() if isinstance(r, Lost)} == {3, 11}
    assert all(results[n] == n * n for n in range(20) if n not in (3, 11))


def die() -> None:
    os._exit(7)


def test_workers_that_cannot_start_are_blamed_on_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "follow_parent", die)
    with WorkerPool(2) as pool, pytest.raises(ReverieError, match="as soon as they are started"):
        list(pool.map(square, range(1000), Progress()))


def test_a_hang_is_given_up() -> None:
    with WorkerPool(1, hang_seconds=1.0) as pool:
        results = dict(pool.map(square_or_hang, range(5), Progress()))
    lost = results[2]
    assert isinstance(lost, Lost)
    assert "did not finish" in lost.reason
    assert [results[n] for n in (0, 1, 3, 4)] == [0, 1, 9, 16]


def test_an_error_of_the_function_itself_is_raised() -> None:
    with WorkerPool(1) as pool, pytest.raises(ValueError, match="two"):
        list(pool.map(fail_on_two, range(5), Progress()))


def test_tasks_are_read_no_further_than_the_lookahead() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    with WorkerPool(1) as pool:
        for done, _ in enumerate(pool.map(square, tasks(), Progress(), lookahead=4), start=1):
            assert len(taken) <= done + 4


def test_cancelling_ends_the_map() -> None:
    progress = Progress()
    with WorkerPool(1) as pool:
        results = pool.map(square, range(1000), progress)
        next(results)
        progress.cancel()
        with pytest.raises(Cancelled):
            list(results)
