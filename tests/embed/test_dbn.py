"""Deep belief networks: layers, the unrolled network, dreams, and few labels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.embed.dbn import DBN, joined
from core.embed.dbn_classifier import DBNClassifier
from core.embed.dreams import as_pictures, filter_pictures
from core.embed.machine import Learner, Machine, Rule
from core.embed.rbm import RBM
from core.embed.unrolled import Classifier, Tuning, Unrolled, agreement, nearest
from core.embed.updown import UpDown


def _two(n: int = 200, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Pictures 4 x 4 with one row (class 0) or one column (class 1) on, some values flipped."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    rows = np.zeros((n, 4, 4))
    at = rng.integers(0, 4, n)
    rows[np.arange(n)[y == 0], at[y == 0], :] = 1
    rows[np.arange(n)[y == 1], :, at[y == 1]] = 1
    flat = rows.reshape(n, 16)
    return np.abs(flat - (rng.random(flat.shape) < 0.03)).astype(np.float32), y


def _fitted(visible: str = "bernoulli", **more: object) -> DBN:
    return DBN((24, 16), visible=visible, epochs=25, batch_size=20, **more).fit(_two()[0])  # type: ignore[arg-type]


def test_layers_are_the_machines_one_on_the_other() -> None:
    rows, model = _two()[0], _fitted()
    first = RBM(24).set_arrays(model.machines_[0].arrays())
    second = RBM(16).set_arrays(model.machines_[1].arrays())
    np.testing.assert_allclose(model.transform(rows, 0), first.transform(rows), rtol=1e-5)
    np.testing.assert_allclose(model.transform(rows), second.transform(first.transform(rows)), rtol=1e-4)
    np.testing.assert_allclose(model.free_energy(rows), second.free_energy(first.transform(rows)), rtol=1e-4)
    np.testing.assert_allclose(model.free_energy(rows, 0), first.free_energy(rows), rtol=1e-4)
    np.testing.assert_allclose(
        model.filters(1), (model.machines_[0].weight @ model.machines_[1].weight).t().numpy(), rtol=1e-4, atol=1e-6
    )
    assert [name for name, _ in model.stages_] == ["Layer 1", "Layer 2"]
    assert [first for _, first in model.stages_] == [0, 25]


@pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
def test_unrolled_it_is_the_same_function_and_learns_to_give_back(visible: str) -> None:
    rows, model = _two()[0], _fitted(visible)
    network = model.unroll()
    with torch.no_grad():
        x = torch.from_numpy(rows)
        np.testing.assert_allclose(network.encode(x).numpy(), model.transform(rows), atol=1e-5)
        np.testing.assert_allclose(network(x).numpy(), model.reconstruct(rows), atol=1e-4)
    before = model.arrays()
    tuned, history = model.fine_tune_autoencoder(rows, tuning=Tuning(epochs=15, learning_rate=5e-3, batch_size=20))
    assert history.judged[history.best] < history.judged[0]
    with torch.no_grad():
        assert (tuned(x) - x).square().mean() < (network(x) - x).square().mean()
    assert all((before[name] == array).all() for name, array in model.arrays().items())


def test_up_down_moves_each_weight_by_its_own_error() -> None:
    """Wake and sleep phases against a slow loop over rows."""
    rng = np.random.default_rng(0)
    up = [Machine("bernoulli", *(torch.from_numpy(rng.normal(size=s)) for s in ((4, 3), (4,), (3,))))]
    down = [Machine("bernoulli", *(t.clone() for t in (up[0].weight, up[0].visible_bias, up[0].hidden_bias)))]
    top = Machine("bernoulli", *(torch.from_numpy(rng.normal(size=s)) for s in ((3, 2), (3,), (2,))))
    rule = Rule(1, False, False, 0.0, 0.0, 0.1, 0.0, 0.0)
    tuner = UpDown([*up, top], down, Learner(top, rule, torch.zeros(3, dtype=torch.float64)))
    below, above = (torch.from_numpy((rng.random(s) < 0.5).astype(float)) for s in ((5, 4), (5, 3)))
    generative, recognising = down[0].weight.clone(), up[0].weight.clone()
    for v, h in zip(below, above, strict=True):
        said = torch.sigmoid(down[0].weight @ h + down[0].visible_bias)
        generative += 0.1 / 5 * torch.outer(v - said, h)
        inferred = torch.sigmoid(v @ up[0].weight + up[0].hidden_bias)
        recognising += 0.1 / 5 * torch.outer(v, h - inferred)
    tuner._wake([below, above], 0.1)
    tuner._sleep([below, above], 0.1)
    torch.testing.assert_close(down[0].weight, generative)
    torch.testing.assert_close(up[0].weight, recognising)


def test_up_down_parts_generation_from_recognition() -> None:
    model = _fitted(up_down_epochs=4)
    assert (model.generative_[0].weight != model.machines_[0].weight).any()
    assert model.stages_[-1] == ("Up-down", 50)
    assert np.isfinite(model.history_["reconstruction"]).all()
    assert np.isnan(model.history_["dead_units"][-1])
    plain = _fitted()
    assert plain.generative_[0] is plain.machines_[0]


def _bars() -> NDArray[np.float32]:
    """The eight pictures without flips: four rows, four columns."""
    bars = np.zeros((8, 4, 4), np.float32)
    for i in range(4):
        bars[i, i, :] = bars[4 + i, :, i] = 1
    return bars.reshape(8, 16)


def test_dreams_are_like_the_data_and_go_where_they_are_clamped() -> None:
    rows, y = _two(400)
    model = DBN((32, 24), visible="bernoulli", epochs=60, batch_size=20).fit(rows)
    dreams = model.dream(100, 100, random_state=1)
    np.testing.assert_array_equal(dreams, model.dream(100, 100, random_state=1))
    away = ((dreams[:, None] - _bars()) ** 2).sum(axis=2)
    assert away.min(axis=1).mean() < 1.0
    assert len(np.unique(away.argmin(axis=1))) >= 6
    before = model.arrays()
    for c in (0, 1):
        dreams = model.dream(100, 100, clamp=rows[y == c], random_state=2)
        nearest_bar = ((dreams[:, None] - _bars()) ** 2).sum(axis=2).argmin(axis=1)
        assert (nearest_bar // 4 == c).mean() > 0.85
    assert all((before[name] == array).all() for name, array in model.arrays().items())
    one_layer = DBN((16,), epochs=5).fit(rows)
    assert one_layer.dream(5, 10, clamp=rows[:9]).shape == (5, 16)


def test_pictures_of_fields_and_dreams() -> None:
    field = np.zeros((2, 12), np.float32)
    field[0, 3] = -2.0
    pictures = filter_pictures(field, 2, 2)
    assert pictures.shape == (2, 2, 2, 3)
    assert pictures[0].min() == 0
    assert set(np.unique(pictures[1])) == {128}
    assert as_pictures(np.full((1, 4), 0.5), 2, 2).shape == (1, 2, 2, 3)


def test_joined_curves_say_nan_where_a_layer_has_none() -> None:
    found = joined({"a": [1.0, 2.0], "b": [3.0, 4.0]}, 2, {"a": [5.0], "c": [6.0]})
    assert found["a"] == [1, 2, 5]
    assert found["b"][:2] == [3, 4]
    assert np.isnan(found["b"][2])
    assert np.isnan(found["c"][:2]).all()


def test_few_labels_are_enough_with_neighbours_and_classes_may_be_words() -> None:
    rows, y = _two(400)
    words = np.array(["row", "column"])[y]
    apart, wanted = _two(200, seed=1)
    model = DBNClassifier(DBN((24, 16), epochs=10, batch_size=20), neighbour_weight=1.0, epochs=100, batch_size=8,
                          validation=0.0)  # fmt: skip
    model.fit(rows[:40], words[:40], X_unlabelled=rows)
    assert model.score(apart, np.array(["row", "column"])[wanted]) > 0.8
    again = DBNClassifier(DBN((24, 16))).set_arrays(model.arrays())
    assert again.predict(apart).tolist() == model.predict(apart).tolist()


def test_labels_kept_apart_choose_the_epoch_and_augmented_rows_are_in_the_datas_units() -> None:
    rows, y = _two(200)
    seen: list[float] = []

    def augment(x: torch.Tensor, _rng: np.random.Generator) -> torch.Tensor:
        seen.append(float(x.max()))
        return x

    model = DBNClassifier(DBN((12,), epochs=3), epochs=10, validation=0.2, patience=3, augment=augment)
    model.fit(100 * rows, y)
    assert max(seen) == pytest.approx(100, rel=1e-3)
    assert len(model.history_["loss"]) == len(model.history_["loss_held_out"])
    assert DBNClassifier(DBN((12,), epochs=3), pretrain=False, epochs=30).fit(rows, y).score(rows, y) > 0.9


def test_the_classifier_begins_as_the_stack() -> None:
    model = _fitted("gaussian")
    own = model.unroll()
    network = Classifier(own, 2, torch.zeros(16), 0.0, 0.0, seed=0).eval()
    x = torch.from_numpy(_two()[0])
    first, layer = network.layers[0], own.encoder[0]
    torch.testing.assert_close(first(x), layer(x))
    shifted = Classifier(own, 2, torch.full((16,), 0.3), 0.0, 0.0, seed=0).eval()
    torch.testing.assert_close(shifted.features(x), network.features(x), atol=1e-4, rtol=1e-4)


def test_agreement_and_neighbours_against_plain_formulas() -> None:
    draws = torch.Generator().manual_seed(0)
    a, b = torch.randn(6, 3, generator=draws), torch.randn(6, 3, generator=draws)
    slow = -(a.softmax(1) * b.softmax(1)).sum(1).log().mean()
    torch.testing.assert_close(agreement(a, b), slow)
    rows = torch.randn(30, 4, generator=draws)
    distance = torch.cdist(rows, rows)
    distance.fill_diagonal_(torch.inf)
    assert nearest(rows, 3, size=7).tolist() == distance.topk(3, largest=False).indices.tolist()
    assert isinstance(_fitted().unroll(), Unrolled)
