"""Which pictures a step sees, and how pixels become numbers and numbers pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from core.gan.feed import Feed, to_pixels, to_tensor
from tests.gan.made import pictures


def _rows(n: int, batch: int, numbers: range, seed: int = 0) -> np.ndarray:
    feed = Feed(np.zeros((n, 1, 1, 1), np.uint8), None, batch, seed)
    return np.concatenate([feed.rows(k) for k in numbers])


def test_all_pictures_come_before_any_comes_again() -> None:
    seen = _rows(30, 7, range(30))
    for turn in range(7):
        assert sorted(seen[30 * turn : 30 * (turn + 1)]) == list(range(30))
    assert list(seen[:30]) != list(seen[30:60]), "in another order"
    assert list(seen[:30]) != list(range(30))


def test_a_batch_depends_on_its_number_alone() -> None:
    feed = Feed(np.zeros((30, 1, 1, 1), np.uint8), None, 7, 3)
    wanted = [feed.rows(k).tolist() for k in range(12)]
    assert [feed.rows(k).tolist() for k in reversed(range(12))] == wanted[::-1]
    assert _rows(30, 7, range(12), seed=4).tolist() != np.concatenate(wanted).tolist()


def test_few_pictures_fill_a_batch_with_the_same_again() -> None:
    assert sorted(_rows(3, 8, range(3))) == sorted([0, 1, 2] * 8)
    assert _rows(1, 4, range(1)).tolist() == [0, 0, 0, 0]


def test_a_batch_holds_pictures_with_their_own_labels() -> None:
    images = pictures(10)
    feed = Feed(images, np.arange(10), 4, 0)
    real, labels = feed.take(2, torch.device("cpu"))
    assert labels is not None
    assert np.array_equal(to_pixels(real), images[labels.numpy()])
    assert real.shape == (4, 3, 8, 8)
    assert real.is_contiguous()


def test_pictures_may_lie_in_a_file(tmp_path: Path) -> None:
    images = pictures(10)
    kept = np.memmap(tmp_path / "pictures", np.uint8, "w+", shape=images.shape)
    kept[:] = images
    for number in range(3):
        real, _ = Feed(kept, None, 4, 0).take(number, torch.device("cpu"))
        assert torch.equal(real, Feed(images, None, 4, 0).take(number, torch.device("cpu"))[0])


def test_every_value_of_a_pixel_survives() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    tensor = to_tensor(every)
    assert (float(tensor.min()), float(tensor.max())) == (-1.0, 1.0)
    assert np.array_equal(to_pixels(tensor), every)
    assert to_pixels(torch.tensor([[[[-9.0, 9.0]]]])).ravel().tolist() == [0, 255]
