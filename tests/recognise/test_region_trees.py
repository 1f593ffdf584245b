"""Superpixels, merging, and the regions of a photo."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.recognise import regions, superpixels, tree
from core.recognise.region_learner import UNKNOWN, RegionTreeNetwork
from core.recognise.superpixels import RegionGraph
from tests.recognise.region_pictures import grid_graph, random_graph

I32 = NDArray[np.int32]


def picture(height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    """Blue above, green below, a red square, a little noise."""
    rng = np.random.default_rng(0)
    out = np.empty((height, width, 3))
    out[: height // 2], out[height // 2 :] = (60, 110, 220), (50, 150, 60)
    out[height // 4 : height // 2, width // 4 : width // 2] = (210, 40, 40)
    return np.clip(out + rng.normal(0, 4, out.shape), 0, 255).astype(np.uint8)


def test_superpixels_cover_the_picture_in_single_pieces() -> None:
    from skimage.measure import label

    leaves = superpixels.segment(picture(), 40)
    n = int(leaves.max()) + 1
    assert 15 < n < 60
    assert sorted(np.unique(leaves).tolist()) == list(range(n))
    assert all(int(label(leaves == i).max()) == 1 for i in range(n))
    assert np.array_equal(leaves, superpixels.segment(picture(), 40))


def test_neighbours_share_a_side() -> None:
    leaves = np.array([[0, 0, 1], [2, 2, 1], [2, 2, 3]], np.int32)
    assert superpixels.neighbours(leaves).tolist() == [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]]


def test_pooling_is_the_mean_and_maps_are_read_between_their_cells() -> None:
    rng = np.random.default_rng(0)
    leaves = rng.integers(0, 5, (12, 8)).astype(np.int32)
    values = rng.normal(size=(12, 8, 3)).astype(np.float32)
    slow = np.stack([values[leaves == i].mean(axis=0) for i in range(5)])
    np.testing.assert_allclose(superpixels.pooled(values, leaves), slow, atol=1e-5)
    np.testing.assert_allclose(superpixels.pooled_maps(values, leaves), slow, atol=1e-5)  # a map as fine as the picture
    import torch

    coarse = rng.normal(size=(3, 4, 2)).astype(np.float32)
    tensor = torch.from_numpy(coarse).permute(2, 0, 1)[None]
    fine = torch.nn.functional.interpolate(tensor, (12, 8), mode="bilinear")[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(superpixels.pooled_maps(coarse, leaves), superpixels.pooled(fine, leaves), atol=1e-5)


def test_a_description_has_colour_place_and_size() -> None:
    leaves = np.repeat(np.array([[0, 1]], np.int32), 4, axis=0).repeat(4, axis=1)
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:, 4:] = 255
    graph = superpixels.describe(pixels, leaves, [])
    assert graph.features.shape == (2, superpixels.OWN)
    np.testing.assert_allclose(graph.features[:, 0], [0, 1], atol=1e-3)  # lightness
    np.testing.assert_allclose(graph.features[:, 6:8], [[0.25, 0.5], [0.75, 0.5]], atol=1e-6)
    np.testing.assert_allclose(graph.features[:, 8], np.log(0.5), atol=1e-6)
    np.testing.assert_allclose(graph.features[:, 9:], [[0.5, 1.0]] * 2, atol=1e-6)


class _Table:
    """A merger that scores by a table of leaves' values: the smaller the difference of means, the better."""

    def __init__(self, values: NDArray[np.float64], nodes: int) -> None:
        self.value, self.size = np.zeros(nodes), np.ones(nodes)
        self.value[: len(values)] = values

    def score(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(-np.abs(self.value[pairs[:, 0]] - self.value[pairs[:, 1]]))

    def make(self, nodes: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        self.size[nodes] = self.size[pairs].sum(axis=1)
        self.value[nodes] = (self.value[pairs] * self.size[pairs]).sum(axis=1) / self.size[nodes]
        return pairs


def _slow(values: list[float], edges: list[list[int]]) -> list[tuple[int, int]]:
    """Greedy merging with every pair looked at again each time."""
    alive = {i: (v, 1.0) for i, v in enumerate(values)}
    beside = {(a, b) for a, b in edges}
    merges = []
    for node in range(len(values), 2 * len(values) - 1):
        a, b = min(beside, key=lambda p: (abs(alive[p[0]][0] - alive[p[1]][0]), p))
        (va, na), (vb, nb) = alive.pop(a), alive.pop(b)
        alive[node] = ((va * na + vb * nb) / (na + nb), na + nb)
        renamed = {tuple(sorted(node if side in (a, b) else side for side in pair)) for pair in beside}
        beside = {(p, q) for p, q in renamed if p != q}
        merges.append((a, b))
    return merges


def test_greedy_merging_equals_looking_at_every_pair_each_time() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=20)
    graph = grid_graph(4, 5, values[:, None].astype(np.float32), np.full(20, 0.05, np.float32))
    forest = tree.grow([graph], _Table(values, 39))
    fast = [tuple(sorted(pair)) for pair in forest.children[20:].tolist()]
    assert fast == [tuple(sorted(pair)) for pair in _slow(values.tolist(), graph.edges.tolist())]


def test_pictures_side_by_side_have_the_trees_they_have_alone() -> None:
    rng = np.random.default_rng(1)
    graphs = [random_graph(rng, 2, 3), random_graph(rng, 4, 4), random_graph(rng, 1, 2), random_graph(rng, 1, 1)]
    forest = tree.grow(graphs, tree.Likeness(graphs))
    for i, graph in enumerate(graphs):
        alone = tree.grow([graph], tree.Likeness([graph]))
        own = slice(int(forest.offset[i]), int(forest.offset[i + 1]))
        children = np.where(forest.children[own] >= 0, forest.children[own] - forest.offset[i], -1)
        assert np.array_equal(children, alone.children)
        assert int((alone.parent < 0).sum()) == 1


def test_merges_are_between_neighbours_and_pieces_that_do_not_touch_are_joined_last() -> None:
    graph = RegionGraph(np.eye(4, dtype=np.float32), np.array([[0, 1], [2, 3]], np.int32), np.full(4, 0.25, np.float32))
    forest = tree.grow([graph], tree.Likeness([graph]))
    assert {tuple(sorted(pair)) for pair in forest.children[4:6].tolist()} == {(0, 1), (2, 3)}
    assert forest.children[6].tolist() == [4, 5]
    assert forest.heights().tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert forest.depths().tolist() == [2, 2, 2, 2, 1, 1, 0]
    assert forest.summed(np.arange(4.0)).tolist() == [0, 1, 2, 3, 1, 5, 6]


def _described(pixels: NDArray[np.uint8]) -> tuple[I32, RegionGraph]:
    """As regions.graph_of, with maps of noise instead of the network's."""
    rng = np.random.default_rng(0)
    leaves = superpixels.segment(pixels, 40)
    maps = [rng.random((6, 8, 112), np.float32), rng.random((3, 4, 320), np.float32)]
    return leaves, superpixels.describe(pixels, leaves, maps)


def test_a_click_gives_a_region_that_grows_and_shrinks_along_the_tree() -> None:
    leaves, graph = _described(picture())
    made = regions.tree_of(leaves, graph)
    s = len(graph.area)
    path = regions.path_at(made.leaves, made.parent, 0.4, 0.3)
    assert path[0] == leaves[int(0.3 * 96), int(0.4 * 128)]
    assert path[-1] == 2 * s - 2
    assert [regions.node_at(made.leaves, made.parent, 0.4, 0.3, level) for level in range(len(path))] == path
    assert regions.node_at(made.leaves, made.parent, 2.0, -1.0, 99) == 2 * s - 2
    before = np.zeros(leaves.shape, np.bool_)
    for node in path:
        mask = regions.mask_of(made.leaves, made.parent, node)
        assert bool(mask[before].all())
        assert mask.mean() == pytest.approx(made.area[node], abs=1e-5)
        y, x = np.nonzero(mask)
        np.testing.assert_allclose(
            made.box[node],
            [x.min() / 128, y.min() / 96, (x.max() + 1 - x.min()) / 128, (y.max() + 1 - y.min()) / 96],
            atol=1e-5,
        )
        assert regions.node_of(made.leaves, made.parent, mask) == (node, pytest.approx(1.0))
        before = mask
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-5)
    assert (made.label == UNKNOWN).all()
    assert not made.learned


