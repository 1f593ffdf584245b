"""The restricted Boltzmann machine against sums over all of its states, and against scikit-learn's formulas."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.neural_network import BernoulliRBM
from torch import Tensor

from core.embed.machine import Learner, Machine, Rule
from core.embed.rbm import RBM
from core.embed.rows import moments
from core.errors import ReverieError

D, H = 4, 3
PLAIN = {"cd_k": 1, "persistent": False, "momentum": 0.0, "weight_decay": 0.0, "sparsity_target": 0.1,
         "sparsity_cost": 0.0, "clip": 0.0}  # fmt: skip


def _states(n: int) -> Tensor:
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=n)), dtype=torch.float64)


def _machine(kind: str, seed: int = 0) -> Machine:
    draws = torch.Generator().manual_seed(seed)
    weight, b, c = (torch.randn(*shape, generator=draws, dtype=torch.float64) for shape in ((D, H), (D,), (H,)))
    return Machine(kind, 0.5 * weight, 0.5 * b, 0.5 * c)


def _data(kind: str, n: int = 12) -> Tensor:
    rng = np.random.default_rng(5)
    values = rng.random((n, D)) < [0.2, 0.8, 0.5, 0.5] if kind == "bernoulli" else rng.normal(size=(n, D)) + 1
    return torch.from_numpy(values.astype(np.float64))


def _energy(machine: Machine, v: Tensor, h: Tensor) -> Tensor:
    """E(v, h) for every pair, [n, m], written out."""
    own = machine.visible_bias
    alone = -v @ own if machine.visible_kind == "bernoulli" else (v - own).square().sum(dim=1) / 2
    return alone[:, None] - (h @ machine.hidden_bias)[None] - v @ machine.weight @ h.t()


def _log_partition(machine: Machine) -> Tensor:
    """log Z: over all states, the Gaussian visible units being integrated out by hand (but for a constant)."""
    h = _states(H)
    if machine.visible_kind == "bernoulli":
        return torch.logsumexp(-_energy(machine, _states(D), h).flatten(), dim=0)
    push = h @ machine.weight.t()
    return torch.logsumexp(h @ machine.hidden_bias + push @ machine.visible_bias + push.square().sum(dim=1) / 2, dim=0)


def _model_rows(machine: Machine, n: int = 400_000) -> tuple[Tensor, Tensor]:
    """Visible and hidden rows whose plain means are the model's expectations: states repeated by their probability."""
    h = _states(H)
    if machine.visible_kind == "bernoulli":
        v = _states(D)
        share = torch.softmax(-machine.free_energy(v), dim=0)
        rows, hidden = v, machine.hidden(v)
    else:
        push = h @ machine.weight.t()
        inside = h @ machine.hidden_bias + push @ machine.visible_bias + push.square().sum(dim=1) / 2
        share, rows, hidden = torch.softmax(inside, dim=0), machine.visible(h), h
    times = (share * n).round().long()
    return rows.repeat_interleave(times, dim=0), hidden.repeat_interleave(times, dim=0)


@pytest.mark.parametrize("kind", ["bernoulli", "gaussian"])
def test_free_energy_is_the_sum_over_all_hidden_states(kind: str) -> None:
    machine, v = _machine(kind), _data(kind)
    summed = -torch.logsumexp(-_energy(machine, v, _states(H)), dim=1)
    torch.testing.assert_close(machine.free_energy(v), summed)


@pytest.mark.parametrize("kind", ["bernoulli", "gaussian"])
def test_conditionals_are_those_of_the_energy(kind: str) -> None:
    machine, v, h = _machine(kind), _data(kind), _states(H)
    posterior = torch.softmax(-_energy(machine, v, h), dim=1)
    torch.testing.assert_close(machine.hidden(v), posterior @ h)
    if kind == "bernoulli":
        torch.testing.assert_close(
            machine.visible(h), torch.softmax(-_energy(machine, _states(D), h), dim=0).t() @ _states(D)
        )


