"""The simulated lives that benchmarks measure with: reproducible, and as their docstring says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality.life import life
from benchmarks.quality.looks import Pool, pool
from core.group.timeline import timeline


@pytest.fixture(scope="module")
def looks() -> Pool:
    """A pool of made-up vectors: 12 classes of 10 pictures."""
    rng = np.random.default_rng(0)
    middle = rng.normal(size=(12, 1, 1, 16)).repeat(10, axis=1)
    raw = middle + 0.5 * rng.normal(size=(12, 10, 1, 16)) + 0.1 * rng.normal(size=(12, 10, 3, 16))
    raw = raw.reshape(120, 3, 16)
    vectors = (raw / np.linalg.norm(raw, axis=2, keepdims=True)).astype(np.float16)
    return Pool(vectors, np.repeat(np.arange(12), 10), tuple("abcdefghijkl"), "made up")


def test_the_same_seed_is_the_same_life(looks: Pool) -> None:
    one, two, other = life(3, 60, looks), life(3, 60, looks), life(4, 60, looks)
    np.testing.assert_array_equal(one.table.instant, two.table.instant)
    np.testing.assert_array_equal(one.table.vectors, two.table.vectors)
    assert len(other.table) != len(one.table) or (other.table.instant != one.table.instant).any()


def test_a_life_is_a_library_in_order_of_time(looks: Pool) -> None:
    made = life(1, 80, looks)
    assert (np.diff(made.table.instant) >= 0).all()
    events = made.event[made.event >= 0]
    assert (np.diff(events) >= 0).all(), "with right clocks, events follow each other"
    assert len(np.unique(events)) == len(made.titles) >= 80
    passive = np.mean(made.event < 0)
    assert 0.01 < passive < 0.12
    np.testing.assert_array_equal(made.event < 0, made.table.columns["has_camera"] == 0)
    boundaries = made.boundaries(timeline(made.table))
    assert boundaries.sum() == len(made.titles) - 1


def test_a_wrong_clock_moves_one_camera_by_what_it_says(looks: Pool) -> None:
    for seed in range(6):
        made = life(seed, 80, looks, clock="wrong")
        assert made.clock is not None
        shift = made.table.instant - made.true_instant
        assert (np.diff(made.table.instant) >= 0).all()
        assert (shift[made.table.camera != made.clock.camera] == 0).all()
        moved = shift[(made.table.camera == made.clock.camera) & (shift != 0)]
        assert len(moved) > 0
        assert np.abs(moved - made.clock.seconds).max() <= abs(made.clock.drift) * (made.clock.end - made.clock.start)


def test_about_as_many_photos_lack_a_position_as_is_said() -> None:
    shares = [np.isnan(life(seed, 60).table.lat).mean() for seed in range(8)]
    assert 0.2 < np.mean(shares) < 0.6


def test_a_folder_of_classes_becomes_a_pool_that_is_kept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("one", "two"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for index in range(2):
            pixels = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{index}.jpg")
    made = pool(tmp_path / "images", tmp_path / "cache")
    assert made.vectors.shape == (4, 3, 1280)
    assert made.names == ("one", "two")
    np.testing.assert_allclose(np.linalg.norm(made.vectors.astype(np.float32), axis=2), 1.0, atol=2e-3)
    again = pool(tmp_path / "images", tmp_path / "cache")
    np.testing.assert_array_equal(made.vectors, again.vectors)
    assert again.source == "images"
