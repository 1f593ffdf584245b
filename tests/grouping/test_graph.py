"""The library's index of neighbours as groupings and "similar to this" use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import make_library
from core.errors import Cancelled
from core.group.neighbours import nearest
from core.grouping import graph
from core.progress import Progress
from core.store import queries_vectors as queries
from core.store.store import Store

N = 1200


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    make_library(tmp_path / "library", N, seed=1, events=False, vectors=32)
    monkeypatch.setattr(graph, "EXACT_BELOW", 500)
    monkeypatch.setattr(queries, "EXACT_BELOW", 500)
    opened = Store.open(tmp_path / "library")
    yield opened
    opened.close()


def _rows(store: Store) -> np.ndarray:
    with store.read() as conn:
        found = conn.exec_driver_sql("SELECT row FROM vector ORDER BY photo_id DESC").fetchall()
    return np.array([row[0] for row in found], dtype=np.int64)


def _vectors(store: Store) -> np.ndarray:
    with store.read() as conn:
        used = queries.current_embedder(conn)
    assert used is not None
    return store.vectors(used.name, used.version, used.dim).rows()


def _files(store: Store) -> list[str]:
    return sorted(path.name for path in (store.root / "neighbours").glob("*"))


def test_the_stored_neighbours_are_the_exact_ones_in_positions_of_the_table(store: Store) -> None:
    rows = np.concatenate([[-1], _rows(store)])
    found = graph.for_table(store, rows, Progress())
    assert found is not None
    table = np.concatenate([np.zeros((1, 32), np.float16), _vectors(store)[rows[1:]]])
    true = nearest(table, 10)
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(found.index[1:, :10], true.index[1:], strict=True)]
    assert np.mean(shared) > 0.9
    assert (found.index[0] == -1).all()
    assert not (found.index == 0).any()


def test_it_is_made_once_and_only_added_to(store: Store) -> None:
    rows = _rows(store)
    assert graph.for_table(store, rows[100:], Progress()) is not None
    (base,) = _files(store)
    assert graph.for_table(store, rows, Progress()) is not None
    assert _files(store)[1:] == [base] or _files(store)[0] == base
    assert len(_files(store)) == 2
    graph.for_table(store, rows, Progress())
    assert len(_files(store)) == 2


def test_a_damaged_index_is_made_anew(store: Store) -> None:
    rows = _rows(store)
    graph.update(store, rows, Progress())
    path = store.root / "neighbours" / _files(store)[0]
    path.write_bytes(path.read_bytes()[:500])
    photo = 5
    exact = queries.similar(store, photo, 5)
    index = graph.update(store, rows, Progress())
    assert index is not None
    assert len(index) == len(rows)
    assert [p for p, _ in queries.similar(store, photo, 5)] == [p for p, _ in exact]


def test_few_vectors_need_no_index(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "EXACT_BELOW", N)
    assert graph.for_table(store, _rows(store), Progress()) is None
    assert _files(store) == []


def test_a_cancelled_build_leaves_nothing_half_done(store: Store) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        graph.for_table(store, _rows(store), progress)
    assert _files(store) == []


def test_similar_through_the_index_is_similar_by_looking_at_all(store: Store) -> None:
    exact = {photo: queries.similar(store, photo, 8) for photo in range(1, 40)}
    rows = np.sort(_rows(store))
    graph.update(store, rows[:-50], Progress())
    shared = []
    for photo, known in exact.items():
        found = queries.similar(store, photo, 8)
        assert photo not in dict(found)
        shared.append(len(set(dict(found)) & set(dict(known))) / 8)
        for other, cosine in found:
            assert dict(known).get(other, cosine) == pytest.approx(cosine, abs=2e-3)
    assert np.mean(shared) > 0.95
    first = exact[1][0][0]
    with store.write() as conn:
        conn.exec_driver_sql("UPDATE photo SET hidden = 1 WHERE id = ?", (first,))
    assert first not in dict(queries.similar(store, 1, 8))
    assert len(queries.similar(store, 1, 300)) == 300