def test_tagged_masks_teach_what_regions_are() -> None:
    leaves, graph = _described(picture())
    square = np.zeros(leaves.shape, np.bool_)
    square[24:48, 32:64] = True
    above = np.zeros(leaves.shape, np.bool_)
    above[:48] = True
    label = regions.labels_of(leaves, [(square, 7), (above, 3)])
    assert label[leaves[36, 48]] == 7  # the smaller mask counts
    assert label[leaves[5, 5]] == 3
    assert label[leaves[90, 5]] == UNKNOWN
    network = RegionTreeNetwork(latent_dim=8, components=12, epochs=25, dropout=0.0).fit([graph], [label])
    made = regions.tree_of(leaves, graph, network)
    assert made.learned
    assert made.label[leaves[36, 48]] == 7
    assert made.label[leaves[5, 5]] == 3
    assert bool(((made.strength > 0) & (made.strength <= 1)).all())


def test_a_photo_from_its_pixels() -> None:
    made = regions.regions_of(picture())
    s = (len(made.parent) + 1) // 2
    assert made.leaves.shape == (96, 128)
    assert made.children.shape == (s - 1, 2)
    assert made.vectors.shape == (2 * s - 1, 112 + 320)
    again = regions.regions_of(picture())
    assert np.array_equal(made.parent, again.parent)
