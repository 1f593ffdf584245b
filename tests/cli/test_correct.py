"""``correct``: said by path and number, previewed without effect, undone by name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Imported, Reverie

DONE = ["operation", "applied", "text", "photos", "also", "superseded"]
SAID = ["id", "kind", "text", "active", "payload"]


class Album:
    """A copy of the imported library, that may be changed."""

    def __init__(self, library: Path, reverie: Reverie) -> None:
        self.library, self.reverie = library, reverie

    def __call__(self, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
        answer = self.reverie(*arguments, "--json", "--library", self.library)
        assert answer.code == code, answer.err
        return answer.objects

    def events(self) -> list[dict[str, Any]]:
        return self("groups", "events")

    def long_event(self) -> dict[str, Any]:
        return max(self.events(), key=lambda event: len(event["photos"]))

    def event_of(self, path: str) -> dict[str, Any]:
        return next(event for event in self.events() if path in event["photos"])


@pytest.fixture
def album(imported: Imported, tmp_path: Path, reverie: Reverie) -> Album:
    return Album(Path(shutil.copytree(imported.library, tmp_path / "library")), reverie)


def test_a_split_is_previewed_done_listed_undone_and_redone(album: Album) -> None:
    event = album.long_event()
    middle = event["photos"][len(event["photos"]) // 2]
    before = album.events()
    (preview,) = album("correct", "split", middle, "--preview")
    assert list(preview) == DONE
    assert (preview["operation"], preview["applied"]) == ("split", False)
    assert album.events() == before, "a preview changes nothing"
    assert album("correct", "list") == []
    (done,) = album("correct", "split", middle)
    assert done["applied"]
    assert done["photos"] == preview["photos"] > 0
    later = album.event_of(middle)
    assert later["photos"] == event["photos"][: event["photos"].index(middle) + 1]
    (said,) = album("correct", "list")
    assert list(said) == SAID
    assert said["active"]
    assert album("correct", "undo")[0]["undone"]
    assert album.events() == before
    assert album("correct", "redo")[0]["redone"]
    assert album.event_of(middle)["photos"] == later["photos"]
    assert album("correct", "undo")
    assert album("correct", "undo") == [{"undone": None}]


def test_merge_move_and_exclude(album: Album) -> None:
    newest, older = [event for event in album.events() if len(event["photos"]) > 1][:2]
    album("correct", "merge", newest["id"], older["id"])
    merged = album.event_of(newest["photos"][0])
    assert set(newest["photos"]) | set(older["photos"]) <= set(merged["photos"])
    album("correct", "undo")
    stray = older["photos"][0]
    album("correct", "move", stray, "--to", newest["id"])
    assert stray in album.event_of(newest["photos"][0])["photos"]
    album("correct", "undo")
    album("correct", "exclude", stray, "--from", older["id"])
    assert stray not in next(event for event in album.events() if event["id"] == older["id"])["photos"]


def test_rename_cover_and_kind(album: Album) -> None:
    event = album.long_event()
    album("correct", "rename", event["id"], "The long day")
    assert album.long_event()["title"] == "The long day"
    album("correct", "cover", event["id"], event["photos"][-1])
    album("correct", "kind", *event["photos"][:2], "--kind", "food")
    kinds = {photo["path"]: photo["kinds"] for photo in album("photos")}
    assert all("food" in [kind["name"] for kind in kinds[path]] for path in event["photos"][:2])
    album("correct", "kind", event["photos"][0], "--kind", "food", "--not")
    kinds = {photo["path"]: photo["kinds"] for photo in album("photos")}
    assert "food" not in [kind["name"] for kind in kinds[event["photos"][0]]]


def test_pin_same_and_different(album: Album) -> None:
    event = album.long_event()
    newer, older = event["photos"][1], event["photos"][2]
    album("correct", "pin", older, newer, "--on")
    assert album.event_of(older)["id"] != album.event_of(newer)["id"]
    (off,) = album("correct", "pin", older, newer, "--off", "--preview")
    assert [list(each) for each in off["superseded"]] == [SAID] * len(off["superseded"])
    album("correct", "pin", older, newer, "--off")
    assert album.event_of(older)["id"] == album.event_of(newer)["id"]
    near = next(group for group in album("groups", "duplicates") if group["how"] == "near")
    album("correct", "different", *near["photos"], "--kind", "duplicates")
    assert near["photos"] not in [group["photos"] for group in album("groups", "duplicates")]
    album("correct", "same", *near["photos"][:2], "--kind", "duplicates")
    assert any(set(near["photos"][:2]) <= set(group["photos"]) for group in album("groups", "duplicates"))


def test_one_correction_is_taken_back_by_its_number(album: Album) -> None:
    event = album.long_event()
    album("correct", "rename", event["id"], "The long day")
    album("correct", "new-kind", "Long days", *event["photos"][:3])
    assert "Long days" in [group["title"] for group in album("groups", "kinds")]
    newest, oldest = album("correct", "list")[0], album("correct", "list")[-1]
    assert oldest["kind"] == "name"
    album("correct", "forget", oldest["id"])
    left = album("correct", "list")
    assert oldest["id"] not in [said["id"] for said in left]
    assert newest in left
    answer = album.reverie("correct", "forget", oldest["id"], "--library", album.library)
    assert (answer.code, answer.out) == (2, "")


def test_a_clock_may_be_put_back(album: Album) -> None:
    photo = next(each for each in album("photos") if each["camera"] and each["camera"].startswith("Canon"))
    album("correct", "clock", photo["camera"], "-60")
    changed = next(each for each in album("photos") if each["id"] == photo["id"])
    assert changed["taken_at"] != photo["taken_at"]
    album("correct", "undo")
    assert next(each for each in album("photos") if each["id"] == photo["id"]) == photo
    day = photo["taken_at"][:10]
    album("correct", "clock", photo["camera"], "-60", "--start", "1990-01-01", "--end", "1990-01-02")
    assert next(each for each in album("photos") if each["id"] == photo["id"])["taken_at"][:10] == day


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["split", "/nowhere.jpg"], "is not in the library"),
        (["split", "/nowhere.jpg", "--level", "decades"], "is no level"),
        (["merge", "1"], "Two groups"),
        (["merge", "1", "987654"], ""),
        (["rename", "987654", "x"], "987654"),
        (["same", "/nowhere.jpg", "/nowhere2.jpg", "--kind", "friends"], "not “friends”"),
        (["same", "/nowhere.jpg"], "Two photos"),
        (["clock", "Canon", "60", "--start", "yesterday"], "is no time"),
        (["pin", "a.jpg"], "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_misuse_is_status_2(arguments: list[str], words: str, album: Album) -> None:
    answer = album.reverie("correct", *arguments, "--library", album.library)
    assert answer.code == 2
    assert answer.out == ""
    assert words in answer.err


def test_a_library_in_use_says_by_whom(album: Album) -> None:
    from core.library import Library

    with Library.open(album.library):
        answer = album.reverie("correct", "undo", "--library", album.library)
        assert answer.code == 1
        assert "in use" in answer.err
        assert album.reverie("correct", "list", "--library", album.library).code == 0


def test_people_get_sentences(album: Album) -> None:
    event = album.long_event()
    answer = album.reverie("correct", "rename", event["id"], "The long day", "--library", album.library)
    assert answer.code == 0
    assert event["title"] in answer.out
    assert "The long day" in album.reverie("correct", "list", "--library", album.library).out
    assert "Undone" in album.reverie("correct", "undo", "--library", album.library).out
    assert "nothing" in album.reverie("correct", "undo", "--library", album.library).out
