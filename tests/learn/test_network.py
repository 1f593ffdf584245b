"""The network of a library: trained in a process of its own, gated, kept, loaded, and stopped where the person says."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ReverieError
from core.group.gaps import GapModel
from core.learn import examples, gate, network, process
from core.learn.examples import Labels, Stream
from core.learn.files import Kept
from core.learn.network import Sizes
from core.progress import Progress, Report
from tests.learn.libraries import outings, stream

TINY = Sizes(
    {"hidden": 4, "epochs": 2, "chunk": 16, "batch": 4, "warm": 4},
    {"members": 2, "hidden": 4, "epochs": 2, "chunk": 16, "batch": 4},
)


def _library(n: int = 70, look: bool = True) -> tuple[Stream, Labels]:
    """Outings in folders of their own; each has a look."""
    photos, number = outings(n)
    if look:
        rng = np.random.default_rng(0)
        vectors = rng.normal(size=(n, 12))[number] + 0.3 * rng.normal(size=(len(number), 12))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        photos = replace(photos, vectors=vectors.astype(np.float16))
    s = stream(photos, [], folder=number)
    return s, examples.labels(s, [], GapModel().logits(s.features), folders=True)


def _double(task: int, progress: Progress) -> int:
    progress.phase("Doubling", 3, "rounds")
    for step in range(4):
        progress.set(step)
    return 2 * task


def _die(_task: int, _progress: Progress) -> int:
    os._exit(7)


def _fail(_task: int, _progress: Progress) -> int:
    raise ReverieError("This did not work.")


def _for_ever(_task: int, progress: Progress) -> int:
    round_ = 0
    while True:
        round_ += 1
        progress.phase(f"Round {round_}", 1, "rounds")


def test_a_process_answers_reports_fails_and_dies_without_taking_us_along() -> None:
    heard: list[Report] = []
    assert process.run(_double, 21, Progress(heard.append, interval=0.0)) == 42
    assert heard[-1].phase == "Doubling"
    with pytest.raises(ReverieError, match="did not work"):
        process.run(_fail, 0, Progress())
    with pytest.raises(ReverieError, match="code 7"):
        process.run(_die, 0, Progress())


def test_a_process_is_cancelled() -> None:
    progress = Progress(lambda report: progress.cancel() if report.phase == "Round 3" else None)
    with pytest.raises(Cancelled):
        process.run(_for_ever, 0, progress)


@pytest.mark.parametrize("look", [True, False])
def test_trained_in_its_process_and_the_verdict_told(tmp_path: Path, look: bool) -> None:
    s, known = _library(look=look)
    trained, part = network.learn(s, known, GapModel(), tmp_path, Progress(), sizes=TINY)
    assert trained is not None
    assert part.held_out == known.boundaries == 69
    assert part.rule == trained.verdict.rule
    assert part.learned == trained.verdict.network
    assert part.used == trained.verdict.used
    assert f"{trained.verdict.margin:.3f}" in part.why
    assert not list((tmp_path / "cache").iterdir()), "the state of a finished run goes"


def test_too_few_labels_train_nothing(tmp_path: Path) -> None:
    s, known = _library(20)
    trained, part = network.learn(s, known, GapModel(), tmp_path, Progress(), sizes=TINY)
    assert trained is None
    assert not part.used
    assert part.held_out == 19
    assert str(gate.FEWEST) in part.why


@pytest.mark.parametrize("look", [True, False])
def test_in_use_it_gives_every_gap_of_the_line_its_log_odds(
    tmp_path: Path, look: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forced into use, the kept network says in the program what it said when it was trained."""
    s, known = _library(look=look)
    monkeypatch.setattr(gate, "judge", lambda *_: gate.Verdict(0.1, 0.9, 69, 0.01, True))
    task = network._task(s, known, known.weight, GapModel(), tmp_path, "rnn", 1, TINY)
    trained = network.train(task, Progress())
    kept = Kept(trained.info, trained.arrays)
    logits = network.scorer(kept)(s.table, s.line)
    assert logits is not None
    assert logits.shape == (len(s.line) - 1,)
    again = network.scorer(Kept(json.loads(json.dumps(trained.info)), trained.arrays))(s.table, s.line)
    np.testing.assert_array_equal(logits, again)
    assert not np.allclose(logits, GapModel().logits(s.features)), "it is not the rule"
    if look:
        blind = replace(s.table, vectors=None)
        assert network.scorer(kept)(blind, s.line) is None


def test_a_cancelled_training_goes_on_where_it_was(tmp_path: Path) -> None:
    s, known = _library(look=False)
    task = network._task(s, known, known.weight, GapModel(), tmp_path / "a", "lstm", 0, TINY)
    whole = network.train(task, Progress())
    cut = replace(task, state=tmp_path / "b")
    seen = 0

    def tell(report: Report) -> None:
        nonlocal seen
        seen += report.done == 2
        if seen == 2:
            progress.cancel()

    progress = Progress(tell, interval=0.0)
    with pytest.raises(Cancelled):
        network.train(cut, progress)
    finished = {path: path.stat().st_mtime_ns for path in (tmp_path / "b").iterdir()}
    again = network.train(cut, Progress())
    assert again.verdict == whole.verdict
    first = tmp_path / "b" / "boundary-0-0.safetensors"
    assert first.stat().st_mtime_ns == finished[first], "what was finished is not trained again"
