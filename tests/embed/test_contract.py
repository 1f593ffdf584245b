"""What every embedder promises. A new one passes these by being in the registry with its weights at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.embed import registry
from core.embed.base import Embedder, InputSpec

PRESENT = [info.name for info in registry.available() if info.weights == "present"]


@pytest.fixture(params=PRESENT, scope="module")
def any_embedder(request: pytest.FixtureRequest, graph_cache: Path) -> Embedder:
    return registry.create(request.param, device="cpu", cache=graph_cache)


@pytest.fixture(scope="module")
def pixels(any_embedder: Embedder) -> NDArray[np.uint8]:
    """Seventeen unlike pictures: gradients, noise, plain ones, among them all black and all white."""
    size, rng = any_embedder.spec.size, np.random.default_rng(0)
    coarse = rng.integers(0, 256, (15, 7, 7, 3), dtype=np.uint8)
    blocks = coarse.repeat(size // 7, axis=1).repeat(size // 7, axis=2)
    made = np.zeros((17, size, size, 3), np.uint8)
    made[:15, : blocks.shape[1], : blocks.shape[2]] = blocks
    made[16] = 255
    return made


def test_it_is_what_the_registry_says(any_embedder: Embedder) -> None:
    info = registry.info(any_embedder.name)
    assert isinstance(any_embedder, Embedder)
    assert (any_embedder.version, any_embedder.dim) == (info.version, info.dim)
    assert any_embedder.spec == info.spec
    assert isinstance(any_embedder.spec, InputSpec)
    assert any_embedder.device.startswith("CPU")


def test_shapes_types_and_unit_length(any_embedder: Embedder, pixels: NDArray[np.uint8]) -> None:
    embedding = any_embedder.embed(pixels)
    assert embedding.vectors.shape == (17, any_embedder.dim)
    assert embedding.vectors.dtype == np.float16
    assert embedding.norms.shape == (17,)
    assert embedding.norms.dtype == np.float32
    assert (embedding.norms > 0).all()
    np.testing.assert_allclose(np.linalg.norm(embedding.vectors.astype(np.float64), axis=1), 1, atol=1e-3)


def test_the_same_picture_gives_the_same_vector(any_embedder: Embedder, pixels: NDArray[np.uint8]) -> None:
    one, two = any_embedder.embed(pixels), any_embedder.embed(pixels)
    np.testing.assert_array_equal(one.vectors, two.vectors)
    np.testing.assert_array_equal(one.norms, two.norms)


def test_a_vector_does_not_depend_on_its_batch(any_embedder: Embedder, pixels: NDArray[np.uint8]) -> None:
    together = any_embedder.embed(pixels).vectors.astype(np.float32)
    backwards = any_embedder.embed(pixels[::-1]).vectors[::-1].astype(np.float32)
    alone = np.concatenate([any_embedder.embed(one[None]).vectors for one in pixels]).astype(np.float32)
    for other in (backwards, alone):
        assert (together * other).sum(axis=1).min() > 0.9995
        assert np.abs(together - other).max() < 2e-4


def test_unlike_pictures_have_unlike_vectors(any_embedder: Embedder, pixels: NDArray[np.uint8]) -> None:
    vectors = any_embedder.embed(pixels).vectors.astype(np.float32)
    likeness = vectors @ vectors.T
    assert likeness[np.triu_indices(len(vectors), 1)].max() < 0.995


def test_probabilities_sum_to_one_and_have_names(any_embedder: Embedder, pixels: NDArray[np.uint8]) -> None:
    probabilities = any_embedder.classify(any_embedder.embed(pixels))
    if probabilities is None:
        assert any_embedder.labels == ()
        return
    assert probabilities.dtype == np.float32
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert len(any_embedder.labels) in (0, probabilities.shape[1])


def test_no_pictures_at_all(any_embedder: Embedder) -> None:
    embedding = any_embedder.embed(np.empty((0, any_embedder.spec.size, any_embedder.spec.size, 3), np.uint8))
    assert embedding.vectors.shape == (0, any_embedder.dim)
    assert embedding.norms.shape == (0,)


def test_other_shapes_and_types_are_refused(any_embedder: Embedder) -> None:
    size = any_embedder.spec.size
    for wrong in (
        np.zeros((2, 3, size, size), np.uint8),
        np.zeros((2, size, size, 3), np.float32),
        np.zeros((size, size, 3), np.uint8),
        np.zeros((2, size + 1, size, 3), np.uint8),
    ):
        with pytest.raises(ValueError, match="takes uint8"):
            any_embedder.embed(wrong)
