"""Learning through the store and the facade: from corrections to the next grouping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core import learn
from core.errors import ReverieError
from core.group.base import Inputs
from core.group.stream import line_of
from core.grouping.table import read_table
from core.learn import boundaries, files, network
from core.learn.network import Sizes
from core.library import Library
from core.progress import Progress, Report
from core.store import corrections
from core.store.store import Store
from tests.support.libraries import make_library


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    make_library(tmp_path / "library", 900, vectors=16)
    opened = Store.open(tmp_path / "library")
    yield opened
    opened.close()


def _join_all_within(store: Store, hours: float, at_most: int) -> int:
    """The person joins what lies less than so many hours apart; how many corrections that made."""
    with store.write() as conn:
        table = read_table(conn)
        gap = np.diff(table.instant)
        rows = np.flatnonzero((gap > 3600.0) & (gap < hours * 3600.0))[:at_most]
        for row in rows.tolist():
            payload = {"scope": "line", "a": int(table.ids[row]), "b": int(table.ids[row + 1]), "level": "events"}
            corrections.add(conn, "same", payload)
    return len(rows)


def test_nothing_said_nothing_learned(store: Store) -> None:
    assert learn.learned(store) == ()
    assert learn.load(store) == learn.Learned()
    parts = learn.learn(store, Progress())
    assert [part.name for part in parts] == ["boundaries", "network", "kinds", "metric"]
    assert not any(part.used for part in parts)
    assert learn.learned(store) == parts
    found = learn.load(store)
    assert found.gap_model is None
    assert found.logits is None


def test_corrections_reach_the_next_grouping(store: Store) -> None:
    assert not learn.due(store)
    count = _join_all_within(store, 12, 14)
    assert count >= learn.DUE
    assert learn.due(store)
    first, *_ = learn.learn(store, Progress())
    assert not learn.due(store)
    assert first.held_out == count
    with store.read() as conn:
        table = read_table(conn)
    inputs = learn.with_learned(store, table, Inputs())
    assert (inputs.gap_model is not None) == first.used
    kept = files.read_info(store.root, boundaries.NAME, boundaries.VERSION)
    assert kept is not None
    assert boundaries.of_info(kept).weights != boundaries.GapModel().weights


def test_what_is_damaged_or_of_other_vectors_is_left_out_with_its_reason(store: Store) -> None:
    learn.learn(store, Progress())
    part = {"name": "network", "metric": "F1", "rule": 0.7, "learned": 0.8, "held_out": 50, "used": True, "why": ""}
    info = {"part": part, "vectors": True, "embedder": "other 1", "cell": "lstm", "context": {}, "scorer": {}}
    files.save(store.root, network.NAME, network.VERSION, {**info, "rule": {}}, {"x": np.zeros(2)})
    assert learn.load(store).logits is None
    files.save(store.root, network.NAME, network.VERSION, {**info, "rule": {}, "vectors": False}, {"x": np.zeros(2)})
    assert learn.load(store).logits is not None
    next((store.root / "models").glob("network-*")).write_bytes(b"no")
    assert learn.load(store).logits is None
    (store.root / "models" / "network.json").write_text("{", encoding="utf-8")
    assert "network.json" in learn.learned(store)[1].why
    assert learn.load(store).logits is None


def test_learning_comes_due_and_its_failure_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Report] = []
    progress = Progress(heard.append)
    assert not learn.learn_if_due(store, progress)
    assert _join_all_within(store, 12, 12) >= learn.DUE

    def fail(*_: object, **__: object) -> None:
        raise ReverieError("The numbers ran away.")

    with monkeypatch.context() as patch:
        patch.setattr(network, "learn", fail)
        assert learn.learn_if_due(store, progress)
    assert [report.notice for report in heard if report.notice] == ["The numbers ran away."]
    assert learn.due(store), "what failed is tried again"
    assert learn.learn_if_due(store, progress)
    assert not learn.learn_if_due(store, progress)


def _folders_of_events(store: Store) -> int:
    """The person keeps each event in a folder with a name; how many photos do."""
    with store.write() as conn:
        rows = conn.exec_driver_sql("SELECT before_id FROM boundary WHERE event ORDER BY before_id").fetchall()
        ends = np.array([row[0] for row in rows])
        ids = np.array([row[0] for row in conn.exec_driver_sql("SELECT id FROM photo ORDER BY id")])
        event = np.searchsorted(ends, ids)
        for k in range(int(event.max()) + 1):
            path = f"events/Outing {chr(97 + k % 26)}bcd number {k}".encode()
            conn.exec_driver_sql(
                "INSERT INTO folder (id, volume_id, path, root, missing, hidden) VALUES (?, 1, ?, 0, 0, 0)",
                (1000 + k, path),
            )
        pairs = [(1000 + k, i) for k, i in zip(event.tolist(), ids.tolist(), strict=True)]
        conn.exec_driver_sql("UPDATE file SET folder_id = ? WHERE photo_id = ?", pairs)
    return len(ids)


def test_folders_train_the_network_and_the_facade_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_library(tmp_path / "library", 1500, vectors=16)
    tiny = Sizes({"hidden": 4, "epochs": 1, "chunk": 16}, {"hidden": 4, "epochs": 1, "chunk": 16})
    monkeypatch.setattr(network.learn, "__kwdefaults__", {**network.learn.__kwdefaults__, "sizes": tiny})
    with closing(Store.open(tmp_path / "library")) as store:
        assert _folders_of_events(store)
    with Library.open(tmp_path / "library") as library:
        parts = library.learn(Progress())
        assert library.learned() == parts
        assert parts[1].rule is not None
        assert parts[1].held_out >= 40
        assert parts[1].used == ((parts[1].learned or 0.0) > parts[1].rule and parts[1].why.startswith("Used"))


def test_the_line_of_the_network_is_that_of_the_grouping(store: Store) -> None:
    with store.read() as conn:
        table = read_table(conn)
    line = line_of(table, Inputs(moves=np.array([[3, 9]], np.int64)))
    assert len(line) == len(table) - 1
