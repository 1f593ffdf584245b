"""A learner's vectors in use for look-alikes and search: chosen, undone, made for new photos, gone back from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ReverieError
from core.group import find_all
from core.group.base import Inputs
from core.grouping import place, run, state
from core.lab import learners, runs, use
from core.library import Library
from core.progress import Progress
from core.records_lab import Run, RunSpec
from core.store import meta, pending
from core.store.queries_vectors import current_embedder, looks_embedder
from core.store.store import Store
from tests.group.builders import table
from tests.support.libraries import make_library

SPEC = RunSpec("rbm", parameters={"n_hidden": 12, "epochs": 3})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    make_library(tmp_path / "library", 300, vectors=16)
    with closing(Store.open(tmp_path / "library")) as store, store.write() as conn:
        meta.set_meta(conn, meta.EMBEDDER, ["synthetic", "1"])
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def trained(library: Library) -> Run:
    return library.lab.start(SPEC, Progress())


def _looks(library: Library) -> tuple[str, str]:
    with library._store.read() as conn:
        found = looks_embedder(conn)
        base = current_embedder(conn)
    assert found is not None
    assert base is not None
    assert base.name == "synthetic", "imports, kinds and labels keep the network's"
    return found.name, found.version


def test_used_and_undone(library: Library, trained: Run) -> None:
    before = library.similar(7, 5)
    change = library.lab.use("rbm", Progress())
    assert change.groups
    assert _looks(library) == ("rbm", trained.id)
    assert library.lab.run(trained.id).in_use
    with library._store.read() as conn:
        assert state.since(conn).whole, "all was grouped by these vectors"
    after = library.similar(7, 5)
    assert after != before
    stored = library._store.vectors("rbm", trained.id, 12).rows()
    np.testing.assert_allclose(np.linalg.norm(stored.astype(np.float32), axis=1), 1.0, atol=2e-3)
    with pytest.raises(ReverieError, match="in use"):
        library.lab.delete(trained.id)
    undone = library.undo()
    assert undone is not None
    assert undone[0] == f"Use of {trained.id} for look-alikes"
    assert _looks(library) == ("synthetic", "1")
    assert library.similar(7, 5) == before
    with library._store.read() as conn:
        assert not state.since(conn).whole, "the next grouping finds look-alikes anew"
    assert library.redo() is not None
    assert library.similar(7, 5) == after
    library.lab.use("cnn", Progress())
    assert library.similar(7, 5) == before
    library.lab.delete(trained.id)
    assert library.similar(7, 5) == before
    with library._store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM embedder").scalar() == 1


def test_new_photos_get_vectors_before_they_are_placed(library: Library, trained: Run) -> None:
    library.lab.use(trained.id, Progress())
    store = library._store
    with store.write() as conn:
        pending.forget_derived(conn, [300])
        conn.exec_driver_sql("DELETE FROM membership WHERE photo_id = 300")
        meta.set_meta(conn, state.GROUPED, [299, "synthetic", "1", "rbm", trained.id])
        conn.exec_driver_sql(
            'UPDATE "group" SET n_photos = (SELECT count(*) FROM membership m WHERE m.group_id = "group".id)'
        )
    placed = place.place_new(store, Progress())
    assert (placed.full, placed.new) == (False, 1)
    assert len(library.similar(300, 3)) == 3
    with store.read() as conn:
        counted = conn.exec_driver_sql(
            "SELECT count(*) FROM vector v JOIN embedder e ON e.id = v.embedder_id WHERE e.name = 'rbm'"
        ).scalar()
    assert counted == 300


def test_a_learner_that_is_gone_leaves_the_rest_working(library: Library, trained: Run) -> None:
    library.lab.use(trained.id, Progress())
    (runs.folder_of(library.root, trained.id) / runs.WEIGHTS).unlink()
    with library._store.write() as conn:
        pending.forget_derived(conn, [5])
    heard: list[str] = []
    run(library._store, Progress(lambda report: heard.append(report.notice) if report.notice else None))
    assert any("not described" in each for each in heard)
    assert library.similar(5, 3), "by the network's vectors, where the learner has none"
    assert library.similar(6, 3)


def test_what_cannot_be_used(library: Library, trained: Run) -> None:
    with pytest.raises(ReverieError, match="No run of dbn"):
        library.lab.use("dbn", Progress())
    with pytest.raises(KeyError):
        library.lab.use("rbm-nowhere", Progress())
    runs.folder_of(library.root, "rbm-0").mkdir()
    runs.write(library.root, Run("rbm-0", SPEC, "stopped", 0.0))
    with pytest.raises(ReverieError, match="not finished"):
        library.lab.use("rbm-0", Progress())
    assert use.used(library._store) == ""


def test_bits_are_compared_as_signs() -> None:
    class Codes:
        def transform(self, rows: np.ndarray) -> np.ndarray:
            return np.packbits(rows > 0, axis=1)

    x = np.random.default_rng(0).normal(size=(20, 16)).astype(np.float32)
    made = learners.described(Codes(), x)
    differ = ((x[:1] > 0) != (x > 0)).sum(axis=1)
    np.testing.assert_allclose(made @ made[0], 1 - 2 * differ / 16, atol=1e-6)


def test_an_autoencoder_in_use_tells_what_is_alone() -> None:
    """A photo that lies apart by the codes alone is odd only where these are asked."""
    rng = np.random.default_rng(0)
    n = 120
    photos = table(1.7e9 + 60.0 * np.arange(n))
    vectors = learners.unit(rng.normal(0, 0.1, (n, 8)).astype(np.float32) + np.eye(8, dtype=np.float32)[0])
    codes = vectors.copy()
    codes[7] = np.eye(8, dtype=np.float32)[3]
    photos = replace(photos, vectors=vectors.astype(np.float16))
    looks = Inputs(looks=codes.astype(np.float16), looks_odd=True)

    def alone(inputs: Inputs) -> set[int]:
        found, _ = find_all(photos, inputs=inputs)
        return {int(row) for group in found["odd"].groups if group.key == "alone" for row in group.members}

    assert 7 in alone(looks)
    assert 7 not in alone(replace(looks, looks_odd=False))
    assert 7 not in alone(Inputs())
