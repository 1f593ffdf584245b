"""The loop that trains recurrent networks: it resumes to the bit, stops when told, and does not swallow NaN."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import Cancelled, ReverieError
from core.nn import seeds
from core.nn.checkpoints import from_arrays, to_arrays
from core.nn.training import Resume, Schedule, Training
from core.progress import Progress, Report
from core.sequence.boundary import BoundaryScorer
from core.sequence.cells import CELLS, GapScorer, NextContext, recurrent
from core.sequence.context import ContextPredictor

SMALL = {"hidden": 6, "chunk": 12, "batch": 4, "warm": 4, "epochs": 5, "patience": 9}


def _stream(n: int = 80, d: int = 5, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scene = rng.normal(size=(n // 10 + 1, d))[np.arange(n) // 10]
    vectors = scene + 0.3 * rng.normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _gaps(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.2
    x = np.column_stack([y + 0.5 * rng.normal(size=n), rng.normal(size=n)])
    x[rng.random(n) < 0.1, 1] = np.nan
    return x, y


class StopAfter(Progress):
    """Cancels once so many rounds are done."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self._rounds = rounds

    def set(self, done: int, total: int | None = None) -> None:
        super().set(done, total)
        if done >= self._rounds:
            self.cancel()


@pytest.mark.parametrize("cell", CELLS)
def test_context_resumes_to_the_bit(tmp_path: Path, cell: str) -> None:
    stream = _stream()
    whole = ContextPredictor(cell, random_state=3, **SMALL).fit(stream)
    resume = Resume(tmp_path / "context.safetensors", "a")
    with pytest.raises(Cancelled):
        ContextPredictor(cell, random_state=3, **SMALL).fit(stream, progress=StopAfter(2), resume=resume)
    assert list(tmp_path.iterdir())
    again = ContextPredictor(cell, random_state=3, **SMALL).fit(stream, resume=resume)
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])
    assert whole.history_["forward"] == again.history_["forward"]


@pytest.mark.parametrize("cell", CELLS)
def test_boundary_resumes_to_the_bit(tmp_path: Path, cell: str) -> None:
    x, y = _gaps()
    whole = BoundaryScorer(cell, random_state=1, **SMALL).fit(x, y)
    resume = Resume(tmp_path / "boundary.safetensors", "a")
    with pytest.raises(Cancelled):
        BoundaryScorer(cell, random_state=1, **SMALL).fit(x, y, progress=StopAfter(8), resume=resume)
    again = BoundaryScorer(cell, random_state=1, **SMALL).fit(x, y, resume=resume)
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])


def test_another_runs_checkpoint_or_a_damaged_one_starts_anew(tmp_path: Path) -> None:
    x, y = _gaps()
    path = tmp_path / "boundary.safetensors"
    kept = tmp_path / "boundary-0.safetensors"
    fresh = BoundaryScorer(members=1, random_state=1, **SMALL).fit(x, y).arrays()
    with pytest.raises(Cancelled):
        BoundaryScorer(members=1, random_state=1, **SMALL).fit(x, y, progress=StopAfter(3), resume=Resume(path, "a"))
    other = BoundaryScorer(members=1, random_state=1, **SMALL).fit(x, y, resume=Resume(path, "b")).arrays()
    kept.write_bytes(kept.read_bytes()[:-9])
    damaged = BoundaryScorer(members=1, random_state=1, **SMALL).fit(x, y, resume=Resume(path, "b")).arrays()
    for name in fresh:
        np.testing.assert_array_equal(fresh[name], other[name])
        np.testing.assert_array_equal(fresh[name], damaged[name])


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_reach_every_weight(cell: str) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 7, 4)
    for network in (NextContext(cell, 4, 5, 0.0), GapScorer(cell, 4, 5, 0.0)):
        torch.nn.init.normal_(network.head.weight)
        network(x).square().sum().backward()
        assert all(p.grad is not None and bool((p.grad != 0).any()) for p in network.parameters())


def test_no_other_cell() -> None:
    with pytest.raises(ValueError, match="gru"):
        recurrent("gru", 3, 4)


def test_nan_in_the_data_is_stepped_over_and_too_much_of_it_stops_the_run() -> None:
    network = torch.nn.Linear(1, 1)
    before = to_arrays(network)

    def run(values: list[float]) -> Training:
        training = Training(network, Schedule(1, 0.1, 1), seed=0, progress=Progress())
        training.run(lambda _rng: values, lambda v: network(torch.tensor([[v]])).sum(), lambda: 0.0)
        return training

    assert run([1.0, float("nan"), 2.0]).history.skipped == 1
    assert all(np.isfinite(array).all() for array in to_arrays(network).values())
    from_arrays(network, before)
    with pytest.raises(ReverieError, match="not finite"):
        run([float("nan"), float("inf"), 2.0])
    for name, array in to_arrays(network).items():
        assert np.isfinite(array).all(), name


def test_the_best_round_is_kept_and_patience_ends_the_run() -> None:
    with seeds.fixed(0):
        network = torch.nn.Linear(1, 1)
    judged = iter([3.0, 1.0, 2.0, 2.5, 9.0])
    kept: list[np.ndarray] = []

    def judge() -> float:
        kept.append(to_arrays(network)["weight"])
        return next(judged)

    training = Training(network, Schedule(9, 0.1, 2), seed=0, progress=Progress())
    history = training.run(lambda _rng: [1.0], lambda v: network(torch.tensor([[v]])).sum(), judge)
    assert history.judged == [3.0, 1.0, 2.0, 2.5] or history.judged == [3.0, 1.0, 2.0]
    assert history.best == 1
    np.testing.assert_array_equal(to_arrays(network)["weight"], kept[1])


def test_training_tells_how_far_it_is_and_leaves_others_random_numbers_alone() -> None:
    heard: list[Report] = []
    np.random.seed(5)
    torch.manual_seed(5)
    x, y = _gaps()
    BoundaryScorer(**SMALL).fit(x, y, progress=Progress(heard.append, interval=0.0))
    assert {report.phase for report in heard} == {"Learning where events end"}
    assert max(report.done for report in heard) == 3 * SMALL["epochs"]
    drawn = np.random.random(), float(torch.rand(()))
    np.random.seed(5)
    torch.manual_seed(5)
    assert drawn == (np.random.random(), float(torch.rand(())))
