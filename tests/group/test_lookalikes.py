"""Neighbours, communities and look-alikes."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.group import lookalikes
from core.group.graph import components, shared_ties
from core.group.merging import agglomerate, best_cut
from core.group.neighbours import Neighbours, measured, nearest, rescored
from tests.group.builders import permuted, table


def _clouds(sizes: list[int], dim: int = 32, noise: float = 0.06, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(len(sizes)), sizes)
    vectors = rng.normal(size=(len(sizes), dim))[label] + rng.normal(0, noise * np.sqrt(dim), (len(label), dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16), label


def test_neighbours_are_the_true_ones_and_never_oneself() -> None:
    vectors, _ = _clouds([30, 30])
    vectors[5] = 0
    found = nearest(vectors, 4)
    cosine = vectors.astype(np.float32) @ vectors.astype(np.float32).T
    np.fill_diagonal(cosine, -2)
    cosine[:, 5] = cosine[5] = -2
    for row in (0, 17, 59):
        assert set(found.index[row]) == set(np.argsort(-cosine[row], kind="stable")[:4])
    assert (found.index[5] == -1).all()
    assert not (found.index == np.arange(60)[:, None]).any()
    assert not (found.index == 5).any()


def test_the_graph_finds_nearly_what_the_exact_search_finds() -> None:
    vectors, _ = _clouds([40] * 15, dim=160)
    exact, graph = nearest(vectors, 10), nearest(vectors, 10, exact_below=100)
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(exact.index, graph.index, strict=True)]
    assert np.mean(shared) > 0.9
    again = nearest(vectors, 10, exact_below=100)
    np.testing.assert_array_equal(graph.index, again.index)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_vectors(n: int) -> None:
    found = nearest(np.eye(3, dtype=np.float16)[:n], 5)
    assert found.index.shape == (n, 5)
    assert (found.index[:, 1:] == -1).all()


def test_a_metric_scales_or_projects() -> None:
    vectors, _ = _clouds([10, 10], dim=8)
    first = np.zeros(8, dtype=np.float32)
    first[:3] = 2.0
    scaled = measured(vectors, first)
    assert not scaled[:, 3:].any()
    assert np.linalg.norm(scaled.astype(np.float32), axis=1) == pytest.approx(1.0, abs=2e-3)
    np.testing.assert_allclose(measured(vectors, np.diag(first)[:, :3]), scaled[:, :3], atol=1e-3)
    again = rescored(nearest(vectors, 19), scaled)
    cosine = scaled.astype(np.float32) @ scaled.astype(np.float32).T
    np.fill_diagonal(cosine, -2)
    np.testing.assert_allclose(again.score, np.sort(cosine, axis=1)[:, :0:-1], atol=1e-5)


def test_ties_are_shares_of_common_neighbours() -> None:
    index = np.array([[1, 2], [0, 2], [0, 1], [2, -1]], dtype=np.int32)
    a, b, weight = shared_ties(Neighbours(index, np.where(index >= 0, np.float32(0.9), np.float32(-1))), 0.5)
    total = dict.fromkeys([(0, 1), (0, 2), (1, 2), (2, 3)], 0.0)
    for x, y, w in zip(a.tolist(), b.tolist(), weight.tolist(), strict=True):
        total[x, y] += w
    assert total == pytest.approx({(0, 1): 1.0, (0, 2): 1.0, (1, 2): 1.0, (2, 3): 0.5 * 1 / 4})


def test_the_tree_is_that_of_one_merge_at_a_time() -> None:
    """Against a plain loop that always merges the nearest pair."""
    rng = np.random.default_rng(0)
    full = np.triu(rng.random((12, 12)), 1)
    a, b = (x.astype(np.int64) for x in np.nonzero(full))
    none = np.empty(0, dtype=np.int64)
    tree = agglomerate(a, b, full[a, b], np.ones(12, dtype=np.int64), (none, none))
    members = [{i} for i in range(12)]
    for left, right in zip(tree.left.tolist(), tree.right.tolist(), strict=True):
        members.append(members[left] | members[right])
    weight, pieces, expected = full + full.T, [{i} for i in range(12)], []
    while len(pieces) > 1:

        def near(x: set[int], y: set[int]) -> float:
            between = weight[np.ix_(sorted(x), sorted(y))].sum()
            return float(between / (weight[sorted(x)].sum() * weight[sorted(y)].sum()))

        x, y = max(combinations(pieces, 2), key=lambda pair: near(*pair))
        pieces = [p for p in pieces if p not in (x, y)] + [x | y]
        expected.append(x | y)
    assert sorted(map(sorted, members[12:])) == sorted(map(sorted, expected))
    assert tree.size[12:].tolist() == [len(m) for m in members[12:]]
    assert tree.inside[-1] == pytest.approx(tree.volume[-1])


def test_the_best_cut_is_the_best_of_all_cuts() -> None:
    a = np.array([0, 0, 1, 3, 3, 4, 2, 6])
    b = np.array([1, 2, 2, 4, 5, 5, 3, 7])
    weight = np.array([1.0, 1, 1, 1, 1, 1, 0.05, 1])
    none = np.empty(0, dtype=np.int64)
    tree = agglomerate(a, b, weight, np.ones(9, dtype=np.int64), (none, none))
    assert _as_sets(best_cut(tree, 1.0)) == [[0, 1, 2], [3, 4, 5], [6, 7], [8]]
    assert _as_sets(best_cut(tree, 0.0)) == [[0, 1, 2, 3, 4, 5], [6, 7], [8]]
    assert _as_sets(best_cut(tree, 1e6)) == [[i] for i in range(9)]
    assert _as_sets(best_cut(tree, 0.0, most=3, firm=1.0)) == [[0, 1, 2], [3, 4, 5], [6, 7], [8]]
    assert _as_sets(best_cut(tree, 0.0, most=2, firm=1.0)) == [[0, 1, 2], [3, 4, 5], [6, 7], [8]], "firm ones stay"
    assert len(_as_sets(best_cut(tree, 0.0, most=2))) == 6


def _as_sets(label: np.ndarray) -> list[list[int]]:
    return sorted(np.flatnonzero(label == name).tolist() for name in set(label.tolist()))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=12),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=12),
)
def test_what_the_person_said_of_pairs_is_never_violated(
    seed: int, same: list[tuple[int, int]], different: list[tuple[int, int]]
) -> None:
    vectors, _ = _clouds([14, 12, 8, 6], dim=16, noise=0.15, seed=seed)
    vectors[7] = 0
    whole = components(40, *np.array(same, dtype=np.int64).reshape(-1, 2).T)
    different = [(x, y) for x, y in different if whole[x] != whole[y]]
    t = table(np.arange(40.0), vectors=vectors)
    levels, _ = lookalikes.partitions(t, pairs=(tuple(same), tuple(different)))
    for label in levels:
        assert all(label[x] == label[y] for x, y in same)
        assert all(label[x] != label[y] for x, y in different)
    found = lookalikes.find(t, pairs=(tuple(same), tuple(different)))
    groups = [set(g.members.tolist()) for g in found.groups]
    assert all(x == y or any({x, y} <= g for g in groups) for x, y in same)
    assert not any({x, y} <= g for x, y in different for g in groups)
    for g, members in zip(found.groups, groups, strict=True):
        assert g.parent is None or members < groups[g.parent]


def test_pairs_need_no_vectors_and_must_not_contradict() -> None:
    t = table(np.arange(5.0))
    assert [g.members.tolist() for g in lookalikes.find(t, pairs=(((1, 3),), ())).groups] == [[1, 3]]
    with pytest.raises(ValueError, match="together and apart"):
        lookalikes.find(t, pairs=(((1, 3), (3, 4)), ((1, 4),)))


def test_levels_are_nested_from_broad_to_fine() -> None:
    rng = np.random.default_rng(4)
    broad = np.repeat(rng.normal(size=(6, 24)), 200, axis=0)
    vectors = broad + np.repeat(rng.normal(0, 0.3, (60, 24)), 20, axis=0) + rng.normal(0, 0.25, (1200, 24))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    levels, _ = lookalikes.partitions(table(np.arange(1200.0), vectors=vectors))
    counts = [len(set(label.tolist())) for label in levels]
    assert counts[0] <= counts[1] < counts[2]
    for coarse, fine in pairwise(levels):
        assert all(len(set(coarse[fine == name].tolist())) == 1 for name in set(fine.tolist()))


def test_digits_are_told_apart_without_labels() -> None:
    from sklearn.datasets import load_digits
    from sklearn.metrics import adjusted_rand_score

    data, label = load_digits(return_X_y=True)
    vectors = (data / np.linalg.norm(data, axis=1, keepdims=True)).astype(np.float16)
    levels, _ = lookalikes.partitions(table(np.arange(float(len(data))), vectors=vectors))
    assert adjusted_rand_score(label, levels[1]) >= 0.85


def test_clouds_are_found_and_strays_left_out() -> None:
    vectors, label = _clouds([20, 12, 8] + [1] * 40, dim=64)
    found = lookalikes.find(table(np.arange(80.0), vectors=vectors))
    assert [sorted(g.members.tolist()) for g in found.groups] == [np.flatnonzero(label == i).tolist() for i in range(3)]
    for g in found.groups:
        assert g.cover in g.members
        assert (g.strengths > 0.5).all()
        assert found.parameters["threshold"] < 1


def test_the_same_seed_gives_the_same_groups_in_any_order() -> None:
    vectors, _ = _clouds([20, 12, 8] + [1] * 40, dim=64)
    t = table(np.arange(80.0), vectors=vectors)
    order = np.random.default_rng(3).permutation(80)
    other = permuted(t, order)
    first, second = lookalikes.find(t, seed=5), lookalikes.find(other, seed=5)
    assert [sorted(t.ids[g.members]) for g in first.groups] == [sorted(other.ids[g.members]) for g in second.groups]


def test_no_group_swallows_the_library() -> None:
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(600, 16)) * 0.25, axis=0) + rng.normal(size=16)
    vectors = (walk / np.linalg.norm(walk, axis=1, keepdims=True)).astype(np.float16)
    found = lookalikes.find(table(np.arange(600.0), vectors=vectors))
    assert max(len(g.members) for g in found.groups) <= 200


def test_a_subject_that_is_most_of_the_library_stays_whole() -> None:
    vectors, label = _clouds([600, 60, 60, 60])
    found = lookalikes.find(table(np.arange(len(label)) * 60.0, vectors=vectors))
    assert sorted(len(group.members) for group in found.groups if group.parent is None) == [60, 60, 60, 600]


def test_without_vectors_there_are_none() -> None:
    assert lookalikes.find(table(np.arange(5.0))).groups == []
    assert lookalikes.find(table(np.arange(5.0), vectors=np.zeros((5, 4), np.float16))).groups == []


def test_subjects_of_few_themes_are_told_apart_though_random_pairs_lie_far_apart() -> None:
    """Half of all pairs share a theme, so that deviations of random pairs are wide and say nothing of neighbours."""
    rng = np.random.default_rng(0)
    label = np.repeat(np.arange(20), 40)
    themes = rng.normal(size=(2, 64))[np.arange(20) % 2] + 0.9 * rng.normal(size=(20, 64))
    themes /= np.linalg.norm(themes, axis=1, keepdims=True)
    vectors = themes[label] + rng.normal(0, 0.07, (800, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    rows = table(np.arange(800.0), vectors=vectors)
    none = np.arange(800)
    wide = lookalikes.adaptive_threshold(vectors, none, lookalikes.DEFAULT, 0)
    levels, threshold = lookalikes.partitions(rows)
    nearest_cosine = nearest(vectors, 1).score[:, 0]
    assert threshold < wide
    assert (nearest_cosine >= threshold).mean() >= 0.94
    names, counts = np.unique(levels[1], return_counts=True)
    subjects = [np.bincount(label[levels[1] == name], minlength=20) for name in names[counts >= 10]]
    assert len(subjects) >= 15
    assert all(of.max() >= 0.95 * of.sum() for of in subjects)
    assert sum(int(of.sum()) for of in subjects) >= 0.85 * 800
