"""Which folders a person made for an event."""

from __future__ import annotations

import numpy as np
import pytest

from core.learn.folders import FolderPhotos, event_like, says_something

DAY = 86400.0


@pytest.mark.parametrize(
    "name",
    [
        "2019-07-14", "20190714", "2019_07_14 Lake", "14.07.2019", "Anna's wedding", "Lissabon", "Summer party",
        "東京旅行", "2021-03 Skiing", "Rome 2018", "07-04-2020",
    ],
)  # fmt: skip
def test_names_of_events(name: str) -> None:
    assert says_something(name)


@pytest.mark.parametrize(
    "name",
    [
        "DCIM", "100CANON", "101_PANA", "102APPLE", "100MEDIA", "Camera Roll", "Camera", "WhatsApp Images", "2019",
        "07", "2019-07", "July", "July 2019", "Screenshots", "Downloads", "New folder (2)", "IMG_1234", "", "Photos",
        "backup", "iPhone", "100_0714", "202207__",
    ],
)  # fmt: skip
def test_names_of_heaps(name: str) -> None:
    assert not says_something(name)


def _library(*parts: tuple[str, list[float]]) -> tuple[list[FolderPhotos], np.ndarray, np.ndarray]:
    folders, ids, times = [], [], []
    for number, (name, own) in enumerate(parts):
        folders.append(FolderPhotos(number, name, np.arange(len(ids), len(ids) + len(own))))
        ids += range(len(ids), len(ids) + len(own))
        times += own
    return folders, np.array(ids, np.int64), np.array(times)


def test_only_short_runs_with_telling_names_count() -> None:
    inside = [10 * DAY + 60.0 * i for i in range(20)]
    long = [20 * DAY + DAY * i for i in range(30)]
    mixed = [10 * DAY + 60.0 * i + 30 for i in range(8)]
    folders, ids, times = _library(
        ("Lake", [60.0 * i for i in range(10)]),
        ("DCIM", [DAY + 60.0 * i for i in range(10)]),
        ("Garden", inside),
        ("Sent by Tom", mixed),
        ("Our house", long),
        ("One", [90 * DAY]),
        ("Undated wedding", [np.nan, np.nan]),
    )
    found = event_like(folders, ids, times)
    assert set(found.tolist()) == {-1, 0}
    assert (found == 0).sum() == 10
    shuffled = np.random.default_rng(0).permutation(len(ids))
    np.testing.assert_array_equal(event_like(folders, ids[shuffled], times[shuffled]), found[shuffled])
