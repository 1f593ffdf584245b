"""The persistent index of neighbours: what it finds, what it survives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.vectors import clustered
from core.retrieve import arrays, cells
from core.retrieve.graph import FILES, Damaged, NeighbourIndex

N, MORE = 3000, 200
VECTORS, _ = clustered(N + MORE, 32, seed=3)
ALL = np.arange(N)


def _true(rows: np.ndarray, k: int) -> np.ndarray:
    """The nearest others among ``rows`` by all cosines, as positions in it."""
    data = VECTORS[rows].astype(np.float32)
    cosine = data @ data.T
    np.fill_diagonal(cosine, -2)
    return np.argsort(-cosine, axis=1)[:, :k]


def _recall(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), true.tolist(), strict=True)]))


@pytest.fixture
def index(tmp_path: Path) -> NeighbourIndex:
    return NeighbourIndex.build(tmp_path / "neighbours", "net-1", VECTORS, ALL)


def _again(index: NeighbourIndex) -> NeighbourIndex:
    opened = NeighbourIndex.open(index.base.parent, "net-1", VECTORS)
    assert opened is not None
    return opened


def test_cells_hold_everything_once_and_none_too_much() -> None:
    found = cells.divide(VECTORS, ALL)
    assert sorted(found.order.tolist()) == ALL.tolist()
    assert np.diff(found.start).max() <= 2 * cells.CELL
    same = cells.divide(np.ones((2000, 4), np.float16), np.arange(2000))
    assert sorted(same.order.tolist()) == list(range(2000))
    assert np.diff(same.start).max() <= 2 * cells.CELL


def test_search_finds_what_looking_at_all_finds(index: NeighbourIndex) -> None:
    rows, cosine = index.search(VECTORS[:100], 11)
    assert rows[:, 0].tolist() == list(range(100))
    assert _recall(rows[:, 1:], _true(ALL, 10)[:100]) > 0.97
    assert (np.diff(cosine, axis=1) <= 0).all()
    true = np.einsum("id,ikd->ik", VECTORS[:100].astype(np.float32), VECTORS[rows].astype(np.float32))
    np.testing.assert_allclose(cosine, true, atol=2e-3)


def test_lists_are_the_nearest_others(index: NeighbourIndex) -> None:
    found, cosine = index.lists(ALL)
    assert _recall(found[:, :10], _true(ALL, 10)) > 0.95
    assert not (found == ALL[:, None]).any()
    assert (np.diff(cosine, axis=1) <= 1e-3).all()


def test_added_photos_are_found_and_stay_after_opening(index: NeighbourIndex) -> None:
    rows = np.arange(N + MORE)
    for new in np.array_split(rows[N:], 4):
        index.add(new)
    for some in (index, _again(index)):
        assert len(some) == N + MORE
        found, _ = some.lists(rows)
        true = _true(rows, 10)
        assert _recall(found[N:, :10], true[N:]) > 0.95
        told = np.flatnonzero((true >= N).any(axis=1))
        assert _recall(found[told, :10], true[told]) > 0.93
        assert some.search(VECTORS[N : N + 1], 1)[0].tolist() == [[N]]
    assert index.missing(rows).tolist() == []


def test_many_additions_are_gathered_in_few_files(index: NeighbourIndex) -> None:
    for row in range(N, N + FILES + 3):
        index.add(np.array([row]))
    assert len(list(index.base.parent.iterdir())) <= 1 + FILES
    opened = _again(index)
    assert sorted(opened.rows.tolist()) == list(range(N + FILES + 3))
    np.testing.assert_array_equal(opened.lists(ALL)[0], index.lists(ALL)[0])


def test_photos_that_are_gone_are_nobodys_neighbours(index: NeighbourIndex) -> None:
    rows = np.concatenate([ALL[::2], [-1]])
    found, cosine = index.lists(rows)
    assert found.max() < len(rows) - 1
    assert (found[-1] == -1).all()
    first = (found[:, 0] >= 0) & (found[:, -1] < 0)
    assert first.any()
    for line in found[first]:
        assert (np.flatnonzero(line < 0) >= (line >= 0).sum()).all(), "no holes"
    assert (cosine[found < 0] == -1).all()


def test_a_build_that_is_stopped_leaves_what_was_there(index: NeighbourIndex) -> None:
    def stop(_done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        NeighbourIndex.build(index.base.parent, "net-1", VECTORS, ALL, step=stop)
    assert _again(index).base == index.base
    index.add(np.arange(N, N + 5))
    newer = NeighbourIndex.build(index.base.parent, "net-1", VECTORS, ALL)
    assert [path.name for path in newer.base.parent.iterdir()] == [newer.base.name]


def test_another_embedders_index_is_another(index: NeighbourIndex) -> None:
    folder = index.base.parent
    assert NeighbourIndex.open(folder, "net-2", VECTORS) is None
    NeighbourIndex.build(folder, "net-1.5", VECTORS, ALL)
    assert _again(index).base == index.base


def test_steps_are_told_to_the_end(tmp_path: Path) -> None:
    steps: list[int] = []
    NeighbourIndex.build(tmp_path, "net-1", VECTORS, ALL, step=steps.append)
    assert steps == sorted(steps)
    assert steps[-1] == 2 * N


@pytest.mark.parametrize("at", [3, 60, 5000, -10])
def test_damage_is_noticed(index: NeighbourIndex, at: int) -> None:
    body = bytearray(index.base.read_bytes())
    body[at] ^= 0xFF
    index.base.write_bytes(body)
    assert not arrays.verify(index.base)
    with pytest.raises(Damaged):
        _again(index)


def test_a_file_cut_short_is_damaged(index: NeighbourIndex) -> None:
    for keep in (10, 100, index.base.stat().st_size - 1000):
        index.base.write_bytes(index.base.read_bytes()[:keep])
        with pytest.raises(Damaged):
            _again(index)


def test_vectors_of_another_file_are_noticed(index: NeighbourIndex) -> None:
    for other in (VECTORS[::-1], VECTORS[:100], VECTORS[:, :16]):
        with pytest.raises(Damaged):
            NeighbourIndex.open(index.base.parent, "net-1", np.ascontiguousarray(other))


def test_it_fits_until_it_has_grown_by_half(index: NeighbourIndex) -> None:
    assert index.fits()
    assert index.fits(N // 2)
    assert not index.fits(N // 2 + 1)


def test_a_shared_index_is_opened_again_only_when_it_changed(index: NeighbourIndex) -> None:
    def shared() -> NeighbourIndex:
        found = NeighbourIndex.shared(index.base.parent, "net-1", VECTORS)
        assert found is not None
        return found

    first = shared()
    assert shared() is first
    index.add(np.arange(N, N + 5))
    assert len(shared()) == N + 5
    assert NeighbourIndex.shared(index.base.parent, "net-2", VECTORS) is None


def test_it_is_the_same_for_the_same_seed(index: NeighbourIndex, tmp_path: Path) -> None:
    again = NeighbourIndex.build(tmp_path / "again", "net-1", VECTORS, ALL)
    np.testing.assert_array_equal(again.lists(ALL)[0], index.lists(ALL)[0])
