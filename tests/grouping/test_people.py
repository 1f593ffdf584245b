"""Faces are counted once, kept whatever ends the search, and tell portraits and groups where no metadata does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled, WeightsError
from core.group.base import PhotoTable
from core.grouping import people, place
from core.learn import kinds
from core.library import Library
from core.paths import thumb_path
from core.progress import Progress
from core.recognise import face_files
from core.recognise import people as counting
from core.records_corrections import LearnedPart
from core.sample.sources import load
from tests.group.builders import table
from tests.support.rows import add_folder, add_photo, add_volume

installed = pytest.mark.skipif(not face_files.find(), reason=f"{face_files.PACKAGE} is not installed")
ROW = 280


class Here:
    """Counts in this process, and knows how many pictures it was shown."""

    def __init__(self, _name: str) -> None:
        open_ones.append(self)

    def run(self, _function: Any, task: counting.Task, progress: Progress) -> np.ndarray:
        shown.extend(task.pictures)
        if len(shown) > stop_after[0]:
            raise Cancelled("Cancelled")
        return np.array([(1 + Path(p).stat().st_size % 3, 0.2) for p in task.pictures], counting.COUNTED)

    def close(self) -> None:
        open_ones.remove(self)


shown: list[str] = []
open_ones: list[Here] = []
stop_after = [10**9]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shown.clear()
    stop_after[0] = 10**9
    monkeypatch.setattr(people, "Aside", Here)
    monkeypatch.setattr(face_files, "find", lambda: (Path("pnet.pt"),))
    opened = Library.open(tmp_path / "library")
    with opened._store.write() as conn:
        add_volume(conn)
        add_folder(conn, 1, b"/pictures", root=True)
        for photo in range(1, 6):
            add_photo(conn, photo, float(photo))
    for photo in range(1, 6):
        _thumb(opened, photo, photo)
    yield opened
    opened.close()


def _thumb(library: Library, photo: int, shade: int) -> None:
    path = Path(thumb_path(library.root, photo))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((40 + shade, 40), 20.0 * shade).save(path)


def test_a_photo_is_looked_at_once_while_its_thumbnail_is_the_same(library: Library) -> None:
    assert people.look(library._store, Progress()) == 5
    assert people.look(library._store, Progress()) == 0
    assert len(shown) == 5
    _thumb(library, 3, 9)
    assert people.look(library._store, Progress()) == 1
    assert shown[5:] == [thumb_path(library.root, 3)]


def test_what_was_counted_before_it_was_stopped_is_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "BATCH", 2)
    stop_after[0] = 4
    with pytest.raises(Cancelled):
        people.look(library._store, Progress())
    assert not open_ones, "its process has ended too"
    stop_after[0] = 10**9
    assert people.look(library._store, Progress()) == 1


def test_a_damaged_file_of_counts_is_counted_anew(library: Library) -> None:
    people.look(library._store, Progress())
    (library.root / "cache" / people.FILE).write_bytes(people.VERSION + b"half an entry")
    assert people.look(library._store, Progress()) == 5


def test_it_is_due_where_many_wait_and_the_networks_are_there(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not people.due(library._store)
    monkeypatch.setattr(people, "FEWEST", 5)
    assert people.due(library._store)
    people.look(library._store, Progress())
    assert not people.due(library._store)
    monkeypatch.setattr(people, "FEWEST", 0)
    monkeypatch.setattr(face_files, "find", lambda: ())
    assert not people.due(library._store)
    with pytest.raises(WeightsError, match=face_files.PACKAGE):
        people.look(library._store, Progress())


def test_counts_fill_in_where_metadata_name_no_face(library: Library) -> None:
    people.look(library._store, Progress())
    plain = table(np.arange(6.0))
    columns = {"n_faces": np.array([0, 4, np.nan, 0, 0, 0.0]), "face_area": np.array([0, 0.5, np.nan, 0, 0, 0])}
    photos = replace(plain, ids=np.array([1, 2, 3, 4, 5, 99]), columns=columns)
    with_them = people.with_counts(library._store, photos).columns
    assert with_them["n_faces"][1] == 4, "what metadata name stays"
    assert with_them["face_area"][1] == 0.5
    assert (with_them["n_faces"][[0, 2, 3, 4]] >= 1).all()
    assert with_them["face_area"][0] == pytest.approx(0.2)
    assert with_them["n_faces"][5] == 0, "nobody looked at that one"
    assert photos.columns["n_faces"][0] == 0, "the table handed in is as it was"


def test_counts_are_there_for_new_photos_and_for_what_is_learned(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.look(library._store, Progress())
    looked: list[PhotoTable] = []
    monkeypatch.setattr(place, "place_on_line", lambda _conn, around, *_: looked.append(around))
    place._place(library._store, np.array([1], np.int64), Progress())
    monkeypatch.setattr(kinds, "_learn", lambda photos, *_: looked.append(photos) or (_nothing_learned(), {}))
    kinds.learn(library._store, Progress())
    assert len(looked) == 2
    assert all((photos.columns["n_faces"] >= 1).all() and len(photos) for photos in looked)


def _nothing_learned() -> LearnedPart:
    return LearnedPart(kinds.NAME, kinds.METRIC, None, None, 0, False, "")


@installed
def test_faces_are_counted_in_real_pictures(tmp_path: Path) -> None:
    face = load("astronaut")
    row = Image.new("RGB", (3 * ROW, ROW))
    for number in range(3):
        row.paste(face.crop((90, 20, 90 + ROW, 20 + ROW)), (number * ROW, 0))
    paths = []
    for name, picture in (("one", face), ("three", row), ("none", load("coffee"))):
        paths.append(str(tmp_path / f"{name}.jpg"))
        picture.convert("RGB").save(paths[-1])
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    found = counting.count(counting.Task((*paths, str(tmp_path / "broken.jpg"))), Progress())
    assert found["faces"].tolist() == [1, 3, 0, 0]
    assert 0.02 < found["area"][0] < 0.1
    assert found["area"][2] == 0
