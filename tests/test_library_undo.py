"""Ratings and removed folders: undone, redone, across restarts, in any order."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.errors import LibraryError
from core.library import Library
from core.paths import DATABASE
from core.progress import Progress
from core.records import Change, Problem, Scope
from core.store import hiding, journal, schema
from tests.support.rows import MONDAY, add_file, add_folder, add_group, add_photo, add_volume

N = 12
FOLDERS = {1: b"one", 2: b"one/two", 3: b"one/two/deep", 4: b"four"}
ROOTS = (1, 2, 4)
PLACES = {i: (i % 4) + 1 for i in range(1, N + 1)}
COPIES = {1: 4, 4: 2}
"""Photo -> a second folder it is in."""


def build(root: Path) -> None:
    """Twelve photos in four folders, two of them in two places, in an event and a kind."""
    with Library.open(root) as library, library._store.write(Change(photos=True)) as conn:
        add_volume(conn)
        for number, path in FOLDERS.items():
            add_folder(conn, number, path, root=number in ROOTS)
        for photo, folder in PLACES.items():
            add_photo(conn, photo, MONDAY + photo, folder)
        for photo, folder in COPIES.items():
            add_file(conn, photo, folder, b"copy.jpg", "copy")
        add_file(conn, 2, 4, b"2.xmp", "sidecar")
        add_group(conn, 1, "events", "Monday", list(range(1, N + 1)))
        add_group(conn, 2, "kinds", "Food", [3, 7])


# what removing each root must hide: the folders below it that no other root inside it keeps
HIDES = {1: {1}, 2: {2, 3}, 4: {4}}


class Model(RuleBasedStateMachine):
    """Random ratings, removals, undo, redo and reopening beside a plain list of states."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        build(self.folder / "library")
        self.library = Library.open(self.folder / "library")
        self.states = [(dict.fromkeys(PLACES, 0), frozenset[int]())]
        self.at = 0

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            shutil.rmtree(self.folder)

    def _push(self, ratings: dict[int, int], hidden: frozenset[int]) -> None:
        del self.states[self.at + 1 :]
        self.states.append((ratings, hidden))
        self.at += 1

    @rule(ids=st.lists(st.integers(0, N + 3), max_size=6), rating=st.integers(0, 5))
    def rate(self, ids: list[int], rating: int) -> None:
        ratings, hidden = self.states[self.at]
        after = {photo: rating if photo in ids else old for photo, old in ratings.items()}
        change = self.library.set_rating(ids, rating)
        if after == ratings:
            assert change == Change()
        else:
            assert set(change.ids) == {photo for photo in after if after[photo] != ratings[photo]}
            self._push(after, hidden)

    @rule(root=st.sampled_from(ROOTS))
    def remove(self, root: int) -> None:
        ratings, hidden = self.states[self.at]
        if root in hidden:
            with pytest.raises(KeyError):
                self.library.remove_folder(root)
            return
        assert self.library.remove_folder(root).folders
        gone = set(HIDES[root])
        if root == 1 and 2 in hidden:
            gone -= {2, 3}
        self._push(ratings, hidden | gone)

    @rule()
    def undo(self) -> None:
        done = self.library.undo()
        assert (done is None) == (self.at == 0)
        self.at = max(self.at - 1, 0)

    @rule()
    def redo(self) -> None:
        done = self.library.redo()
        assert (done is None) == (self.at == len(self.states) - 1)
        self.at = min(self.at + 1, len(self.states) - 1)

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library.open(self.folder / "library")

    @invariant()
    def the_library_is_as_the_model_says(self) -> None:
        ratings, hidden = self.states[self.at]
        shown = {photo for photo in PLACES if {PLACES[photo], COPIES.get(photo, PLACES[photo])} - hidden}
        assert {row.id: row.rating for row in self.library.iter_rows()} == {photo: ratings[photo] for photo in shown}
        assert set(self.library.wall(Scope()).ids.tolist()) == shown
        assert {folder.id for folder in self.library.folders() if folder.root} == set(ROOTS) - hidden
        counts = {group.title: group.n_photos for kind in ("events", "kinds") for group in self.library.groups(kind)}
        assert counts.get("Monday", 0) == len(shown)
        assert counts.get("Food", 0) == len(shown & {3, 7})
        assert all(group.cover in shown for group in self.library.groups("events"))
        assert self.library.find("/pictures/four/3.jpg") == (3 if 4 not in hidden else None)
        assert self.library.status().photos == len(shown)


