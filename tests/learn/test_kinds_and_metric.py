"""Probes and the metric learned through the store, and used by the next grouping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import learn
from core.group.base import Inputs
from core.grouping.table import read_table
from core.learn import kinds, metric
from core.progress import Progress
from core.store import corrections
from core.store.journal import to_runs
from core.store.queries_vectors import current_embedder
from core.store.store import Store
from tests.support.libraries import make_library


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    make_library(tmp_path / "library", 400, vectors=16)
    opened = Store.open(tmp_path / "library")
    yield opened
    opened.close()


def _nearest_to(store: Store, axis: int, count: int) -> list[int]:
    """Photos whose vectors point most along an axis."""
    with store.read() as conn:
        used = current_embedder(conn)
        found = conn.exec_driver_sql("SELECT photo_id, row FROM vector").fetchall()
    assert used is not None
    rows = store.vectors(used.name, used.version, used.dim).rows()
    ranked = sorted(found, key=lambda pair: -float(rows[pair[1]][axis]))
    return [pair[0] for pair in ranked[:count]]


def test_a_taught_kind_finds_more_of_its_like(store: Store) -> None:
    like = _nearest_to(store, 0, 12)
    with store.write() as conn:
        corrections.add(conn, "new_kind", {"kind": "cakes", "title": "Birthday cakes"})
        corrections.add(conn, "kind", {"photos": to_runs(like[:8]), "kind": "cakes", "is": True})
    part = kinds.learn(store, Progress())
    assert part.used
    assert "1 taught" in part.why
    found = kinds.load(store)
    assert list(found) == ["cakes"]
    assert found["cakes"].yes == 8
    with store.read() as conn:
        table = read_table(conn)
    assert "cakes" in learn.with_learned(store, table, Inputs()).probes
    assert kinds.learned(store) == part


def test_too_few_answers_are_said_to_be_too_few(store: Store) -> None:
    with store.write() as conn:
        corrections.add(conn, "kind", {"photos": to_runs([1, 2]), "kind": "food", "is": True})
    part = kinds.learn(store, Progress())
    assert not part.used
    assert "6 answers" in part.why
    assert kinds.load(store) == {}


def test_probes_are_not_worse_than_the_cues_on_held_out_answers(store: Store) -> None:
    yes, no = _nearest_to(store, 1, 15), _nearest_to(store, 2, 15)
    with store.write() as conn:
        corrections.add(conn, "kind", {"photos": to_runs(sorted(set(yes) - set(no))), "kind": "food", "is": True})
        corrections.add(conn, "kind", {"photos": to_runs(sorted(set(no) - set(yes))), "kind": "food", "is": False})
    part = kinds.learn(store, Progress())
    assert part.rule is not None
    assert part.learned is not None
    assert part.used == (part.learned > part.rule)
    assert ("food" in kinds.load(store)) == part.used


def test_a_metric_needs_pairs_of_both_sorts(store: Store) -> None:
    assert not metric.learn(store, Progress()).used
    assert metric.load(store) is None


def test_a_metric_is_used_only_where_it_helps(store: Store) -> None:
    near = _nearest_to(store, 0, 40)
    far = _nearest_to(store, 3, 40)
    with store.write() as conn:
        for a, b in zip(near[:20], near[20:], strict=True):
            corrections.add(conn, "same", {"scope": "lookalikes", "a": a, "b": b})
        for a, b in zip(near[:12], far[:12], strict=True):
            if a != b:
                corrections.add(conn, "different", {"scope": "lookalikes", "a": a, "b": b})
    part = metric.learn(store, Progress())
    assert part.held_out >= metric.FEWEST
    assert part.rule is not None
    assert part.learned is not None
    assert part.used == (part.learned > part.rule)
    scale = metric.load(store)
    assert (scale is not None) == part.used
    if scale is not None:
        assert scale.dtype == np.float32


def test_what_is_damaged_is_left_out_and_said(store: Store) -> None:
    (store.root / "models").mkdir(exist_ok=True)
    (store.root / "models" / "kinds.json").write_text("{")
    assert kinds.load(store) == {}
    part = kinds.learned(store)
    assert part is not None
    assert "cannot be read" in part.why
