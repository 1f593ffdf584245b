"""Pictures that generators made: kept apart, marked, forgotten and brought back, copied out."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import ReverieError
from core.library import Library
from core.media import marks
from core.media.tags import read_tags
from core.progress import Progress
from core.records import Scope

RUN = "dcgan-20260101-120000"
PICTURES = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        yield opened


def test_kept_marked_and_on_no_wall(library: Library) -> None:
    kept = library.studio.keep(PICTURES, RUN, "generated", [7, 8, "photo-3"], {"truncation": 0.7})
    assert [each.seed for each in kept] == ["7", "8", "photo-3"]
    assert {each.id for each in library.studio.made()} == {each.id for each in kept}
    assert (kept[0].model, kept[0].run_id, kept[0].how, kept[0].width) == ("dcgan", RUN, "generated", 16)
    np.testing.assert_array_equal(library.studio.made_pixels(kept[1].id), PICTURES[1])
    assert marks.source_type_of(read_tags(kept[0].path).xmp) == marks.GENERATED
    facts = marks.facts_of(kept[0].path)
    assert (facts["Model"], facts["Run"], facts["Seed"], facts["Truncation"]) == ("dcgan", RUN, "7", "0.7")
    assert "Not a photograph" in facts["Note"]
    assert os.path.dirname(kept[0].path) == str(library.root / "made")
    assert len(library.wall(Scope()).ids) == 0
    assert library.status().photos == 0


def test_forgotten_and_brought_back(library: Library) -> None:
    kept = library.studio.keep(PICTURES, RUN, "near", [1, 2, 3])
    assert library.studio.forget([kept[0].id, "nothing"]).made
    assert len(library.studio.made()) == 2
    undone = library.undo()
    assert undone is not None
    assert undone[0] == "Forgetting of 1 made picture"
    assert len(library.studio.made()) == 3
    library.undo()
    assert library.studio.made() == (), "the keeping itself is taken back"
    assert all(os.path.exists(each.path) for each in kept)
    library.redo()
    assert len(library.studio.made()) == 3
    library.studio.forget([kept[1].id])
    assert library.studio.empty() == 1
    assert not os.path.exists(kept[1].path)
    library.undo()
    assert len(library.studio.made()) == 2, "what was emptied does not come back"


def test_the_collection_outlives_the_session(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        kept = library.studio.keep(PICTURES, RUN, "generated", [1, 2, 3])
    (tmp_path / "library").rename(tmp_path / "moved")
    with Library.open(tmp_path / "moved") as library:
        assert [each.id for each in library.studio.made()] == [each.id for each in sorted(kept, key=lambda m: m.id)][
            ::-1
        ]
        assert os.path.exists(library.studio.made()[0].path)


def test_copied_out_without_replacing_anything(library: Library, tmp_path: Path) -> None:
    kept = library.studio.keep(PICTURES, RUN, "generated", [1, 2, 3])
    ids = [each.id for each in kept]
    first = library.studio.export(ids, tmp_path / "out")
    second = library.studio.export([*ids, "none"], tmp_path / "out")
    assert len({*first.paths, *second.paths}) == 6
    assert second.failed == (("none", "It is not in the collection."),)
    assert marks.source_type_of(read_tags(first.paths[0]).xmp) == marks.GENERATED
    (tmp_path / "file").write_text("")
    with pytest.raises(ReverieError, match="Nothing can be written"):
        library.studio.export(ids, tmp_path / "file")


def test_a_full_disk_keeps_none(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.media import whole

    real, written = whole.write_whole, []

    def refuse_the_second(path: Path, data: bytes) -> None:
        if written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        real(path, data)

    monkeypatch.setattr(whole, "write_whole", refuse_the_second)
    with pytest.raises(ReverieError, match="No space left"):
        library.studio.keep(PICTURES, RUN, "generated", [1, 2, 3])
    assert library.studio.made() == ()
    assert list((library.root / "made").iterdir()) == []


@pytest.mark.parametrize("name", ["walk.gif", "walk.png", "walk.apng", "walk.webp"])
def test_a_walk_that_moves(library: Library, tmp_path: Path, name: str) -> None:
    frames = np.repeat(np.linspace(0, 255, 5).astype(np.uint8)[:, None, None, None], 16 * 16 * 3, 1).reshape(
        5, 16, 16, 3
    )
    library.studio.animation(frames, tmp_path / name, milliseconds=50, run_id=RUN)
    with Image.open(tmp_path / name) as moving:
        assert moving.n_frames == 8, "there and back without standing still at the ends"
        assert moving.info.get("loop", 0) == 0
        if name.endswith("gif"):
            assert b"Not a photograph" in moving.info["comment"]
    if not name.endswith("gif"):
        assert marks.source_type_of(read_tags(str(tmp_path / name)).xmp) == marks.GENERATED


def test_what_cannot_be_animated(library: Library, tmp_path: Path) -> None:
    with pytest.raises(ReverieError, match="ends in"):
        library.studio.animation(PICTURES, tmp_path / "walk.mp4")
    with pytest.raises(ReverieError, match="no pictures"):
        library.studio.animation(PICTURES[:0], tmp_path / "walk.gif")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReverieError, match="cannot be written"):
        library.studio.animation(PICTURES, tmp_path / "file" / "walk.gif")


def test_a_made_picture_that_is_imported_is_put_away(tmp_path: Path) -> None:
    with Library.open(tmp_path / "one") as library:
        kept = library.studio.keep(PICTURES, RUN, "generated", [1, 2, 3])
        library.studio.export([kept[0].id], tmp_path / "album")
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(tmp_path / "album" / "photo.jpg")
    told: list[str] = []
    progress = Progress(lambda report: told.append(report.notice) if report.notice else None)
    with Library.open(tmp_path / "two") as library:
        library.import_folders([tmp_path / "album"], progress)
        (shown,) = library.rows(library.wall(Scope()).ids.tolist())
        assert shown.path.endswith("photo.jpg")
        assert any("A model made 1 photo" in notice for notice in told)
        undone = library.undo()
        assert undone is not None
        assert undone[0] == "Putting away of 1 photo that a model made"
        rows = library.rows(library.wall(Scope()).ids.tolist())
        (made,) = (row for row in rows if not row.path.endswith("photo.jpg"))
        assert library.photo(made.id).metadata.source_type == marks.GENERATED
        library.import_folders([], Progress())
        assert len(library.wall(Scope()).ids) == 2, "what the person brought back stays"