Model.TestCase.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
TestUndo = Model.TestCase


def _rows(root: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(root / DATABASE)) as db:
        tables = ("photo", "folder", "file", '"group"', "membership")
        return [row for table in tables for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]


def test_undoing_everything_gives_back_every_row(tmp_path: Path) -> None:
    root = tmp_path / "library"
    build(root)
    before = _rows(root)
    with Library.open(root) as library:
        library.set_rating(range(1, 6), 4)
        library.remove_folder(2)
        library.remove_folder(4)
        library.set_rating([1, 9], 5)
    assert _rows(root) != before
    with Library.open(root) as library:
        names = [done[0] for done in iter(library.undo, None)]
    assert names == ["Rating of 2 photos", "Removal of four", "Removal of two", "Rating of 5 photos"]
    assert _rows(root) == before


def test_a_rating_is_zero_to_five(library: Library) -> None:
    for wrong in (-1, 6):
        with pytest.raises(ValueError, match="0 to 5"):
            library.set_rating([1], wrong)


def test_only_folders_that_were_added_can_be_removed(tmp_path: Path) -> None:
    build(tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        with pytest.raises(LibraryError, match="deep lies in a folder"):
            library.remove_folder(3)
        with pytest.raises(KeyError):
            library.remove_folder(99)


def test_problems_of_a_removed_folder_are_not_listed(tmp_path: Path) -> None:
    build(tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        with library._store.write() as conn:
            for path in (b"/pictures/one/two/new/bad.jpg", b"/pictures/one/bad.jpg", b"/elsewhere/bad.jpg"):
                conn.execute(schema.problem.insert().values(path=path, stage="read", reason="empty"))
        library.remove_folder(2)
        paths = ["/elsewhere/bad.jpg", "/pictures/one/bad.jpg"]
        assert library.problems() == [Problem(path, "read", "empty") for path in paths]
        assert library.status().problems == 2
        library.undo()
        assert len(library.problems()) == 3


def test_adding_a_removed_folder_again_shows_it(tmp_path: Path) -> None:
    from core.scan.volumes import Volume

    build(tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        library.remove_folder(2)
        hiding.bring_back(library._store, [("/pictures/four", Volume("disk-1", "", "/pictures"))])
        assert library.status().photos == 7
        hiding.bring_back(library._store, [("/pictures/one", Volume("disk-1", "", "/pictures"))])
        assert library.status().photos == N
        library.undo()
        assert library.status().photos == N


def test_listeners_hear_what_changed_until_they_stop(tmp_path: Path) -> None:
    build(tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        heard: list[Change] = []
        stop = library.listen(heard.append)
        library.set_rating([2, 3], 1)
        library.set_rating([2, 3], 1)
        library.undo()
        assert heard == [Change(photos=True, ids=(2, 3))] * 2
        stop()
        stop()
        library.redo()
        assert len(heard) == 2


def test_the_journal_forgets_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEPT", 3)
    build(tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        for rating in (1, 2, 3, 4, 5):
            library.set_rating([1], rating)
        assert len(list(iter(library.undo, None))) == 3
        assert library.rows([1])[0].rating == 2


def test_runs() -> None:
    assert journal.to_runs([]) == []
    ids = [5, 1, 2, 3, 9, 10, 5]
    assert journal.to_runs(ids) == [[1, 3], [5, 5], [9, 10]]
    assert journal.from_runs(journal.to_runs(ids)) == sorted(set(ids))
    many = np.arange(1, 100_001)
    assert journal.to_runs(many) == [[1, 100_000]]  # type: ignore[arg-type]


def test_importing_a_folder_that_is_not_there_is_said(library: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="does not exist"):
        library.import_folders([tmp_path / "nowhere"], Progress())
