"""Each correction: what it does, what it puts out of force, what it says beforehand, and that undo gives all back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.library import Library
from core.records import Change, Scope
from core.store import corrections
from tests.correct.support import build, groups, regroup, state, times
from tests.support.rows import DAY, MONDAY, add_photo

WHOLE = [list(range(1, 7)), list(range(7, 12)), list(range(12, 20)), list(range(20, 24)), list(range(24, 31)),
         list(range(31, 36))]  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = build(tmp_path / "library")
    yield opened
    opened.close()


def _events(library: Library) -> list[list[int]]:
    return sorted(groups(library).values())


def _event_of(library: Library, photo: int) -> int:
    return next(group for group, photos in groups(library).items() if photo in photos)


def _said(library: Library) -> list[tuple[str, bool]]:
    with library._store.read() as conn:
        return [(each.kind, each.active) for each in corrections.read(conn, active=None)]


SAYINGS: dict[str, Callable[[Library], Change]] = {
    "split": lambda x: x.correct.split(3, 4),
    "split a trip": lambda x: x.correct.split(6, 7, "trips"),
    "merge": lambda x: x.correct.merge([_event_of(x, 1), _event_of(x, 12)]),
    "move": lambda x: x.correct.move([5, 6], _event_of(x, 20)),
    "move all": lambda x: x.correct.move([20, 21, 22, 23], _event_of(x, 24)),
    "exclude": lambda x: x.correct.exclude([14, 15], _event_of(x, 14)),
    "same": lambda x: x.correct.same([1, 13], "events"),
    "different": lambda x: x.correct.different([1, 3, 5], "events"),
    "look-alikes": lambda x: x.correct.same([1, 2, 9], "lookalikes"),
    "burst": lambda x: x.correct.same([1, 2], "bursts"),
    "rename": lambda x: x.correct.rename(_event_of(x, 8), "Party"),
    "cover": lambda x: x.correct.cover(_event_of(x, 8), 9),
    "kind": lambda x: x.correct.kind([1, 2], "food", True),
    "new kind": lambda x: x.correct.new_kind("My dog", [4, 5]),
    "pin on": lambda x: x.correct.pin(26, 27, True, "seasons"),
    "pin off": lambda x: x.correct.pin(6, 7, False),
    "move boundary": lambda x: x.correct.move_boundary(6, 7, 4, 5),
    "clock, a little": lambda x: x.correct.clock("Canon", 3600.0),
    "clock, a day": lambda x: x.correct.clock("Canon", 1.05 * DAY),
    "clock, some": lambda x: x.correct.clock("Canon", -7200.0, MONDAY + DAY, MONDAY + 3 * DAY),
    "dismiss": lambda x: x.correct.dismiss("boundary 3"),
}


@pytest.mark.parametrize("saying", SAYINGS)
def test_undo_and_redo_give_every_row_back_across_restarts(tmp_path: Path, saying: str) -> None:
    with build(tmp_path / "library") as library:
        before = state(library)
        assert SAYINGS[saying](library).groups
        after = state(library)
    with Library.open(tmp_path / "library") as library:
        assert library.undo() is not None
        assert state(library) == before
    with Library.open(tmp_path / "library") as library:
        assert library.redo() is not None
        assert state(library) == after


@pytest.mark.parametrize("saying", SAYINGS)
def test_a_full_regrouping_finds_the_same_events(library: Library, saying: str) -> None:
    SAYINGS[saying](library)
    local = groups(library)
    regroup(library)
    if not saying.startswith("clock"):
        assert groups(library) == local
    regroup(library)
    again = groups(library)
    assert sorted(photo for photos in again.values() for photo in photos) == list(range(1, 36))


def test_split_merge_and_split_again(library: Library) -> None:
    assert _events(library) == WHOLE
    library.correct.split(3, 4)
    assert [1, 2, 3] in _events(library)
    library.correct.merge([_event_of(library, 1), _event_of(library, 4)])
    assert _events(library) == WHOLE
    assert _said(library) == [("different", False), ("same", True)]
    library.correct.merge([_event_of(library, 1), _event_of(library, 12)])
    assert _events(library)[0] == list(range(1, 20))
    library.correct.split(11, 12)
    assert _events(library)[:2] == [list(range(1, 12)), list(range(12, 20))], "the rest of the merge still holds"


def test_moved_photos_go_and_the_boundaries_beside_them_stay(library: Library) -> None:
    target = _event_of(library, 30)
    library.correct.move([20, 21, 22, 23], target)
    assert _events(library) == [*WHOLE[:3], [20, 21, 22, 23, *WHOLE[4]], WHOLE[5]]
    assert [b.after for b in library.boundaries() if b.before == 19] == [24]
    library.correct.move([20, 21, 22, 23], _event_of(library, 12))
    assert _events(library)[2] == [*WHOLE[2], *WHOLE[3]]
    assert [each.kind for each in library.correct.list()].count("move") == 1


def test_a_photo_moved_home_needs_no_correction(library: Library) -> None:
    library.correct.move([14], _event_of(library, 30))
    library.correct.move([14], _event_of(library, 15))
    assert _events(library) == WHOLE
    assert all(each.kind != "move" for each in library.correct.list())


def test_names_and_covers_stay_with_what_mostly_survives(library: Library) -> None:
    event = _event_of(library, 12)
    library.correct.rename(event, "  The   fair ")
    library.correct.cover(event, 15)
    library.correct.split(17, 18)
    regroup(library)
    kept = next(group for group in library.groups("events") if group.id == event)
    assert (kept.title, kept.cover) == ("The fair", 15)
    assert groups(library)[event] == [12, 13, 14, 15, 16, 17]
    library.correct.rename(event, "The market")
    library.correct.merge([event, _event_of(library, 18), _event_of(library, 20)])
    assert "The fair" not in {group.title for group in library.groups("events")}
    for _ in range(2):
        library.undo()
    assert next(g.title for g in library.groups("events") if g.id == event) == "The fair"


def test_photos_that_come_between_keep_to_what_was_said(library: Library) -> None:
    library.correct.split(15, 16)
    library.correct.merge([_event_of(library, 24), _event_of(library, 31)])
    moments = times()
    with library._store.write(Change(photos=True)) as conn:
        add_photo(conn, 100, (moments[14] + moments[15]) / 2)
        add_photo(conn, 101, (moments[29] + moments[30]) / 2)
    regroup(library)
    assert _event_of(library, 15) != _event_of(library, 16)
    assert _event_of(library, 24) == _event_of(library, 101) == _event_of(library, 35)


def test_a_preview_tells_and_changes_nothing(library: Library) -> None:
    heard: list[Change] = []
    library.correct.split(3, 4)
    library.listen(heard.append)
    before, generation = state(library), library._store.generation
    found = library.correct.preview("merge", [_event_of(library, 1), _event_of(library, 12)])
    assert found.photos > 0
    assert found.text.startswith("Merge of ")
    assert [each.kind for each in found.superseded] == ["different"]
    assert found.superseded[0].text.startswith("A new event begins on 15 Sep 2025")
    assert state(library) == before
    assert (heard, library._store.generation) == ([], generation)
    assert library.undo() == ("Split of Monday morning, 15 September 2025", Change(groups=True))


def test_kinds_are_what_the_person_says(library: Library) -> None:
    library.correct.kind([1, 2, 3], "food", True)
    library.correct.new_kind("My dog", [3, 4])
    library.correct.kind([2], "food", False)
    for _ in range(2):
        kinds = {group.title: library.group_photos(group.id).tolist() for group in library.groups("kinds")}
        assert sorted(kinds["Food and drink"]) == [1, 3]
        assert sorted(kinds["My dog"]) == [3, 4]
        regroup(library)
    with pytest.raises(ValueError, match="no such kind"):
        library.correct.kind([1], "unicorns", True)


def test_sets_are_joined_and_parted(library: Library) -> None:
    library.correct.same([1, 2, 9], "lookalikes")
    assert list(groups(library, "lookalikes").values()) == [[1, 2, 9]]
    library.correct.different([2, 9], "lookalikes")
    assert list(groups(library, "lookalikes").values()) == [[1, 9]], "the newer pair stays"
    library.correct.exclude([9], next(iter(groups(library, "lookalikes"))))
    assert groups(library, "lookalikes") == {}


def test_clocks_add_up_and_come_off_exactly(library: Library) -> None:
    def locals_() -> list[float | None]:
        return [row.taken_local for row in library.rows(range(1, 36))]

    before = locals_()
    library.correct.clock("Canon", 3600.5)
    library.correct.clock("Canon", -60.25)
    after = locals_()
    assert all(b is not None and a is not None for a, b in zip(after, before, strict=True))
    moved = {i for i, (a, b) in enumerate(zip(after, before, strict=True), start=1) if a != b}
    assert moved == {i for i in range(1, 36) if i % 5 == 0}
    assert after[4] == pytest.approx((before[4] or 0) + 3540.25)
    library.undo()
    library.undo()
    assert locals_() == before


def test_what_cannot_be_said_is_refused_in_words(library: Library) -> None:
    with pytest.raises(ValueError, match="one and the same photo"):
        library.correct.split(3, 3)
    with pytest.raises(ValueError, match="Two groups of one kind"):
        library.correct.merge([_event_of(library, 1)])
    with pytest.raises(ValueError, match="no such level"):
        library.correct.split(3, 4, "ages")
    with pytest.raises(ValueError, match="not in"):
        library.correct.cover(_event_of(library, 1), 30)
    with pytest.raises(ValueError, match="at least one letter"):
        library.correct.rename(_event_of(library, 1), "  ")
    with pytest.raises(ValueError, match="No photo was taken with"):
        library.correct.clock("Leica", 60.0)
    with pytest.raises(KeyError):
        library.correct.rename(404, "Nothing")
    assert library.undo() is None


def test_what_is_put_away_keeps_its_place(library: Library) -> None:
    library.correct.split(3, 4)
    before = groups(library)
    library.put_away([3, 4])
    regroup(library)
    assert _event_of(library, 2) != _event_of(library, 5), "the cut stands between those that are left"
    library.bring_back([3, 4])
    regroup(library)
    assert groups(library) == before
    assert len(library.wall(Scope()).ids) == 35


def test_photos_shown_again_are_in_their_events_at_once(library: Library) -> None:
    before = groups(library)
    library.put_away([3, 20, 21, 22, 23])
    regroup(library)
    library.undo()
    assert sorted(groups(library).values()) == sorted(before.values())
    assert [b.after for b in library.boundaries()] == list(range(2, 36))


def test_photos_without_a_time_can_be_given_a_place(tmp_path: Path) -> None:
    with build(tmp_path / "library", [*times(), None, None]) as library:
        before = state(library)
        library.correct.move([36], _event_of(library, 8))
        assert _event_of(library, 36) == _event_of(library, 8) != _event_of(library, 37)
        after = groups(library)
        regroup(library)
        assert groups(library) == after
        with pytest.raises(ValueError, match="no photo with a place in time"):
            library.correct.move([8], _event_of(library, 37))
        library.undo()
        library.undo()
        assert groups(library)[_event_of(library, 37)] == [36, 37]
    with build(tmp_path / "other", [*times(), None, None]) as library:
        before = state(library)
        library.correct.move([36, 37], _event_of(library, 8))
        library.undo()
        assert state(library) == before


def test_photos_join_one_that_stands_apart(library: Library) -> None:
    library.correct.exclude([2], _event_of(library, 2))
    library.correct.move([14, 15], _event_of(library, 2))
    local = groups(library)
    assert local[_event_of(library, 2)] == [2, 14, 15]
    regroup(library)
    assert groups(library) == local
