"""Sets side by side: marking photos, putting them away, and undoing both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library import Library
from core.records import FLAG_MARKED, Change, Scope
from core.store.store import Store
from tests.support.rows import DAY, MONDAY, add_folder, add_group, add_photo, add_volume


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    store = Store.open(tmp_path / "library")
    with store.write(Change(photos=True, groups=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        for number in range(1, 5):
            add_photo(conn, number, MONDAY + number * DAY, measures={"sharpness": 10.0 * number})
        add_group(conn, 1, "duplicates", "Versions", [2, 1, 3])
    with Library(store) as opened:
        yield opened


def test_members_come_with_the_one_to_keep_first(library: Library) -> None:
    found = library.members(1)
    assert [member.row.id for member in found] == [2, 1, 3]
    assert [member.best for member in found] == [True, False, False]
    assert [member.sharpness for member in found] == [20.0, 10.0, 30.0]
    assert [(m.file_size, m.marked, m.reason) for m in found] == [(9, False, {"n": 1})] * 3
    with pytest.raises(KeyError):
        library.members(99)


def test_marking_moves_nothing_and_can_be_undone(library: Library) -> None:
    change = library.mark([1, 3, 3], True)
    assert (change.photos, set(change.ids)) == (True, {1, 3})
    assert library.marked().tolist() == [3, 1]
    assert [member.marked for member in library.members(1)] == [False, True, True]
    wall = library.wall(Scope())
    assert wall.ids[wall.flags & FLAG_MARKED > 0].tolist() == [3, 1]
    assert library.mark([1], True) == Change()
    library.mark([1], False)
    assert library.marked().tolist() == [3]
    done = library.undo()
    assert done is not None
    assert done[0] == "Unmarking of 1 photo"
    assert library.marked().tolist() == [3, 1]


def test_what_is_put_away_leaves_walls_and_counts_until_it_is_undone(library: Library) -> None:
    library.mark([1, 3])
    library.put_away(library.marked().tolist())
    assert library.wall(Scope()).ids.tolist() == [4, 2]
    assert library.marked().tolist() == []
    assert [member.row.id for member in library.members(1)] == [2]
    assert [group.n_photos for group in library.groups("duplicates")] == [1]
    done = library.undo()
    assert done is not None
    assert done[0] == "Putting away of 2 photos"
    assert library.wall(Scope()).ids.tolist() == [4, 3, 2, 1]
    assert library.marked().tolist() == [3, 1]
    library.redo()
    library.bring_back([1])
    assert library.wall(Scope()).ids.tolist() == [4, 2, 1]
