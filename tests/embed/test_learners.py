"""What every learner of features promises: scikit-learn's contract, the same bits from the same seed, going on where
it was stopped, memory-maps, files. Another learner is tested by a line in LEARNERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from core.embed.dbn import DBN
from core.embed.dbn_classifier import DBNClassifier
from core.embed.rbm import RBM
from core.errors import Cancelled
from core.nn import checkpoints
from core.nn.training import Resume
from core.progress import Progress

SMALL = {"epochs": 3, "batch_size": 32}
LEARNERS: dict[str, Callable[[], Any]] = {
    "rbm": lambda: RBM(8, **SMALL),
    "rbm_gaussian": lambda: RBM(8, visible="gaussian", **SMALL),
    "rbm_persistent": lambda: RBM(8, persistent=True, cd_k=2, sparsity_cost=0.1, **SMALL),
    "dbn": lambda: DBN((8, 5), **SMALL),
    "dbn_up_down": lambda: DBN((8, 6, 5), visible="bernoulli", persistent_top=True, up_down_epochs=3, **SMALL),
    "classifier": lambda: DBNClassifier(DBN((8, 5), **SMALL), epochs=4, batch_size=32),
}
RANDOM = "a value of each row is drawn and flipped, as in scikit-learn's BernoulliRBM"
EXPECTED = {
    "rbm": {"check_methods_sample_order_invariance": RANDOM, "check_methods_subset_invariance": RANDOM},
    "rbm_persistent": {"check_methods_sample_order_invariance": RANDOM, "check_methods_subset_invariance": RANDOM},
}
CHECKED = {
    **LEARNERS,
    "classifier": lambda: DBNClassifier(
        DBN((16, 8), epochs=3), epochs=60, dropout=0.0, input_dropout=0.0, learning_rate=0.02
    ),
}


def _rows(n: int = 100, d: int = 6, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return (rng.random((n, d)) < rng.random((n, 1))).astype(np.float32)


def _fit(model: Any, rows: NDArray[Any], **more: Any) -> Any:
    y = (rows[:, 0] > 0.5).astype(int) if isinstance(model, DBNClassifier) else None
    return model.fit(rows, y, **more)


def _same(a: Any, b: Any) -> None:
    first, second = a.arrays(), b.arrays()
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def _answer(model: Any, rows: NDArray[Any]) -> NDArray[Any]:
    answer: NDArray[Any] = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.transform(rows)
    return answer


class StopAfter(Progress):
    """Cancels at the n-th check."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            self.cancel()
        super().check()


@pytest.mark.parametrize("name", LEARNERS)
def test_scikit_learns_checks(name: str) -> None:
    check_estimator(CHECKED[name](), expected_failed_checks=EXPECTED.get(name, {}), on_skip=None)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_same_seed_gives_the_same_bits(name: str) -> None:
    rows = _rows()
    _same(_fit(LEARNERS[name](), rows), _fit(clone(LEARNERS[name]()), rows))
    other = _fit(LEARNERS[name]().set_params(random_state=1), rows).arrays()
    assert any((other[k] != v).any() for k, v in _fit(LEARNERS[name](), rows).arrays().items())


@pytest.mark.parametrize("checks", [1, 6, 11, 17, 23])
@pytest.mark.parametrize("name", LEARNERS)
def test_a_stopped_run_goes_on_to_the_bit(name: str, checks: int, tmp_path: Path) -> None:
    rows, resume = _rows(), Resume(tmp_path / "run.safetensors", "a")
    whole = _fit(LEARNERS[name](), rows)
    try:
        again = _fit(LEARNERS[name](), rows, progress=StopAfter(checks), resume=resume)
    except Cancelled:
        again = _fit(LEARNERS[name](), rows, resume=resume)
    else:
        assert checks > 11, "the run was to be stopped"
    _same(whole, again)
    assert {k: np.nan_to_num(v, nan=-1).tolist() for k, v in again.history_.items()} == {
        k: np.nan_to_num(v, nan=-1).tolist() for k, v in whole.history_.items()
    }
    assert not list(tmp_path.iterdir()), "a finished run leaves no checkpoint"


@pytest.mark.parametrize("name", LEARNERS)
def test_another_runs_checkpoint_is_not_taken(name: str, tmp_path: Path) -> None:
    rows, path = _rows(), tmp_path / "run.safetensors"
    with pytest.raises(Cancelled):
        _fit(LEARNERS[name]().set_params(random_state=7), rows, progress=StopAfter(9), resume=Resume(path, "a"))
    assert list(tmp_path.iterdir())
    _same(_fit(LEARNERS[name](), rows), _fit(LEARNERS[name](), rows, resume=Resume(path, "b")))


@pytest.mark.parametrize("name", LEARNERS)
def test_what_was_learned_goes_through_a_file(name: str, tmp_path: Path) -> None:
    rows, model = _rows(), _fit(LEARNERS[name](), _rows())
    checkpoints.save(tmp_path / "a.safetensors", model.arrays())
    arrays, _ = checkpoints.load(tmp_path / "a.safetensors")
    again = clone(LEARNERS[name]()).set_arrays(arrays)
    np.testing.assert_array_equal(_answer(again, rows), _answer(model, rows))
    _same(model, again)


@pytest.mark.parametrize("name", LEARNERS)
def test_each_epoch_is_told_once_its_curves_are_there(name: str) -> None:
    told: list[tuple[int, int]] = []
    rows = _rows()
    model = _fit(
        LEARNERS[name](), rows,
        on_epoch=lambda m, epoch: told.append((epoch, min(len(curve) for curve in m.history_.values()))),
    )  # fmt: skip
    assert [epoch for epoch, _ in told] == list(range(len(told)))
    assert all(length == epoch + 1 for epoch, length in told)
    assert {len(curve) for curve in model.history_.values()} == {len(told)}


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "classifier"])
def test_memory_maps_are_read_as_arrays_are(name: str, tmp_path: Path) -> None:
    rows = _rows().astype(np.float16)
    mapped = np.memmap(tmp_path / "rows", np.float16, "w+", shape=rows.shape)
    mapped[:] = rows
    _same(_fit(LEARNERS[name](), rows), _fit(LEARNERS[name](), mapped))
    held_out = _fit(LEARNERS[name](), mapped, X_held_out=mapped[:20]).history_
    assert {"reconstruction_held_out", "free_energy_gap"} <= held_out.keys()
    pictures = (255 * _rows()).astype(np.uint8)
    assert np.isfinite(_answer(_fit(LEARNERS[name](), pictures), pictures)).all()
