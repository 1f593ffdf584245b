"""The vector files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import LibraryError
from core.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "library")
    yield opened
    opened.close()


def test_what_is_appended_is_read(store: Store) -> None:
    vectors = store.vectors("net", "1", 5)
    assert vectors.rows().shape == (0, 5)
    first = np.arange(10, dtype=np.float16).reshape(2, 5)
    assert vectors.append(first) == range(2)
    assert vectors.append(-first[::-1]) == range(2, 4)  # a view that is not contiguous
    assert np.array_equal(vectors.rows(), np.concatenate([first, -first[::-1]]))
    assert vectors.append(np.empty((0, 5), np.float16)) == range(4, 4)


def test_each_embedder_has_its_own_file_and_number(store: Store) -> None:
    one, two = store.vectors("net", "1", 2), store.vectors("ViT-B/32 (laion)", "2", 2)
    assert one.embedder_id != two.embedder_id
    assert one.path != two.path
    assert two.path.parent == store.root / "vectors"
    assert store.vectors("net", "1", 2) is one


def test_wrong_shapes_and_types_are_refused(store: Store) -> None:
    vectors = store.vectors("net", "1", 3)
    for wrong in (np.zeros((2, 4), np.float16), np.zeros((2, 3), np.float32), np.zeros(3, np.float16)):
        with pytest.raises(ValueError, match="expected float16"):
            vectors.append(wrong)  # type: ignore[arg-type]
    with pytest.raises(LibraryError, match="3 numbers, not 4"):
        store.vectors("net", "1", 4)


def test_a_reader_cannot_register_an_embedder(store: Store) -> None:
    store.vectors("net", "1", 3)
    reader = Store.open(store.root, "read")
    assert reader.vectors("net", "1", 3).rows().shape == (0, 3)
    with pytest.raises(LibraryError, match="no vectors of other 1"):
        reader.vectors("other", "1", 3)
    reader.close()


def test_a_view_can_not_be_written(store: Store) -> None:
    vectors = store.vectors("net", "1", 3)
    vectors.append(np.ones((1, 3), np.float16))
    with pytest.raises(ValueError, match="read-only"):
        vectors.rows()[0, 0] = 2
