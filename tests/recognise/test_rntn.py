"""The recursive network: a slow recursion as the reference, numerical gradients, what the tensor adds, resuming."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.base import clone
from torch import Tensor
from torch.autograd import gradcheck
from torch.func import functional_call

from core.errors import ReverieError
from core.nn import seeds
from core.nn.training import Resume
from core.progress import Cancelled, Progress
from core.recognise import tree
from core.recognise.region_learner import UNKNOWN, RegionTreeNetwork, whitening
from core.recognise.rntn import Cell, LearnedMerger, Plan, TreeNetwork
from tests.recognise.region_pictures import random_graph, scene

SMALL = {"latent_dim": 8, "components": 6, "epochs": 3, "batch": 4}
KINDS = [(False, 0), (True, 0), (True, 5)]


def _network(tensor: bool, rank: int, features: int = 6, dim: int = 4, classes: int = 3) -> TreeNetwork:
    with seeds.fixed(1):
        network = TreeNetwork(features, dim, classes, tensor=tensor, rank=rank).double()
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.4)
    return network.eval()


def _forest(pictures: int = 3) -> tuple[Tensor, tree.Forest]:
    rng = np.random.default_rng(3)
    graphs = [random_graph(rng, 2 + i, 3) for i in range(pictures)]
    features = torch.from_numpy(np.concatenate([g.features for g in graphs]).astype(np.float64))
    return features, tree.grow(graphs, tree.Likeness(graphs))


def _cell(cell: Cell, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The formula of the paper, one number at a time."""
    c = np.concatenate([a, b])
    value = cell.linear.weight.detach().numpy() @ c + cell.linear.bias.detach().numpy()
    if cell.full is not None:
        v = cell.full.detach().numpy()
        for k in range(len(value)):
            value[k] += sum(c[i] * v[k, i, j] * c[j] for i in range(len(c)) for j in range(len(c)))
    elif cell.left is not None and cell.right is not None and cell.out is not None:
        left, right, out = (part.weight.detach().numpy() for part in (cell.left, cell.right, cell.out))
        v = np.einsum("kr,ri,rj->kij", out, left, right)
        value = value + np.einsum("i,kij,j->k", c, v, c)
    return np.tanh(value)


@pytest.mark.parametrize(("tensor", "rank"), KINDS)
def test_batches_by_depth_equal_a_slow_recursion(tensor: bool, rank: int) -> None:
    network = _network(tensor, rank)
    features, forest = _forest()
    up, scores = (part.detach().numpy() for part in network(features, Plan(forest)))
    leaf = {int(node): i for i, node in enumerate(np.flatnonzero(forest.leaf))}
    first = network.leaf_vectors(features).detach().numpy()

    def vector(node: int) -> NDArray[np.float64]:
        if node in leaf:
            return np.asarray(first[leaf[node]])
        return _cell(network.up, vector(forest.children[node, 0]), vector(forest.children[node, 1]))

    def around(node: int) -> NDArray[np.float64]:
        above = around(forest.parent[node]) if forest.parent[node] >= 0 else np.zeros(up.shape[1])
        return _cell(network.down, above, vector(node))

    for node in range(len(forest.parent)):
        np.testing.assert_allclose(up[node], vector(node), atol=1e-10)
        said = network.label(torch.from_numpy(around(node))).detach().numpy()
        if node in leaf:
            said = said + network.own(features[leaf[node]]).detach().numpy()
        np.testing.assert_allclose(scores[node], said, atol=1e-10)


@pytest.mark.parametrize(("tensor", "rank"), KINDS)
def test_gradients_are_those_of_differences(tensor: bool, rank: int) -> None:
    network = _network(tensor, rank, features=3, dim=2)
    graphs = [random_graph(np.random.default_rng(0), 2, 2, width=3)]
    plan = Plan(tree.grow(graphs, tree.Likeness(graphs)))
    names = [name for name, _ in network.named_parameters()]
    values = tuple(p.detach().clone().requires_grad_() for p in network.parameters())
    features = torch.from_numpy(graphs[0].features.astype(np.float64)).requires_grad_()

    def whole(x: Tensor, *parameters: Tensor) -> tuple[Tensor, Tensor]:
        result: tuple[Tensor, Tensor] = functional_call(network, dict(zip(names, parameters, strict=True)), (x, plan))
        return result

    def merges(x: Tensor, weight: Tensor) -> Tensor:
        network.merge.weight.data = weight
        return network.merge_scores(network.leaf_vectors(x), network.leaf_vectors(x.flip(0)))

    assert gradcheck(whole, (features, *values), eps=1e-6, atol=1e-6)
    assert gradcheck(lambda x: merges(x, network.merge.weight.data), (features,), eps=1e-6, atol=1e-6)


def test_without_its_tensor_the_network_is_the_plain_one() -> None:
    tensor, plain = _network(True, 0), _network(False, 0)
    for cell in (tensor.up, tensor.down):
        assert cell.full is not None
        torch.nn.init.zeros_(cell.full)
    plain.load_state_dict({name: value for name, value in tensor.state_dict().items() if not name.endswith("full")})
    features, forest = _forest()
    for ours, theirs in zip(tensor(features, Plan(forest)), plain(features, Plan(forest)), strict=True):
        assert torch.equal(ours, theirs)