@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("kind", ["bernoulli", "gaussian"])
def test_a_step_with_the_models_own_states_is_the_gradient_of_the_likelihood(
    kind: str, centred: bool, momentum: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against automatic differentiation of the exact log-likelihood; centred: in the centred parameters, in which
    b = b' - W l and c = c' - W' m."""
    machine, v = _machine(kind), _data(kind)
    learner = Learner(machine, Rule(centred=centred, **{**PLAIN, "momentum": momentum}), v.mean(dim=0))
    m, offset = learner.offset_v.clone(), learner.offset_h.clone()
    weight = machine.weight.clone().requires_grad_()
    b = (machine.visible_bias + machine.weight @ offset).requires_grad_()
    c = (machine.hidden_bias + machine.weight.t() @ m).requires_grad_()
    same = Machine(kind, weight, b - weight @ offset, c - weight.t() @ m)
    (-same.free_energy(v).mean() - _log_partition(same)).backward()
    assert weight.grad is not None
    assert b.grad is not None
    assert c.grad is not None
    before = [t.clone() for t in (machine.weight, machine.visible_bias, machine.hidden_bias)]
    v_model, h_model = _model_rows(machine)
    monkeypatch.setattr(learner, "_negative", lambda *_: (v_model, h_model, h_model))
    rate = 0.01
    assert learner.step(v, rate, torch.Generator())
    now = (machine.weight, machine.visible_bias, machine.hidden_bias)
    moved = [(n - old) / rate for n, old in zip(now, before, strict=True)]
    wanted = [weight.grad, b.grad - weight.grad @ offset, c.grad - weight.grad.t() @ m]
    for found, exact in zip(moved, wanted, strict=True):
        torch.testing.assert_close(found, exact, atol=1e-4, rtol=1e-4)


def test_long_chains_visit_states_as_often_as_the_energy_says() -> None:
    machine = _machine("bernoulli", seed=3)
    model = _fitted_with(machine)
    v = model.gibbs(np.zeros((20_000, D), np.float32), steps=60, random_state=1)
    share = np.bincount((v @ 2 ** np.arange(D)[::-1]).astype(int), minlength=2**D) / len(v)
    exact = torch.softmax(-machine.free_energy(_states(D)), dim=0).numpy()
    assert np.abs(share - exact).max() < 0.012


def _fitted_with(machine: Machine) -> RBM:
    arrays = {name: array.astype(np.float32) for name, array in machine.arrays().items()}
    return RBM(H, visible=machine.visible_kind).set_arrays(arrays)


def test_pseudo_likelihood_is_scikit_learns() -> None:
    machine = _machine("bernoulli")
    model, rows = _fitted_with(machine), _data("bernoulli", 300).numpy().astype(np.float32)
    peer = BernoulliRBM(H, random_state=np.random.RandomState(0))
    peer.components_, peer.n_features_in_ = model.components_.astype(np.float64), D
    peer.intercept_visible_, peer.intercept_hidden_ = machine.visible_bias.numpy(), machine.hidden_bias.numpy()
    np.testing.assert_allclose(model.free_energy(rows), peer._free_energy(rows), rtol=1e-4)
    np.testing.assert_allclose(model.transform(rows), peer.transform(rows), rtol=1e-4)
    flips = np.stack([peer.score_samples(rows) for _ in range(300)])
    assert model.pseudo_likelihood(rows) == pytest.approx(flips.mean(), abs=4 * flips.std() / np.sqrt(flips.size))
    own = np.stack([_fitted_with(machine).set_params(random_state=s).score_samples(rows) for s in range(100)])
    assert own.mean() == pytest.approx(flips.mean(), abs=5 * own.std() / np.sqrt(own.size))


def test_exact_pseudo_likelihood_is_a_plain_loop() -> None:
    machine, v = _machine("bernoulli"), _data("bernoulli")
    total = torch.zeros(len(v), dtype=torch.float64)
    for i in range(D):
        flipped = v.clone()
        flipped[:, i] = 1 - flipped[:, i]
        total += torch.log(torch.sigmoid(machine.free_energy(flipped) - machine.free_energy(v)))
    found = _fitted_with(machine).pseudo_likelihood(v.numpy().astype(np.float32))
    assert found == pytest.approx(float(total.mean()), rel=1e-4)


def _bars(n: int = 300, seed: int = 0) -> NDArray[np.float32]:
    """Pictures 4 x 4 of some horizontal bars."""
    on = np.random.default_rng(seed).random((n, 4, 1)) < 0.3
    return np.broadcast_to(on, (n, 4, 4)).reshape(n, 16).astype(np.float32)


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_learns_bars(persistent: bool, precision: str) -> None:
    rows, apart = _bars(), _bars(seed=1)
    rate = 0.01 if persistent else 0.05
    model = RBM(12, persistent=persistent, precision=precision, learning_rate=rate, epochs=60, batch_size=20)
    model.fit(rows, X_held_out=apart)
    alone = np.clip(rows.mean(axis=0), 0.01, 0.99)
    independent = (apart * np.log(alone) + (1 - apart) * np.log(1 - alone)).sum(axis=1).mean()
    assert model.pseudo_likelihood(apart) > independent / 3
    assert model.history_["reconstruction_held_out"][-1] < 0.25 * apart.var()
    dreams = model.sample(50, steps=50).reshape(-1, 4, 4)
    assert np.abs(dreams - dreams.mean(axis=2, keepdims=True)).mean() < 0.1
    assert model.free_energy(1 - np.eye(16, dtype=np.float32)).mean() > model.free_energy(apart).mean()


def test_a_gaussian_machine_standardises_and_gives_back_in_the_units_of_the_data() -> None:
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(400, 2))
    rows = (hidden @ rng.normal(size=(2, 10)) * 50 + 1000).astype(np.float32)
    model = RBM(40, visible="gaussian", learning_rate=0.02, epochs=40).fit(rows)
    assert np.mean((model.reconstruct(rows) - rows) ** 2) < 0.3 * rows.var(axis=0).mean()
    assert model.sample(20).mean() == pytest.approx(1000, rel=0.1)


