"""Neighbours, communities and look-alikes."""

from __future__ import annotations

import numpy as np
import pytest

from core.group import lookalikes
from core.group.graph import components, whispers
from core.group.neighbours import nearest, project
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


def test_projection_keeps_unit_length() -> None:
    vectors, _ = _clouds([50, 50], dim=64)
    assert np.linalg.norm(project(vectors, np.arange(100), 16, 0), axis=1) == pytest.approx(1.0, abs=1e-3)


def test_components_and_whispers_on_two_cliques_with_a_bridge() -> None:
    a = np.array([0, 0, 1, 3, 3, 4, 2])
    b = np.array([1, 2, 2, 4, 5, 5, 3])
    weight = np.array([1.0, 1, 1, 1, 1, 1, 0.05])
    assert len(set(components(7, a, b).tolist())) == 2
    label = whispers(7, a, b, weight, seed=0)
    assert label[0] == label[1] == label[2] != label[3]
    assert label[3] == label[4] == label[5]
    assert label[6] == 6


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


def test_without_vectors_there_are_none() -> None:
    assert lookalikes.find(table(np.arange(5.0))).groups == []
    assert lookalikes.find(table(np.arange(5.0), vectors=np.zeros((5, 4), np.float16))).groups == []
