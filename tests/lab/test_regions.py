"""Regions of photos: trees with the person's tags, undone and learned from, regions of the like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import MediaError, ReverieError
from core.lab import regions
from core.library import Library
from core.paths import thumb_path
from core.progress import Progress
from core.records_lab import RunSpec
from core.store import region_tags
from tests.support.libraries import make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("made") / "library"
    make_library(folder, 60, vectors=16)
    for photo in range(1, 7):  # a bright sky over a dark ground, at another height in each
        picture = np.full((96, 128, 3), (40, 90, 30), np.uint8)
        picture[: 30 + 5 * photo] = (120, 170, 240)
        noise = np.random.default_rng(photo).integers(0, 12, picture.shape)
        Path(thumb_path(folder, photo)).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((picture + noise).astype(np.uint8)).save(thumb_path(folder, photo))
    with Library.open(folder) as opened:
        yield opened


def _half(library: Library, photo: int, top: bool) -> int:
    """The largest region that lies in the upper (or lower) part alone."""
    found = [
        each for each in library.lab.regions(photo).regions
        if (each.box[1] + each.box[3] < 0.7 if top else each.box[1] > 0.25)
    ]  # fmt: skip
    return max(found, key=lambda each: each.area).node


def test_a_tag_is_kept_shown_and_undone(library: Library) -> None:
    tree = library.lab.regions(1)
    assert tree.leaves.shape == (96, 128)
    assert tree.regions[-1].parent == -1
    assert not tree.learned
    node = _half(library, 1, True)
    change = library.lab.tag_region(1, node, " sky ")
    assert change.ids == (1,)
    assert library.lab.regions(1).regions[node].tag == "sky"
    assert not library.lab.tag_region(1, node, "sky").photos, "it is called so already"
    library.lab.tag_region(1, node, "heaven")
    assert library.undo() is not None
    assert library.lab.regions(1).regions[node].tag == "sky"
    assert library.undo() == ("Region called sky", change)
    assert not library.lab.regions(1).regions[node].tag
    with pytest.raises(IndexError):
        library.lab.tag_region(1, 10**6, "sky")
    with pytest.raises(MediaError):
        library.lab.regions(50)


def test_tags_teach_the_network(library: Library) -> None:
    with pytest.raises(ReverieError, match="at least 3 photos"):
        library.lab.start(RunSpec("rntn"), Progress())
    assert library.lab.runs() == ()
    for photo in (1, 2, 3, 4):
        library.lab.tag_region(photo, _half(library, photo, True), "sky")
        library.lab.tag_region(photo, _half(library, photo, False), "ground")
    run = library.lab.start(RunSpec("rntn", parameters={"epochs": 4, "components": 16, "latent_dim": 8}), Progress())
    assert (run.state, run.epoch, run.photos) == ("done", 4, 4)
    tree = library.lab.regions(5)
    assert tree.learned == run.id
    names = {each.label for each in tree.regions}
    assert names <= {"sky", "ground"}
    top, low = tree.leaves[2, 64], tree.leaves[93, 64]
    assert (tree.regions[top].label, tree.regions[low].label) == ("sky", "ground")
    library.lab.delete(run.id)
    assert not library.lab.regions(5).learned


def test_regions_of_the_like(library: Library) -> None:
    found = library.lab.like_region(1, _half(library, 1, True), top=4)
    assert {photo for photo, _, _ in found} <= set(range(2, 7))
    cosines = [cosine for _, _, cosine in found]
    assert cosines == sorted(cosines, reverse=True)


def test_smaller_tags_count_where_regions_overlap() -> None:
    labels = regions.labels_of(6, [((0, 1, 2, 3), 0), ((2, 3), 1), ((9,), 1)])
    np.testing.assert_array_equal(labels, [0, 0, 1, 1, -1, -1])


def test_tags_are_read_in_order(library: Library) -> None:
    with library._store.read() as conn:
        tags = region_tags.read(conn)
    assert all(tag.leaves == tuple(sorted(tag.leaves)) and tag.name for tag in tags)
