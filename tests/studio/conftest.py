"""A small library with pictures to learn from, and networks so small that they train in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library import Library
from core.progress import Progress
from core.records_lab import Run
from core.records_studio import StudioSpec
from tests.support.libraries import make_library

PHOTOS = 48
TINY = {"ngf": 4, "ndf": 4, "batch_size": 4, "latent_dim": 8}
SPEC = StudioSpec("dcgan", size=8, steps=4, parameters=TINY, seed=3, note="tiny")


@pytest.fixture(scope="session")
def made_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studio") / "library"
    make_library(folder, PHOTOS, vectors=16, thumbs=PHOTOS)
    return folder


@pytest.fixture(scope="module")
def library(made_library: Path) -> Iterator[Library]:
    with Library.open(made_library) as opened:
        yield opened
        for run in opened.studio.runs():
            opened.studio.delete(run.id)


@pytest.fixture(scope="module")
def trained(library: Library) -> Run:
    """A finished generator; not to be deleted."""
    return library.studio.start(SPEC, Progress())