def test_the_merger_makes_the_vectors_that_the_network_computes() -> None:
    rng = np.random.default_rng(5)
    graphs = [random_graph(rng), random_graph(rng, 4, 4)]
    network = _network(True, 5)
    features = torch.from_numpy(np.concatenate([g.features for g in graphs]).astype(np.float64))
    area = np.concatenate([g.area for g in graphs]).astype(np.float64)
    nodes = int(tree.offsets(graphs)[-1])
    merger = LearnedMerger(network, features, tree.leaf_nodes(graphs), area, nodes, 0.3)
    forest = tree.grow(graphs, merger)
    up, _ = network(features, Plan(forest))
    assert torch.allclose(up, merger.vectors, atol=1e-10)
    assert {tuple(sorted(pair)) for pair in forest.children[~forest.leaf].tolist()} <= {
        tuple(sorted(pair)) for pair in np.concatenate(merger.asked).tolist()
    }


def test_neighbours_tell_what_a_superpixel_does_not_show() -> None:
    rng = np.random.default_rng(0)
    train = [scene(rng) for _ in range(60)]
    test = [scene(rng) for _ in range(30)]
    made = RegionTreeNetwork(latent_dim=16, components=6, epochs=12, batch=6, dropout=0.0)
    made.fit([g for g, _ in train], [label for _, label in train])
    graphs, labels = [g for g, _ in test], [label for _, label in test]
    shown = np.concatenate([g.features[np.arange(len(y)), y] > 1.0 for g, y in zip(graphs, labels, strict=True)])
    right = np.concatenate(made.predict(graphs)) == np.concatenate(labels)
    assert right[shown].mean() > 0.95
    assert right[~shown].mean() > 0.8  # a superpixel alone: one of two, .5
    assert made.score(graphs, labels) > 0.85


def test_unlabelled_leaves_are_ignored_and_classes_keep_their_numbers() -> None:
    rng = np.random.default_rng(1)
    some = [scene(rng) for _ in range(12)]
    graphs = [g for g, _ in some]
    labels = [np.where(rng.random(len(y)) < 0.4, 10 * y, UNKNOWN) for _, y in some]
    made = RegionTreeNetwork(**SMALL).fit(graphs, labels)
    assert made.classes_.tolist() == sorted({int(v) for y in labels for v in y if v >= 0})
    assert set(np.concatenate(made.predict(graphs)).tolist()) <= set(made.classes_.tolist())
    children, chance = made.tree(graphs[0])
    assert children.shape == (19, 2)
    assert chance.shape == (39, len(made.classes_))
    np.testing.assert_allclose(chance.sum(axis=1), 1, atol=1e-5)


def test_one_kind_of_region_is_too_few() -> None:
    graph, label = scene(np.random.default_rng(0))
    with pytest.raises(ReverieError, match="two kinds"):
        RegionTreeNetwork(**SMALL).fit([graph], [np.where(label < 2, 0, UNKNOWN)])


def test_the_contract_same_seed_arrays_and_clone() -> None:
    rng = np.random.default_rng(2)
    some = [scene(rng) for _ in range(9)]
    x, y = [g for g, _ in some], [label for _, label in some]
    epochs: list[int] = []
    one = RegionTreeNetwork(**SMALL).fit(
        x, y, X_held_out=x[:3], y_held_out=y[:3], on_epoch=lambda _, e: epochs.append(e)
    )
    two = clone(one).fit(x, y, X_held_out=x[:3], y_held_out=y[:3])
    assert epochs == [0, 1, 2]
    assert {name: len(curve) for name, curve in one.history_.items()} == {"loss": 3, "class_accuracy_held_out": 3}
    again = clone(one).set_arrays(one.arrays())
    for ours, theirs, kept in zip(*(each.predict_proba(x) for each in (one, two, again)), strict=True):
        assert np.array_equal(ours, theirs)
        assert np.array_equal(ours, kept)


class _StopAfter(Progress):
    """Cancels as soon as an epoch is done."""

    def set(self, done: int) -> None:
        super().set(done)
        if done == 2:
            raise Cancelled


def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    some = [scene(rng) for _ in range(9)]
    x, y = [g for g, _ in some], [label for _, label in some]
    whole = RegionTreeNetwork(**SMALL).fit(x, y)
    resume = Resume(tmp_path / "state.safetensors", "regions")
    with pytest.raises(Cancelled):
        RegionTreeNetwork(**SMALL).fit(x, y, resume=resume, progress=_StopAfter())
    went_on = RegionTreeNetwork(**SMALL).fit(x, y, resume=resume)
    for name, array in whole.arrays().items():
        assert np.array_equal(array, went_on.arrays()[name]), name
    assert went_on.history_ == whole.history_


def test_whitened_components_are_uncorrelated_and_of_variance_one() -> None:
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(500, 3)) @ rng.normal(size=(3, 7)) + rng.normal(size=7)).astype(np.float32)
    mean, projection = whitening(x, 5)
    assert projection.shape == (7, 3)  # no more than there are
    np.testing.assert_allclose(np.cov((x - mean) @ projection, rowvar=False), np.eye(3), atol=0.02)
