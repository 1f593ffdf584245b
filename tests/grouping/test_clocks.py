"""Suggestions about clocks: kept, replaced, and not made again once the person has spoken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.group.base import PhotoTable
from core.group.streams import ClockSuggestion
from core.grouping.clocks import write_suggestions
from core.records import Change
from core.store.store import Store
from tests.group.builders import table
from tests.support.rows import MONDAY, add_folder, add_photo, add_volume


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path)
    with made.write(Change(photos=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        for number in range(1, 9):
            add_photo(conn, number, MONDAY + number * 60.0, camera="Canon" if number % 2 else "Phone")
    yield made
    made.close()


def suggestion(seconds: float, start: float | None = None, end: float | None = None) -> ClockSuggestion:
    return ClockSuggestion(0, seconds, start, end, 0.8, ((0, 1), (2, 3)), {"pairs": 2.0})


def photos() -> PhotoTable:
    time = MONDAY + np.arange(1, 9) * 60.0
    return table(time, camera=np.arange(8) % 2, ids=np.arange(1, 9), local=time + 7200.0)


def rows(store: Store) -> list[tuple[str, str]]:
    with store.read() as conn:
        return [tuple(row) for row in conn.exec_driver_sql("SELECT key, state FROM suggestion ORDER BY key")]


def test_suggestions_are_kept_with_their_evidence_and_replaced(store: Store) -> None:
    with store.write() as conn:
        assert write_suggestions(conn, photos(), [suggestion(-600.0)]) == 1
    assert rows(store) == [("clock:Canon:-600", "open")]
    with store.read() as conn:
        (payload,) = conn.exec_driver_sql("SELECT payload FROM suggestion").scalars()
    assert '"Canon"' in payload
    assert "[1, 2]" in payload
    with store.write() as conn:
        assert write_suggestions(conn, photos(), [suggestion(-900.0)]) == 1
        assert write_suggestions(conn, photos(), []) == 0
    assert rows(store) == []


def test_what_was_dismissed_or_accepted_is_not_asked_again(store: Store) -> None:
    for state in ("dismissed", "accepted"):
        with store.write() as conn:
            conn.exec_driver_sql("DELETE FROM suggestion")
            write_suggestions(conn, photos(), [suggestion(-600.0)])
            conn.exec_driver_sql("UPDATE suggestion SET state = ?", (state,))
            assert write_suggestions(conn, photos(), [suggestion(-600.0), suggestion(-640.0)]) == 0
            assert write_suggestions(conn, photos(), [suggestion(-3600.0)]) == 1
        assert rows(store) == [("clock:Canon:-3600", "open"), ("clock:Canon:-600", state)]


def test_a_stretch_is_told_in_the_cameras_own_time(store: Store) -> None:
    with store.write() as conn:
        write_suggestions(conn, photos(), [suggestion(-3600.0, MONDAY + 170.0, MONDAY + 310.0)])
        start, end = conn.exec_driver_sql(
            "SELECT json_extract(payload, '$.start'), json_extract(payload, '$.end') FROM suggestion"
        ).one()
    assert (start, end) == (MONDAY + 180.0 + 7200.0, MONDAY + 300.0 + 7200.0)
