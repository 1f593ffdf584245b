"""One cache of exported graphs for all tests of embedders, and the photographs that packages carry."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.embed import registry
from core.embed.base import Embedder
from core.embed.preprocess import prepare

SKIMAGE = {
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "astronaut": "astronaut.png",
    "rocket": "rocket.jpg",
    "motorcycle": "motorcycle_left.png",
}
SKLEARN = {"china": "china.jpg", "flower": "flower.jpg"}


@pytest.fixture(scope="session")
def graph_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="session")
def embedder(graph_cache: Path) -> Embedder:
    """The default embedder on the CPU."""
    return registry.create(device="cpu", cache=graph_cache)


def _folder(package: str, inner: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0], inner)


@pytest.fixture(scope="session")
def photographs() -> dict[str, Image.Image]:
    """Seven real photographs by what they show, RGB."""
    folders = ((SKIMAGE, _folder("skimage", "data")), (SKLEARN, _folder("sklearn", "datasets/images")))
    return {name: Image.open(folder / file).convert("RGB") for files, folder in folders for name, file in files.items()}


@pytest.fixture(scope="session")
def inputs(photographs: dict[str, Image.Image], embedder: Embedder) -> NDArray[np.uint8]:
    """The photographs, prepared: uint8 [7, size, size, 3]."""
    return np.stack([prepare(image, embedder.spec) for image in photographs.values()])