def test_sparsity_is_held_and_the_gradient_is_cut() -> None:
    rows = _bars()
    free = RBM(12, epochs=30).fit(rows).transform(rows).mean()
    held = RBM(12, epochs=30, sparsity_cost=1.0, sparsity_target=0.05).fit(rows).transform(rows).mean()
    assert held < 0.15 < free
    wild = 100 * np.random.default_rng(0).standard_cauchy((300, 8)).astype(np.float32)
    model = RBM(6, visible="gaussian", learning_rate=0.5, clip=0.1, momentum=0.0, weight_decay=0.0, epochs=1).fit(wild)
    assert np.linalg.norm(model.components_) < 6 * 0.5 * 0.1 + 0.05 * np.sqrt(48) * 1.5


def test_rows_that_are_not_finite_are_stepped_over_and_too_many_stop_the_run(tmp_path: Path) -> None:
    rows = np.memmap(tmp_path / "rows", np.float16, "w+", shape=(640, 8))
    rows[:] = np.random.default_rng(0).normal(size=rows.shape)
    rows[3, 2] = np.nan
    model = RBM(5, visible="gaussian", epochs=3).fit(rows)
    assert np.isfinite(model.components_).all()
    assert np.isfinite(model.mean_).all()
    rows[::10] = np.inf
    with pytest.raises(ReverieError, match="not finite"):
        RBM(5, visible="gaussian", epochs=3).fit(rows)


def test_moments_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.embed.rows.CHUNK", 7)
    rows = np.random.default_rng(0).normal(5, 3, (40, 3)).astype(np.float32)
    rows[:, 2] = 4.0
    mean, scale = moments(rows)
    np.testing.assert_allclose(mean, rows.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(scale, [rows[:, 0].std(), rows[:, 1].std(), 1.0], rtol=1e-5)


def test_partial_fit_learns_batch_by_batch() -> None:
    rows = _bars(600)
    model = RBM(12, precision="float32")
    for start in range(0, 600, 20):
        model.partial_fit(rows[start : start + 20])
    early = model.pseudo_likelihood(rows)
    for start in range(0, 600, 20):
        model.partial_fit(rows[start : start + 20])
    assert model.pseudo_likelihood(rows) > early


def test_no_other_visible_units_or_precision() -> None:
    with pytest.raises(ValueError, match="poisson"):
        RBM(visible="poisson").fit(_bars())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="int4"):
        RBM(precision="int4").fit(_bars())
    with pytest.raises(ValueError, match="Bernoulli"):
        RBM(3, visible="gaussian", epochs=1).fit(_bars()).pseudo_likelihood(_bars())
