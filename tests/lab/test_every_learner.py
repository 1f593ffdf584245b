"""Each learner that makes vectors, from beginning to use, as the Lab runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from core.lab import use
from core.library import Library
from core.progress import Progress
from core.records_lab import RunSpec, Value
from tests.support.libraries import make_library

SMALL: dict[str, Mapping[str, Value]] = {
    "dbn": {"hidden_sizes": "12,6", "epochs": 2},
    "autoencoder": {"hidden_sizes": "12", "latent_dim": 6, "epochs": 2},
    "codes": {"hidden_sizes": "12", "n_bits": 16, "epochs": 2, "pretrain_epochs": 1},
}
NUMBERS = {"dbn": 6, "autoencoder": 6, "codes": 16}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("made") / "library"
    make_library(folder, 240, vectors=16, thumbs=240)
    with Library.open(folder) as opened:
        yield opened


@pytest.mark.parametrize("name", SMALL)
def test_from_vectors(library: Library, name: str) -> None:
    run = library.lab.start(RunSpec(name, parameters=SMALL[name]), Progress())
    assert (run.state, run.epoch) == ("done", run.epochs)
    assert run.figures["numbers"] == NUMBERS[name]
    assert library.lab.curves(run.id)
    filters = library.lab.pictures(run.id, "filters")
    assert filters is not None
    assert filters.pictures.shape == (NUMBERS[name], 32, 32, 3)
    assert use.derive(library._store, run.id, Progress()) == 240
    assert use.derive(library._store, run.id, Progress()) == 0


@pytest.mark.parametrize("name", ["dbn", "autoencoder"])
def test_from_pictures(library: Library, name: str) -> None:
    parameters = {**SMALL[name], "input": "pictures"}
    run = library.lab.start(RunSpec(name, parameters=parameters), Progress())
    assert run.state == "done"
    kept = library.lab.pictures(run.id, "reconstructions")
    assert kept is not None
    assert kept.pictures.shape[1:] == (32, 32, 3)
    assert (library.lab.pictures(run.id, "dreams") is not None) == (name == "dbn")
    assert use.derive(library._store, run.id, Progress()) == 240
