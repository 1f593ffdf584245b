"""Pairs are looked at once: what was found is kept while the thumbnails stay what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from core.errors import Cancelled
from core.grouping import geometry
from core.paths import thumb_path
from core.progress import Progress
from core.store.store import Store


@pytest.fixture
def store(tmp_path: Path):
    opened = Store.open(tmp_path / "library")
    coffee = Image.fromarray(data.coffee()).resize((512, 341))
    _write(opened, 1, coffee)
    _write(opened, 2, coffee.crop((50, 20, 450, 320)))
    _write(opened, 3, Image.fromarray(data.chelsea()))
    yield opened
    opened.close()


def _write(store: Store, photo: int, picture: Image.Image) -> None:
    path = Path(thumb_path(store.root, photo))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=85)


def _count(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    original = geometry._sight

    def sight(path: str):
        seen.append(path)
        return original(path)

    monkeypatch.setattr(geometry, "_sight", sight)
    return seen


def test_pairs_are_judged_from_their_thumbnails(store: Store) -> None:
    found = geometry.verify(store, np.array([[1, 3], [1, 2], [1, 99]]), Progress())
    assert found.known.tolist() == [True, True, False]
    assert found.agreement[1] > 0.92 > found.agreement[0]
    assert found.inliers[1] > 50 > found.inliers[0]


def test_a_pair_is_looked_at_once_and_again_when_a_thumbnail_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = np.array([[1, 2], [1, 3]])
    first = geometry.verify(store, pairs, Progress())
    seen = _count(monkeypatch)
    again = geometry.verify(store, pairs, Progress())
    assert seen == []
    assert again.agreement.tolist() == first.agreement.tolist()
    _write(store, 3, Image.fromarray(data.coffee()).resize((512, 341)))
    changed = geometry.verify(store, pairs, Progress())
    assert sorted(Path(path).stem for path in seen) == ["1", "3"]
    assert changed.agreement[1] > 0.92


def test_no_more_than_so_many_new_pairs_the_most_promising_first(store: Store) -> None:
    pairs = np.array([[1, 2], [1, 3], [2, 3]])
    assert geometry.verify(store, pairs, Progress(), most=1).known.tolist() == [True, False, False]
    assert geometry.verify(store, pairs, Progress(), most=1).known.tolist() == [True, True, False]


def test_threads_do_not_change_the_answer(store: Store, tmp_path: Path) -> None:
    pairs = np.array([[1, 2], [1, 3], [2, 3]])
    one = geometry.verify(store, pairs, Progress(), threads=1)
    (store.root / "cache" / geometry.FILE).unlink()
    four = geometry.verify(store, pairs, Progress(), threads=4)
    assert one.inliers.tolist() == four.inliers.tolist()
    assert one.agreement.tolist() == four.agreement.tolist()


@pytest.mark.parametrize("damage", [b"", b"other file", geometry.VERSION + b"cut"])
def test_a_damaged_file_of_verdicts_is_made_anew(store: Store, damage: bytes) -> None:
    path = store.root / "cache" / geometry.FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(damage)
    assert geometry.verify(store, np.array([[1, 2]]), Progress()).known.all()
    assert path.read_bytes().startswith(geometry.VERSION)


def test_a_broken_thumbnail_is_unknown_and_a_cancelled_look_ends(store: Store) -> None:
    Path(thumb_path(store.root, 3)).write_bytes(b"not a picture")
    assert geometry.verify(store, np.array([[1, 3]]), Progress()).known.tolist() == [False]
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        geometry.verify(store, np.array([[1, 2]]), progress)
