"""What learners make visible: favourites of units against a slow look at all, dreams, heat, what is odd."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core.embed import cnn
from core.errors import ReverieError
from core.lab import looking
from core.library import Library
from core.progress import Progress
from core.records_lab import Run, RunSpec
from tests.support.libraries import make_library

PICTURES = {"input": "pictures", "epochs": 1}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("made") / "library"
    make_library(folder, 200, vectors=16, thumbs=200)
    with Library.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def dbn(library: Library) -> Run:
    spec = RunSpec("dbn", parameters={"hidden_sizes": "10,6", **PICTURES})
    return library.lab.start(spec, Progress())


def test_favourites_of_the_cnn(library: Library) -> None:
    (layer,) = [each for each in library.lab.layers() if each.source == "cnn"]
    assert (layer.name, layer.units) == ("vector", 16)
    stored = library._store.vectors("synthetic", "1", 16).rows()
    for unit in (0, 15):
        found = library.lab.favourites(layer, unit, 5)
        order = np.argsort(-stored[:, unit].astype(np.float32), kind="stable")[:5]
        assert list(found.photo_ids) == (order + 1).tolist()
        np.testing.assert_allclose(found.activation, stored[order, unit].astype(np.float32))
    with pytest.raises(IndexError, match="0 to 15"):
        library.lab.favourites(layer, 16)


def test_stages_are_those_of_the_network() -> None:
    for index, channels in looking.STAGES.values():
        assert cnn.STAGES[index][-1] == channels
    assert len(cnn.STAGES) == 7


def test_favourites_of_a_stack(library: Library, dbn: Run) -> None:
    layers = [each for each in library.lab.layers() if each.source == dbn.id]
    assert [(each.name, each.units) for each in layers] == [("0", 10), ("1", 6)]
    found = library.lab.favourites(layers[1], 3)
    assert len(found.photo_ids) == 9
    assert list(found.activation) == sorted(found.activation, reverse=True)
    assert 0.0 <= found.activation[-1] <= found.activation[0] <= 1.0


def test_dreams(library: Library, dbn: Run) -> None:
    grid = library.lab.dream(4, seed=1, steps=3)
    assert grid.pictures.shape == (4, 32, 32, 3)
    np.testing.assert_array_equal(library.lab.dream(4, run_id=dbn.id, seed=1, steps=3).pictures, grid.pictures)
    event = library.groups("events")[0]
    near = library.lab.dream(4, group_id=event.id, seed=1, steps=3)
    assert near.pictures.shape == (4, 32, 32, 3)
    with pytest.raises(KeyError):
        library.lab.dream(1, group_id=10**9)


def test_what_surprises(library: Library, dbn: Run) -> None:
    assert library.lab.heat(1) is None, "no autoencoder was trained"
    library.lab.start(RunSpec("autoencoder", parameters={"latent_dim": 4, "width": 4, **PICTURES}), Progress())
    heat = library.lab.heat(1)
    assert heat is not None
    assert heat.shape == (32, 32)
    assert 0.0 <= heat.min() <= heat.max() <= 1.0
    assert library.lab.heat(10**9) is None, "there is no such thumbnail"
    found = library.lab.oddness(1)
    assert set(found) == {"free_energy", "free_energy_rank", "reconstruction", "reconstruction_rank"}
    assert 0.0 <= found["free_energy_rank"] <= 1.0
    with pytest.raises(ReverieError, match="not looked"):
        library.lab.oddness(10**9)


def test_only_a_belief_network_on_thumbnails_dreams(library: Library) -> None:
    run = library.lab.start(RunSpec("rbm", parameters={"n_hidden": 4, "epochs": 1}), Progress())
    with pytest.raises(ReverieError, match="can dream"):
        library.lab.dream(1, run_id=run.id)
