"""Learners compared on a library: measures against slow loops, labels by what was said, an honest winner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from core.errors import ReverieError
from core.lab import compare, judging, learners, said
from core.library import Library
from core.progress import Progress
from core.records_lab import RunSpec
from tests.support.libraries import make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("made") / "library"
    make_library(folder, 300, vectors=16)
    with Library.open(folder) as opened:
        yield opened


def _unit(rng: np.random.Generator, n: int, d: int = 8) -> np.ndarray:
    return learners.unit(rng.normal(size=(n, d)).astype(np.float32))


def test_average_precision_is_that_of_a_slow_loop() -> None:
    rng = np.random.default_rng(0)
    vectors, labels = _unit(rng, 60), rng.integers(0, 4, 60)
    found = judging.average_precisions(vectors, labels)
    for i in range(60):
        others = np.arange(60) != i
        wanted = average_precision_score(labels[others] == labels[i], vectors[others] @ vectors[i])
        assert found[i] == pytest.approx(wanted, abs=1e-9)
    assert np.isnan(judging.average_precisions(vectors[:2], np.array([0, 1]))).all()


def test_oddness_is_the_area_under_the_curve() -> None:
    rng = np.random.default_rng(1)
    own, foreign = learners.unit(_unit(rng, 50) + 1.0), _unit(rng, 20)
    cosine = own @ own.T
    np.fill_diagonal(cosine, -np.inf)
    near = np.sort(cosine, axis=1)[:, -5:].mean(axis=1)
    away = np.sort(foreign @ own.T, axis=1)[:, -5:].mean(axis=1)
    wanted = roc_auc_score(np.r_[np.zeros(50), np.ones(20)], -np.r_[near, away])
    assert judging.oddness(own, foreign) == pytest.approx(wanted, abs=1e-9)
    assert np.isnan(judging.oddness(own, foreign[:0]))


def test_recall_of_itself_is_one_and_of_chance_is_not() -> None:
    rng = np.random.default_rng(2)
    exact = _unit(rng, 200)
    assert judging.recall(exact, exact) == 1.0
    chance = judging.recall(_unit(rng, 200), exact)
    assert chance < 0.2
    assert judging.recall(_unit(rng, 200), exact, shortlist=100) > 2 * chance
    assert np.isnan(judging.recall(exact[:5], exact[:5]))


@pytest.mark.parametrize(
    ("scores", "name", "words"),
    [
        ({"cnn": (0.6, 0.01), "dbn": (0.5, 0.01)}, "cnn", "The CNN alone is best"),
        ({"cnn": (0.5, 0.03), "dbn": (0.51, 0.03)}, "cnn", "no more than chance"),
        ({"cnn": (0.5, 0.01), "dbn": (0.6, 0.01), "rbm": (0.4, 0.0)}, "dbn", "finds more"),
        ({"cnn": (0.5, 0.01)}, "cnn", "Nothing else"),
        ({"cnn": (float("nan"), 0.0), "dbn": (0.5, 0.0)}, "cnn", "Nothing could be measured"),
        ({"cnn": (0.5, float("nan")), "dbn": (0.6, float("nan"))}, "dbn", "finds more"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_winner_is_honest(scores: dict[str, tuple[float, float]], name: str, words: str) -> None:
    found, why = judging.winner(scores, "cnn")
    assert found == name
    assert words in why


def test_a_comparison_on_a_library(library: Library) -> None:
    assert library.lab.comparison() is None
    run = library.lab.start(RunSpec("rbm", parameters={"n_hidden": 12, "epochs": 3}), Progress())
    library.lab.start(
        RunSpec("codes", parameters={"n_bits": 16, "hidden_sizes": "12", "epochs": 2, "pretrain_epochs": 1}), Progress()
    )
    found = library.lab.compare(Progress(), seeds=2)
    assert [row.name for row in found.rows] == ["cnn", "rbm", "codes"]
    assert (found.photos, found.seeds, found.judged_by) == (300, 2, "events")
    cnn, rbm, codes = found.rows
    assert (cnn.dim, cnn.code_bytes, cnn.recall, cnn.in_use) == (16, 32, 1.0, True)
    assert (rbm.run_id, rbm.dim, rbm.code_bytes) == (run.id, 12, 24)
    assert (codes.dim, codes.code_bytes) == (16, 2)
    for row in found.rows:
        assert 0.0 < row.retrieval_map <= 1.0
        assert row.retrieval_map_sd >= 0.0
        assert -0.5 <= row.cluster_ari <= 1.0
        assert -0.5 <= row.stability <= 1.0
        assert np.isnan(row.oddness), "the embedder of this library is not on this machine"
    assert rbm.seconds_per_1000 > 0
    assert found.winner in ("cnn", "rbm", "codes")
    assert found.why
    kept = library.lab.comparison()
    assert kept is not None
    assert (kept.why, kept.rows[1].retrieval_map) == (found.why, rbm.retrieval_map)
    (library.root / compare.FILE).write_text("{", encoding="utf-8")
    assert library.lab.comparison() is None


def test_what_was_said_comes_first(library: Library) -> None:
    ids = np.arange(1, 301)
    library.correct.kind(ids[:30].tolist(), "food", True)
    library.correct.kind(ids[30:60].tolist(), "pets", True)
    library.correct.kind(ids[60:70].tolist(), "pets", False)
    with library._store.read() as conn:
        labels, source = said.labels(conn, ids)
    assert source == "corrections"
    np.testing.assert_array_equal(np.flatnonzero(labels >= 0), np.arange(60))
    assert len(set(labels[:30])) == len(set(labels[30:60])) == 1
    library.undo(), library.undo(), library.undo()


def test_labels_of_one_photo_say_nothing() -> None:
    np.testing.assert_array_equal(said.sound(np.array([0, 0, 1, -1, 2, 2])), [0, 0, -1, -1, 2, 2])


def test_a_library_without_vectors(tmp_path: Path) -> None:
    make_library(tmp_path / "bare", 60)
    with Library.open(tmp_path / "bare") as library, pytest.raises(ReverieError, match="looked at"):
        library.lab.compare(Progress())
