"""``groups`` at every level, and the lists with their reasons: keys that scripts rely on."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.records import LEVELS
from tests.cli.conftest import Imported, Reverie

GROUP = ["id", "title", "parent", "strength", "photos"]


@pytest.mark.parametrize("level", [*LEVELS, "0.7", "0", "1"])
def test_every_dated_photo_is_in_one_piece_of_a_level(level: str, imported: Imported, reverie: Reverie) -> None:
    answer = reverie("groups", "events", "--level", level, "--json", "--library", imported.library)
    assert answer.code == 0
    assert all(list(group) == GROUP for group in answer.objects)
    photos = [path for group in answer.objects for path in group["photos"]]
    assert len(photos) == len(set(photos))
    dated = {
        photo["path"]
        for photo in reverie("photos", "--json", "--library", imported.library).objects
        if photo["taken_at"] is not None
    }
    assert dated <= set(photos)


def test_levels_are_nested(imported: Imported, reverie: Reverie) -> None:
    pieces = [
        [
            set(group["photos"])
            for group in reverie("groups", "events", "--level", name, "--json", "--library", imported.library).objects
        ]
        for name in LEVELS
    ]
    for finer, coarser in pairwise(pieces):
        assert len(finer) >= len(coarser)
        assert all(any(small <= large for large in coarser) for small in finer)


def test_the_level_of_events_is_the_events(imported: Imported, reverie: Reverie) -> None:
    def dated(found: list[dict[str, object]]) -> set[frozenset[str]]:
        return {frozenset(map(str, group["photos"])) for group in found if group["title"] != "Undated"}  # type: ignore[arg-type]

    events = dated(reverie("groups", "events", "--json", "--library", imported.library).objects)
    level = dated(reverie("groups", "events", "--level", "events", "--json", "--library", imported.library).objects)
    assert events <= level


def test_duplicates_say_how_they_are_the_same(imported: Imported, reverie: Reverie) -> None:
    found = reverie("groups", "duplicates", "--json", "--library", imported.library).objects
    assert all(list(group) == [*GROUP, "how"] for group in found)
    assert {group["how"] for group in found} == {"identical", "near"}
    identical = reverie("groups", "identical", "--json", "--library", imported.library).objects
    assert [group["id"] for group in found if group["how"] == "identical"] == [group["id"] for group in identical]
    assert all(len(group["photos"]) > 1 for group in identical), "every file of a photo is named"


def test_odd_photos_come_with_their_reasons(imported: Imported, reverie: Reverie) -> None:
    answer = reverie("groups", "odd", "--json", "--library", imported.library)
    assert answer.code == 0
    for group in answer.objects:
        assert list(group) == [*GROUP, "reasons"]
        assert [each["path"] for each in group["reasons"]] == group["photos"]
        assert all(list(each) == ["path", "strength", "reason"] and each["reason"] for each in group["reasons"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["groups", "events", "--level", "decades"], "is no level"),
        (["groups", "events", "--level", "1.5"], "is no level"),
        (["groups", "events", "--level", "nan"], "is no level"),
        (["groups", "kinds", "--level", "events"], "groups events"),
    ],
)
def test_misuse(arguments: list[str], words: str, imported: Imported, reverie: Reverie) -> None:
    answer = reverie(*arguments, "--library", imported.library)
    assert answer.code == 2
    assert answer.out == ""
    assert words in answer.err
