"""What generators learn from: photos cropped once, broken ones counted, huge ones reduced, what is kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import ReverieError
from core.library import Library
from core.paths import thumb_path
from core.progress import Progress
from core.records import Scope
from core.records_studio import StudioSpec
from core.studio import food, pictures
from core.studio.asked import Look

RNG = np.random.default_rng(11)


def _photo(path: Path, width: int, height: int, **how: object) -> None:
    small = Image.fromarray(RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8))
    small.resize((width, height), Image.Resampling.BICUBIC).save(path, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """21 photos that can be read, one of them huge, one a panorama; and three files that are broken."""
    folder = tmp_path_factory.mktemp("food") / "album"
    folder.mkdir()
    for k in range(19):
        _photo(folder / f"{k:02}.jpg", 80, 60)
    _photo(folder / "huge.jpg", 9000, 6000, quality=60)
    _photo(folder / "wide.jpg", 2400, 300)
    whole = (folder / "00.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[:400])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("no picture at all")
    return folder


@pytest.fixture(scope="module")
def library(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library") / "library") as opened:
        opened.import_folders([album], Progress())
        yield opened


def test_broken_files_are_left_out_and_counted(library: Library) -> None:
    facts = library.studio.look(Scope(), 32, Progress())
    assert (facts.photos, facts.unreadable, facts.can_train) == (21, 3, True)
    assert "3 files cannot be read and are left out." in facts.sentences
    (root,) = (each for each in library.folders() if each.root)
    assert library.studio.look(Scope("folder", root.id), 32, Progress()).unreadable == 3


def test_an_album_with_broken_files_trains(library: Library) -> None:
    tiny = {"ngf": 4, "ndf": 4, "batch_size": 4}
    run = library.studio.start(StudioSpec("dcgan", size=8, steps=2, parameters=tiny), Progress())
    assert (run.state, run.photos + run.held_out) == ("done", 21)
    library.studio.delete(run.id)


def test_squares_are_made_once(library: Library) -> None:
    own = food.of_scope(library._store, library._walls, Scope(), "")
    assert pictures.look(Look(own, 16), Progress()).all()
    cache = Path(own.cache) / "crops-16.u8"
    before = cache.stat().st_mtime_ns
    assert cache.stat().st_size == 21 * 16 * 16 * 3
    assert pictures.look(Look(own, 16), Progress()).all()
    assert cache.stat().st_mtime_ns == before
    portion = pictures.portion(own, 16, cache.with_suffix(".scratch"), Progress())
    assert (len(portion.learn), len(portion.held)) == (21 - int(own.held_out.sum()), int(own.held_out.sum()))


def test_photos_larger_than_their_thumbnails_are_decoded_and_faces_kept(library: Library, album: Path) -> None:
    found = library.find(str(album / "wide.jpg"))
    assert found is not None
    with Image.open(thumb_path(library.root, found)) as thumb:
        assert min(thumb.size) < 128
    own = food.of_photos(library._store, np.array([found]), np.zeros(1, np.bool_), None, ())
    square = pictures.Cropper(128, own.sources, {})(library.root, found)
    assert square is not None
    with Image.open(album / "wide.jpg") as photo:
        whole = np.asarray(photo.convert("RGB"))
    left = pictures.Cropper(128, own.sources, {found: ((0.0, 0.2, 0.1, 0.8),)})(library.root, found)
    assert left is not None
    assert np.abs(left.astype(float).mean(axis=(0, 1)) - whole[:, :300].mean(axis=(0, 1))).max() < 12


def test_a_photo_without_picture_is_left_out(library: Library) -> None:
    own = food.of_scope(library._store, library._walls, Scope(), "")
    assert pictures.Cropper(16, {}, {})(library.root, 10**6) is None
    there = np.ones(len(own.ids), np.bool_)
    there[0] = False
    kept = food.readable(own, there)
    assert len(kept.ids) == 20
    there[1] = False
    with pytest.raises(ReverieError, match="19 photos"):
        food.readable(own, there)


def test_the_same_photos_are_kept_apart_in_a_larger_album() -> None:
    small, large = np.arange(1, 101), np.arange(1, 111)
    one, other = food.kept_apart(small), food.kept_apart(large)
    assert one.sum() == 10
    assert (one & other[:100]).sum() >= 8


def test_titles_that_are_the_same_are_told_apart() -> None:
    assert food._distinct(["Lisbon", "Porto", "Lisbon"]) == ("Lisbon", "Porto", "Lisbon (2)")


def test_a_photo_is_most_like_itself(library: Library, album: Path) -> None:
    photo = library.find(str(album / "03.jpg"))
    with Image.open(album / "03.jpg") as image:
        found = library.studio.nearest(np.asarray(image.convert("RGB")), 3)
    assert len(found) == 3
    assert found[0][0] == photo
    assert found[0][1] > 0.97
