"""What autoencoders and binary codes promise: scikit-learn's contract, the same bits from the same seed, going on where
they were stopped, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.base import clone

from core.embed import hashing
from core.embed.autoencoder import ConvAutoencoder, DenseAutoencoder
from core.embed.hashing import BinaryCodes, bit_demands, contrast, walk
from core.errors import Cancelled, WeightsError
from core.nn import checkpoints
from core.nn.training import Resume
from core.progress import Progress

Data = NDArray[Any]
F32 = NDArray[np.float32]


def _rows(n: int = 90, d: int = 12, seed: int = 0) -> F32:
    """Rows around three middles."""
    rng = np.random.default_rng(seed)
    middle = 3.0 * np.random.default_rng(9).normal(size=(3, d))
    return np.asarray(middle[np.arange(n) % 3] + rng.normal(size=(n, d)), dtype=np.float32)


def _pictures(n: int = 40, side: int = 16, seed: int = 0) -> NDArray[np.uint8]:
    """Plain colours with a slope of light across."""
    rng = np.random.default_rng(seed)
    colour = rng.integers(40, 200, (n, 1, 1, 3))
    slope = np.linspace(-40, 40, side)[None, None, :, None] * rng.choice([-1, 1], (n, 1, 1, 1))
    return np.broadcast_to(np.clip(colour + slope, 0, 255), (n, side, side, 3)).astype(np.uint8)


def _dense(**parameters: Any) -> DenseAutoencoder:
    return DenseAutoencoder(**{"hidden_sizes": (16,), "latent_dim": 4, "epochs": 4, "batch_size": 32, **parameters})


def _conv(**parameters: Any) -> ConvAutoencoder:
    return ConvAutoencoder(**{"latent_dim": 6, "width": 4, "epochs": 4, "batch_size": 20, **parameters})


def _bits(**parameters: Any) -> BinaryCodes:
    own = {"hidden_sizes": (16,), "epochs": 4, "pretrain_epochs": 1, "batch_size": 32, "neighbours": 4}
    return BinaryCodes(16, **{**own, **parameters})


LEARNERS: dict[str, tuple[Callable[..., Any], Callable[..., Data]]] = {
    "dense": (_dense, _rows),
    "conv": (_conv, _pictures),
    "codes": (_bits, _rows),
}


@pytest.fixture(autouse=True)
def short_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "STEPS_AN_EPOCH", 4)


@pytest.fixture(params=sorted(LEARNERS))
def learner(request: pytest.FixtureRequest) -> tuple[Callable[..., Any], Data]:
    make, data = LEARNERS[request.param]
    return make, data()


def test_parameters_are_only_stored(learner: tuple[Callable[..., Any], Data]) -> None:
    make, x = learner
    model = make(random_state=7)
    assert model.get_params()["random_state"] == 7
    assert not [name for name in vars(model) if name.endswith("_")]
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert model.fit(x) is model
    assert [name for name in vars(model) if name.endswith("_")]


def test_the_same_seed_gives_the_same_bits(learner: tuple[Callable[..., Any], Data]) -> None:
    make, x = learner
    one, two, other = make().fit(x), make().fit(x), make(random_state=1).fit(x)
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(array, two.arrays()[name])
    assert any(not np.array_equal(array, other.arrays()[name]) for name, array in one.arrays().items())


def test_curves_have_a_value_an_epoch(learner: tuple[Callable[..., Any], Data]) -> None:
    make, x = learner
    seen: list[tuple[int, dict[str, int]]] = []

    def on_epoch(model: Any, epoch: int) -> None:
        assert len(model.transform(x[:3])) == 3
        seen.append((epoch, {name: len(curve) for name, curve in model.history_.items()}))

    model = make().fit(x, X_held_out=x[:20], on_epoch=on_epoch)
    assert [epoch for epoch, _ in seen] == [0, 1, 2, 3]
    assert all(set(lengths.values()) == {epoch + 1} for epoch, lengths in seen)
    assert "loss" in model.history_
    assert any(name.endswith("_held_out") for name in model.history_)
    assert np.isfinite([value for curve in model.history_.values() for value in curve]).all()


def test_it_goes_on_to_the_bit(learner: tuple[Callable[..., Any], Data], tmp_path: Path) -> None:
    make, x = learner
    whole = make().fit(x)
    resume = Resume(tmp_path / "state.safetensors", "this run")
    progress = Progress()

    def stop(_model: Any, epoch: int) -> None:
        if epoch == 1:
            progress.cancel()

    with pytest.raises(Cancelled):
        make().fit(x, progress=progress, resume=resume, on_epoch=stop)
    assert resume.path.exists()
    epochs: list[int] = []
    later = make().fit(x, resume=resume, on_epoch=lambda _model, epoch: epochs.append(epoch))
    assert epochs == [2, 3]
    assert later.history_ == whole.history_
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(array, later.arrays()[name])
    assert not resume.path.exists()


def test_a_file_gives_it_back(learner: tuple[Callable[..., Any], Data], tmp_path: Path) -> None:
    make, x = learner
    model = make().fit(x)
    checkpoints.save(tmp_path / "weights.safetensors", model.arrays())
    arrays, _ = checkpoints.load(tmp_path / "weights.safetensors")
    again = make().set_arrays(arrays)
    np.testing.assert_array_equal(again.transform(x), model.transform(x))
    with pytest.raises(WeightsError):
        make().set_arrays({name: array for name, array in arrays.items() if not name.endswith("weight")})


def test_it_learns_from_a_file_of_halves(tmp_path: Path) -> None:
    x = _rows().astype(np.float16)
    x.tofile(tmp_path / "vectors.f16")
    mapped = np.memmap(tmp_path / "vectors.f16", np.float16, "r", shape=x.shape)
    for make in (_dense, _bits):
        np.testing.assert_array_equal(make().fit(mapped).transform(mapped), make().fit(x).transform(x))


# ------------------------------------------------------------ autoencoders


@pytest.mark.parametrize("name", ["dense", "conv"])
def test_codes_are_small_and_rows_come_back(name: str) -> None:
    make, data = LEARNERS[name]
    x = data()
    model = make(epochs=60, patience=60, noise=0.05, learning_rate=1e-2).fit(x)
    untrained = make(epochs=1, learning_rate=1e-9).fit(x)
    assert model.transform(x).shape == (len(x), model.latent_dim)
    assert model.transform(x).dtype == np.float32
    assert model.reconstruct(x).shape == x.shape
    assert model.reconstruction_error(x).mean() < 0.5 * untrained.reconstruction_error(x).mean()


def test_the_error_is_in_the_units_that_were_learned() -> None:
    x = _rows()
    model = _dense().fit(x)
    expected = (((model.reconstruct(x) - x) / model.scale_) ** 2).mean(axis=1)
    np.testing.assert_allclose(model.reconstruction_error(x), expected, rtol=1e-4)


def test_the_map_shows_where_a_picture_is_not_reproduced() -> None:
    x = _pictures(60)
    model = _conv(epochs=80, patience=80, noise=0.02, learning_rate=1e-2).fit(x)
    strange = x[:1].copy()
    strange[0, 2:6, 9:13] = 255 - strange[0, 2:6, 9:13]
    heat = model.error_map(strange)
    assert heat.shape == (1, 16, 16)
    assert heat.dtype == np.float32
    assert heat.min() >= 0
    assert heat.max() <= 1
    inside = heat[0, 2:6, 9:13].mean()
    outside = np.delete(heat[0].ravel(), [16 * r + c for r in range(2, 6) for c in range(9, 13)]).mean()
    assert inside > 2 * outside
    assert model.reconstruction_error(strange)[0] > model.reconstruction_error(x[:1])[0]


@pytest.mark.parametrize("shape", [(4, 16, 16), (4, 16, 24, 3), (4, 12, 12, 3), (4, 16, 16, 1)])
def test_pictures_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        _conv().fit(np.zeros(shape, np.uint8))
    fitted = _conv(epochs=1).fit(_pictures(8))
    with pytest.raises(ValueError, match="expected"):
        fitted.transform(_pictures(2, side=24))


# ------------------------------------------------------------ binary codes


def test_each_bit_is_on_for_half_of_what_was_learned_from() -> None:
    x = _rows(200)
    model = _bits().fit(x)
    codes = model.transform(x)
    assert (codes.shape, codes.dtype) == ((200, 2), np.uint8)
    bits = np.unpackbits(codes, axis=1)
    np.testing.assert_array_equal(bits.astype(bool), model.floats(x) > 0)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.02


def test_what_is_near_has_like_codes() -> None:
    x = _rows(300)
    bits = np.unpackbits(_bits(epochs=15).fit(x).transform(_rows(60, seed=1)), axis=1).astype(int)
    same = np.arange(60)[:, None] % 3 == np.arange(60) % 3
    differ = np.abs(bits[:, None] - bits[None]).sum(axis=2)
    assert differ[same & ~np.eye(60, dtype=bool)].mean() < 0.6 * differ[~same].mean()


def test_codes_for_a_shortlist_have_their_own_parameters() -> None:
    model = BinaryCodes.for_shortlist(32, epochs=3)
    assert (model.n_bits, model.steps, model.hidden_sizes, model.epochs) == (32, 1, (), 3)
    assert len(clone(model).fit(_rows()).transform(_rows())) == 90


def test_bits_come_in_bytes() -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        BinaryCodes(12).fit(_rows())


def test_only_a_sample_is_learned_from() -> None:
    x = _rows(400)
    chosen = x[np.unique(np.linspace(0, 399, 100).astype(int))]
    np.testing.assert_array_equal(_bits(sample=100).fit(x).transform(x), _bits(sample=100).fit(chosen).transform(x))


def test_the_contrast_is_that_of_a_slow_loop() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 7, 5))
    unit_a, unit_b = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b))
    expected = 0.0
    for i in range(7):
        own = unit_a[i] @ unit_b[i] / 0.3
        expected += np.log(sum(np.exp(unit_a[i] @ unit_b[j] / 0.3) for j in range(7))) - own
        expected += np.log(sum(np.exp(unit_a[j] @ unit_b[i] / 0.3) for j in range(7))) - own
    value = float(contrast(torch.from_numpy(a), torch.from_numpy(b), 0.3))
    assert value == pytest.approx(expected / 14)


def test_the_demands_are_those_of_a_slow_loop() -> None:
    z = np.random.default_rng(0).uniform(-1, 1, (9, 4))
    mean = z.mean(axis=0)
    balance = sum(m**2 for m in mean) / 4
    others = sum(((z[:, i] - mean[i]) * (z[:, j] - mean[j])).mean() ** 2 for i in range(4) for j in range(4) if i != j)
    value = float(bit_demands(torch.from_numpy(z), 0.7, 0.2))
    assert value == pytest.approx(0.7 * balance + 0.2 * others / 4)


def test_a_walk_stays_on_the_graph() -> None:
    near = (np.arange(10)[:, None] + np.array([1, 2])) % 10
    start = np.repeat(np.arange(10), 50)
    ends = walk(near, start, 3, np.random.default_rng(0))
    assert set(((ends - start) % 10).tolist()) == {1, 2, 3, 4, 5, 6}


def test_neighbours_are_those_of_the_plain_formula() -> None:
    x = _rows(70)
    model = _dense(epochs=1).fit(x)
    near = hashing.nearest(model.rows(x), 5, Progress(), block=16)
    z = (x - model.mean_) / model.scale_
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    cosine = z @ z.T
    np.fill_diagonal(cosine, -2)
    np.testing.assert_array_equal(np.sort(near, axis=1), np.sort(np.argsort(-cosine, axis=1)[:, :5], axis=1))
